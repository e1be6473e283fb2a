//! The database: reachable, migrated, writable, its clock; what it holds; the queue in it.

use chrono::{DateTime, TimeDelta, Utc};
use store::{JobState, Store};

use super::check::Check;
use crate::wiring::Database;

/// Leases and rate limits are told by the clocks of several machines.
const MOST_SKEW: TimeDelta = TimeDelta::seconds(5);
/// A job that is due for so long waits for a worker that isn't there.
const LONG_WAIT: TimeDelta = TimeDelta::minutes(15);

/// All that can be looked at.
pub(super) async fn all(database: &Database, now: DateTime<Utc>) -> Vec<Check> {
    let store = match database.open_as_it_is().await {
        Ok(store) => store,
        Err(error) => return vec![Check::of("database", Err::<String, _>(error))],
    };
    let answers = store.ping().await;
    let answers = answers.map(|()| format!("{:?} answers", store.backend()));
    let mut checks = vec![Check::of("database", answers)];
    let (schema, readable) = schema(&store, database).await;
    checks.push(schema);
    if readable {
        checks.push(writable(&store, now).await);
        checks.extend(clock(&store, now).await);
        checks.extend(contents(&store).await);
        checks.extend(queue(&store, now).await);
    }
    checks
}

async fn schema(store: &Store, database: &Database) -> (Check, bool) {
    match store.pending_migrations().await {
        Ok(pending) if pending.is_empty() => (Check::ok("schema", "up to date"), true),
        Ok(pending) => {
            let finding = format!("{} migrations are to be applied", pending.len());
            let advice = format!("run `planrank migrate{}`", database.hint());
            (Check::failed("schema", finding, &advice), false)
        }
        Err(error) => (Check::of("schema", Err::<String, _>(error)), false),
    }
}

async fn writable(store: &Store, now: DateTime<Utc>) -> Check {
    match store.check_writable(now).await {
        Ok(()) => Check::ok("database permissions", "rows can be written"),
        Err(error) => Check::failed(
            "database permissions",
            error.to_string(),
            "let the database's user write to the tables, and see whether the disk is full",
        ),
    }
}

async fn clock(store: &Store, now: DateTime<Utc>) -> Option<Check> {
    let theirs = store.server_clock().await.ok()??;
    let skew = (theirs - now).abs();
    let finding = format!("{} ms apart from the database's", skew.num_milliseconds());
    Some(if skew <= MOST_SKEW {
        Check::ok("clock", finding)
    } else {
        let advice = "set both machines' clocks by NTP: leases and limits depend on them";
        Check::warning("clock", finding, advice)
    })
}

async fn contents(store: &Store) -> Vec<Check> {
    let plans = store.count_plans().await.map(|n| format!("{n} stored"));
    let vectors = |fast: bool| if fast { "pgvector index" } else { "exact scan" }.to_owned();
    vec![
        Check::of("plans", plans),
        Check::of("vector search", store.uses_pgvector().await.map(vectors)),
        judges(store).await,
    ]
}

async fn judges(store: &Store) -> Check {
    let judges = match store.judges().await {
        Ok(judges) => judges,
        Err(error) => return Check::of("judges", Err::<String, _>(error)),
    };
    let suspended: Vec<String> = judges
        .iter()
        .filter_map(|judge| {
            let why = judge.suspended_why.as_ref()?;
            Some(format!("{} is suspended: {why}", judge.name))
        })
        .collect();
    if suspended.is_empty() {
        return Check::ok("judges", format!("{} known, none suspended", judges.len()));
    }
    Check::failed(
        "judges",
        suspended.join("; "),
        "choose another model as judge",
    )
}

async fn queue(store: &Store, now: DateTime<Utc>) -> Vec<Check> {
    let (counts, paused) = match (store.count_jobs().await, store.paused_kinds().await) {
        (Ok(counts), Ok(paused)) => (counts, paused),
        (Err(error), _) | (_, Err(error)) => {
            return vec![Check::of("queue", Err::<String, _>(error))];
        }
    };
    let mut checks = Vec::new();
    for kind in &paused {
        let finding = format!("{} is paused: {}", kind.kind, kind.reason);
        let advice = format!("`planrank admin resume {}` lets it go on", kind.kind);
        checks.push(Check::warning("queue", finding, &advice));
    }
    for jobs in &counts {
        let what = format!("{} {} jobs", jobs.count, jobs.kind);
        let waited = now - jobs.oldest;
        if jobs.state == JobState::Dead {
            let advice = "`planrank admin jobs` says why; retry or discard them";
            checks.push(Check::warning("queue", format!("{what} are dead"), advice));
        } else if jobs.state == JobState::Waiting
            && waited > LONG_WAIT
            && paused.iter().all(|kind| kind.kind != jobs.kind)
        {
            let finding = format!("{what} wait, one since {} minutes", waited.num_minutes());
            let advice = "start a worker (`planrank serve --role worker`), or more of them";
            checks.push(Check::warning("queue", finding, advice));
        }
    }
    if checks.is_empty() {
        checks.push(Check::ok("queue", "nothing dead, nothing left waiting"));
    }
    checks
}
