//! The caller's plans, newest first.

use accounts::Scope;
use chrono::{DateTime, Utc};
use futures::FutureExt;
use pipeline::service::{RunSummary, Viewer};
use schemars::JsonSchema;
use serde::Serialize;

use super::run::percent;
use super::standing::TITLE;
use super::{Call, Definition, Done, Effect, cut, of_pipeline, result};
use crate::mcp::arguments::{Arguments, Field, Kind};
use crate::mcp::context::Context;
use crate::mcp::fault::Fault;
use crate::mcp::schema::output_schema;

/// So many rows stay under 10 kB in both views of a result.
const PAGE: u32 = 10;

pub(super) const TOOL: Definition = Definition {
    name: "plan_list",
    title: "Your plans",
    description: "Your own plans, newest first; 10 a page at most.",
    fields: &[
        Field::optional(
            "limit",
            Kind::Number {
                min: 1,
                max: 50,
                default: 10,
            },
            "",
        ),
        Field::optional("cursor", Kind::Cursor, ""),
    ],
    output: output_schema::<Page>,
    effect: Effect::Reads,
    scope: Some(Scope::Read),
    answer: |context: &Context, arguments: Arguments, _: Call| answer(context, arguments).boxed(),
};

#[derive(Debug, Serialize, JsonSchema)]
struct Page {
    plans: Vec<Row>,
    next_cursor: Option<String>,
    next_tool: &'static str,
}

#[derive(Debug, Serialize, JsonSchema)]
struct Row {
    plan_id: String,
    title: String,
    state: &'static str,
    progress_percentage: f64,
    created_at: DateTime<Utc>,
    prompt_excerpt: String,
}

async fn answer(context: &Context, arguments: Arguments) -> Result<Done, Fault> {
    // An administrator's own, too: the list of all is a page of the operator.
    let viewer = Viewer::of(context.known(Scope::Read)?.account_id);
    let limit = arguments
        .number("limit")
        .and_then(|limit| u32::try_from(limit).ok());
    let limit = limit.unwrap_or(PAGE).min(PAGE);
    let page = context
        .app
        .pipeline
        .list(viewer, limit, arguments.text("cursor"))
        .await;
    let page = page.map_err(|error| of_pipeline(context, error))?;
    let next_tool = if page.runs.is_empty() {
        "example_prompts"
    } else {
        "plan_status"
    };
    Ok(result(&Page {
        plans: page.runs.iter().map(Row::of).collect(),
        next_cursor: page.next_cursor,
        next_tool,
    }))
}

impl Row {
    fn of(run: &RunSummary) -> Self {
        Self {
            plan_id: run.plan_id.to_string(),
            title: cut(&run.title, TITLE),
            state: run.state.as_str(),
            progress_percentage: percent(run.fraction),
            created_at: run.created_at,
            prompt_excerpt: cut(&run.prompt_excerpt, 100),
        }
    }
}
