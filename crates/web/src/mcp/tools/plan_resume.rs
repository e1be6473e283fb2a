//! Going on where a plan stopped, stalled or failed.

use accounts::Scope;
use futures::FutureExt;
use pipeline::service::ResumeOptions;

use super::run::{Short, again, paid_for};
use super::{Call, Definition, Done, Effect};
use crate::generation::{Again, amount};
use crate::mcp::arguments::{Arguments, Field, Kind};
use crate::mcp::context::Context;
use crate::mcp::fault::Fault;
use crate::mcp::schema::output_schema;

const MAX_COST: &str = "max_cost_nano_usd";

pub(super) const TOOL: Definition = Definition {
    name: "plan_resume",
    title: "Resume a plan",
    description: "Goes on with a plan that stopped, stalled or failed; no finished model call is paid again.",
    fields: &[
        Field::required("plan_id", Kind::PlanId, ""),
        Field::optional("model_profile", Kind::Text { min: 1, max: 80 }, ""),
        Field::optional(
            MAX_COST,
            Kind::Text { min: 1, max: 18 },
            "digits; raises a cap that was reached",
        ),
    ],
    output: output_schema::<Short>,
    effect: Effect::Adds,
    scope: Some(Scope::Submit),
    answer: |context: &Context, arguments: Arguments, call: Call| {
        answer(context, arguments, call).boxed()
    },
};

async fn answer(context: &Context, arguments: Arguments, call: Call) -> Result<Done, Fault> {
    if let Some(ask) = paid_for(context, TOOL.name, &arguments, &call).await? {
        return Ok(Done::Ask(ask));
    }
    let cap = max_cost(&arguments)?;
    again(context, &arguments, move |arguments| {
        Again::Resume(ResumeOptions {
            profile: arguments.text("model_profile"),
            max_cost_nano_usd: cap,
        })
    })
    .await
}

fn max_cost(arguments: &Arguments) -> Result<Option<i64>, Fault> {
    let cap = arguments.text(MAX_COST).map(amount).transpose();
    let wrong = |_| Fault::argument(MAX_COST, "a string of digits above 0", "2000000000".into());
    cap.map_err(wrong)
}
