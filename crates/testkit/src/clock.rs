//! A clock that stands still until a test moves it, and random bytes that a test can repeat.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use environment::{Clock, Entropy};

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

impl Clock for TestClock {
    fn now(&self) -> DateTime<Utc> {
        Self::now(self)
    }
}

/// Different bytes at each call, the same series for the same seed. Not for secrets.
#[derive(Debug, Default)]
pub struct TestEntropy {
    next: AtomicU64,
}

impl TestEntropy {
    pub fn seeded(seed: u64) -> Self {
        Self {
            next: AtomicU64::new(seed << 32),
        }
    }
}

impl Entropy for TestEntropy {
    fn bytes(&self) -> [u8; 16] {
        let n = u128::from(self.next.fetch_add(1, Ordering::Relaxed)) + 1;
        // An odd factor keeps them apart, and spreads a counter over all bytes.
        n.wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835)
            .to_le_bytes()
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
