//! A clock that stands still until a test moves it.

use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};

/// Shows the time that the test set. Clones show the same time.
#[derive(Debug, Clone)]
pub struct TestClock {
    now: Arc<Mutex<DateTime<Utc>>>,
}

impl TestClock {
    pub fn at(now: DateTime<Utc>) -> Self {
        Self {
            now: Arc::new(Mutex::new(now)),
        }
    }

    pub fn now(&self) -> DateTime<Utc> {
        *self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn advance(&self, by: TimeDelta) {
        *self.now.lock().unwrap_or_else(PoisonError::into_inner) += by;
    }
}

impl Default for TestClock {
    /// Noon UTC on 1 January 2026.
    fn default() -> Self {
        Self::at(DateTime::UNIX_EPOCH + TimeDelta::seconds(1_767_268_800))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_moves_only_when_told() {
        let clock = TestClock::default();
        let other = clock.clone();
        assert_eq!(clock.now().to_rfc3339(), "2026-01-01T12:00:00+00:00");
        clock.advance(TimeDelta::seconds(5));
        assert_eq!(other.now().to_rfc3339(), "2026-01-01T12:00:05+00:00");
    }
}
