//! The worker that makes plans: beside the one of the ranking, so that a plan, which may take an
//! hour, never keeps a ranking waiting.

use std::sync::Arc;
use std::time::Duration;

use pipeline::Pipeline;
use queue::{Stop, Worker};
use tokio::task::JoinSet;

use crate::cli::WorkOptions;
use crate::system::{SystemClock, SystemEntropy};
use crate::wiring::{self, ArenaRanking};

/// How plans are made in this process.
#[derive(Debug, Clone, Copy)]
pub(in crate::commands) struct PlanWorker<'a> {
    /// At once.
    pub(in crate::commands) plans: u16,
    pub(in crate::commands) work: &'a WorkOptions,
}

impl PlanWorker<'_> {
    /// Begins to make plans. The pipeline that comes back wakes the worker.
    pub(in crate::commands) fn start(
        self,
        running: &mut JoinSet<()>,
        pipeline: Pipeline,
        ranking: ArenaRanking,
        stop: &Stop,
    ) -> Pipeline {
        let holder = wiring::holder();
        let lease_secs = self.work.lease_secs;
        let worker = Worker::new(
            ranking.service.store.clone(),
            Arc::new(SystemClock),
            Arc::new(SystemEntropy),
            queue::Settings {
                concurrency: self.plans.into(),
                lease_secs,
                heartbeat: Duration::from_secs((lease_secs / 4).max(1).into()),
                ..queue::Settings::default()
            },
            queue::Holder {
                token: holder.token,
                is_dead: holder.is_dead,
            },
            pipeline::work::handlers(&pipeline, Arc::new(ranking)),
            Vec::new(),
        );
        let (wake, stopped) = (worker.wake(), stop.clone());
        running.spawn(async move { worker.run(stopped).await });
        pipeline.with_wake(wake)
    }
}
