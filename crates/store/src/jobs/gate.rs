//! The gate keeps waiting jobs out of the claim index: until their time, or while their kind is
//! paused. It spares claims the walk past them; that nothing of a paused kind is claimed does not
//! rest on it.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, Value};

use crate::dialect::Backend;
use crate::jobs::JobPriority;
use crate::jobs::turn::take_turns;
use crate::sql::{all, execute, from_row, params, placeholders, scalar, text_enum};
use crate::{AccountId, JobId, Store, StoreError};

/// Jobs per transaction when many change their gate.
const BATCH: i64 = 500;

text_enum! {
    /// Whether a waiting job may be claimed; of no meaning in other states.
    JobGate {
        Open = "open",
        /// Its time has not come.
        Later = "later",
        /// Its kind is paused.
        Paused = "paused",
    }
}

impl JobGate {
    /// Where a job of a kind that is not paused stands.
    pub(super) fn at(run_at: DateTime<Utc>, now: DateTime<Utc>) -> Self {
        if run_at <= now {
            Self::Open
        } else {
            Self::Later
        }
    }

    pub(super) async fn of(
        on: &impl ConnectionTrait,
        kind: &str,
        run_at: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<Self, StoreError> {
        let sql = "SELECT COUNT(*) AS value FROM job_pause WHERE kind = $1 AND resumed_at IS NULL";
        match scalar::<i64>(on, sql, params![kind]).await? {
            Some(0) | None => Ok(Self::at(run_at, now)),
            Some(_) => Ok(Self::Paused),
        }
    }
}

/// Opens the gate of jobs whose time has come, each with its account's next turn.
///
/// A job gets its turn when it comes due, not when it is enqueued: turns of the past would let a
/// thousand retries of one account pass everybody.
pub(super) async fn open_due(store: &Store, now: DateTime<Utc>) -> Result<u64, StoreError> {
    let sql = "SELECT COUNT(*) AS value FROM
               (SELECT 1 FROM job WHERE state = 'waiting' AND gate = 'later' AND run_at <= $1 LIMIT 1) due";
    if scalar::<i64>(store.read(), sql, params![now]).await? == Some(0) {
        return Ok(0);
    }
    let write = store.write().await?;
    write
        .tx
        .execute_unprepared(store.backend().impatient())
        .await?;
    let sql = format!(
        "SELECT job_id, account_id, priority FROM job
         WHERE state = 'waiting' AND gate = 'later' AND run_at <= $1
         ORDER BY run_at, job_id LIMIT {BATCH}{}",
        store.backend().skip_locked()
    );
    let due: Vec<Due> = all(&write.tx, &sql, params![now]).await?;
    let opened = give_turns(&write.tx, due).await?;
    write.commit().await?;
    Ok(opened)
}

struct Due {
    job_id: JobId,
    account_id: AccountId,
    priority: JobPriority,
}

from_row!(Due {
    job_id,
    account_id,
    priority,
});

async fn give_turns(on: &impl ConnectionTrait, due: Vec<Due>) -> Result<u64, StoreError> {
    let mut shares: BTreeMap<(AccountId, JobPriority), Vec<JobId>> = BTreeMap::new();
    for job in due {
        let share = shares.entry((job.account_id, job.priority)).or_default();
        share.push(job.job_id);
    }
    let mut turns: Vec<Value> = Vec::new();
    for ((account, priority), jobs) in shares {
        let count = i64::try_from(jobs.len()).unwrap_or(BATCH);
        let last = take_turns(on, account, priority, count).await?;
        for (job, turn) in jobs.into_iter().zip(last - count + 1..) {
            turns.extend(params![job, turn]);
        }
    }
    if turns.is_empty() {
        return Ok(0);
    }
    let sql = format!(
        "UPDATE job SET gate = 'open', turn = given.column2 FROM (VALUES {}) AS given
         WHERE job_id = given.column1",
        placeholders(Backend::of(on), turns.len() / 2, 2)
    );
    execute(on, &sql, turns).await
}

/// Shuts out the waiting jobs of a kind, in transactions of bounded size.
pub(super) async fn shut(store: &Store, kind: &str) -> Result<(), StoreError> {
    let mut after: Option<JobId> = None;
    loop {
        let sql = "UPDATE job SET gate = 'paused' WHERE state = 'waiting' AND job_id IN
                   (SELECT job_id FROM job WHERE state = 'waiting' AND kind = $1 AND job_id > $2
                    ORDER BY job_id LIMIT $3) RETURNING job_id";
        let after_id = after.unwrap_or(JobId(uuid::Uuid::nil()));
        let write = store.write().await?;
        let shut: Vec<Shut> = all(&write.tx, sql, params![kind, after_id, BATCH]).await?;
        write.commit().await?;
        let Some(last) = shut.iter().map(|row| row.job_id).max() else {
            return Ok(());
        };
        after = Some(last);
    }
}

/// Lets the waiting jobs of a resumed kind back in; they come due again, and get new turns.
pub(super) async fn unshut(store: &Store, kind: &str) -> Result<u64, StoreError> {
    let mut freed = 0;
    loop {
        let sql = "UPDATE job SET gate = 'later' WHERE state = 'waiting' AND job_id IN
                   (SELECT job_id FROM job WHERE state = 'waiting' AND gate = 'paused' AND kind = $1
                    LIMIT $2)";
        let write = store.write().await?;
        let batch = execute(&write.tx, sql, params![kind, BATCH]).await?;
        write.commit().await?;
        if batch == 0 {
            return Ok(freed);
        }
        freed += batch;
    }
}

struct Shut {
    job_id: JobId,
}

from_row!(Shut { job_id });
