//! How far a plan is, now.

use accounts::Scope;
use futures::FutureExt;

use super::{Call, Definition, Done, Effect, Run, of_pipeline, result};
use crate::mcp::arguments::{Arguments, Field, Kind};
use crate::mcp::context::Context;
use crate::mcp::fault::Fault;
use crate::mcp::schema::output_schema;

pub(super) const TOOL: Definition = Definition {
    name: "plan_status",
    title: "Plan status",
    description: "How far a plan is, now. failed, stopped and stalled differ: error says why.",
    fields: &[Field::required("plan_id", Kind::PlanId, "")],
    output: output_schema::<Run>,
    effect: Effect::Reads,
    scope: Some(Scope::Read),
    answer: |context: &Context, arguments: Arguments, _: Call| answer(context, arguments).boxed(),
};

async fn answer(context: &Context, arguments: Arguments) -> Result<Done, Fault> {
    let id = arguments.plan_id()?;
    let status = context.app.pipeline.status(context.run_viewer(), id).await;
    let status = status.map_err(|error| of_pipeline(context, error))?;
    Ok(result(&Run::of(&status)))
}
