//! A plan's ratings over time, few enough to be drawn.

use crate::sql::{all, params};
use crate::{Contest, HistoryRow, PlanId, Store, StoreError};

/// Of every run of publications that falls on one point the last is kept, and the first of all.
const THINNED: &str = "
    SELECT contest, publication, elo, elo_se, elo_low, elo_high, rank, num_comparisons, published_at
    FROM (SELECT h.*, ROW_NUMBER() OVER (ORDER BY publication) AS number, COUNT(*) OVER () AS points
          FROM rating_history h WHERE h.plan_id = $1 AND h.contest = $2) AS numbered
    WHERE number = 1 OR number * $3 / points > (number - 1) * $3 / points
    ORDER BY publication";

impl Store {
    /// At most `points` of a plan's ratings in a contest, oldest first, the first and the last
    /// among them.
    pub async fn rating_history_thinned(
        &self,
        plan: PlanId,
        contest: Contest,
        points: u32,
    ) -> Result<Vec<HistoryRow>, StoreError> {
        let runs = i64::from(points.max(2)) - 1;
        all(self.read(), THINNED, params![plan, contest, runs]).await
    }
}
