//! The tasks extension: the task of a plan bears its id, so it is as durable as the plan.
//!
//! A plan that failed is a task that is completed with a result that is an error, as the extension
//! has it: `failed` is for errors of the protocol. A plan that was stopped is cancelled.

use chrono::{DateTime, SecondsFormat, Utc};
use pipeline::service::{RunState, RunStatus, Viewer};
use rmcp::ErrorData;
use rmcp::model::{
    CallToolResult, DetailedTask, GetTaskResult, JsonObject, Task, TaskPayload, TaskStatus,
};
use serde_json::{Value, json};
use store::PlanId;

use super::context::Context;
use super::fault::Fault;
use super::schema::structured;
use super::server::invalid;
use super::tools::{Run, of_pipeline};

/// How often a client should ask.
pub(crate) const POLL_MS: u64 = 5_000;

pub(crate) async fn get(context: &Context, task_id: &str) -> Result<GetTaskResult, ErrorData> {
    let status = status(context, context.run_viewer(), task_id).await?;
    Ok(GetTaskResult::new(DetailedTask::new(
        task(&status),
        payload(&status),
    )))
}

/// Cancelling what is over changes nothing, and is no error.
pub(crate) async fn cancel(context: &Context, task_id: &str) -> Result<(), ErrorData> {
    let owner = context.run_owner().map_err(|fault| invalid(&fault))?;
    let status = status(context, owner, task_id).await?;
    if status.state.is_final() {
        return Ok(());
    }
    match context.app.pipeline.stop(owner, status.plan_id).await {
        Ok(_) | Err(pipeline::service::PipelineError::NotStoppable(_)) => Ok(()),
        Err(error) => Err(invalid(&of_pipeline(context, error))),
    }
}

/// A plan asks for nothing on its way.
pub(crate) async fn update(context: &Context, task_id: &str) -> Result<(), ErrorData> {
    status(context, context.run_viewer(), task_id).await?;
    let message = "this task asked for nothing: read it with tasks/get";
    Err(invalid(
        &Fault::new("NOTHING_ASKED", message).next("plan_status"),
    ))
}

async fn status(context: &Context, viewer: Viewer, task_id: &str) -> Result<RunStatus, ErrorData> {
    let not_found = || {
        let message =
            "there is no such task, or it isn't yours: a taskId is the plan_id of plan_create";
        invalid(&Fault::new("TASK_NOT_FOUND", message).field("taskId"))
    };
    let id: PlanId = task_id.parse().map_err(|_| not_found())?;
    // A task is its owner's, though the plan may be everybody's to read.
    let account = context.caller.as_ref().map(|caller| caller.account_id);
    match context.app.pipeline.status(viewer, id).await {
        Ok(status) if Some(status.owner_id) == account => Ok(status),
        Ok(_) | Err(pipeline::service::PipelineError::NotFound) => Err(not_found()),
        Err(error) => {
            let fault = of_pipeline(context, error);
            Err(ErrorData::internal_error(
                fault.message.clone(),
                Some(fault.to_data()),
            ))
        }
    }
}

fn task(status: &RunStatus) -> Task {
    let said = match status.progress.current.first() {
        Some(step) => format!("{}: {step}", status.state),
        None => status.state.to_string(),
    };
    Task::new(
        status.plan_id.to_string(),
        TaskStatus::Working,
        timestamp(status.created_at),
        timestamp(status.finished_at.unwrap_or(status.last_progress_at)),
    )
    .with_status_message(said)
    .with_poll_interval_ms(POLL_MS)
}

fn timestamp(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}

fn payload(status: &RunStatus) -> TaskPayload {
    match status.state {
        RunState::Pending | RunState::Processing => TaskPayload::Working,
        RunState::Stopped => TaskPayload::Cancelled,
        RunState::Completed => TaskPayload::Completed {
            result: object(&CallToolResult::structured(structured(&Run::of(status)))),
        },
        RunState::Failed | RunState::Stalled => TaskPayload::Completed {
            result: object(&CallToolResult::structured_error(structured(&Run::of(
                status,
            )))),
        },
    }
}

fn object(result: &CallToolResult) -> JsonObject {
    match json!(result) {
        Value::Object(object) => object,
        _ => JsonObject::new(),
    }
}
