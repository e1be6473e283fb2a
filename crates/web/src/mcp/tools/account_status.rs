//! Whose key this is, what is left of their limits and their credit, and what a plan would cost.

use accounts::Scope;
use futures::FutureExt;
use pipeline::Mode;
use schemars::JsonSchema;
use serde::Serialize;

use super::{Call, Definition, Done, Effect, of_pipeline, result, usd};
use crate::mcp::arguments::{Arguments, Field, Kind};
use crate::mcp::context::Context;
use crate::mcp::credit::Standing;
use crate::mcp::fault::Fault;
use crate::mcp::schema::output_schema;

pub(super) const TOOL: Definition = Definition {
    name: "account_status",
    title: "Account status",
    description: "Your balance, holds, quotas and scopes, and the estimated cost of a plan with model_profile.",
    fields: &[Field::optional(
        "model_profile",
        Kind::Text { min: 1, max: 80 },
        "",
    )],
    output: output_schema::<Status>,
    effect: Effect::Reads,
    scope: Some(Scope::Read),
    answer: |context: &Context, arguments: Arguments, _: Call| answer(context, arguments).boxed(),
};

#[derive(Debug, Serialize, JsonSchema)]
struct Status {
    scopes: Vec<&'static str>,
    /// Unmetered, enough or short.
    credit: &'static str,
    available_usd: Option<String>,
    held_usd: Option<String>,
    needed_usd: Option<String>,
    top_up_url: Option<String>,
    quotas: Vec<Quota>,
    estimates: Vec<Estimate>,
    next_tool: &'static str,
}

#[derive(Debug, Serialize, JsonSchema)]
struct Quota {
    name: &'static str,
    used: u32,
    limit: u32,
    window_seconds: u32,
}

#[derive(Debug, Serialize, JsonSchema)]
struct Estimate {
    mode: &'static str,
    cost_usd: String,
    seconds: u32,
    model_calls: u32,
}

async fn answer(context: &Context, arguments: Arguments) -> Result<Done, Fault> {
    let caller = context.known(Scope::Read)?;
    let runs = &context.app.pipeline;
    let mut estimates = Vec::new();
    let mut whole_plan = 0;
    for mode in [Mode::Fast, Mode::All] {
        let estimate = runs.estimate(arguments.text("model_profile"), mode);
        let estimate = estimate.map_err(|error| of_pipeline(context, error))?;
        whole_plan = estimate.cost_nano_usd;
        estimates.push(Estimate {
            mode: mode.as_str(),
            cost_usd: usd(estimate.cost_nano_usd),
            seconds: estimate.seconds,
            model_calls: estimate.calls,
        });
    }
    let quotas = context.app.accounts.quotas(caller.account_id).await;
    let quotas = quotas.map_err(|error| context.fault(error))?;
    let standing = context.app.credit();
    let standing = standing.standing(caller.account_id, whole_plan).await;
    let standing = standing.map_err(|problem| context.fault(problem))?;
    let quota = |quota: accounts::Quota| Quota {
        name: quota.rule.as_str(),
        used: quota.used,
        limit: quota.limit,
        window_seconds: quota.window_secs,
    };
    let status = Status {
        scopes: caller.scopes().iter().map(Scope::as_str).collect(),
        credit: "unmetered",
        available_usd: None,
        held_usd: None,
        needed_usd: None,
        top_up_url: None,
        quotas: quotas.into_iter().map(quota).collect(),
        estimates,
        next_tool: "plan_create",
    };
    Ok(result(&status.paid_by(context, standing)))
}

impl Status {
    fn paid_by(self, context: &Context, standing: Standing) -> Self {
        match standing {
            Standing::Unmetered => self,
            Standing::Enough {
                available_nano_usd,
                held_nano_usd,
            } => Self {
                credit: "enough",
                available_usd: Some(usd(available_nano_usd)),
                held_usd: Some(usd(held_nano_usd)),
                ..self
            },
            Standing::Short {
                available_nano_usd,
                held_nano_usd,
                needed_nano_usd,
                top_up_path,
            } => Self {
                credit: "short",
                available_usd: Some(usd(available_nano_usd)),
                held_usd: Some(usd(held_nano_usd)),
                needed_usd: Some(usd(needed_nano_usd)),
                top_up_url: Some(context.url(&top_up_path)),
                ..self
            },
        }
    }
}
