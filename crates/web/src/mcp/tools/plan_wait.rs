//! Waiting for a plan, for less than the minute after which hosts give up.

use std::time::Duration;

use accounts::Scope;
use futures::FutureExt;
use schemars::JsonSchema;

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
    let limit = Duration::from_secs(u64::try_from(seconds).unwrap_or(1));
    let (id, runs) = (arguments.plan_id()?, &context.app.pipeline);
    // Changes on the way are nothing to answer with.
    let status = runs.wait(context.run_viewer(), id, None, limit).await;
    let status = status.map_err(|error| of_pipeline(context, error))?;
    Ok(result(&Run::of(&status)))
}
