//! Beginning again.

use accounts::Scope;
use futures::FutureExt;

use super::run::{Short, again, paid_for};
use super::{Call, Definition, Done, Effect};
use crate::generation::Again;
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
    again(context, &arguments, |arguments| {
        Again::Retry(arguments.text("model_profile"))
    })
    .await
}
