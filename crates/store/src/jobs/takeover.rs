//! Jobs whose holder vanished: its lease ended, or the caller knows that it is dead.
//!
//! Such an ending says little about the job, so it is counted apart from failures, against a limit
//! of its own that only a job which kills its workers again and again reaches.

use chrono::{DateTime, Utc};

use crate::jobs::JobLease;
use crate::jobs::settle::Back;
use crate::sql::{all, from_row, params};
use crate::{JobId, Store, StoreError};

/// Jobs per transaction.
const BATCH: i64 = 100;

/// What was done with jobs whose holders vanished.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TakenBack {
    /// Wait to be claimed again.
    pub waiting: u32,
    /// Reached the limit, and are dead.
    pub dead: u32,
}

struct Orphan {
    job_id: JobId,
    fence: i64,
    expiries: u16,
}

from_row!(Orphan {
    job_id,
    fence,
    expiries,
});

struct Token {
    lease_token: String,
}

from_row!(Token { lease_token });

impl Store {
    /// The names of the processes that hold jobs.
    pub async fn job_holders(&self) -> Result<Vec<String>, StoreError> {
        let sql =
            "SELECT DISTINCT lease_token FROM job WHERE state = 'running' ORDER BY lease_token";
        let tokens: Vec<Token> = all(self.read(), sql, params![]).await?;
        Ok(tokens.into_iter().map(|token| token.lease_token).collect())
    }

    /// Takes back the jobs whose lease has ended. A job to which that happens more than
    /// `max_expiries` times is dead.
    pub async fn take_back_expired(
        &self,
        max_expiries: u16,
        now: DateTime<Utc>,
    ) -> Result<TakenBack, StoreError> {
        let sql = "SELECT job_id, fence, expiries FROM job
                   WHERE state = 'running' AND lease_until <= $1 ORDER BY lease_until, job_id LIMIT $2";
        let why = "the lease ended: the worker died, or lost the database";
        let orphans = all(self.read(), sql, params![now, BATCH]).await?;
        self.take_back(
            orphans,
            Back::Expired {
                why,
                ended_by: Some(now),
            },
            max_expiries,
            now,
        )
        .await
    }

    /// Takes back the jobs of a process that the caller knows to be dead, without waiting for the
    /// end of their leases.
    pub async fn take_back_from(
        &self,
        token: &str,
        max_expiries: u16,
        now: DateTime<Utc>,
    ) -> Result<TakenBack, StoreError> {
        let sql = "SELECT job_id, fence, expiries FROM job
                   WHERE state = 'running' AND lease_token = $1 ORDER BY job_id LIMIT $2";
        let orphans = all(self.read(), sql, params![token, BATCH]).await?;
        let back = Back::Expired {
            why: "the worker died",
            ended_by: None,
        };
        self.take_back(orphans, back, max_expiries, now).await
    }

    async fn take_back(
        &self,
        orphans: Vec<Orphan>,
        back: Back<'_>,
        max_expiries: u16,
        now: DateTime<Utc>,
    ) -> Result<TakenBack, StoreError> {
        let mut taken = TakenBack::default();
        for orphan in orphans {
            let lease = JobLease {
                job_id: orphan.job_id,
                fence: orphan.fence,
            };
            if orphan.expiries >= max_expiries {
                taken.dead += u32::from(self.bury_orphan(lease, back, now).await?);
            } else {
                taken.waiting += u32::from(self.give_back(lease, back, now).await?);
            }
        }
        Ok(taken)
    }

    async fn bury_orphan(
        &self,
        lease: JobLease,
        back: Back<'_>,
        now: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let Back::Expired { why, ended_by } = back else {
            return Ok(false);
        };
        let why = format!("{why}, again and again while this job ran");
        let sql = "UPDATE job SET state = 'dead', lease_token = NULL, lease_until = NULL,
                                  expiries = expiries + 1, last_error = $3, finished_at = $4
                   WHERE job_id = $1 AND fence = $2 AND state = 'running'
                     AND ($5 IS NULL OR lease_until <= $5)";
        let params = params![lease.job_id, lease.fence, why, now, ended_by];
        self.change_job(sql, params).await
    }
}
