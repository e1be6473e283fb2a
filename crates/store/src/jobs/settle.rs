//! How a holder ends, prolongs or gives back its job. Each call shows the lease; a stale one
//! changes nothing and says so.

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, Value};

use crate::jobs::enqueue::{improve, waiting};
use crate::jobs::gate::JobGate;
use crate::jobs::{JobLease, JobPriority, bounded};
use crate::sql::{execute, from_row, one, params};
use crate::{JobId, Store, StoreError};

/// How often giving back may collide with an enqueue of the same key.
const PATIENCE: usize = 8;

/// What became of a job that failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JobFailed {
    /// It waits for its next attempt.
    Retried,
    /// That was its last attempt.
    Dead,
    /// The lease was lost: nothing was changed.
    LeaseLost,
}

impl Store {
    /// Moves the end of the lease; `false` when it was lost.
    pub async fn renew_job(
        &self,
        lease: JobLease,
        until: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let sql = "UPDATE job SET lease_until = $3
                   WHERE job_id = $1 AND fence = $2 AND state = 'running'";
        self.change_job(sql, params![lease.job_id, lease.fence, until])
            .await
    }

    /// The job is done; `false` when the lease was lost.
    pub async fn complete_job(
        &self,
        lease: JobLease,
        now: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let sql = "UPDATE job SET state = 'done', lease_token = NULL, lease_until = NULL,
                                  finished_at = $3, last_error = NULL
                   WHERE job_id = $1 AND fence = $2 AND state = 'running'";
        self.change_job(sql, params![lease.job_id, lease.fence, now])
            .await
    }

    /// The job failed for good, whatever attempts are left; `false` when the lease was lost.
    pub async fn bury_job(
        &self,
        lease: JobLease,
        why: &str,
        now: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let sql = "UPDATE job SET state = 'dead', lease_token = NULL, lease_until = NULL,
                                  finished_at = $3, last_error = $4, attempts = attempts + 1
                   WHERE job_id = $1 AND fence = $2 AND state = 'running'";
        let params = params![lease.job_id, lease.fence, now, bounded(why)];
        self.change_job(sql, params).await
    }

    /// The attempt failed: the job waits until `retry_at`, or is dead when no attempt is left.
    pub async fn fail_job(
        &self,
        lease: JobLease,
        why: &str,
        retry_at: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<JobFailed, StoreError> {
        let why = bounded(why);
        let sql = "UPDATE job SET state = 'dead', lease_token = NULL, lease_until = NULL,
                                  finished_at = $3, last_error = $4, attempts = attempts + 1
                   WHERE job_id = $1 AND fence = $2 AND state = 'running'
                     AND attempts + 1 >= max_attempts";
        let dead = self.change_job(sql, params![lease.job_id, lease.fence, now, why]);
        if dead.await? {
            return Ok(JobFailed::Dead);
        }
        let back = Back::Retry {
            why: &why,
            run_at: retry_at,
        };
        let retried = self.give_back(lease, back, now).await?;
        Ok(if retried {
            JobFailed::Retried
        } else {
            JobFailed::LeaseLost
        })
    }

    /// Gives the job back as it was, at its old place; `false` when the lease was lost.
    pub async fn release_job(
        &self,
        lease: JobLease,
        now: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        self.give_back(lease, Back::Released, now).await
    }

    /// The same job shall run again at `at`, as if it were new; `false` when the lease was lost.
    pub async fn repeat_job(
        &self,
        lease: JobLease,
        at: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        self.give_back(lease, Back::Again { run_at: at }, now).await
    }

    pub(super) async fn change_job(
        &self,
        sql: &str,
        params: Vec<Value>,
    ) -> Result<bool, StoreError> {
        let write = self.write().await?;
        let changed = execute(&write.tx, sql, params).await?;
        write.commit().await?;
        Ok(changed == 1)
    }

    pub(super) async fn give_back(
        &self,
        lease: JobLease,
        back: Back<'_>,
        now: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        for _ in 0..PATIENCE {
            let write = self.write().await?;
            match give_back_in(&write.tx, lease, back, now).await {
                // A job of the same key was enqueued at the same moment.
                Err(StoreError::Conflict { .. }) => {}
                Ok(held) => {
                    write.commit().await?;
                    return Ok(held);
                }
                Err(error) => return Err(error),
            }
        }
        Err(StoreError::Busy)
    }
}

/// Why a running job goes back to waiting.
#[derive(Debug, Clone, Copy)]
pub(super) enum Back<'a> {
    Retry {
        why: &'a str,
        run_at: DateTime<Utc>,
    },
    Again {
        run_at: DateTime<Utc>,
    },
    Released,
    /// Its holder vanished. With `ended_by`, only if the lease ended by then: it may have been
    /// prolonged since the caller looked.
    Expired {
        why: &'a str,
        ended_by: Option<DateTime<Utc>>,
    },
}

struct Held {
    job_id: JobId,
    kind: String,
    key: Option<String>,
    priority: JobPriority,
    run_at: DateTime<Utc>,
    attempts: u16,
    expiries: u16,
    last_error: Option<String>,
}

from_row!(Held {
    job_id,
    kind,
    key,
    priority,
    run_at,
    attempts,
    expiries,
    last_error,
});

async fn give_back_in(
    on: &impl ConnectionTrait,
    lease: JobLease,
    back: Back<'_>,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let sql = format!(
        "SELECT job_id, kind, key, priority, run_at, attempts, expiries, last_error FROM job
         WHERE job_id = $1 AND fence = $2 AND state = 'running' AND ($3 IS NULL OR lease_until <= $3){}",
        crate::Backend::of(on).for_update()
    );
    let ended_by = match back {
        Back::Expired { ended_by, .. } => ended_by,
        Back::Retry { .. } | Back::Again { .. } | Back::Released => None,
    };
    let held: Option<Held> = one(on, &sql, params![lease.job_id, lease.fence, ended_by]).await?;
    let Some(held) = held.map(|held| held.after(back)) else {
        return Ok(false);
    };
    match waiting(on, &held.kind, held.key.as_deref()).await? {
        Some(successor) => {
            improve(on, &successor, held.run_at, held.priority, now).await?;
            hand_over(on, &held, successor.job_id, now).await?;
        }
        None => wait_again(on, &held, back, now).await?,
    }
    Ok(true)
}

impl Held {
    fn after(mut self, back: Back<'_>) -> Self {
        match back {
            Back::Retry { why, run_at } => {
                self.attempts = self.attempts.saturating_add(1);
                self.last_error = Some(why.to_owned());
                self.run_at = run_at;
            }
            Back::Again { run_at } => {
                (self.attempts, self.expiries, self.last_error) = (0, 0, None);
                self.run_at = run_at;
            }
            Back::Released => {}
            Back::Expired { why, .. } => {
                self.expiries = self.expiries.saturating_add(1);
                self.last_error = Some(why.to_owned());
            }
        }
        self
    }
}

/// Its key has a job waiting, which will do the work: that one takes over what was counted, so
/// that enqueueing again and again cannot keep a hopeless job alive.
async fn hand_over(
    on: &impl ConnectionTrait,
    held: &Held,
    successor: JobId,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let sql = "UPDATE job SET attempts = CASE WHEN attempts > $2 THEN attempts ELSE $2 END,
                              expiries = CASE WHEN expiries > $3 THEN expiries ELSE $3 END,
                              last_error = $4
               WHERE job_id = $1";
    let params = params![successor, held.attempts, held.expiries, held.last_error];
    execute(on, sql, params).await?;
    let why = bounded(&format!(
        "handed over to job {successor}: {}",
        held.last_error.as_deref().unwrap_or("it was given back")
    ));
    let sql = "UPDATE job SET state = 'done', lease_token = NULL, lease_until = NULL,
                              attempts = $2, expiries = $3, last_error = $4, finished_at = $5
               WHERE job_id = $1";
    let params = params![held.job_id, held.attempts, held.expiries, why, now];
    execute(on, sql, params).await?;
    Ok(())
}

async fn wait_again(
    on: &impl ConnectionTrait,
    held: &Held,
    back: Back<'_>,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let gate = match (back, JobGate::of(on, &held.kind, held.run_at, now).await?) {
        // Through the gate, where it gets a new turn.
        (Back::Retry { .. } | Back::Again { .. }, JobGate::Open) => JobGate::Later,
        (_, gate) => gate,
    };
    let sql = "UPDATE job SET state = 'waiting', lease_token = NULL, lease_until = NULL, gate = $2,
                              run_at = $3, attempts = $4, expiries = $5, last_error = $6
               WHERE job_id = $1";
    let params = params![
        held.job_id,
        gate,
        held.run_at,
        held.attempts,
        held.expiries,
        held.last_error
    ];
    execute(on, sql, params).await?;
    Ok(())
}
