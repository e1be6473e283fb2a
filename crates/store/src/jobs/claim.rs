//! Claiming: one short transaction that takes the first job in the order (priority, turn, id).
//!
//! Many may claim at once: on Postgres each passes over the row that another is taking.

use chrono::{DateTime, TimeDelta, Utc};

use crate::dialect::Backend;
use crate::jobs::{JobLease, JobPriority, gate};
use crate::sql::{Param, from_row, one, params};
use crate::{AccountId, JobId, Store, StoreError};

/// How often a claim may collide with another of the same key.
const PATIENCE: usize = 4;

/// Who claims, and for how long.
#[derive(Debug, Clone, Copy)]
pub struct LeaseTerms<'a> {
    /// The name of the claiming process.
    pub token: &'a str,
    pub lease: TimeDelta,
    /// Which kinds the claimer can run.
    pub kinds: &'a [&'a str],
    /// Look at this class before all others. A claimer that does so now and then keeps the lower
    /// classes from starving.
    pub first: Option<JobPriority>,
}

/// A job that its claimer may run now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimedJob {
    pub lease: JobLease,
    pub kind: String,
    pub key: Option<String>,
    pub account_id: AccountId,
    pub payload: String,
    /// Attempts that failed before this one.
    pub attempts: u16,
    pub max_attempts: u16,
}

struct Claimed {
    job_id: JobId,
    fence: i64,
    kind: String,
    key: Option<String>,
    account_id: AccountId,
    payload: String,
    attempts: u16,
    max_attempts: u16,
}

from_row!(Claimed {
    job_id,
    fence,
    kind,
    key,
    account_id,
    payload,
    attempts,
    max_attempts,
});

impl Store {
    /// Leases the next job that may run now, if there is one.
    pub async fn claim_job(
        &self,
        terms: LeaseTerms<'_>,
        now: DateTime<Utc>,
    ) -> Result<Option<ClaimedJob>, StoreError> {
        if terms.kinds.is_empty() {
            return Ok(None);
        }
        match gate::open_due(self, now).await {
            // Another process is at it.
            Ok(_) | Err(StoreError::Busy) => {}
            Err(error) => return Err(error),
        }
        if let Some(priority) = terms.first
            && let Some(job) = self.claim_class(terms, Some(priority), now).await?
        {
            return Ok(Some(job));
        }
        self.claim_class(terms, None, now).await
    }

    async fn claim_class(
        &self,
        terms: LeaseTerms<'_>,
        class: Option<JobPriority>,
        now: DateTime<Utc>,
    ) -> Result<Option<ClaimedJob>, StoreError> {
        for _ in 0..PATIENCE {
            match self.try_claim(terms, class, now).await {
                // A job of the same key began to run at the same moment.
                Err(StoreError::Conflict { .. }) => {}
                done => return done,
            }
        }
        Ok(None)
    }

    async fn try_claim(
        &self,
        terms: LeaseTerms<'_>,
        class: Option<JobPriority>,
        now: DateTime<Utc>,
    ) -> Result<Option<ClaimedJob>, StoreError> {
        let mut params = params![terms.token, now, now + terms.lease];
        params.extend(class.map(|class| class.value()));
        params.extend(terms.kinds.iter().map(Param::value));
        let sql = claim_sql(self.backend(), class, terms.kinds.len());
        let write = self.write().await?;
        let claimed: Option<Claimed> = one(&write.tx, &sql, params).await?;
        write.commit().await?;
        Ok(claimed.map(ClaimedJob::from))
    }
}

impl From<Claimed> for ClaimedJob {
    fn from(row: Claimed) -> Self {
        Self {
            lease: JobLease {
                job_id: row.job_id,
                fence: row.fence,
            },
            kind: row.kind,
            key: row.key,
            account_id: row.account_id,
            payload: row.payload,
            attempts: row.attempts,
            max_attempts: row.max_attempts,
        }
    }
}

/// The parameters are token, now, end of the lease, the class if one is asked for, the kinds.
fn claim_sql(backend: Backend, class: Option<JobPriority>, kinds: usize) -> String {
    let of_class = class.map_or("", |_| "AND j.priority = $4");
    let before = 3 + usize::from(class.is_some());
    let marks: Vec<String> = (1..=kinds).map(|n| format!("${}", before + n)).collect();
    let kinds = marks.join(", ");
    // Without a hint SQLite reads all jobs of these kinds by another index, and sorts them.
    let (hint, skip_locked) = match backend {
        Backend::Sqlite => ("INDEXED BY job_claim", ""),
        Backend::Postgres => ("", "FOR UPDATE OF j SKIP LOCKED"),
    };
    // At most one job of a key waits, so no more jobs are passed over for their key than run.
    format!(
        "WITH next AS MATERIALIZED (
             SELECT j.job_id FROM job j {hint}
             WHERE j.state = 'waiting' AND j.gate = 'open' {of_class}
               AND j.kind IN ({kinds})
               AND (j.key IS NULL OR NOT EXISTS (
                   SELECT 1 FROM job r WHERE r.state = 'running' AND r.kind = j.kind AND r.key = j.key))
               AND j.kind NOT IN (SELECT kind FROM job_pause WHERE resumed_at IS NULL)
             ORDER BY j.priority, j.turn, j.job_id
             LIMIT 1 {skip_locked})
         UPDATE job SET state = 'running', fence = fence + 1, lease_token = $1, started_at = $2,
                        lease_until = $3
         WHERE job_id = (SELECT job_id FROM next)
         RETURNING job_id, fence, kind, key, account_id, payload, attempts, max_attempts"
    )
}

#[cfg(test)]
mod tests;
