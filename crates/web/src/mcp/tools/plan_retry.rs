//! Beginning again.

use accounts::Scope;
use futures::FutureExt;

use super::run::{Short, paid_for};
use super::{Call, Definition, Done, Effect, detached, of_pipeline, result};
use crate::mcp::arguments::{Arguments, Field, Kind};
use crate::mcp::context::Context;
use crate::mcp::fault::Fault;
use crate::mcp::schema::output_schema;

pub(super) const TOOL: Definition = Definition {
    name: "plan_retry",
    title: "Retry a plan",
    description: "Throws away the files of a plan that failed or stopped, and begins again under the same plan_id.",
    fields: &[
        Field::required("plan_id", Kind::PlanId, ""),
        Field::optional("model_profile", Kind::Text { min: 1, max: 80 }, ""),
    ],
    output: output_schema::<Short>,
    effect: Effect::Destroys,
    scope: Some(Scope::Submit),
    answer: |context: &Context, arguments: Arguments, call: Call| {
        answer(context, arguments, call).boxed()
    },
};

async fn answer(context: &Context, arguments: Arguments, call: Call) -> Result<Done, Fault> {
    if let Some(ask) = paid_for(context, TOOL.name, &arguments, &call).await? {
        return Ok(Done::Ask(ask));
    }
    let id = arguments.plan_id()?;
    let status = {
        let (context, profile) = (
            context.clone(),
            arguments.text("model_profile").map(str::to_owned),
        );
        async move {
            let runs = &context.app.pipeline;
            let status = runs
                .retry(context.run_viewer(), id, profile.as_deref())
                .await;
            status.map_err(|error| of_pipeline(&context, error))
        }
    };
    let status = detached(context, status).await?;
    Ok(result(&Short::of(&status)))
}
