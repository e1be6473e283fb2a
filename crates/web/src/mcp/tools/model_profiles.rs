//! The choices of models.

use futures::FutureExt;
use schemars::JsonSchema;
use serde::Serialize;

use pipeline::Mode;

use super::{Call, Definition, Done, Effect, cut, of_pipeline, result, usd};
use crate::mcp::arguments::Arguments;
use crate::mcp::context::Context;
use crate::mcp::fault::Fault;
use crate::mcp::schema::output_schema;

const MAX_PROFILES: usize = 12;
const MAX_MODELS: usize = 4;

pub(super) const TOOL: Definition = Definition {
    name: "model_profiles",
    title: "Model profiles",
    description: "Choices for model_profile, with what a whole plan is estimated to cost and take. Free.",
    fields: &[],
    output: output_schema::<Choices>,
    effect: Effect::Reads,
    scope: None,
    answer: |context: &Context, _: Arguments, _: Call| std::future::ready(answer(context)).boxed(),
};

#[derive(Debug, Serialize, JsonSchema)]
struct Choices {
    default_profile: String,
    profiles: Vec<Choice>,
    next_tool: &'static str,
}

#[derive(Debug, Serialize, JsonSchema)]
struct Choice {
    profile: String,
    title: String,
    summary: String,
    model_count: usize,
    models: Vec<String>,
    estimated_cost_usd: String,
    estimated_seconds: u32,
}

fn answer(context: &Context) -> Result<Done, Fault> {
    let runs = &context.app.pipeline;
    let (mut profiles, mut default_profile) = (Vec::new(), String::new());
    for info in runs.profiles().into_iter().take(MAX_PROFILES) {
        let estimate = runs.estimate(Some(&info.name), Mode::All);
        let estimate = estimate.map_err(|error| of_pipeline(context, error))?;
        if info.is_default {
            default_profile.clone_from(&info.name);
        }
        profiles.push(Choice {
            profile: info.name,
            title: info.title,
            summary: cut(&info.summary, 200),
            model_count: info.models.len(),
            models: info.models.into_iter().take(MAX_MODELS).collect(),
            estimated_cost_usd: usd(estimate.cost_nano_usd),
            estimated_seconds: estimate.seconds,
        });
    }
    Ok(result(&Choices {
        default_profile,
        profiles,
        next_tool: "plan_create",
    }))
}
