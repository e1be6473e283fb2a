//! A plan that is being made, as its tools tell of it.

use accounts::Scope;
use chrono::{DateTime, Utc};
use pipeline::failure::FailureReason;
use pipeline::service::{PipelineError, RunState, RunStatus};
use rmcp::model::InputRequiredResult;
use schemars::JsonSchema;
use serde::Serialize;

use super::standing::TITLE;
use super::{Call, Done, cut, detached, result, usd};
use crate::Problem;
use crate::generation::{self, Again, Refused};
use crate::mcp::arguments::Arguments;
use crate::mcp::context::Context;
use crate::mcp::fault::Fault;
use crate::mcp::payment::{self, Purchase};

/// Newest files that are named.
const FILES: usize = 5;

/// How far a plan is.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Run {
    plan_id: String,
    #[schemars(extend("enum" = ["pending", "processing", "completed", "failed", "stopped", "stalled"]))]
    state: &'static str,
    progress_percentage: f64,
    steps_completed: u32,
    steps_total: u32,
    current_step: Option<String>,
    eta_seconds: Option<u32>,
    timing: Timing,
    files_count: u32,
    files: Vec<String>,
    spent_usd: String,
    estimated_usd: String,
    /// Made without a language model.
    draft: Option<bool>,
    stop_requested: Option<bool>,
    error: Option<Why>,
    revision: i64,
    next_tool: &'static str,
    next_step: &'static str,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(extend("properties" = {}))]
struct Timing {
    started_at: Option<DateTime<Utc>>,
    elapsed_sec: u64,
    last_progress_at: DateTime<Utc>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(extend("properties" = {}))]
struct Why {
    failure_reason: &'static str,
    failed_step: Option<String>,
    message: String,
    recoverable: bool,
}

impl Run {
    pub(crate) fn of(status: &RunStatus) -> Self {
        let (next_tool, next_step) = next(status);
        let done = status
            .stages
            .iter()
            .filter(|stage| stage.finished_at.is_some());
        let mut newest: Vec<_> = done.collect();
        newest.sort_by_key(|stage| std::cmp::Reverse(stage.finished_at));
        let files = newest.iter().flat_map(|stage| &stage.outputs);
        Self {
            plan_id: status.plan_id.to_string(),
            state: status.state.as_str(),
            progress_percentage: percent(status.progress.fraction),
            steps_completed: status.progress.stages_done,
            steps_total: status.progress.stages_total,
            current_step: status.progress.current.first().map(|step| cut(step, TITLE)),
            eta_seconds: status.eta_secs.filter(|_| !status.state.is_final()),
            timing: Timing {
                started_at: status.started_at,
                elapsed_sec: status.elapsed_secs,
                last_progress_at: status.last_progress_at,
            },
            files_count: status.files_count,
            files: files.take(FILES).cloned().collect(),
            spent_usd: usd(status.cost.spent_nano_usd),
            estimated_usd: usd(status.cost.estimated_nano_usd),
            draft: status.offline.then_some(true),
            stop_requested: status.stop_requested.then_some(true),
            error: status.failure.as_ref().map(|failure| Why {
                failure_reason: failure.reason.as_str(),
                failed_step: failure.stage.clone(),
                message: cut(&failure.message, 600),
                recoverable: failure.recoverable,
            }),
            revision: status.revision,
            next_tool,
            next_step,
        }
    }
}

/// What changing a plan led to.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Short {
    plan_id: String,
    state: &'static str,
    stop_requested: Option<bool>,
    resume_count: u32,
    attempt: u32,
    next_tool: &'static str,
}

impl Short {
    pub(super) fn of(status: &RunStatus) -> Self {
        Self {
            plan_id: status.plan_id.to_string(),
            state: status.state.as_str(),
            stop_requested: status.stop_requested.then_some(true),
            resume_count: status.resume_count,
            attempt: status.attempt,
            next_tool: next(status).0,
        }
    }
}

/// Whether what is left of a plan can be paid for; else what the client has to do first. Of a plan
/// that is begun, its whole estimate is the bound.
pub(super) async fn paid_for(
    context: &Context,
    tool: &'static str,
    arguments: &Arguments,
    call: &Call,
) -> Result<Option<InputRequiredResult>, Fault> {
    let caller = context.known(Scope::Submit)?;
    let runs = &context.app.pipeline;
    let status = runs
        .status(context.run_owner()?, arguments.plan_id()?)
        .await;
    let status = status.map_err(|error| of_pipeline(context, error))?;
    let purchase = Purchase {
        tool,
        arguments,
        estimated_nano_usd: status.cost.estimated_nano_usd,
    };
    payment::asked_for(context, caller, &purchase, call).await
}

/// Has a plan go on, as [`generation::again`] does.
pub(super) async fn again(
    context: &Context,
    arguments: &Arguments,
    how: impl for<'a> FnOnce(&'a Arguments) -> Again<'a> + Send + 'static,
) -> Result<Done, Fault> {
    let (id, caller) = (arguments.plan_id()?, context.known(Scope::Submit)?.clone());
    let work = {
        let (context, arguments) = (context.clone(), arguments.clone());
        async move {
            let again = generation::again(&context.app, &caller, id, how(&arguments));
            again.await.map_err(|error| of_refused(&context, error))
        }
    };
    let status = detached(context, work).await?;
    Ok(result(&Short::of(&status)))
}

/// In per cent, to a tenth.
pub(super) fn percent(fraction: f64) -> f64 {
    (fraction.clamp(0.0, 1.0) * 1_000.0).round() / 10.0
}

/// The one obvious next step of each state.
pub(crate) fn next(status: &RunStatus) -> (&'static str, &'static str) {
    match status.state {
        RunState::Pending | RunState::Processing => ("plan_wait", "wait for it to be done"),
        RunState::Completed => (
            "plan_file_info",
            "get the report; plan_metrics has its ranking",
        ),
        RunState::Stopped => ("plan_resume", "go on where it stopped"),
        RunState::Stalled => (
            "plan_resume",
            "nothing has come of it for long: go on where it stalled",
        ),
        RunState::Failed => match &status.failure {
            Some(failure) if failure.recoverable => {
                ("plan_resume", "go on where it failed; what is done is kept")
            }
            Some(failure) => match failure.reason {
                FailureReason::Refused | FailureReason::UnderSpecified => (
                    "plan_create",
                    "change the prompt as the error says, with your user",
                ),
                _ => (
                    "plan_retry",
                    "begin again, with another model_profile if it stays so",
                ),
            },
            None => ("plan_retry", "begin again"),
        },
    }
}

pub(super) fn of_refused(context: &Context, refused: Refused) -> Fault {
    match refused {
        Refused::Run(error) => of_pipeline(context, error),
        Refused::Asking(problem) => context.fault(problem),
    }
}

/// What an error of generation means to an agent.
pub(crate) fn of_pipeline(context: &Context, error: PipelineError) -> Fault {
    let message = cut(&error.to_string(), 600);
    match error {
        PipelineError::NotFound => Fault::plan_not_found(),
        PipelineError::InvalidArgument {
            field,
            expected,
            example,
        } => Fault::argument(argument_name(field), expected, example.into()),
        PipelineError::PromptRefused(review) => refused(&review.problems),
        PipelineError::NotStoppable(_) => {
            Fault::new("PLAN_NOT_STOPPABLE", message).next("plan_status")
        }
        PipelineError::NotResumable(_) => {
            Fault::new("PLAN_NOT_RESUMABLE", message).next("plan_status")
        }
        PipelineError::NotRetryable(_) => {
            Fault::new("PLAN_NOT_FAILED", message).next("plan_status")
        }
        PipelineError::PipelineVersionMismatch { .. } => {
            Fault::new("PIPELINE_VERSION_MISMATCH", message).next("plan_retry")
        }
        PipelineError::NotReady { .. } => Fault::new("NOT_READY", message)
            .next("plan_wait")
            .retry_after(10),
        PipelineError::Conflict(_) | PipelineError::NotEditable(_) => {
            Fault::new("CONFLICT", message).next("plan_status")
        }
        PipelineError::TooLarge { .. } => Fault::new("TOO_LARGE", message).next("plan_file_info"),
        PipelineError::LinkExpired(_) => Fault::new("LINK_EXPIRED", message).next("plan_file_info"),
        PipelineError::Busy => Fault::new("BUSY", message).retry_after(5),
        PipelineError::Store(error) => context.fault(error),
        error @ (PipelineError::Artifacts(_) | PipelineError::Model(_)) => {
            context.fault(Problem::internal(&error))
        }
    }
}

/// Profiles are called as PlanExe's users know them.
fn argument_name(field: &'static str) -> &'static str {
    if field == "profile" {
        "model_profile"
    } else {
        field
    }
}

fn refused(problems: &[String]) -> Fault {
    let mut fault = Fault::new(
        "PROMPT_REFUSED",
        "nothing can be planned from this prompt: say what is to be done, where, by when and for how much",
    );
    // Ours, made of what the prompt lacks.
    fault.expected = (!problems.is_empty()).then(|| cut(&problems.join("; "), 600));
    fault.field("prompt").next("example_prompts")
}

#[cfg(test)]
mod tests;
