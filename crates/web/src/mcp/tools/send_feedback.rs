//! What somebody thinks of the service, of a plan, or of these tools.

use accounts::Scope;
use futures::FutureExt;
use pipeline::service::Feedback;
use schemars::JsonSchema;
use serde::Serialize;

use super::{Call, Definition, Done, Effect, of_pipeline, result};
use crate::mcp::arguments::{Arguments, Field, Kind};
use crate::mcp::context::Context;
use crate::mcp::fault::Fault;
use crate::mcp::schema::output_schema;

pub(super) const TOOL: Definition = Definition {
    name: "send_feedback",
    title: "Send feedback",
    description: "Tells the operator what went well or wrong.",
    fields: &[
        Field::required(
            "category",
            Kind::Word(&["mcp", "plan", "ranking", "billing", "other"]),
            "",
        ),
        Field::required("message", Kind::Text { min: 1, max: 4_000 }, ""),
        Field::optional("plan_id", Kind::PlanId, ""),
        Field::optional(
            "rating",
            Kind::Number {
                min: 1,
                max: 5,
                default: 3,
            },
            "",
        ),
    ],
    output: output_schema::<Thanks>,
    effect: Effect::Adds,
    scope: Some(Scope::Submit),
    answer: |context: &Context, arguments: Arguments, _: Call| answer(context, arguments).boxed(),
};

#[derive(Debug, Serialize, JsonSchema)]
struct Thanks {
    accepted: bool,
    feedback_id: String,
}

async fn answer(context: &Context, arguments: Arguments) -> Result<Done, Fault> {
    let account = context.known(Scope::Submit)?.account_id;
    let text = |name| arguments.text(name).unwrap_or_default().to_owned();
    let feedback = Feedback {
        category: text("category"),
        message: text("message"),
        plan_id: arguments.plan("plan_id"),
        rating: arguments
            .number("rating")
            .and_then(|rating| u8::try_from(rating).ok()),
    };
    let id = context.app.pipeline.feedback(account, feedback).await;
    let id = id.map_err(|error| of_pipeline(context, error))?;
    Ok(result(&Thanks {
        accepted: true,
        feedback_id: id.to_string(),
    }))
}
