//! What operators see of the queue: jobs newest first, and how many there are of which kind.

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::jobs::{COLUMNS, JobRow, JobState};
use crate::sql::{Param, all, from_row, one, params};
use crate::{AccountId, JobId, Store, StoreError};

/// Which jobs to list.
#[derive(Debug, Clone, Default)]
pub struct JobFilter {
    pub state: Option<JobState>,
    pub kind: Option<String>,
    pub account: Option<AccountId>,
    /// Jobs enqueued before this one.
    pub cursor: Option<JobId>,
    /// Rows per page; 1 to 200.
    pub limit: u16,
}

/// Jobs, newest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobPage {
    pub jobs: Vec<JobRow>,
    /// The cursor of the next page; `None` at the end.
    pub next: Option<JobId>,
}

/// How many jobs of a kind are in a state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct JobCount {
    pub kind: String,
    pub state: JobState,
    pub count: i64,
    /// The earliest `run_at` among them.
    pub oldest: DateTime<Utc>,
}

from_row!(JobCount {
    kind,
    state,
    count,
    oldest,
});

const MAX_PAGE: u16 = 200;

impl Store {
    pub async fn job(&self, id: JobId) -> Result<Option<JobRow>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM job WHERE job_id = $1");
        one(self.read(), &sql, params![id]).await
    }

    /// A page of jobs, newest first.
    pub async fn jobs(&self, filter: &JobFilter) -> Result<JobPage, StoreError> {
        let limit = filter.limit.clamp(1, MAX_PAGE);
        let conditions = [
            ("state =", filter.state.map(|state| state.value())),
            ("kind =", filter.kind.as_ref().map(Param::value)),
            (
                "account_id =",
                filter.account.map(|account| account.value()),
            ),
            ("job_id <", filter.cursor.map(|cursor| cursor.value())),
        ];
        let (mut sql, mut params) = (format!("SELECT {COLUMNS} FROM job WHERE 1 = 1"), Vec::new());
        for (condition, value) in conditions {
            let Some(value) = value else { continue };
            params.push(value);
            sql.push_str(" AND ");
            sql.push_str(condition);
            sql.push_str(" $");
            sql.push_str(&params.len().to_string());
        }
        sql.push_str(" ORDER BY job_id DESC LIMIT ");
        sql.push_str(&(limit + 1).to_string());
        let mut jobs: Vec<JobRow> = all(self.read(), &sql, params).await?;
        let more = jobs.len() > usize::from(limit);
        jobs.truncate(usize::from(limit));
        let next = jobs.last().filter(|_| more).map(|job| job.job_id);
        Ok(JobPage { jobs, next })
    }

    /// How many jobs of each kind wait, run or are dead.
    pub async fn count_jobs(&self) -> Result<Vec<JobCount>, StoreError> {
        let sql = "SELECT kind, state, COUNT(*) AS count, MIN(run_at) AS oldest FROM job
                   WHERE state IN ('waiting', 'running', 'dead')
                   GROUP BY kind, state ORDER BY kind, state";
        all(self.read(), sql, params![]).await
    }
}
