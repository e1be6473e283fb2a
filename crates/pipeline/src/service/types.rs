//! What goes into the use cases of generation and what comes out.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use store::{AccountId, PlanId, Visibility};

use crate::checkpoints::{ArtifactInfo, StageState};
use crate::failure::RunFailure;
use crate::mode::Mode;
use crate::screen::PromptReview;

/// Who is asking.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Viewer {
    /// `None` for somebody who is not logged in.
    pub account: Option<AccountId>,
    /// Administrators.
    pub sees_all: bool,
}

impl Viewer {
    pub const ANYBODY: Self = Self {
        account: None,
        sees_all: false,
    };
    /// The command line on one machine, which works as the system.
    pub const SYSTEM: Self = Self {
        account: Some(AccountId::SYSTEM),
        sees_all: true,
    };

    pub fn of(account: AccountId) -> Self {
        Self {
            account: Some(account),
            sees_all: false,
        }
    }
}

/// Where a run stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunState {
    /// It waits for a worker.
    Pending,
    Processing,
    Completed,
    Failed,
    /// At its owner's wish.
    Stopped,
    /// Nothing has come of it for long: its worker vanished, or its models answer no more.
    Stalled,
}

impl RunState {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Processing => "processing",
            Self::Completed => "completed",
            Self::Failed => "failed",
            Self::Stopped => "stopped",
            Self::Stalled => "stalled",
        }
    }

    /// Whether it stays so until somebody does something.
    pub fn is_final(self) -> bool {
        !matches!(self, Self::Pending | Self::Processing)
    }
}

impl std::fmt::Display for RunState {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A plan to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewRun {
    pub prompt: String,
    /// The default one when absent.
    pub profile: Option<String>,
    pub mode: Mode,
    /// Today when absent.
    pub start_date: Option<NaiveDate>,
    /// Public or private.
    pub visibility: Visibility,
    /// Taken from the plan when absent.
    pub title: Option<String>,
    /// What the model calls may cost at most; the service's own cap still holds.
    pub max_cost_nano_usd: Option<i64>,
}

impl NewRun {
    /// A whole, public plan with the defaults of the service.
    pub fn of(prompt: impl Into<String>) -> Self {
        Self {
            prompt: prompt.into(),
            profile: None,
            mode: Mode::All,
            start_date: None,
            visibility: Visibility::Public,
            title: None,
            max_cost_nano_usd: None,
        }
    }
}

/// A plan that will be made.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Created {
    pub plan_id: PlanId,
    pub created_at: DateTime<Utc>,
    /// The same was asked for moments ago and is under way: this is that run.
    pub deduplicated: bool,
    pub review: PromptReview,
    pub estimate: Estimate,
}

/// What a run will take, roughly.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Estimate {
    pub calls: u32,
    pub cost_nano_usd: i64,
    pub seconds: u32,
}

/// A choice of models.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ProfileInfo {
    pub name: String,
    pub title: String,
    pub summary: String,
    /// In the order in which they are asked.
    pub models: Vec<String>,
    pub is_default: bool,
    /// No language model at all: a labelled draft.
    pub offline: bool,
}

/// How far a run is.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Progress {
    /// 0 to 1, by the time that is behind.
    pub fraction: f64,
    pub stages_done: u32,
    pub stages_total: u32,
    pub calls_done: u32,
    pub calls_expected: u32,
    /// Titles of the stages under way.
    pub current: Vec<String>,
}

/// What a run costs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct RunCost {
    /// Of this attempt.
    pub spent_nano_usd: i64,
    pub estimated_nano_usd: i64,
    pub cap_nano_usd: Option<i64>,
}

/// One stage of a run.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StageStatus {
    pub id: String,
    pub title: String,
    pub phase: String,
    pub state: StageState,
    pub calls_done: u32,
    pub calls_total: u32,
    pub cost_nano_usd: i64,
    pub model: Option<String>,
    pub started_at: Option<DateTime<Utc>>,
    pub finished_at: Option<DateTime<Utc>>,
    pub error: Option<String>,
    /// Ids of the stages whose outputs it reads.
    pub needs: Vec<String>,
    pub outputs: Vec<String>,
}

/// Everything about a run.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RunStatus {
    pub plan_id: PlanId,
    pub owner_id: AccountId,
    pub title: String,
    pub prompt: String,
    pub prompt_excerpt: String,
    pub mode: Mode,
    pub profile: String,
    pub start_date: NaiveDate,
    pub visibility: Visibility,
    pub state: RunState,
    pub failure: Option<RunFailure>,
    pub stop_requested: bool,
    pub resume_count: u32,
    /// From 1; grows with each retry.
    pub attempt: u32,
    pub progress: Progress,
    pub created_at: DateTime<Utc>,
    pub started_at: Option<DateTime<Utc>>,
    pub finished_at: Option<DateTime<Utc>>,
    pub last_progress_at: DateTime<Utc>,
    pub elapsed_secs: u64,
    pub eta_secs: Option<u32>,
    pub cost: RunCost,
    pub stages: Vec<StageStatus>,
    pub files_count: u32,
    /// The plan in the ranking: this one, or the owner's earlier plan of the same content.
    pub ranked_plan_id: Option<PlanId>,
    /// Why a completed run is not in the ranking.
    pub ranking_note: Option<String>,
    /// Grows with each change.
    pub revision: i64,
    /// Made without a language model.
    pub offline: bool,
}

/// A run in a list.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RunSummary {
    pub plan_id: PlanId,
    pub title: String,
    pub prompt_excerpt: String,
    pub mode: Mode,
    pub profile: String,
    pub visibility: Visibility,
    pub state: RunState,
    /// 0 to 1.
    pub fraction: f64,
    pub spent_nano_usd: i64,
    pub created_at: DateTime<Utc>,
    pub finished_at: Option<DateTime<Utc>>,
    pub ranked_plan_id: Option<PlanId>,
    pub revision: i64,
}

/// One page of an account's runs, newest first.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RunPage {
    pub runs: Vec<RunSummary>,
    pub next_cursor: Option<String>,
}

/// A file with its content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Artifact {
    pub info: ArtifactInfo,
    pub content_type: &'static str,
    pub bytes: Vec<u8>,
}

/// What an edit or its reversal leads to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Edited {
    pub info: ArtifactInfo,
    /// Ids of the stages that regenerating would run again.
    pub stale: Vec<String>,
}

/// What a download will be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DownloadInfo {
    pub content_type: &'static str,
    pub file_name: String,
    /// In hex.
    pub sha256: String,
    /// In bytes.
    pub size: u64,
}

/// What somebody thinks of the service or of a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Feedback {
    /// A word, such as `mcp` or `plan`.
    pub category: String,
    pub message: String,
    pub plan_id: Option<PlanId>,
    /// 1 to 5.
    pub rating: Option<u8>,
}
