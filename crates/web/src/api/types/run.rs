//! Runs: how plans are made.

use chrono::{DateTime, NaiveDate, Utc};
use pipeline::service;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Visibility, Wire, mirrored_words, mirrors};

mirrored_words! {
    /// Where a run stands. `stopped` is its owner's wish, `stalled` a run of which nothing came for
    /// long, `failed` one with a reason.
    RunState of service::RunState {
        Pending,
        Processing,
        Completed,
        Failed,
        Stopped,
        Stalled,
    }

    /// Where a stage stands. `stale`: done, from inputs that have changed since.
    StageState of pipeline::checkpoints::StageState {
        Waiting,
        Running,
        Done,
        Failed,
        Skipped,
        Stale,
    }

    /// Why a run failed.
    FailureReason of pipeline::failure::FailureReason {
        /// A gate found that the plan must not be made.
        Refused,
        /// The prompt says too little, or contradicts itself.
        UnderSpecified,
        /// No model of the profile gave a usable answer.
        ModelFailed,
        /// Calls brought no output for too long, again and again.
        Stalled,
        /// The spending limit was reached.
        BudgetExhausted,
        BadStage,
        Internal,
    }

    /// How much of a plan is written: all of it, all of it briefly, or nothing but one call that
    /// shows whether the models answer.
    Mode of pipeline::Mode {
        Ping,
        Fast,
        All,
    }

    /// What to expect of a prompt.
    PromptVerdict of pipeline::screen::PromptVerdict {
        Ready,
        /// It can be planned, and the plan will rest on assumptions.
        Thin,
        /// Nothing can be planned from it.
        Refused,
    }
}

mirrors! {
    /// Why a run failed, and what to do about it.
    RunFailure of pipeline::failure::RunFailure {
        reason: FailureReason,
        /// Id of the stage.
        stage: Option<String>,
        message: String,
        /// Whether resuming may succeed.
        recoverable: bool,
    }

    /// How far a run is.
    RunProgress of service::Progress {
        /// 0 to 1 of the work that is expected.
        fraction: f64,
        stages_done: u32,
        stages_total: u32,
        calls_done: u32,
        calls_expected: u32,
        /// Titles of the stages under way.
        current: Vec<String>,
    }

    /// A choice of models.
    Profile of service::ProfileInfo {
        name: String,
        title: String,
        summary: String,
        /// In the order in which they are asked.
        models: Vec<String>,
        is_default: bool,
        /// No language model at all: a labelled draft.
        offline: bool,
    }

    /// One thing that a good prompt says.
    PromptItem of pipeline::screen::PromptItem {
        key: String,
        label: String,
        /// 0, 0.5 or 1.
        score: f64,
        /// How to say it, when it isn't said.
        advice: Option<String>,
    }

    /// What a prompt says and lacks.
    PromptReview of pipeline::screen::PromptReview {
        verdict: PromptVerdict,
        items: Vec<PromptItem>,
        /// Why it is refused, or what contradicts itself.
        problems: Vec<String>,
    }

    /// A file of a run.
    RunFile of pipeline::checkpoints::ArtifactInfo {
        file: String,
        /// In hex; the opaque part of the file's `ETag`.
        sha256: String,
        /// In bytes.
        size: u64,
        /// Id of the stage that wrote it.
        stage: String,
        /// Somebody changed it by hand.
        edited: bool,
        updated_at: DateTime<Utc>,
    }

    /// What an edit leads to.
    Edited of service::Edited {
        info: RunFile,
        /// Ids of the stages that regenerating would run again.
        stale: Vec<String>,
    }
}

/// What a run costs.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[expect(clippy::struct_field_names, reason = "names say the unit in JSON too")]
pub(crate) struct RunCost {
    /// Of this attempt.
    #[schema(example = "312400000")]
    spent_nano_usd: String,
    estimated_nano_usd: String,
    /// What it may cost at most.
    cap_nano_usd: Option<String>,
}

impl Wire<service::RunCost> for RunCost {
    fn wire(cost: service::RunCost) -> Self {
        Self {
            spent_nano_usd: cost.spent_nano_usd.to_string(),
            estimated_nano_usd: cost.estimated_nano_usd.to_string(),
            cap_nano_usd: cost.cap_nano_usd.map(|cap| cap.to_string()),
        }
    }
}

/// What a run will take, roughly.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct Estimate {
    calls: u32,
    #[schema(example = "840000000")]
    cost_nano_usd: String,
    seconds: u32,
}

impl Wire<service::Estimate> for Estimate {
    fn wire(estimate: service::Estimate) -> Self {
        Self {
            calls: estimate.calls,
            cost_nano_usd: estimate.cost_nano_usd.to_string(),
            seconds: estimate.seconds,
        }
    }
}

/// One stage of a run.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct StageStatus {
    id: String,
    title: String,
    phase: String,
    state: StageState,
    calls_done: u32,
    calls_total: u32,
    cost_nano_usd: String,
    /// The model that answered last.
    model: Option<String>,
    started_at: Option<DateTime<Utc>>,
    finished_at: Option<DateTime<Utc>>,
    error: Option<String>,
    /// Ids of the stages whose files it reads.
    needs: Vec<String>,
    /// Names of its files.
    outputs: Vec<String>,
}

impl Wire<service::StageStatus> for StageStatus {
    fn wire(stage: service::StageStatus) -> Self {
        Self {
            id: stage.id,
            title: stage.title,
            phase: stage.phase,
            state: Wire::wire(stage.state),
            calls_done: stage.calls_done,
            calls_total: stage.calls_total,
            cost_nano_usd: stage.cost_nano_usd.to_string(),
            model: stage.model,
            started_at: stage.started_at,
            finished_at: stage.finished_at,
            error: stage.error,
            needs: stage.needs,
            outputs: stage.outputs,
        }
    }
}

/// Everything about a run.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct RunStatus {
    plan_id: Uuid,
    title: String,
    prompt: String,
    mode: Mode,
    profile: String,
    /// Made without a language model.
    offline: bool,
    start_date: NaiveDate,
    visibility: Visibility,
    state: RunState,
    failure: Option<RunFailure>,
    /// A stop was asked for; calls under way are being finished.
    stop_requested: bool,
    resume_count: u32,
    /// From 1; grows with each retry.
    attempt: u32,
    progress: RunProgress,
    created_at: DateTime<Utc>,
    started_at: Option<DateTime<Utc>>,
    finished_at: Option<DateTime<Utc>>,
    last_progress_at: DateTime<Utc>,
    elapsed_secs: u64,
    eta_secs: Option<u32>,
    cost: RunCost,
    stages: Vec<StageStatus>,
    files_count: u32,
    /// The plan in the ranking; null until it is complete.
    ranked_plan_id: Option<Uuid>,
    /// Grows with each change.
    revision: i64,
}

impl Wire<service::RunStatus> for RunStatus {
    fn wire(run: service::RunStatus) -> Self {
        Self {
            plan_id: run.plan_id.0,
            title: run.title,
            prompt: run.prompt,
            mode: Wire::wire(run.mode),
            profile: run.profile,
            offline: run.offline,
            start_date: run.start_date,
            visibility: Wire::wire(run.visibility),
            state: Wire::wire(run.state),
            failure: Wire::wire(run.failure),
            stop_requested: run.stop_requested,
            resume_count: run.resume_count,
            attempt: run.attempt,
            progress: Wire::wire(run.progress),
            created_at: run.created_at,
            started_at: run.started_at,
            finished_at: run.finished_at,
            last_progress_at: run.last_progress_at,
            elapsed_secs: run.elapsed_secs,
            eta_secs: run.eta_secs,
            cost: Wire::wire(run.cost),
            stages: Wire::wire(run.stages),
            files_count: run.files_count,
            ranked_plan_id: Wire::wire(run.ranked_plan_id),
            revision: run.revision,
        }
    }
}

/// A run in a list.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct RunSummary {
    plan_id: Uuid,
    title: String,
    prompt_excerpt: String,
    mode: Mode,
    profile: String,
    visibility: Visibility,
    state: RunState,
    /// 0 to 1.
    fraction: f64,
    spent_nano_usd: String,
    created_at: DateTime<Utc>,
    finished_at: Option<DateTime<Utc>>,
    ranked_plan_id: Option<Uuid>,
    revision: i64,
}

impl Wire<service::RunSummary> for RunSummary {
    fn wire(run: service::RunSummary) -> Self {
        Self {
            plan_id: run.plan_id.0,
            title: run.title,
            prompt_excerpt: run.prompt_excerpt,
            mode: Wire::wire(run.mode),
            profile: run.profile,
            visibility: Wire::wire(run.visibility),
            state: Wire::wire(run.state),
            fraction: run.fraction,
            spent_nano_usd: run.spent_nano_usd.to_string(),
            created_at: run.created_at,
            finished_at: run.finished_at,
            ranked_plan_id: Wire::wire(run.ranked_plan_id),
            revision: run.revision,
        }
    }
}

/// One page of the caller's runs, newest first.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Runs {
    items: Vec<RunSummary>,
    next_cursor: Option<String>,
}

impl Wire<service::RunPage> for Runs {
    fn wire(page: service::RunPage) -> Self {
        Self {
            items: Wire::wire(page.runs),
            next_cursor: page.next_cursor,
        }
    }
}
