//! Rounds: a contest's comparisons are scheduled in batches, each written whole.
//!
//! At most one round of a contest is open. An interrupted run finds it and goes on with what it
//! still has to judge.

use chrono::{DateTime, Utc};
use sea_orm::Value;
use serde::Serialize;

use crate::comparisons::{ComparisonState, NewComparison};
use crate::rankings::hold;
use crate::sql::{execute, execute_rows, from_row, one, params, scalar, text_enum};
use crate::{Contest, Fence, Store, StoreError};

text_enum! {
    /// Whether a round still has comparisons to finish.
    RoundState { Open = "open", Closed = "closed" }
}

/// One batch of comparisons.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Round {
    pub contest: Contest,
    pub number: i64,
    pub state: RoundState,
    pub created_at: DateTime<Utc>,
    pub closed_at: Option<DateTime<Utc>>,
}

from_row!(Round {
    contest,
    number,
    state,
    created_at,
    closed_at
});

impl Store {
    /// Writes a round and its comparisons, all or nothing; `seq` is the place in the list.
    ///
    /// [`StoreError::Conflict`] when the number is taken, another round is open, or an ordered
    /// pair was already judged under its judge.
    pub async fn create_round(
        &self,
        fence: &Fence,
        number: i64,
        comparisons: &[NewComparison],
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let write = self.write().await?;
        hold(self, &write.tx, fence).await?;
        let sql = "INSERT INTO ranking_round (contest, number, state, created_at) VALUES ($1, $2, $3, $4)";
        execute(
            &write.tx,
            sql,
            params![fence.contest, number, RoundState::Open, now],
        )
        .await?;
        let place = |(seq, comparison)| row(fence.contest, number, seq, comparison, now);
        let rows = (0..).zip(comparisons).map(place).collect();
        execute_rows(&write.tx, INSERT, rows, "").await?;
        write.commit().await
    }

    /// The round that is not finished, if there is one.
    pub async fn open_round(&self, contest: Contest) -> Result<Option<Round>, StoreError> {
        let sql = "SELECT contest, number, state, created_at, closed_at FROM ranking_round
                   WHERE contest = $1 AND state = 'open'";
        one(self.read(), sql, params![contest]).await
    }

    /// The number of the newest round; 0 before the first.
    pub async fn last_round(&self, contest: Contest) -> Result<i64, StoreError> {
        let sql = "SELECT COALESCE(MAX(number), 0) AS value FROM ranking_round WHERE contest = $1";
        Ok(scalar(self.read(), sql, params![contest])
            .await?
            .unwrap_or(0))
    }

    /// Closes a round that has nothing left to judge; again is fine.
    pub async fn close_round(
        &self,
        fence: &Fence,
        number: i64,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let write = self.write().await?;
        hold(self, &write.tx, fence).await?;
        let sql = "SELECT COUNT(*) AS value FROM comparison WHERE contest = $1 AND round = $2 AND state = 'scheduled'";
        let left: i64 = scalar(&write.tx, sql, params![fence.contest, number])
            .await?
            .unwrap_or(0);
        if left > 0 {
            let why = format!("{left} of its comparisons are not judged yet");
            return Err(StoreError::Invalid {
                what: "closing the round",
                why,
            });
        }
        let sql = "UPDATE ranking_round SET state = $3, closed_at = $4
                   WHERE contest = $1 AND number = $2 AND state = 'open'";
        execute(
            &write.tx,
            sql,
            params![fence.contest, number, RoundState::Closed, now],
        )
        .await?;
        write.commit().await
    }
}

const INSERT: &str = "INSERT INTO comparison (comparison_id, contest, round, seq, first_plan, second_plan, \
     first_hash, second_hash, judge_id, kind, variant, reason, state, created_at)";

fn row(
    contest: Contest,
    round: i64,
    seq: i64,
    new: &NewComparison,
    now: DateTime<Utc>,
) -> Vec<Value> {
    params![
        new.comparison_id,
        contest,
        round,
        seq,
        new.first_plan,
        new.second_plan,
        new.first_hash,
        new.second_hash,
        new.judge_id,
        new.kind,
        new.variant,
        new.reason,
        ComparisonState::Scheduled,
        now,
    ]
}
