//! Counts of what reached the server.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};

/// Counts for one distinct request (by its bytes).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyCounts {
    /// How often it arrived.
    pub received: u64,
    /// How often a whole model answer (status 200, readable body) was handed out for it.
    pub answered: u64,
}

/// All counts since the start.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogSnapshot {
    pub received: u64,
    /// Requests that got any response, faults included.
    pub finished: u64,
    /// Requests that got a whole model answer.
    pub answered: u64,
    /// Requests whose client went away first.
    pub aborted: u64,
    pub in_flight: u64,
    pub max_in_flight: u64,
    /// How often each fault struck, by its name.
    pub faults: BTreeMap<String, u64>,
    /// By the SHA-256 of the request's path and body.
    pub by_key: BTreeMap<String, KeyCounts>,
}

impl LogSnapshot {
    /// Answers that were handed out for a request that had been answered before.
    pub fn repeated_answers(&self) -> u64 {
        let repeats = self
            .by_key
            .values()
            .map(|key| key.answered.saturating_sub(1));
        repeats.sum()
    }
}

#[derive(Debug, Default)]
pub(super) struct Log {
    counts: Mutex<LogSnapshot>,
}

impl Log {
    pub(super) fn snapshot(&self) -> LogSnapshot {
        self.lock().clone()
    }

    pub(super) fn fault(&self, name: &str) {
        *self.lock().faults.entry(name.to_owned()).or_default() += 1;
    }

    /// Counts an arrival; the visit tells how often the same request arrived before.
    pub(super) fn arrive(self: &Arc<Self>, key: &str) -> Visit {
        let mut counts = self.lock();
        counts.received += 1;
        counts.in_flight += 1;
        counts.max_in_flight = counts.max_in_flight.max(counts.in_flight);
        let of_key = counts.by_key.entry(key.to_owned()).or_default();
        let attempt = of_key.received;
        of_key.received += 1;
        drop(counts);
        Visit {
            log: Arc::clone(self),
            key: key.to_owned(),
            attempt,
            outcome: Outcome::Aborted,
        }
    }

    fn lock(&self) -> MutexGuard<'_, LogSnapshot> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Aborted,
    Failed,
    Answered,
}

/// A request being served. Dropped without an outcome, its client went away.
#[derive(Debug)]
pub(super) struct Visit {
    log: Arc<Log>,
    key: String,
    pub(super) attempt: u64,
    outcome: Outcome,
}

impl Visit {
    pub(super) fn failed(mut self) {
        self.outcome = Outcome::Failed;
    }

    pub(super) fn answered(mut self) {
        self.outcome = Outcome::Answered;
    }
}

impl Drop for Visit {
    fn drop(&mut self) {
        let mut counts = self.log.lock();
        counts.in_flight -= 1;
        if self.outcome == Outcome::Aborted {
            counts.aborted += 1;
            return;
        }
        counts.finished += 1;
        if self.outcome == Outcome::Answered {
            counts.answered += 1;
            counts.by_key.entry(self.key.clone()).or_default().answered += 1;
        }
    }
}
