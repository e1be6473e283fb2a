//! Schedules: the latest period of each is kept, so that however many replicas try, one enqueues.

use chrono::{DateTime, Utc};

use crate::jobs::{Enqueued, NewJob, enqueue_in};
use crate::sql::{execute, params};
use crate::{Store, StoreError};

impl Store {
    /// Enqueues the job of the period that began at `period`, unless that was done for this period
    /// or a later one. The schedule is known by the job's kind and key.
    pub async fn enqueue_period(
        &self,
        job: &NewJob,
        period: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<Option<Enqueued>, StoreError> {
        let sql = "INSERT INTO job_schedule (kind, key, period) VALUES ($1, $2, $3)
                   ON CONFLICT (kind, key) DO UPDATE SET period = excluded.period
                   WHERE job_schedule.period < excluded.period";
        let write = self.write().await?;
        let key = job.key.as_deref().unwrap_or_default();
        if execute(&write.tx, sql, params![job.kind, key, period]).await? == 0 {
            return Ok(None);
        }
        let enqueued = enqueue_in(&write.tx, job, now).await?;
        write.commit().await?;
        Ok(Some(enqueued))
    }

    /// The period that was enqueued last.
    pub async fn last_period(
        &self,
        kind: &str,
        key: &str,
    ) -> Result<Option<DateTime<Utc>>, StoreError> {
        let sql = "SELECT period AS value FROM job_schedule WHERE kind = $1 AND key = $2";
        crate::sql::scalar(self.read(), sql, params![kind, key]).await
    }
}
