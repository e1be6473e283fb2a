//! Forgetting what has ended, in small batches, so that no statement holds others up.

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;

use crate::{Accounts, AccountsError};

/// Rows per statement.
const BATCH: u32 = 500;
/// Statements per table and sweep.
const MAX_BATCHES: u32 = 20;
/// How long a key that ended is still listed, and refused by name.
const ENDED_KEYS_KEPT: TimeDelta = TimeDelta::days(90);

/// Repeats a statement until it forgets less than a batch. A macro, since the future of an async
/// closure is not `Send` for every lifetime, and sweeps run on worker threads.
macro_rules! batches {
    ($statement:expr) => {{
        let mut total = 0;
        for _ in 0..MAX_BATCHES {
            let forgotten = $statement.await?;
            total += forgotten;
            if forgotten < u64::from(BATCH) {
                break;
            }
        }
        total
    }};
}

/// How many rows a sweep forgot.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Swept {
    pub sessions: u64,
    pub login_attempts: u64,
    pub idempotency_keys: u64,
    pub limits: u64,
    pub api_keys: u64,
}

impl Accounts {
    /// Forgets what has ended by `now`: at most 10,000 rows per table, the rest next time.
    pub async fn sweep(&self, now: DateTime<Utc>) -> Result<Swept, AccountsError> {
        let store = &self.store;
        let ended = now - ENDED_KEYS_KEPT;
        Ok(Swept {
            sessions: batches!(store.sweep_sessions(now, BATCH)),
            login_attempts: batches!(store.sweep_login_attempts(now, BATCH)),
            idempotency_keys: batches!(store.sweep_idempotency_keys(now, BATCH)),
            limits: batches!(store.sweep_limits(now, BATCH)),
            api_keys: batches!(store.sweep_api_keys(ended, BATCH)),
        })
    }
}
