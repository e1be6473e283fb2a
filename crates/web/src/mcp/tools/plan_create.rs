//! Creating a plan: queued here, made by a worker.

use std::str::FromStr;

use accounts::{Caller, Scope};
use chrono::{DateTime, SecondsFormat, Utc};
use futures::FutureExt;
use pipeline::Mode;
use pipeline::screen::PromptReview;
use pipeline::service::NewRun;
use rmcp::model::{CreateTaskResult, Task, TaskStatus};
use schemars::JsonSchema;
use serde::Serialize;
use store::Visibility;

use super::run::of_refused;
use super::{Call, Definition, Done, Effect, cut, detached, of_pipeline, result, usd};
use crate::generation::{self, Asked};
use crate::mcp::arguments::{Arguments, Field, Kind};
use crate::mcp::context::Context;
use crate::mcp::fault::Fault;
use crate::mcp::payment::{self, Purchase};
use crate::mcp::schema::output_schema;
use crate::mcp::tasks::POLL_MS;

const MAX_ADVICE: usize = 3;

pub(super) const TOOL: Definition = Definition {
    name: "plan_create",
    title: "Create a plan",
    description: "Starts a plan from a prompt your user agreed to (see example_prompts). Costs money unless \
                  account_status says unmetered; takes minutes: plan_wait. Public plans enter the leaderboard. The same \
                  call within 10 minutes finds the same plan.",
    fields: &[
        Field::required(
            "prompt",
            Kind::Text {
                min: 1,
                max: 20_000,
            },
            "150 to 400 words plan best",
        ),
        Field::optional(
            "model_profile",
            Kind::Text { min: 1, max: 80 },
            "from model_profiles",
        ),
        Field::optional("start_date", Kind::Date, ""),
        Field::optional("mode", Kind::Word(&["all", "fast"]), "fast: less detail"),
        Field::optional("visibility", Kind::Word(&["public", "private"]), ""),
    ],
    output: output_schema::<New>,
    effect: Effect::Adds,
    scope: Some(Scope::Submit),
    answer: |context: &Context, arguments: Arguments, call: Call| {
        answer(context, arguments, call).boxed()
    },
};

#[derive(Debug, Serialize, JsonSchema)]
struct New {
    plan_id: String,
    created_at: DateTime<Utc>,
    deduplicated: Option<bool>,
    /// What the prompt lacks.
    prompt_advice: Option<Vec<String>>,
    estimated_cost_usd: String,
    estimated_seconds: u32,
    next_tool: &'static str,
}

async fn answer(context: &Context, arguments: Arguments, call: Call) -> Result<Done, Fault> {
    let caller = context.known(Scope::Submit)?;
    let mode = arguments.text("mode").map_or(Ok(Mode::All), Mode::from_str);
    let mode = mode.unwrap_or(Mode::All);
    let runs = &context.app.pipeline;
    let estimate = runs.estimate(arguments.text("model_profile"), mode);
    let purchase = Purchase {
        tool: TOOL.name,
        arguments: &arguments,
        estimated_nano_usd: estimate
            .map_err(|error| of_pipeline(context, error))?
            .cost_nano_usd,
    };
    if let Some(ask) = payment::asked_for(context, caller, &purchase, &call).await? {
        return Ok(Done::Ask(ask));
    }
    let wanted = wanted(&arguments, mode);
    let review = pipeline::review_prompt(&wanted.prompt);
    let created = create(context, caller, wanted).await?;
    if context.follows_tasks {
        return Ok(Done::Task(CreateTaskResult::new(task(&created))));
    }
    Ok(result(&New::of(&created, &review)))
}

fn wanted(arguments: &Arguments, mode: Mode) -> NewRun {
    NewRun {
        profile: arguments.text("model_profile").map(str::to_owned),
        mode,
        start_date: arguments.date("start_date"),
        visibility: match arguments.text("visibility") {
            Some("private") => Visibility::Private,
            _ => Visibility::Public,
        },
        ..NewRun::of(arguments.text("prompt").unwrap_or_default().trim())
    }
}

async fn create(context: &Context, caller: &Caller, wanted: NewRun) -> Result<Asked, Fault> {
    let work = {
        let (context, caller) = (context.clone(), caller.clone());
        async move {
            let asked = generation::create(&context.app, &caller, wanted, None).await;
            asked.map_err(|error| of_refused(&context, error))
        }
    };
    detached(context, work).await
}

/// The task of a plan bears its id.
fn task(created: &Asked) -> Task {
    let at = created
        .created_at
        .to_rfc3339_opts(SecondsFormat::Millis, true);
    Task::new(
        created.plan_id.to_string(),
        TaskStatus::Working,
        at.clone(),
        at,
    )
    .with_status_message("the plan is queued")
    .with_poll_interval_ms(POLL_MS)
}

impl New {
    fn of(created: &Asked, review: &PromptReview) -> Self {
        Self {
            plan_id: created.plan_id.to_string(),
            created_at: created.created_at,
            deduplicated: created.deduplicated.then_some(true),
            prompt_advice: Some(advice(review)).filter(|advice| !advice.is_empty()),
            estimated_cost_usd: usd(created.cost_nano_usd),
            estimated_seconds: created.seconds,
            next_tool: "plan_wait",
        }
    }
}

/// What is said worst, first.
fn advice(review: &PromptReview) -> Vec<String> {
    let mut weak: Vec<_> = review
        .items
        .iter()
        .filter(|item| item.score < 1.0)
        .collect();
    weak.sort_by(|a, b| a.score.total_cmp(&b.score));
    let texts = weak.iter().filter_map(|item| item.advice.as_deref());
    texts.take(MAX_ADVICE).map(|text| cut(text, 200)).collect()
}
