//! What people do to a run: stop it, and let it go on.

use chrono::{DateTime, Utc};
use sea_orm::ConnectionTrait;

use crate::dialect::Backend;
use crate::generation::{GENERATE, GenerationState};
use crate::sql::{execute, from_row, one, params, scalar};
use crate::{NewJob, PlanId, Store, StoreError, jobs};

/// What became of the wish to stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StopAsked {
    /// Nobody worked on it: it is stopped.
    Stopped,
    /// Its worker will see it.
    Requested,
    /// It had ended.
    Not(GenerationState),
}

/// How a run that ended, or that nothing comes of, goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reopen<'a> {
    /// From where it was, with a profile and perhaps a new cap.
    Resume {
        profile: &'a str,
        max_cost_nano_usd: Option<i64>,
    },
    /// From nothing.
    Retry { profile: &'a str },
    /// What is stale is made again.
    Regenerate,
}

/// What became of the wish to go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reopened {
    Done,
    /// Somebody else changed it since the caller looked.
    Changed,
}

struct Row {
    state: GenerationState,
}

from_row!(Row { state });

impl Store {
    /// Whether a worker that shows signs of life has the run.
    pub async fn has_generation_worker(
        &self,
        id: PlanId,
        now: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let sql = "SELECT COUNT(*) AS value FROM job
                   WHERE kind = $1 AND key = $2 AND state = 'running' AND lease_until > $3";
        let params = params![GENERATE, id.to_string(), now];
        let working: Option<i64> = scalar(self.read(), sql, params).await?;
        Ok(working.unwrap_or(0) > 0)
    }

    /// Asks a run to stop; at once, when no worker has it. `None` when there is no such run.
    pub async fn stop_generation(
        &self,
        id: PlanId,
        now: DateTime<Utc>,
    ) -> Result<Option<StopAsked>, StoreError> {
        let write = self.write().await?;
        let sql = format!(
            "SELECT state FROM generation WHERE plan_id = $1{}",
            Backend::of(&write.tx).for_update()
        );
        let row: Option<Row> = one(&write.tx, &sql, params![id]).await?;
        let Some(Row { state }) = row else {
            return Ok(None);
        };
        let asked = match state {
            GenerationState::Processing if is_driven(&write.tx, id).await? => StopAsked::Requested,
            GenerationState::Pending | GenerationState::Processing => StopAsked::Stopped,
            ended => StopAsked::Not(ended),
        };
        let sql = match asked {
            StopAsked::Not(_) => return Ok(Some(asked)),
            StopAsked::Requested => {
                "UPDATE generation SET stop_requested = TRUE, revision = revision + 1
                 WHERE plan_id = $1 AND $2 IS NOT NULL"
            }
            StopAsked::Stopped => {
                settle_running(&write.tx, id).await?;
                "UPDATE generation SET state = 'stopped', stop_requested = FALSE, epoch = epoch + 1,
                     revision = revision + 1, dedupe = NULL, finished_at = $2
                 WHERE plan_id = $1"
            }
        };
        execute(&write.tx, sql, params![id, now]).await?;
        write.commit().await?;
        Ok(Some(asked))
    }

    /// Lets a run go on that the caller saw at `revision`, and enqueues its job, if
    /// it has one.
    pub async fn reopen_generation(
        &self,
        id: PlanId,
        revision: i64,
        how: Reopen<'_>,
        job: Option<&NewJob>,
        now: DateTime<Utc>,
    ) -> Result<Reopened, StoreError> {
        let write = self.write().await?;
        let (profile, cap, resumed, retried) = match how {
            Reopen::Resume {
                profile,
                max_cost_nano_usd,
            } => (Some(profile), max_cost_nano_usd, 1i64, 0i64),
            Reopen::Retry { profile } => (Some(profile), None, 0, 1),
            Reopen::Regenerate => (None, None, 0, 0),
        };
        let sql = "UPDATE generation SET state = 'pending', failure = NULL, finished_at = NULL,
                       stop_requested = FALSE, epoch = epoch + 1, revision = revision + 1,
                       profile = COALESCE($3, profile),
                       max_cost_nano_usd = COALESCE($4, max_cost_nano_usd),
                       resume_count = CASE WHEN $6 = 1 THEN 0 ELSE resume_count + $5 END,
                       attempt = attempt + $6,
                       spent_nano_usd = CASE WHEN $6 = 1 THEN 0 ELSE spent_nano_usd END,
                       started_at = CASE WHEN $6 = 1 THEN NULL ELSE started_at END,
                       ranked_at = NULL, last_progress_at = $7
                   WHERE plan_id = $1 AND revision = $2";
        let params = params![id, revision, profile, cap, resumed, retried, now];
        if execute(&write.tx, sql, params).await? == 0 {
            return Ok(Reopened::Changed);
        }
        if retried == 1 {
            clear(&write.tx, id).await?;
        }
        settle_running(&write.tx, id).await?;
        if let Some(job) = job {
            jobs::enqueue_in(&write.tx, job, now).await?;
        }
        write.commit().await?;
        Ok(Reopened::Done)
    }
}

/// Whether a worker holds the run's job, alive or not.
async fn is_driven(on: &impl ConnectionTrait, id: PlanId) -> Result<bool, StoreError> {
    let sql = "SELECT COUNT(*) AS value FROM job
               WHERE kind = $1 AND key = $2 AND state = 'running'";
    let running: Option<i64> = scalar(on, sql, params![GENERATE, id.to_string()]).await?;
    Ok(running.unwrap_or(0) > 0)
}

/// Forgets what an attempt made; the bytes stay, since others may have the same.
async fn clear(on: &impl ConnectionTrait, id: PlanId) -> Result<(), StoreError> {
    for table in ["generation_stage", "artifact"] {
        let sql = format!("DELETE FROM {table} WHERE plan_id = $1");
        execute(on, &sql, params![id]).await?;
    }
    Ok(())
}

/// Stages under way when a run ends wait for the next one.
pub(super) async fn settle_running(
    on: &impl ConnectionTrait,
    id: PlanId,
) -> Result<(), StoreError> {
    let sql = "UPDATE generation_stage SET state = 'waiting'
               WHERE plan_id = $1 AND state = 'running'";
    execute(on, sql, params![id]).await?;
    Ok(())
}
