//! The worker: claims while it has room, looks again soon after work and later when there is none,
//! and drains when it is asked to stop.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use environment::{Clock, Entropy};
use store::{ClaimedJob, LeaseTerms, Store};
use tokio::task::JoinSet;
use tracing::{info, warn};

use crate::share::Share;
use crate::{Handler, Holder, Schedule, Settings, Stop, Wake, housekeeping, running};

/// What every part of a worker needs.
pub(crate) struct Core {
    pub(crate) store: Store,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) entropy: Arc<dyn Entropy>,
    pub(crate) settings: Settings,
    pub(crate) holder: Holder,
    pub(crate) handlers: BTreeMap<&'static str, Arc<dyn Handler>>,
    pub(crate) schedules: Vec<Schedule>,
    pub(crate) wake: Wake,
}

impl Core {
    pub(crate) fn lease(&self) -> TimeDelta {
        TimeDelta::seconds(i64::from(self.settings.lease_secs))
    }

    pub(crate) fn kinds(&self) -> Vec<&'static str> {
        self.handlers.keys().copied().collect()
    }
}

/// Runs jobs of the kinds that it has handlers for.
#[derive(Clone)]
pub struct Worker {
    core: Arc<Core>,
}

impl fmt::Debug for Worker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Worker")
            .field("kinds", &self.core.kinds())
            .field("settings", &self.core.settings)
            .field("holder", &self.core.holder)
            .finish_non_exhaustive()
    }
}

impl Worker {
    /// # Panics
    /// When two handlers are for one kind.
    pub fn new(
        store: Store,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
        settings: Settings,
        holder: Holder,
        handlers: Vec<Arc<dyn Handler>>,
        schedules: Vec<Schedule>,
    ) -> Self {
        let mut by_kind = BTreeMap::new();
        for handler in handlers {
            let kind = handler.kind();
            assert!(
                by_kind.insert(kind, handler).is_none(),
                "two handlers for {kind:?}"
            );
        }
        let core = Core {
            store,
            clock,
            entropy,
            settings,
            holder,
            handlers: by_kind,
            schedules,
            wake: Wake::default(),
        };
        Self {
            core: Arc::new(core),
        }
    }

    /// A handle for whoever enqueues in this process.
    pub fn wake(&self) -> Wake {
        self.core.wake.clone()
    }

    /// Works until `stop` is requested and the running jobs have ended or were given back.
    pub async fn run(&self, stop: Stop) {
        info!(worker.holder = self.core.holder.token, worker.kinds = ?self.core.kinds(), "worker started");
        tokio::join!(self.work(&stop), housekeeping::run(&self.core, &stop));
        info!(worker.holder = self.core.holder.token, "worker stopped");
    }

    async fn work(&self, stop: &Stop) {
        let settings = &self.core.settings;
        let (cut, mut running) = (Stop::new(), JoinSet::new());
        let mut share = Share::of(&self.core.holder.token);
        let mut pause = settings.poll_min;
        while !stop.is_requested() {
            let room = running.len() < settings.concurrency.max(1);
            let claimed = if room {
                self.claim(&mut share).await
            } else {
                None
            };
            if let Some(job) = claimed {
                let core = Arc::clone(&self.core);
                running.spawn(running::supervise(core, job, stop.clone(), cut.clone()));
                pause = settings.poll_min;
                continue;
            }
            pause = match self.rest(&mut running, pause, stop).await {
                Rest::Roused => settings.poll_min,
                Rest::Slept => (pause * 2).min(settings.poll_max),
            };
        }
        self.drain(running, &cut).await;
    }

    async fn claim(&self, share: &mut Share) -> Option<ClaimedJob> {
        let core = &self.core;
        let kinds = core.kinds();
        let terms = LeaseTerms {
            token: &core.holder.token,
            lease: core.lease(),
            kinds: &kinds,
            first: share.first(),
        };
        match core.store.claim_job(terms, core.clock.now()).await {
            Ok(claimed) => {
                if claimed.is_some() {
                    share.claimed();
                }
                claimed
            }
            Err(error) => {
                warn!(error = %error, "the queue cannot be read; trying again");
                None
            }
        }
    }

    /// Waits for a reason to look again: a job that ended, a wake-up, the stop, or time.
    async fn rest(&self, running: &mut JoinSet<()>, pause: Duration, stop: &Stop) -> Rest {
        tokio::select! {
            () = stop.requested() => Rest::Roused,
            () = self.core.wake.notified() => Rest::Roused,
            Some(_) = running.join_next() => Rest::Roused,
            () = tokio::time::sleep(pause) => Rest::Slept,
        }
    }

    async fn drain(&self, mut running: JoinSet<()>, cut: &Stop) {
        let all = async { while running.join_next().await.is_some() {} };
        if tokio::time::timeout(self.core.settings.drain, all)
            .await
            .is_err()
        {
            warn!(
                jobs = running.len(),
                "jobs did not stop in time: giving them back"
            );
            cut.request();
            while running.join_next().await.is_some() {}
        }
    }
}

enum Rest {
    Roused,
    Slept,
}
