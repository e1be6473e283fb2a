//! Jobs, accounts and judges as operators see them.

use std::collections::{BTreeMap, BTreeSet};

use accounts::{Account, AccountId};
use chrono::{DateTime, Utc};
use store::{JobCount, JobRow, JobState, PausedKind, Store, StoreError};

use super::count;
use super::judge::JudgeNames;
use crate::view::admin::{AccountRow, DeadJob, JobKind, JudgeRow};
use crate::view::format::Moment;

/// Errors of jobs may hold a whole answer of a server.
const MAX_ERROR_CHARS: usize = 600;
const MAX_PAYLOAD_CHARS: usize = 600;

/// Every kind that has a job or is paused.
pub(in crate::pages) fn kinds(
    counts: &[JobCount],
    paused: &[PausedKind],
    now: DateTime<Utc>,
) -> Vec<JobKind> {
    let counted = counts.iter().map(|count| count.kind.as_str());
    let names: BTreeSet<&str> = counted
        .chain(paused.iter().map(|p| p.kind.as_str()))
        .collect();
    let kind = |name: &str| {
        let of = |state| counts.iter().find(|c| c.kind == name && c.state == state);
        let number = |state| of(state).map_or(0, |found| count(found.count));
        JobKind {
            kind: name.to_owned(),
            waiting: number(JobState::Waiting),
            running: number(JobState::Running),
            dead: number(JobState::Dead),
            oldest_waiting: of(JobState::Waiting).map(|found| Moment::new(found.oldest, now)),
            paused: paused.iter().any(|p| p.kind == name),
        }
    };
    names.into_iter().map(kind).collect()
}

pub(in crate::pages) fn dead_total(counts: &[JobCount]) -> u64 {
    let dead = counts.iter().filter(|c| c.state == JobState::Dead);
    dead.map(|c| count(c.count)).sum()
}

/// Names of the accounts whose jobs are shown.
#[derive(Debug)]
pub(in crate::pages) struct Names(BTreeMap<AccountId, String>);

impl Names {
    pub(in crate::pages) async fn read(store: &Store, jobs: &[JobRow]) -> Result<Self, StoreError> {
        let ids: BTreeSet<AccountId> = jobs.iter().map(|job| job.account_id).collect();
        let mut names = BTreeMap::new();
        for id in ids {
            if let Some(account) = store.account(id).await? {
                names.insert(id, account.display_name);
            }
        }
        Ok(Self(names))
    }
}

pub(in crate::pages) fn dead(job: JobRow, names: &Names, now: DateTime<Utc>) -> DeadJob {
    let name = names.0.get(&job.account_id).cloned();
    DeadJob {
        job_id: job.job_id.to_string(),
        kind: job.kind,
        account: name.unwrap_or_else(|| job.account_id.to_string()),
        attempts: u32::from(job.attempts),
        error: start(
            job.last_error.as_deref().unwrap_or("no reason given"),
            MAX_ERROR_CHARS,
        ),
        payload: start(&job.payload, MAX_PAYLOAD_CHARS),
        died: Moment::new(job.finished_at.unwrap_or(job.created_at), now),
    }
}

fn start(text: &str, chars: usize) -> String {
    match text.char_indices().nth(chars) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

pub(in crate::pages) fn account(account: Account, me: AccountId, now: DateTime<Utc>) -> AccountRow {
    AccountRow {
        account_id: account.account_id.to_string(),
        is_me: account.account_id == me,
        name: account.display_name,
        email: account.email,
        role: account.role.to_string(),
        created: Moment::new(account.created_at, now),
        last_seen: account.last_login.map(|at| Moment::new(at, now)),
        disabled: account.disabled_at.is_some(),
    }
}

pub(in crate::pages) fn judges(judges: &JudgeNames) -> Vec<JudgeRow> {
    let row = |(id, judge): (store::JudgeId, &crate::view::parts::JudgeName)| JudgeRow {
        judge_id: id.to_string(),
        judge: judge.clone(),
    };
    judges.all().map(row).collect()
}
