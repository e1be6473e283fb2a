//! What the worker that has a run does to it. Each call shows the epoch; a stale one changes
//! nothing and answers `false`.

use chrono::{DateTime, Utc};
use sea_orm::ConnectionTrait;

use crate::generation::steer::settle_running;
use crate::generation::{COLUMNS, Generation, GenerationState};
use crate::sql::{execute, from_row, one, params};
use crate::{Digest, PlanId, Store, StoreError};

/// What a waiter or a worker looks at again and again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pulse {
    pub state: GenerationState,
    pub stop_requested: bool,
    pub epoch: i64,
    pub revision: i64,
    pub last_progress_at: DateTime<Utc>,
}

from_row!(Pulse {
    state,
    stop_requested,
    epoch,
    revision,
    last_progress_at,
});

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GenerationEnd<'a> {
    /// With the title that it found, if it found one.
    Completed {
        title: Option<&'a str>,
    },
    /// JSON that says why.
    Failed {
        failure: &'a str,
    },
    Stopped,
}

impl Store {
    pub async fn generation_pulse(&self, id: PlanId) -> Result<Option<Pulse>, StoreError> {
        let sql = "SELECT state, stop_requested, epoch, revision, last_progress_at
                   FROM generation WHERE plan_id = $1";
        one(self.read(), sql, params![id]).await
    }

    /// Takes a run that is to be worked on, under a new epoch; `None` when there is none to do.
    pub async fn begin_generation(
        &self,
        id: PlanId,
        now: DateTime<Utc>,
    ) -> Result<Option<Generation>, StoreError> {
        let sql = format!(
            "UPDATE generation SET state = 'processing', epoch = epoch + 1, revision = revision + 1,
                 started_at = COALESCE(started_at, $2), last_progress_at = $2
             WHERE plan_id = $1 AND state IN ('pending', 'processing') RETURNING {COLUMNS}"
        );
        let write = self.write().await?;
        let begun = one(&write.tx, &sql, params![id, now]).await?;
        write.commit().await?;
        Ok(begun)
    }

    /// Ends a run; `false` when it was taken over.
    pub async fn end_generation(
        &self,
        id: PlanId,
        epoch: i64,
        end: GenerationEnd<'_>,
        now: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let (state, failure, title) = match end {
            GenerationEnd::Completed { title } => (GenerationState::Completed, None, title),
            GenerationEnd::Failed { failure } => (GenerationState::Failed, Some(failure), None),
            GenerationEnd::Stopped => (GenerationState::Stopped, None, None),
        };
        let write = self.write().await?;
        // The run's row first, as whoever stops or reopens it locks them.
        let sql = "UPDATE generation SET state = $3, failure = $4, finished_at = $5, dedupe = NULL,
                       stop_requested = FALSE, revision = revision + 1, last_progress_at = $5,
                       title = CASE WHEN titled = TRUE THEN title ELSE COALESCE($6, title) END
                   WHERE plan_id = $1 AND epoch = $2 AND state = 'processing'";
        let params = params![id, epoch, state, failure, now, title];
        let ended = execute(&write.tx, sql, params).await? == 1;
        if ended {
            settle_running(&write.tx, id).await?;
        }
        write.commit().await?;
        Ok(ended)
    }

    /// Remembers the zip of the files whose list has the hash `of`.
    pub async fn keep_bundle(
        &self,
        id: PlanId,
        of: Digest,
        sha256: Digest,
        size: i64,
    ) -> Result<(), StoreError> {
        let sql = "UPDATE generation SET bundle_of = $2, bundle_sha256 = $3, bundle_size = $4
                   WHERE plan_id = $1";
        let alone = self.alone().await;
        execute(alone.db, sql, params![id, of, sha256, size]).await?;
        Ok(())
    }

    /// Notes where a completed run stands in the ranking, or why it doesn't; nothing when it was
    /// opened again since `epoch`.
    pub async fn note_ranking(
        &self,
        id: PlanId,
        epoch: i64,
        ranked: Option<PlanId>,
        note: Option<&str>,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let sql = "UPDATE generation SET ranked_plan_id = $3, ranking_note = $4, ranked_at = $5,
                       revision = revision + 1
                   WHERE plan_id = $1 AND epoch = $2 AND state = 'completed'";
        let alone = self.alone().await;
        execute(alone.db, sql, params![id, epoch, ranked, note, now]).await?;
        Ok(())
    }
}

/// Marks that something happened in a run that is worked on under this epoch.
pub(super) async fn touch(
    on: &impl ConnectionTrait,
    id: PlanId,
    epoch: i64,
    at: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let sql = "UPDATE generation SET revision = revision + 1, last_progress_at = $3
               WHERE plan_id = $1 AND epoch = $2 AND state = 'processing'";
    Ok(execute(on, sql, params![id, epoch, at]).await? == 1)
}
