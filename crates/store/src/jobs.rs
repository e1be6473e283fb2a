//! Durable jobs: their rows and states. What may happen to them is in the submodules: `enqueue`,
//! `claim`, `settle` (a holder ends its job), `takeover` (a holder vanished), `operate` (people),
//! `turn` (fair share), `gate` (jobs that cannot be claimed yet), `schedule`, `prune`.
//!
//! Invariants
//! - A transaction lasts for one change of state, never while a job runs.
//! - Each claim makes a job's `fence` grow. Whoever comes with an older fence changes nothing.
//! - For each (kind, key) at most one job waits and at most one runs.
//! - A job leaves the table only when it is done or discarded, and past its retention.
//!
//! Deliberately absent: what a job does, how long to wait before the next attempt, and when to
//! look for work (crate `queue`).

mod claim;
mod enqueue;
mod gate;
mod list;
mod operate;
mod prune;
mod schedule;
mod settle;
mod takeover;
mod turn;

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::sql::{from_row, text_enum};
use crate::{AccountId, JobId};

pub use claim::{ClaimedJob, LeaseTerms};
pub use enqueue::Enqueued;
pub(crate) use enqueue::enqueue_in;
pub use gate::JobGate;
pub use list::{JobCount, JobFilter, JobPage};
pub use operate::PausedKind;
pub use settle::JobFailed;
pub use takeover::TakenBack;

/// The longest error that is kept, in characters.
const MAX_ERROR_CHARS: usize = 2_000;

/// Which jobs are claimed first. A lower class still gets a share: see [`LeaseTerms::first`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum JobPriority {
    /// Somebody waits for it.
    High,
    Normal,
    /// Upkeep that can wait.
    Low,
}

text_enum! {
    /// Where a job stands.
    JobState {
        /// For its time, its turn, its kind to be resumed, or another job of its key to end.
        Waiting = "waiting",
        Running = "running",
        Done = "done",
        /// Failed for good; an operator may retry or discard it.
        Dead = "dead",
        /// Was dead, and an operator decided to leave it at that.
        Discarded = "discarded",
    }
}

/// A job to be enqueued.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewJob {
    pub job_id: JobId,
    /// Which handler runs it; 1 to 64 bytes.
    pub kind: String,
    /// Jobs of one kind and key are one at a time; up to 200 bytes.
    pub key: Option<String>,
    /// Whose share it comes out of.
    pub account_id: AccountId,
    pub priority: JobPriority,
    /// JSON.
    pub payload: String,
    /// Not before.
    pub run_at: DateTime<Utc>,
    /// How often it may fail before it is dead; at least 1.
    pub max_attempts: u16,
}

/// What a holder shows to change a running job: stale as soon as the job is claimed again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct JobLease {
    pub job_id: JobId,
    pub fence: i64,
}

/// One job, as people see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct JobRow {
    pub job_id: JobId,
    pub kind: String,
    pub key: Option<String>,
    pub account_id: AccountId,
    pub priority: JobPriority,
    /// Its place within its class, once its gate has opened.
    pub turn: i64,
    pub gate: JobGate,
    pub state: JobState,
    pub payload: String,
    pub run_at: DateTime<Utc>,
    /// Attempts that failed.
    pub attempts: u16,
    pub max_attempts: u16,
    /// Attempts whose worker vanished.
    pub expiries: u16,
    pub fence: i64,
    pub lease_token: Option<String>,
    pub lease_until: Option<DateTime<Utc>>,
    pub last_error: Option<String>,
    pub discarded_by: Option<String>,
    pub created_at: DateTime<Utc>,
    pub started_at: Option<DateTime<Utc>>,
    pub finished_at: Option<DateTime<Utc>>,
}

const COLUMNS: &str = "job_id, kind, key, account_id, priority, turn, gate, state, payload, run_at, \
    attempts, max_attempts, expiries, fence, lease_token, lease_until, last_error, discarded_by, \
    created_at, started_at, finished_at";

from_row!(JobRow {
    job_id,
    kind,
    key,
    account_id,
    priority,
    turn,
    gate,
    state,
    payload,
    run_at,
    attempts,
    max_attempts,
    expiries,
    fence,
    lease_token,
    lease_until,
    last_error,
    discarded_by,
    created_at,
    started_at,
    finished_at,
});

impl JobPriority {
    fn rank(self) -> i64 {
        match self {
            Self::High => 0,
            Self::Normal => 1,
            Self::Low => 2,
        }
    }
}

impl crate::sql::Param for JobPriority {
    fn value(&self) -> sea_orm::Value {
        self.rank().into()
    }
    fn null() -> sea_orm::Value {
        <i64 as crate::sql::Param>::null()
    }
}

impl crate::sql::Column for JobPriority {
    type Stored = i64;
    fn from_stored(stored: i64) -> Result<Self, String> {
        [Self::High, Self::Normal, Self::Low]
            .into_iter()
            .find(|priority| priority.rank() == stored)
            .ok_or_else(|| format!("{stored} is no priority"))
    }
}

/// An error as it is kept: bounded, and safe to show on a terminal and in a page.
fn bounded(error: &str) -> String {
    let visible = |c: char| if c.is_control() { ' ' } else { c };
    let mut kept: String = error.chars().take(MAX_ERROR_CHARS).map(visible).collect();
    if error.chars().nth(MAX_ERROR_CHARS).is_some() {
        kept.pop();
        kept.push('…');
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_are_bounded_and_free_of_control_characters() {
        let long = "é".repeat(MAX_ERROR_CHARS + 1);
        assert_eq!(bounded(&long).chars().count(), MAX_ERROR_CHARS);
        assert!(bounded(&long).ends_with('…'));
        assert_eq!(
            bounded(&"x".repeat(MAX_ERROR_CHARS)),
            "x".repeat(MAX_ERROR_CHARS)
        );
        assert_eq!(bounded("a\n\u{1b}[31mb\0\u{85}c"), "a  [31mb  c");
    }
}
