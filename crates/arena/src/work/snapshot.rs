//! Takes a new snapshot of the corpus when it has outgrown the last one, and has every plan
//! measured against it; the old values stay until then.

use std::sync::Arc;

use async_trait::async_trait;
use queue::{Done, Failure, Handler, Job, Stop};
use store::{JobPriority, StoreError};

use super::store_failed;
use crate::extract::{self, ExtractError, One};
use crate::service::{SNAPSHOT, Service};
use store::Contest;

pub(super) struct Snapshot(pub(super) Service);

#[async_trait]
impl Handler for Snapshot {
    fn kind(&self) -> &'static str {
        SNAPSHOT
    }

    async fn run(&self, _: &Job, stop: &Stop) -> Result<Done, Failure> {
        if stop.is_requested() {
            return Err(Failure::Released);
        }
        let service = &self.0;
        let embedder = Arc::clone(&service.models.embedder);
        match extract::renew_snapshot(&service.store, &*service.clock, &*embedder).await {
            Ok(()) => {}
            Err(ExtractError::Store(error)) => return Err(store_failed(&error)),
            Err(error) => {
                tracing::error!(%error, "no snapshot of the corpus can be taken");
                let why = "the corpus can't be measured; an operator must look".to_owned();
                return Err(Failure::Fatal { why });
            }
        }
        match self.enqueue_outdated().await {
            Ok(()) => Ok(Done::Finished),
            Err(error) => Err(store_failed(&error)),
        }
    }
}

impl Snapshot {
    /// Plans without KPIs have a job of their own already, and enqueueing it twice does nothing.
    async fn enqueue_outdated(&self) -> Result<(), StoreError> {
        let service = &self.0;
        let models = service.models_for(Contest::Public, None);
        let one = One {
            store: &service.store,
            clock: &*service.clock,
            embedder: &*service.models.embedder,
            rater: models.rater.as_ref(),
        };
        let version = match extract::version_in_force(&one).await {
            Ok(version) => version,
            Err(ExtractError::Store(error)) => return Err(error),
            Err(_) => return Ok(()),
        };
        let outdated = service.store.plans_without_kpis(&version, u32::MAX).await?;
        for id in outdated {
            let Some(plan) = service.store.plan(id).await? else {
                continue;
            };
            let job = service.extract_job(id, plan.owner_id, JobPriority::Low);
            service.store.enqueue(&job, service.now()).await?;
        }
        Ok(())
    }
}
