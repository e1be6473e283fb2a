//! The use cases of generation: what pages, API, MCP and the command line call.
//!
//! Invariants: reading follows visibility (the owner, an administrator, or anybody when the run is
//! completed and public), everything else is the owner's or an administrator's, and what isn't
//! yours is [`PipelineError::NotFound`]. A change and the job that it asks for are one transaction.
//!
//! Deliberately absent: HTTP, HTML, printing, and the ranking (see [`crate::ranking`]).

mod create;
mod download;
mod drive;
mod error;
mod feedback;
mod files;
mod outline;
mod read;
mod steer;
mod types;

use std::sync::Arc;

use chrono::{DateTime, NaiveTime, TimeDelta, Utc};
use environment::{Clock, Entropy};
use hmac::{Hmac, KeyInit, Mac};
use queue::Wake;
use sha2::Sha256;
use store::{GENERATE, Generation, GenerationState, JobId, JobPriority, NewJob, PlanId};
use store::{Store, Visibility};

use crate::Stages;
use crate::artifacts::Artifacts;
use crate::links::LinkKey;
use crate::profiles::Profiles;
use crate::stages::StageError;

pub use create::MAX_PROMPT_BYTES;
pub use drive::Driven;
pub use error::{PipelineError, WrongState};
pub use files::MAX_EDIT_BYTES;
pub(crate) use read::mode_of;
pub use steer::ResumeOptions;
pub use types::{
    Artifact, Created, DownloadInfo, Edited, Estimate, Feedback, NewRun, ProfileInfo, Progress,
    RunCost, RunPage, RunState, RunStatus, RunSummary, StageStatus, Viewer,
};

/// A job is dead after so many failures; the queue waits longer after each.
pub(crate) const MAX_ATTEMPTS: u16 = 8;

/// How the service makes plans.
#[derive(Debug, Clone)]
pub struct PipelineSettings {
    pub stages: Stages,
    pub artifacts: Artifacts,
    pub profiles: Profiles,
    /// Behind the delimiters of prompts and behind links.
    pub secret: [u8; 32],
    /// Model calls of one run under way at once.
    pub concurrency: usize,
    /// What one attempt at a plan may cost.
    pub max_cost_nano_usd: Option<i64>,
    /// What all model calls of a day (UTC) may cost.
    pub max_cost_per_day_nano_usd: Option<i64>,
    /// How long a signed link opens.
    pub link_life: TimeDelta,
    /// A run that is worked on and of which nothing has come for so long is stalled.
    pub stall_after: TimeDelta,
    /// The same wish again within this time means the run that is under way.
    pub dedupe_within: TimeDelta,
}

impl PipelineSettings {
    /// The usual ones.
    pub fn new(stages: Stages, artifacts: Artifacts, profiles: Profiles, secret: [u8; 32]) -> Self {
        Self {
            stages,
            artifacts,
            profiles,
            secret,
            concurrency: 16,
            max_cost_nano_usd: None,
            max_cost_per_day_nano_usd: None,
            link_life: TimeDelta::hours(24),
            stall_after: TimeDelta::minutes(10),
            dedupe_within: TimeDelta::seconds(600),
        }
    }
}

/// The use cases of generation; clones share everything.
#[derive(Debug, Clone)]
pub struct Pipeline {
    pub(crate) store: Store,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) entropy: Arc<dyn Entropy>,
    pub(crate) settings: Arc<PipelineSettings>,
    links: LinkKey,
    wake: Wake,
}

impl Pipeline {
    pub fn new(
        store: Store,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
        settings: PipelineSettings,
    ) -> Self {
        Self {
            links: LinkKey::new(derived(&settings.secret, "planrank-links/1")),
            store,
            clock,
            entropy,
            settings: Arc::new(settings),
            wake: Wake::default(),
        }
    }

    /// Without models, with the built-in stages, files in memory: for tests and trials.
    pub fn offline(
        store: Store,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
    ) -> Result<Self, StageError> {
        let settings = PipelineSettings::new(
            Stages::built_in()?,
            Artifacts::in_memory(),
            Profiles::offline(),
            [7; 32],
        );
        Ok(Self::new(store, clock, entropy, settings))
    }

    /// Tells this worker, which is in the same process, when there is a plan to make.
    #[must_use]
    pub fn with_wake(self, wake: Wake) -> Self {
        Self { wake, ..self }
    }

    /// The choices of models, the default one marked.
    pub fn profiles(&self) -> Vec<ProfileInfo> {
        self.settings.profiles.list()
    }

    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    fn random(&self) -> [u8; 10] {
        let bytes = self.entropy.bytes();
        std::array::from_fn(|i| bytes[i])
    }

    fn job(&self, plan: PlanId, owner: store::AccountId) -> NewJob {
        let now = self.now();
        NewJob {
            job_id: JobId::new(now, self.random()),
            kind: GENERATE.to_owned(),
            key: Some(plan.to_string()),
            account_id: owner,
            priority: JobPriority::Normal,
            payload: serde_json::json!({ "plan_id": plan }).to_string(),
            run_at: now,
            max_attempts: MAX_ATTEMPTS,
        }
    }

    /// A run that the viewer may read.
    async fn readable(&self, viewer: Viewer, id: PlanId) -> Result<Generation, PipelineError> {
        let run = self.store.generation(id).await?;
        run.filter(|run| viewer.may_read(run))
            .ok_or(PipelineError::NotFound)
    }

    /// A run that the viewer may change.
    async fn own(&self, viewer: Viewer, id: PlanId) -> Result<Generation, PipelineError> {
        let run = self.store.generation(id).await?;
        run.filter(|run| viewer.may_change(run))
            .ok_or(PipelineError::NotFound)
    }

    /// Where a run stands, a standstill included.
    pub(crate) fn state_of(&self, run: &Generation) -> RunState {
        let stalled = || self.now() - run.last_progress_at > self.settings.stall_after;
        match run.state {
            GenerationState::Pending => RunState::Pending,
            GenerationState::Processing if stalled() => RunState::Stalled,
            GenerationState::Processing => RunState::Processing,
            GenerationState::Completed => RunState::Completed,
            GenerationState::Failed if gave_up_waiting(run) => RunState::Stalled,
            GenerationState::Failed => RunState::Failed,
            GenerationState::Stopped => RunState::Stopped,
        }
    }

    /// What today's model calls may still cost; `None` without a cap.
    pub(crate) async fn left_today(&self) -> Result<Option<i64>, PipelineError> {
        let Some(cap) = self.settings.max_cost_per_day_nano_usd else {
            return Ok(None);
        };
        let midnight = self.now().date_naive().and_time(NaiveTime::MIN).and_utc();
        let spent = self.store.spend(None, Some(midnight)).await?.cost_nano_usd;
        Ok(Some(cap.saturating_sub(spent)))
    }

    /// The secret behind the delimiters of one attempt's prompts: the same when it is resumed, so
    /// that its answers are found again.
    pub(crate) fn nonce_secret(&self, run: &Generation) -> [u8; 32] {
        let purpose = format!("planrank-run/1/{}/{}", run.plan_id, run.attempt);
        derived(&self.settings.secret, &purpose)
    }
}

impl Viewer {
    fn owns(self, run: &Generation) -> bool {
        self.account == Some(run.owner_id)
    }

    fn may_change(self, run: &Generation) -> bool {
        self.sees_all || self.owns(run)
    }

    fn may_read(self, run: &Generation) -> bool {
        let open = run.visibility != Visibility::Private && run.state == GenerationState::Completed;
        open || self.may_change(run)
    }
}

/// Whether its models answered no more.
fn gave_up_waiting(run: &Generation) -> bool {
    use crate::failure::FailureReason;
    read::failure_of(run).is_some_and(|failure| failure.reason == FailureReason::Stalled)
}

/// A key for one purpose.
fn derived(secret: &[u8; 32], purpose: &str) -> [u8; 32] {
    let Ok(mut mac) = <Hmac<Sha256> as KeyInit>::new_from_slice(secret) else {
        unreachable!("HMAC takes keys of any length")
    };
    mac.update(purpose.as_bytes());
    mac.finalize().into_bytes().into()
}
