//! What the worker tells the `metrics` crate: `planrank_jobs_{waiting,running,dead}` by kind,
//! `planrank_jobs_total` by kind and outcome, `planrank_job_seconds` by kind.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use metrics::{counter, gauge, histogram};
use store::{JobCount, JobState};

const GAUGES: [(JobState, &str); 3] = [
    (JobState::Waiting, "planrank_jobs_waiting"),
    (JobState::Running, "planrank_jobs_running"),
    (JobState::Dead, "planrank_jobs_dead"),
];

/// Shows how many jobs there are; `known` kinds without any show 0.
pub(crate) fn counts(known: &[&'static str], counts: &[JobCount]) {
    let kinds: BTreeSet<&str> = known
        .iter()
        .copied()
        .chain(counts.iter().map(|count| count.kind.as_str()))
        .collect();
    for kind in kinds {
        for (state, name) in GAUGES {
            let found = counts
                .iter()
                .find(|count| count.kind == kind && count.state == state);
            let number = found.map_or(0, |count| count.count);
            gauge!(name, "kind" => kind.to_owned()).set(number as f64);
        }
    }
}

/// Counts a run that ended.
pub(crate) fn ended(kind: &str, outcome: &'static str, took: TimeDelta) {
    counter!("planrank_jobs_total", "kind" => kind.to_owned(), "outcome" => outcome).increment(1);
    let seconds = took.as_seconds_f64().max(0.0);
    histogram!("planrank_job_seconds", "kind" => kind.to_owned()).record(seconds);
}
