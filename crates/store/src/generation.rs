//! Runs that make plans: their rows and states. What may happen to them is in the submodules:
//! `create`, `steer` (people), `drive` (the worker that has the run), `stages`, `files`, `calls`.
//!
//! Invariants
//! - Whoever drives a run shows the *epoch* it was given; a later one makes all its writes void.
//! - Each change that somebody could see makes the run's `revision` grow.
//! - A stage's record and its files change in one transaction.

mod create;
mod drive;
mod feedback;
mod files;
mod stages;
mod steer;

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::sql::{all, from_row, one, params, text_enum};
use crate::{AccountId, Digest, PlanId, Store, StoreError, Visibility};

pub use create::{GenerationCreated, NewGeneration};
pub use drive::{GenerationEnd, Pulse};
pub use feedback::NewFeedback;
pub use files::{ArtifactChange, ArtifactRow, EditOutcome, MAX_EDITED_RUN, NewArtifact};
pub use stages::{StageCall, StageRow, StageState};
pub use steer::{Reopen, Reopened, StopAsked};

/// The kind of the jobs that make plans; their key is the plan's id.
pub const GENERATE: &str = "generate";

text_enum! {
    /// Where a run stands.
    GenerationState {
        /// For a worker.
        Pending = "pending",
        Processing = "processing",
        Completed = "completed",
        Failed = "failed",
        Stopped = "stopped",
    }
}

/// One run.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Generation {
    pub plan_id: PlanId,
    pub owner_id: AccountId,
    pub title: String,
    /// Whether its owner gave the title.
    pub titled: bool,
    pub prompt: String,
    pub mode: String,
    pub profile: String,
    /// `YYYY-MM-DD`.
    pub start_date: String,
    pub visibility: Visibility,
    pub state: GenerationState,
    /// JSON, of a failed run only.
    pub failure: Option<String>,
    pub stop_requested: bool,
    pub attempt: i64,
    pub resume_count: i64,
    pub epoch: i64,
    pub revision: i64,
    pub max_cost_nano_usd: Option<i64>,
    pub estimated_nano_usd: i64,
    /// Of this attempt.
    pub spent_nano_usd: i64,
    /// The hash of the list of files that the kept zip holds.
    pub bundle_of: Option<Digest>,
    pub bundle_sha256: Option<Digest>,
    pub bundle_size: Option<i64>,
    pub ranked_plan_id: Option<PlanId>,
    /// Why it is not in the ranking.
    pub ranking_note: Option<String>,
    /// When it was handed to the ranking as it is; `None` when that is still to be done.
    pub ranked_at: Option<DateTime<Utc>>,
    pub created_at: DateTime<Utc>,
    pub started_at: Option<DateTime<Utc>>,
    pub finished_at: Option<DateTime<Utc>>,
    pub last_progress_at: DateTime<Utc>,
}

from_row!(Generation {
    plan_id,
    owner_id,
    title,
    titled,
    prompt,
    mode,
    profile,
    start_date,
    visibility,
    state,
    failure,
    stop_requested,
    attempt,
    resume_count,
    epoch,
    revision,
    max_cost_nano_usd,
    estimated_nano_usd,
    spent_nano_usd,
    bundle_of,
    bundle_sha256,
    bundle_size,
    ranked_plan_id,
    ranking_note,
    ranked_at,
    created_at,
    started_at,
    finished_at,
    last_progress_at,
});

const COLUMNS: &str = "plan_id, owner_id, title, titled, prompt, mode, profile, start_date, visibility, \
    state, failure, stop_requested, attempt, resume_count, epoch, revision, max_cost_nano_usd, \
    estimated_nano_usd, spent_nano_usd, bundle_of, bundle_sha256, bundle_size, ranked_plan_id, \
    ranking_note, ranked_at, created_at, started_at, finished_at, last_progress_at";

/// Enough of a prompt for an excerpt; a whole one may have 64 KiB.
const LISTED_PROMPT_CHARS: usize = 400;

impl Store {
    pub async fn generation(&self, id: PlanId) -> Result<Option<Generation>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM generation WHERE plan_id = $1");
        one(self.read(), &sql, params![id]).await
    }

    /// An owner's runs, newest first, those before `before`; at most 1,000. Of each prompt, the
    /// beginning.
    pub async fn list_generations(
        &self,
        owner: AccountId,
        before: Option<PlanId>,
        limit: u32,
    ) -> Result<Vec<Generation>, StoreError> {
        let mut params = params![owner];
        params.extend(before.iter().flat_map(|id| params![id]));
        let condition = before.map_or("", |_| "AND plan_id < $2");
        let beginning = format!(" substr(prompt, 1, {LISTED_PROMPT_CHARS}) AS prompt,");
        let columns = COLUMNS.replace(" prompt,", &beginning);
        let sql = format!(
            "SELECT {columns} FROM generation WHERE owner_id = $1 {condition}
             ORDER BY plan_id DESC LIMIT {}",
            limit.clamp(1, 1_000)
        );
        all(self.read(), &sql, params).await
    }
}
