//! Publishing ratings: the board's rows, one line of history per plan and the contest's summary,
//! in one transaction.

use chrono::{DateTime, Utc};
use sea_orm::Value;
use serde::Serialize;

use crate::rankings::hold;
use crate::sql::{all, execute, execute_rows, from_row, params};
use crate::summary::{self, NewSummary};
use crate::{Contest, Fence, PlanId, Store, StoreError};

/// One plan's published rating.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RatingRow {
    pub plan_id: PlanId,
    pub elo: f64,
    pub elo_se: f64,
    /// The 90 % interval.
    pub elo_low: f64,
    pub elo_high: f64,
    pub rank: i64,
    pub rank_low: i64,
    pub rank_high: i64,
    /// 0..100.
    pub percentile: f64,
    pub num_comparisons: i64,
    pub num_opponents: i64,
    pub num_opponent_owners: i64,
    pub provisional: bool,
    pub flagged: bool,
    pub bucket_id: Option<i64>,
    pub comment: Option<String>,
}

/// A plan's rating as of one publication.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct HistoryRow {
    pub contest: Contest,
    pub publication: i64,
    pub elo: f64,
    pub elo_se: f64,
    pub elo_low: f64,
    pub elo_high: f64,
    pub rank: i64,
    pub num_comparisons: i64,
    pub published_at: DateTime<Utc>,
}

from_row!(HistoryRow {
    contest,
    publication,
    elo,
    elo_se,
    elo_low,
    elo_high,
    rank,
    num_comparisons,
    published_at,
});

impl Store {
    /// Publishes a contest's ratings under a number that only grows; a number that was published
    /// already changes nothing (`false`).
    ///
    /// The board shows a plan in the one contest that its visibility belongs to; rows of other
    /// plans go to the history alone. A plan of the contest that `rows` leaves out loses its
    /// place on the board.
    pub async fn publish(
        &self,
        fence: &Fence,
        publication: i64,
        rows: &[RatingRow],
        summary: &NewSummary,
        now: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        check(rows)?;
        let write = self.write().await?;
        hold(self, &write.tx, fence).await?;
        let sql = "UPDATE ranking SET published = $2, updated_at = $3 WHERE contest = $1 AND published < $2";
        if execute(&write.tx, sql, params![fence.contest, publication, now]).await? == 0 {
            return Ok(false);
        }
        let board = rows
            .iter()
            .map(|row| board_row(fence.contest, row, now))
            .collect();
        execute_rows(&write.tx, BOARD_HEAD, board, BOARD_TAIL).await?;
        let history = rows
            .iter()
            .map(|row| history_row(fence.contest, publication, row, now))
            .collect();
        execute_rows(&write.tx, HISTORY_HEAD, history, "").await?;
        execute(&write.tx, CLEAR, params![fence.contest, publication]).await?;
        summary::write(&write.tx, fence.contest, publication, summary, now).await?;
        write.commit().await?;
        Ok(true)
    }

    /// A plan's ratings over time, oldest publication first.
    pub async fn rating_history(&self, plan: PlanId) -> Result<Vec<HistoryRow>, StoreError> {
        let sql = "SELECT contest, publication, elo, elo_se, elo_low, elo_high, rank, num_comparisons, published_at
                   FROM rating_history WHERE plan_id = $1 ORDER BY contest, publication";
        all(self.read(), sql, params![plan]).await
    }
}

const BOARD_HEAD: &str = "WITH new (plan_id, contest, elo, elo_se, elo_low, elo_high, rank, rank_low, rank_high,
    percentile, num_comparisons, num_opponents, num_opponent_owners, provisional, flagged, bucket_id,
    comment, rated_at) AS (";

// `|| ''` keeps SQLite from entering by the index of contests, which would compare every plan of
// the contest with every new row.
const BOARD_TAIL: &str = ") UPDATE plan_metrics SET elo = new.elo, elo_se = new.elo_se, elo_low = new.elo_low,
    elo_high = new.elo_high, rank = new.rank, rank_low = new.rank_low, rank_high = new.rank_high,
    percentile = new.percentile, num_comparisons = new.num_comparisons, num_opponents = new.num_opponents,
    num_opponent_owners = new.num_opponent_owners, provisional = new.provisional, flagged = new.flagged,
    bucket_id = new.bucket_id, comment = new.comment, rated_at = new.rated_at
    FROM new WHERE plan_metrics.plan_id = new.plan_id AND plan_metrics.contest || '' = new.contest";

// What this publication left out is known by its number; times may stand still.
const CLEAR: &str = "UPDATE plan_metrics SET elo = NULL, rank = NULL
    WHERE contest = $1 AND elo IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM rating_history h
        WHERE h.plan_id = plan_metrics.plan_id AND h.contest = $1 AND h.publication = $2)";

const HISTORY_HEAD: &str =
    "INSERT INTO rating_history (plan_id, contest, publication, elo, elo_se, elo_low,
    elo_high, rank, num_comparisons, published_at)";

/// Neither backend orders NaN the way a board needs.
fn check(rows: &[RatingRow]) -> Result<(), StoreError> {
    let finite = |row: &RatingRow| {
        let numbers = [
            row.elo,
            row.elo_se,
            row.elo_low,
            row.elo_high,
            row.percentile,
        ];
        numbers.iter().all(|number| number.is_finite())
    };
    match rows.iter().find(|row| !finite(row)) {
        Some(row) => Err(StoreError::Invalid {
            what: "a rating",
            why: format!("plan {} has one that is not finite", row.plan_id),
        }),
        None => Ok(()),
    }
}

fn board_row(contest: Contest, row: &RatingRow, now: DateTime<Utc>) -> Vec<Value> {
    params![
        row.plan_id,
        contest,
        row.elo,
        row.elo_se,
        row.elo_low,
        row.elo_high,
        row.rank,
        row.rank_low,
        row.rank_high,
        row.percentile,
        row.num_comparisons,
        row.num_opponents,
        row.num_opponent_owners,
        row.provisional,
        row.flagged,
        row.bucket_id,
        row.comment,
        now,
    ]
}

fn history_row(
    contest: Contest,
    publication: i64,
    row: &RatingRow,
    now: DateTime<Utc>,
) -> Vec<Value> {
    params![
        row.plan_id,
        contest,
        publication,
        row.elo,
        row.elo_se,
        row.elo_low,
        row.elo_high,
        row.rank,
        row.num_comparisons,
        now,
    ]
}
