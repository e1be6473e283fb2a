//! What operators do: retry or discard dead jobs, pause and resume a kind.

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::jobs::{bounded, gate};
use crate::sql::{all, execute, from_row, params, scalar};
use crate::{JobId, Store, StoreError};

/// A kind of which nothing is claimed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PausedKind {
    pub kind: String,
    pub reason: String,
    pub paused_at: DateTime<Utc>,
}

from_row!(PausedKind {
    kind,
    reason,
    paused_at,
});

struct Kind {
    kind: String,
}

from_row!(Kind { kind });

impl Store {
    /// Lets a dead job wait again, with all of its attempts; `false` when it is not dead. Fails as
    /// a conflict when another job of its kind and key waits.
    pub async fn retry_dead(&self, id: JobId, now: DateTime<Utc>) -> Result<bool, StoreError> {
        // Through the gate, where it gets a new turn, or is let in when its kind is resumed.
        let sql = "UPDATE job SET state = 'waiting', attempts = 0, expiries = 0, finished_at = NULL,
                       run_at = $2, gate = CASE WHEN EXISTS
                           (SELECT 1 FROM job_pause p WHERE p.kind = job.kind AND p.resumed_at IS NULL)
                           THEN 'paused' ELSE 'later' END
                   WHERE job_id = $1 AND state = 'dead'";
        let write = self.write().await?;
        let changed = execute(&write.tx, sql, params![id, now]).await;
        let changed = changed.map_err(|error| match error {
            StoreError::Conflict { .. } => StoreError::Conflict {
                what: "a waiting job of this kind and key".to_owned(),
            },
            other => other,
        })?;
        write.commit().await?;
        Ok(changed == 1)
    }

    /// Sets a dead job aside and records who did so; `false` when it is not dead.
    pub async fn discard_dead(
        &self,
        id: JobId,
        by: &str,
        now: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let sql = "UPDATE job SET state = 'discarded', discarded_by = $2, finished_at = $3
                   WHERE job_id = $1 AND state = 'dead'";
        let write = self.write().await?;
        let changed = execute(&write.tx, sql, params![id, bounded(by), now]).await?;
        write.commit().await?;
        Ok(changed == 1)
    }

    /// From now on nothing of this kind is claimed; what runs, runs on.
    pub async fn pause_jobs(
        &self,
        kind: &str,
        reason: &str,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let sql = "INSERT INTO job_pause (kind, reason, paused_at) VALUES ($1, $2, $3)
                   ON CONFLICT (kind) DO UPDATE
                   SET reason = excluded.reason, paused_at = excluded.paused_at, resumed_at = NULL";
        let write = self.write().await?;
        execute(&write.tx, sql, params![kind, bounded(reason), now]).await?;
        write.commit().await?;
        gate::shut(self, kind).await
    }

    /// Ends a pause; `false` when the kind was not paused.
    pub async fn resume_jobs(&self, kind: &str, now: DateTime<Utc>) -> Result<bool, StoreError> {
        let sql = "UPDATE job_pause SET resumed_at = $2 WHERE kind = $1 AND resumed_at IS NULL";
        let write = self.write().await?;
        let changed = execute(&write.tx, sql, params![kind, now]).await?;
        write.commit().await?;
        gate::unshut(self, kind).await?;
        Ok(changed == 1)
    }

    pub async fn paused_kinds(&self) -> Result<Vec<PausedKind>, StoreError> {
        let sql =
            "SELECT kind, reason, paused_at FROM job_pause WHERE resumed_at IS NULL ORDER BY kind";
        all(self.read(), sql, params![]).await
    }

    /// Lets in jobs that were shut out although their kind is resumed: they were enqueued at that
    /// moment, or the process that resumed it died. Returns how many.
    pub async fn free_resumed(&self) -> Result<u64, StoreError> {
        let sql = "SELECT kind FROM job_pause WHERE resumed_at IS NOT NULL ORDER BY kind";
        let resumed: Vec<Kind> = all(self.read(), sql, params![]).await?;
        let mut freed = 0;
        for Kind { kind } in resumed {
            let sql = "SELECT COUNT(*) AS value FROM (SELECT 1 FROM job
                       WHERE state = 'waiting' AND gate = 'paused' AND kind = $1 LIMIT 1) shut_out";
            if scalar::<i64>(self.read(), sql, params![kind]).await? == Some(1) {
                freed += gate::unshut(self, &kind).await?;
            }
        }
        Ok(freed)
    }
}
