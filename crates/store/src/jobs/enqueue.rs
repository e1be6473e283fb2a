//! Enqueueing, alone or within the transaction of the change that asks for the work.

use chrono::{DateTime, Utc};
use sea_orm::ConnectionTrait;

use crate::dialect::Backend;
use crate::jobs::gate::JobGate;
use crate::jobs::turn::take_turns;
use crate::jobs::{JobPriority, NewJob};
use crate::sql::{execute, from_row, one, params};
use crate::{JobId, Store, StoreError};

const MAX_KIND_BYTES: usize = 64;
const MAX_KEY_BYTES: usize = 200;
/// How often the waiting job of a key may vanish between looking for it and making it.
const PATIENCE: usize = 16;

/// Which job will do the work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Enqueued {
    pub job_id: JobId,
    /// `false` when a job of that kind and key was waiting already.
    pub created: bool,
}

impl Store {
    /// Enqueues a job. If one of that kind and key waits already, that one is returned instead,
    /// after it was given the earlier time and the higher priority of the two.
    pub async fn enqueue(&self, job: &NewJob, now: DateTime<Utc>) -> Result<Enqueued, StoreError> {
        let write = self.write().await?;
        let enqueued = enqueue_in(&write.tx, job, now).await?;
        write.commit().await?;
        Ok(enqueued)
    }
}

/// [`Store::enqueue`] within an open write transaction.
pub(crate) async fn enqueue_in(
    on: &impl ConnectionTrait,
    job: &NewJob,
    now: DateTime<Utc>,
) -> Result<Enqueued, StoreError> {
    check(job)?;
    for _ in 0..PATIENCE {
        if let Some(waiting) = waiting(on, &job.kind, job.key.as_deref()).await? {
            improve(on, &waiting, job.run_at, job.priority, now).await?;
            return Ok(Enqueued {
                job_id: waiting.job_id,
                created: false,
            });
        }
        if insert(on, job, now).await? {
            return Ok(Enqueued {
                job_id: job.job_id,
                created: true,
            });
        }
    }
    Err(StoreError::Busy)
}

fn check(job: &NewJob) -> Result<(), StoreError> {
    let invalid = |what, why: String| Err(StoreError::Invalid { what, why });
    if job.kind.is_empty() || job.kind.len() > MAX_KIND_BYTES {
        return invalid(
            "the kind of a job",
            format!("it must have 1 to {MAX_KIND_BYTES} bytes"),
        );
    }
    if job
        .key
        .as_ref()
        .is_some_and(|key| key.len() > MAX_KEY_BYTES)
    {
        return invalid(
            "the key of a job",
            format!("it may have {MAX_KEY_BYTES} bytes at most"),
        );
    }
    if job.max_attempts == 0 {
        return invalid("max_attempts of a job", "it must be at least 1".to_owned());
    }
    Ok(())
}

/// The job that waits under a key; it stays so until the transaction ends.
pub(super) struct Waiting {
    pub(super) job_id: JobId,
    account_id: crate::AccountId,
    priority: JobPriority,
    run_at: DateTime<Utc>,
    gate: JobGate,
}

from_row!(Waiting {
    job_id,
    account_id,
    priority,
    run_at,
    gate,
});

pub(super) async fn waiting(
    on: &impl ConnectionTrait,
    kind: &str,
    key: Option<&str>,
) -> Result<Option<Waiting>, StoreError> {
    let Some(key) = key else { return Ok(None) };
    let sql = format!(
        "SELECT job_id, account_id, priority, run_at, gate FROM job
         WHERE state = 'waiting' AND kind = $1 AND key = $2{}",
        Backend::of(on).for_update()
    );
    one(on, &sql, params![kind, key]).await
}

/// Gives a waiting job the earlier time and the higher priority of its own and these.
pub(super) async fn improve(
    on: &impl ConnectionTrait,
    waiting: &Waiting,
    run_at: DateTime<Utc>,
    priority: JobPriority,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let better = priority < waiting.priority;
    if !better && run_at >= waiting.run_at {
        return Ok(());
    }
    let priority = priority.min(waiting.priority);
    let run_at = run_at.min(waiting.run_at);
    let gate = match waiting.gate {
        JobGate::Paused => JobGate::Paused,
        JobGate::Open | JobGate::Later => JobGate::at(run_at, now),
    };
    let turn = if gate == JobGate::Open && (better || waiting.gate != JobGate::Open) {
        Some(take_turns(on, waiting.account_id, priority, 1).await?)
    } else {
        None
    };
    let sql = "UPDATE job SET priority = $2, run_at = $3, turn = COALESCE($4, turn), gate = $5
               WHERE job_id = $1";
    let params = params![waiting.job_id, priority, run_at, turn, gate];
    execute(on, sql, params).await?;
    Ok(())
}

/// `false` when another transaction's job waits under the key by now.
async fn insert(
    on: &impl ConnectionTrait,
    job: &NewJob,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let gate = JobGate::of(on, &job.kind, job.run_at, now).await?;
    let turn = match gate {
        JobGate::Open => take_turns(on, job.account_id, job.priority, 1).await?,
        // Given when it opens.
        JobGate::Later | JobGate::Paused => 0,
    };
    let sql =
        "INSERT INTO job (job_id, kind, key, account_id, priority, turn, gate, state, payload,
                                run_at, max_attempts, created_at)
               VALUES ($1, $2, $3, $4, $5, $6, $7, 'waiting', $8, $9, $10, $11)
               ON CONFLICT (kind, key) WHERE state = 'waiting' DO NOTHING";
    let params = params![
        job.job_id,
        job.kind,
        job.key,
        job.account_id,
        job.priority,
        turn,
        gate,
        job.payload,
        job.run_at,
        job.max_attempts,
        now
    ];
    Ok(execute(on, sql, params).await? == 1)
}
