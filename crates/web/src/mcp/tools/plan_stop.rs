//! Stopping a plan; what is done is kept.

use accounts::Scope;
use futures::FutureExt;

use super::run::Short;
use super::{Call, Definition, Done, Effect, detached, of_pipeline, result};
use crate::mcp::arguments::{Arguments, Field, Kind};
use crate::mcp::context::Context;
use crate::mcp::fault::Fault;
use crate::mcp::schema::output_schema;

pub(super) const TOOL: Definition = Definition {
    name: "plan_stop",
    title: "Stop a plan",
    description: "Stops a plan under way; its files are kept, and plan_resume goes on.",
    fields: &[Field::required("plan_id", Kind::PlanId, "")],
    output: output_schema::<Short>,
    effect: Effect::Sets,
    scope: Some(Scope::Submit),
    answer: |context: &Context, arguments: Arguments, _: Call| answer(context, arguments).boxed(),
};

async fn answer(context: &Context, arguments: Arguments) -> Result<Done, Fault> {
    let (id, owner) = (arguments.plan_id()?, context.run_owner()?);
    let status = {
        let context = context.clone();
        async move {
            let stopped = context.app.pipeline.stop(owner, id).await;
            stopped.map_err(|error| of_pipeline(&context, error))
        }
    };
    let status = detached(context, status).await?;
    Ok(result(&Short::of(&status)))
}
