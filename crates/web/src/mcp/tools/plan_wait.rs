//! Waiting for a plan, for less than the minute after which hosts give up.

use std::time::Duration;

use accounts::Scope;
use futures::FutureExt;
use pipeline::service::RunStatus;
use schemars::JsonSchema;
use tokio::time::Instant;

use super::{Call, Definition, Done, Effect, Run, of_pipeline, result};
use crate::mcp::arguments::{Arguments, Field, Kind};
use crate::mcp::context::Context;
use crate::mcp::fault::Fault;
use crate::mcp::schema::output_schema;

const LONGEST: i64 = 50;

pub(super) const TOOL: Definition = Definition {
    name: "plan_wait",
    title: "Wait for a plan",
    description: "As plan_status, but answers when the plan is completed, failed, stopped or stalled, or after seconds. \
                  Call it again until then.",
    fields: &[
        Field::required("plan_id", Kind::PlanId, ""),
        Field::optional(
            "seconds",
            Kind::Number {
                min: 1,
                max: LONGEST,
                default: LONGEST,
            },
            "",
        ),
    ],
    output: output_schema::<Brief>,
    effect: Effect::Reads,
    scope: Some(Scope::Read),
    answer: |context: &Context, arguments: Arguments, _: Call| answer(context, arguments).boxed(),
};

/// What is described of the result, which is that of `plan_status`: its schema says the rest.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "only its schema is used")]
struct Brief {
    plan_id: String,
    state: String,
    next_tool: String,
}

async fn answer(context: &Context, arguments: Arguments) -> Result<Done, Fault> {
    let seconds = arguments.number("seconds").unwrap_or(LONGEST);
    let seconds = u64::try_from(seconds).unwrap_or(1);
    let status = until_final(context, &arguments, Duration::from_secs(seconds)).await?;
    Ok(result(&Run::of(&status)))
}

/// Each change of the run ends one wait of the use case, and begins the next.
async fn until_final(
    context: &Context,
    arguments: &Arguments,
    limit: Duration,
) -> Result<RunStatus, Fault> {
    let (id, end) = (arguments.plan_id()?, Instant::now() + limit);
    let mut seen = None;
    loop {
        let left = end.saturating_duration_since(Instant::now());
        let runs = &context.app.pipeline;
        let status = runs.wait(context.run_viewer(), id, seen, left).await;
        let status = status.map_err(|error| of_pipeline(context, error))?;
        if status.state.is_final() || left.is_zero() {
            return Ok(status);
        }
        seen = Some(status.revision);
    }
}
