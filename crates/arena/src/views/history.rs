//! A plan's rating over time, in as many points as a chart can show.

use chrono::{DateTime, Utc};
use serde::Serialize;
use store::{HistoryRow, PlanId, Store};

use super::{ViewError, Viewer, head};

/// Points of a history at most.
const MAX_POINTS: u32 = 200;

/// A plan's rating in one publication.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct HistoryPoint {
    pub publication: i64,
    pub published_at: DateTime<Utc>,
    pub elo: f64,
    pub elo_se: f64,
    pub elo_low: f64,
    pub elo_high: f64,
    pub rank: i64,
    pub num_comparisons: i64,
}

impl From<HistoryRow> for HistoryPoint {
    fn from(row: HistoryRow) -> Self {
        Self {
            publication: row.publication,
            published_at: row.published_at,
            elo: row.elo,
            elo_se: row.elo_se,
            elo_low: row.elo_low,
            elo_high: row.elo_high,
            rank: row.rank,
            num_comparisons: row.num_comparisons,
        }
    }
}

/// A plan's ratings, oldest first, thinned to 200; the first and the last always among them.
pub async fn history(
    store: &Store,
    viewer: Viewer,
    plan: PlanId,
) -> Result<Vec<HistoryPoint>, ViewError> {
    let plan = head::visible(store, viewer, plan).await?;
    let contest = plan.visibility.contest(plan.owner_id);
    let rows = store
        .rating_history_thinned(plan.plan_id, contest, MAX_POINTS)
        .await?;
    Ok(rows.into_iter().map(HistoryPoint::from).collect())
}
