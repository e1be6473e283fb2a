//! When and how long to wait before asking again.

use std::time::Duration;

use backon::ExponentialBuilder;

use crate::CallError;

/// Bounded exponential backoff with jitter. A provider's `Retry-After` wins when longer.
#[derive(Debug, Clone, Copy)]
pub struct RetryPolicy {
    /// Requests per model at most, the first included.
    pub max_attempts: usize,
    pub min_delay: Duration,
    pub max_delay: Duration,
    /// A provider that asks for a longer pause is given up for the next model.
    pub max_retry_after: Duration,
    /// Seeds the jitter, so that a run can be repeated exactly.
    pub jitter_seed: u64,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            max_attempts: 6,
            min_delay: Duration::from_millis(500),
            max_delay: Duration::from_secs(20),
            max_retry_after: Duration::from_mins(2),
            jitter_seed: 0,
        }
    }
}

impl RetryPolicy {
    /// The delays of one call; `entropy` keeps calls made at once from waiting in step.
    pub(crate) fn backoff(&self, entropy: u64) -> ExponentialBuilder {
        ExponentialBuilder::default()
            .with_min_delay(self.min_delay)
            .with_max_delay(self.max_delay)
            .with_max_times(self.max_attempts.saturating_sub(1))
            .with_jitter()
            .with_jitter_seed(self.jitter_seed ^ entropy)
    }

    /// The pause after `error`, or `None` to stop; `planned` is the backoff's own.
    pub(crate) fn pause(&self, error: &CallError, planned: Option<Duration>) -> Option<Duration> {
        let planned = planned.filter(|_| error.is_transient())?;
        match error.retry_after() {
            Some(asked) if asked > self.max_retry_after => None,
            Some(asked) => Some(asked.max(planned)),
            None => Some(planned),
        }
    }
}
