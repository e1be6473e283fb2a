//! What the use cases of the service work with: one bundle, cheap to clone.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, NaiveTime, TimeDelta, Utc};
use llm::{Budget, Meter};
use store::{AccountId, Contest, JobId, JobPriority, NewJob, PlanId, Store, StoreError};
use tokio::sync::Semaphore;

use crate::lease::Holder;
use crate::models::{ContestModels, Models};
use crate::rank::Cadence;
use crate::{Clock, Entropy};

/// Kinds of jobs.
pub const EXTRACT: &str = "extract";
pub const RANK: &str = "rank";
pub const SNAPSHOT: &str = "snapshot";
pub const SWEEP: &str = "sweep";

/// A job is dead after so many failures; the queue waits longer after each.
const MAX_ATTEMPTS: u16 = 8;
/// Submissions that may wait for their turn to be read; their bytes are in memory.
const MAX_WAITING: usize = 32;

/// How the service ranks.
#[derive(Debug, Clone, Copy)]
pub struct ServiceSettings {
    /// All comparisons ÷ plans.
    pub calls_per_plan: u32,
    pub seed: u64,
    /// Comparisons of one contest under way at once.
    pub concurrency: u16,
    /// From a plan's KPIs to the ranking of its contest, so that plans submitted together are
    /// ranked together.
    pub settle: Duration,
    /// What all model calls of a day (UTC) may cost, in nano-USD. A job may spend what was left when
    /// it began, so jobs that run at the same time may together exceed it.
    pub max_cost_per_day_nano_usd: Option<i64>,
    /// Plans read at once; each may take some 200 MiB.
    pub readers: usize,
    /// Give up what an unfinished round still wants of judges that are no longer used.
    pub abandon_round: bool,
    pub cadence: Cadence,
}

impl Default for ServiceSettings {
    fn default() -> Self {
        Self {
            calls_per_plan: 12,
            seed: 1,
            concurrency: 8,
            settle: Duration::from_secs(2),
            max_cost_per_day_nano_usd: None,
            readers: 2,
            abandon_round: false,
            cadence: Cadence::default(),
        }
    }
}

/// Store, time, randomness, models and settings of a process.
#[derive(Debug, Clone)]
pub struct Service {
    pub store: Store,
    pub clock: Arc<dyn Clock>,
    pub entropy: Arc<dyn Entropy>,
    pub models: Models,
    pub settings: ServiceSettings,
    /// This process, as contests' leases name it.
    pub holder: Holder,
    pub(crate) readers: Arc<Semaphore>,
    pub(crate) waiting: Arc<Semaphore>,
}

impl Service {
    pub fn new(
        store: Store,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
        models: Models,
        settings: ServiceSettings,
        holder: Holder,
    ) -> Self {
        let readers = settings.readers.max(1);
        Self {
            store,
            clock,
            entropy,
            models,
            settings,
            holder,
            readers: Arc::new(Semaphore::new(readers)),
            waiting: Arc::new(Semaphore::new(readers + MAX_WAITING)),
        }
    }

    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    pub(crate) fn random(&self) -> [u8; 10] {
        let bytes = self.entropy.bytes();
        std::array::from_fn(|i| bytes[i])
    }

    /// What today's model calls may still cost; `None` without a cap.
    pub(crate) async fn left_today(&self) -> Result<Option<i64>, StoreError> {
        let Some(cap) = self.settings.max_cost_per_day_nano_usd else {
            return Ok(None);
        };
        let midnight = self.now().date_naive().and_time(NaiveTime::MIN).and_utc();
        let spent = self.store.spend(None, Some(midnight)).await?.cost_nano_usd;
        Ok(Some(cap.saturating_sub(spent)))
    }

    /// The models of a contest, with at most so many nano-USD.
    pub(crate) fn models_for(
        &self,
        contest: Contest,
        max_cost_nano_usd: Option<i64>,
    ) -> ContestModels {
        let budget = Budget {
            max_cost_nano_usd,
            ..Budget::default()
        };
        self.models
            .for_contest(&self.store, &self.clock, contest, Meter::new(budget))
    }

    /// When a job goes on that found the day's money used: the next day, but it looks before
    /// whether the cap was raised.
    pub(crate) fn when_money_is_back(&self) -> DateTime<Utc> {
        let now = self.now();
        let midnight = now.date_naive().and_time(NaiveTime::MIN).and_utc();
        (midnight + TimeDelta::days(1)).min(now + TimeDelta::minutes(15))
    }

    /// The job that measures a plan.
    pub(crate) fn extract_job(
        &self,
        plan: PlanId,
        owner: AccountId,
        priority: JobPriority,
    ) -> NewJob {
        NewJob {
            payload: serde_json::json!({ "plan_id": plan }).to_string(),
            priority,
            ..self.job(EXTRACT, plan.to_string(), owner, Duration::ZERO)
        }
    }

    /// The job that ranks a contest.
    pub(crate) fn rank_job(&self, contest: Contest) -> NewJob {
        let account = match contest {
            Contest::Public => AccountId::SYSTEM,
            Contest::Private(owner) => owner,
        };
        NewJob {
            payload: serde_json::json!({ "contest": contest }).to_string(),
            ..self.job(RANK, contest.to_string(), account, self.settings.settle)
        }
    }

    /// The job that looks whether the corpus has outgrown its snapshot.
    pub(crate) fn snapshot_job(&self) -> NewJob {
        let pause = 5 * self.settings.settle;
        NewJob {
            priority: JobPriority::Low,
            ..self.job(SNAPSHOT, "corpus".to_owned(), AccountId::SYSTEM, pause)
        }
    }

    fn job(&self, kind: &str, key: String, account_id: AccountId, pause: Duration) -> NewJob {
        let now = self.now();
        NewJob {
            job_id: JobId::new(now, self.random()),
            kind: kind.to_owned(),
            key: Some(key),
            account_id,
            priority: JobPriority::Normal,
            payload: "{}".to_owned(),
            run_at: now + pause,
            max_attempts: MAX_ATTEMPTS,
        }
    }
}
