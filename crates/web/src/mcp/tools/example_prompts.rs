//! Prompts that show how one is written, three at a time.

use futures::FutureExt;
use pipeline::examples::EXAMPLE_PROMPTS;
use schemars::JsonSchema;
use serde::Serialize;

use super::{Call, Definition, Done, Effect, result};
use crate::mcp::arguments::{Arguments, Field, Kind};
use crate::mcp::context::Context;
use crate::mcp::fault::Fault;
use crate::mcp::schema::output_schema;
use crate::mcp::server::bad_cursor;

const PAGE: usize = 2;

pub(super) const TOOL: Definition = Definition {
    name: "example_prompts",
    title: "Example prompts",
    description: "Prompts that plan well, as patterns for plan_create. Free.",
    fields: &[Field::optional("cursor", Kind::Cursor, "")],
    output: output_schema::<Shown>,
    effect: Effect::Reads,
    scope: None,
    answer: |_: &Context, arguments: Arguments, _: Call| {
        std::future::ready(answer(&arguments)).boxed()
    },
};

#[derive(Debug, Serialize, JsonSchema)]
struct Shown {
    samples: Vec<&'static str>,
    message: &'static str,
    next_cursor: Option<String>,
    next_tool: &'static str,
}

fn answer(arguments: &Arguments) -> Result<Done, Fault> {
    let from = match arguments.text("cursor") {
        None => 0,
        Some(cursor) => cursor
            .parse()
            .ok()
            .filter(|from| (1..EXAMPLE_PROMPTS.len()).contains(from))
            .ok_or_else(bad_cursor)?,
    };
    let page = EXAMPLE_PROMPTS.iter().skip(from).take(PAGE);
    let next = from + PAGE;
    Ok(result(&Shown {
        samples: page.map(|example| example.text).collect(),
        message: "Say aim, scope, constraints, measurable success, place, budget with currency, dates and risks in \
                  150 to 400 words; agree the prompt with your user before plan_create.",
        next_cursor: (next < EXAMPLE_PROMPTS.len()).then(|| next.to_string()),
        next_tool: "plan_create",
    }))
}
