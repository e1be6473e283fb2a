//! Asks a model for what parsers can't see: how well the prompt states eight things, and which
//! costs and benefits the plan's prose holds. Whatever it says is checked against the text by
//! crate `kpi`; an answer without genuine quotes counts for nothing.

use kpi::fields::{ModelFields, PromptRating, model_fields_schema, prompt_rating_schema};
use llm::{LlmError, Request, Schema};
use plan::Plan;
use serde::de::DeserializeOwned;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::Rater;

const RATE_PROMPT: &str = include_str!("rate_prompt.md");
const FIND_FIGURES: &str = include_str!("find_figures.md");
const MAX_OUTPUT_TOKENS: u32 = 4_000;
/// Prompts of 10 MB exist; the first part of one is as much as a rating needs.
const MAX_PROMPT_BYTES: usize = 24 << 10;

/// What a model found in a plan.
#[derive(Debug, Clone, Default)]
pub struct Found {
    pub rating: Option<PromptRating>,
    pub fields: Option<ModelFields>,
    pub cost_nano_usd: i64,
}

/// Who is asked, in which order, and with which instructions: a change of any may change answers.
pub(crate) fn version(rater: &Rater) -> String {
    let name = |spec: &llm::ModelSpec| format!("{}/{}", spec.provider.name(), spec.id);
    let models: Vec<String> = rater.client.models().map(name).collect();
    format!("{} {}", models.join(","), instructions())
}

/// Hash of everything that a model is told besides the plan.
fn instructions() -> String {
    let parts = [
        RATE_PROMPT.to_owned(),
        prompt_rating_schema().to_string(),
        FIND_FIGURES.to_owned(),
        model_fields_schema().to_string(),
        MAX_PROMPT_BYTES.to_string(),
        MAX_OUTPUT_TOKENS.to_string(),
    ];
    hex::encode(&Sha256::digest(parts.join("\0"))[..4])
}

/// Two calls: one on the prompt alone, one on the plan card.
pub(super) async fn ask(rater: &Rater, plan: &Plan) -> Result<Found, LlmError> {
    let mut found = Found::default();
    let prompt = bounded(&plan.prompt.text);
    found.rating = one(
        rater,
        RATE_PROMPT,
        prompt,
        "prompt_rating",
        prompt_rating_schema(),
        &mut found.cost_nano_usd,
    )
    .await?;
    // Structured costs and benefits need no model to find them.
    if plan.costs.items.is_empty() || plan.benefits.is_empty() {
        let card = plan::card(plan).render();
        found.fields = one(
            rater,
            FIND_FIGURES,
            &card,
            "plan_figures",
            model_fields_schema(),
            &mut found.cost_nano_usd,
        )
        .await?;
    }
    Ok(found)
}

/// `None` when the models answered, and none of the answers can be used: parsers take over.
async fn one<T: DeserializeOwned>(
    rater: &Rater,
    system: &str,
    text: &str,
    name: &str,
    schema: Value,
    cost: &mut i64,
) -> Result<Option<T>, LlmError> {
    let request = Request {
        system: system.to_owned(),
        // JSON quoting leaves no way to end the text early.
        user: serde_json::json!({ "untrusted_text": text }).to_string(),
        schema: Some(Schema {
            name: name.to_owned(),
            json: schema,
        }),
        max_output_tokens: MAX_OUTPUT_TOKENS,
        temperature: Some(0.0),
        ..Request::default()
    };
    let accept = |value: &Value| {
        serde_json::from_value::<T>(value.clone())
            .map(drop)
            .map_err(|e| e.to_string())
    };
    match rater.client.structured(&request, &accept).await {
        Ok(answer) => {
            *cost = cost.saturating_add(answer.cost_nano_usd);
            Ok(serde_json::from_value(answer.value).ok())
        }
        Err(error) if error.settled().is_some() => {
            if let LlmError::NoAnswer { cost_nano_usd, .. } = error {
                *cost = cost.saturating_add(cost_nano_usd);
            }
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

fn bounded(text: &str) -> &str {
    let mut end = text.len().min(MAX_PROMPT_BYTES);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}
