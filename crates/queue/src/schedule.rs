//! Durable schedules: each period's job is enqueued once, over all replicas.
//!
//! A period begins at a multiple of its length since 1970, so that replicas agree without talking.
//! Of the periods that passed while nothing ran, one is caught up: the present one.

use std::time::Duration;

use chrono::{DateTime, Utc};
use environment::Entropy;
use store::{AccountId, JobId, JobPriority, NewJob, Store, StoreError};

const MAX_ATTEMPTS: u16 = 5;

/// A job that is enqueued once in each period, for the system account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schedule {
    pub kind: &'static str,
    /// Tells schedules of one kind apart, and keeps two runs from overlapping.
    pub key: String,
    /// The length of a period; at least a second.
    pub every: Duration,
    pub priority: JobPriority,
}

impl Schedule {
    /// When the period of `now` began.
    fn period(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        let length = i64::try_from(self.every.as_secs())
            .unwrap_or(i64::MAX)
            .max(1);
        let began = now.timestamp().div_euclid(length).saturating_mul(length);
        DateTime::from_timestamp(began, 0).unwrap_or(now)
    }

    /// Enqueues this period's job unless somebody did; `true` if it was enqueued now.
    pub(crate) async fn enqueue_due(
        &self,
        store: &Store,
        entropy: &dyn Entropy,
        now: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let period = self.period(now);
        let last = store.last_period(self.kind, &self.key).await?;
        if last.is_some_and(|last| last >= period) {
            return Ok(false);
        }
        let job = self.job(entropy, now);
        Ok(store.enqueue_period(&job, period, now).await?.is_some())
    }

    fn job(&self, entropy: &dyn Entropy, now: DateTime<Utc>) -> NewJob {
        let mut random = [0; 10];
        random.copy_from_slice(&entropy.bytes()[..10]);
        NewJob {
            job_id: JobId::new(now, random),
            kind: self.kind.to_owned(),
            key: Some(self.key.clone()),
            account_id: AccountId::SYSTEM,
            priority: self.priority,
            payload: "{}".to_owned(),
            run_at: now,
            max_attempts: MAX_ATTEMPTS,
        }
    }
}
