//! What runs jobs, and how a run ends.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use store::{AccountId, JobId};

use crate::Stop;

/// A job as its handler sees it.
#[derive(Debug, Clone, PartialEq)]
pub struct Job {
    pub id: JobId,
    pub kind: String,
    pub key: Option<String>,
    pub account_id: AccountId,
    pub payload: serde_json::Value,
    /// 1 for the first attempt; attempts whose worker died do not count.
    pub attempt: u16,
    /// Grows with each claim of the job.
    pub fence: i64,
}

/// The work was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Done {
    Finished,
    /// The same job shall run again, with all of its attempts.
    Again {
        at: DateTime<Utc>,
    },
}

/// The work was not done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// Another attempt may succeed.
    Retry { why: String },
    /// No attempt will succeed: a dead letter at once.
    Fatal { why: String },
    /// Asked to stop: given back, and the attempt does not count.
    Released,
}

/// Runs the jobs of one kind. What it does must bear to be done again.
#[async_trait]
pub trait Handler: Send + Sync {
    fn kind(&self) -> &'static str;

    /// Should end soon after `stop` is requested, with [`Failure::Released`] if the work is not
    /// done by then. A panic is a failure that is retried.
    async fn run(&self, job: &Job, stop: &Stop) -> Result<Done, Failure>;
}
