//! How a worker works, and under which name.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// The pace of a worker; the defaults suit a service.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Jobs that run at the same time.
    pub concurrency: usize,
    /// How long a job stays this worker's without a heartbeat.
    pub lease_secs: u32,
    /// Between heartbeats; well below the lease.
    pub heartbeat: Duration,
    /// Between looks for work right after there was some.
    pub poll_min: Duration,
    /// Between looks for work when there has been none for a while.
    pub poll_max: Duration,
    /// How long running jobs may take to end once the worker is asked to stop.
    pub drain: Duration,
    /// Before the second attempt; doubles with each.
    pub backoff_base: Duration,
    pub backoff_max: Duration,
    /// How often a job's worker may die before the job is dead.
    pub max_expiries: u16,
    /// Between looks for dead holders, ended leases and due schedules.
    pub housekeeping: Duration,
    /// How long jobs are kept after they are done or discarded.
    pub retention: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            concurrency: 4,
            lease_secs: 60,
            heartbeat: Duration::from_secs(15),
            poll_min: Duration::from_millis(100),
            poll_max: Duration::from_secs(2),
            drain: Duration::from_secs(30),
            backoff_base: Duration::from_secs(5),
            backoff_max: Duration::from_mins(15),
            max_expiries: 50,
            housekeeping: Duration::from_secs(2),
            retention: Duration::from_hours(24 * 14),
        }
    }
}

/// The name of this process in leases, and how to tell that another process is dead.
#[derive(Clone)]
pub struct Holder {
    pub token: String,
    /// `true` only when the process of that name certainly no longer runs.
    pub is_dead: Arc<dyn Fn(&str) -> bool + Send + Sync>,
}

impl fmt::Debug for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Holder")
            .field("token", &self.token)
            .finish_non_exhaustive()
    }
}
