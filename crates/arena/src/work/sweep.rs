//! Upkeep that other parts bring along, such as forgetting what has expired.

use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use queue::{Done, Failure, Handler, Job, Stop};

use crate::service::{SWEEP, Service};

/// One piece of upkeep; it must bear to be done twice.
#[async_trait]
pub trait Sweep: Send + Sync {
    fn name(&self) -> &'static str;

    /// How many things were cleared away, or why not.
    async fn sweep(&self, now: DateTime<Utc>) -> Result<u64, String>;
}

pub(super) struct Sweeping {
    pub(super) service: Service,
    pub(super) sweeps: Vec<Arc<dyn Sweep>>,
}

#[async_trait]
impl Handler for Sweeping {
    fn kind(&self) -> &'static str {
        SWEEP
    }

    /// One that fails doesn't keep the others from their turn.
    async fn run(&self, _: &Job, stop: &Stop) -> Result<Done, Failure> {
        let mut failed = Vec::new();
        for sweep in &self.sweeps {
            if stop.is_requested() {
                return Err(Failure::Released);
            }
            match sweep.sweep(self.service.now()).await {
                Ok(cleared) => tracing::debug!(sweep.name = sweep.name(), cleared, "swept"),
                Err(why) => failed.push(format!("{}: {why}", sweep.name())),
            }
        }
        if failed.is_empty() {
            return Ok(Done::Finished);
        }
        Err(Failure::Retry {
            why: failed.join("; "),
        })
    }
}
