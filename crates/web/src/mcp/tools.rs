//! The tools: their definitions, and which function answers each.
//!
//! A definition is a constant beside its function, in a file per tool. Names and meanings are those
//! that users of PlanExe know, where it has them. Two of ours are one: `plan_metrics` takes a second
//! plan to compare with, so that there are no more than sixteen.

mod account_status;
mod example_plans;
mod example_prompts;
mod leaderboard;
mod model_profiles;
mod plan_create;
mod plan_file_info;
mod plan_list;
mod plan_metrics;
mod plan_rank;
mod plan_resume;
mod plan_retry;
mod plan_status;
mod plan_stop;
mod plan_wait;
mod run;
mod send_feedback;
mod standing;

use std::sync::{Arc, LazyLock};

use accounts::Scope;
use futures::future::BoxFuture;
use rmcp::model::{
    CreateTaskResult, InputRequiredResult, InputResponses, JsonObject, Tool, ToolAnnotations,
};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use super::arguments::{Arguments, Field, input_schema};
use super::context::Context;
use super::fault::Fault;
use super::schema::structured;

pub(crate) use run::{Run, of_pipeline};

/// In the order in which they are needed.
pub(crate) const ALL: [Definition; 16] = [
    example_prompts::TOOL,
    example_plans::TOOL,
    model_profiles::TOOL,
    account_status::TOOL,
    plan_create::TOOL,
    plan_status::TOOL,
    plan_wait::TOOL,
    plan_list::TOOL,
    plan_stop::TOOL,
    plan_resume::TOOL,
    plan_retry::TOOL,
    plan_file_info::TOOL,
    plan_rank::TOOL,
    plan_metrics::TOOL,
    leaderboard::TOOL,
    send_feedback::TOOL,
];

/// A tool.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Definition {
    pub(crate) name: &'static str,
    pub(crate) title: &'static str,
    pub(crate) description: &'static str,
    pub(crate) fields: &'static [Field],
    output: fn() -> JsonObject,
    effect: Effect,
    /// Nothing for tools that anybody may use.
    scope: Option<Scope>,
    answer: Answer,
}

type Answer = for<'a> fn(&'a Context, Arguments, Call) -> BoxFuture<'a, Result<Done, Fault>>;

/// What a client that was asked for something sends with its repeated call.
#[derive(Debug, Clone, Default)]
pub(crate) struct Call {
    pub(crate) responses: Option<InputResponses>,
    pub(crate) state: Option<String>,
}

/// What comes of a call.
#[derive(Debug, Clone)]
pub(crate) enum Done {
    Result(Value),
    /// It will be done; the client follows.
    Task(CreateTaskResult),
    /// It needs the user first.
    Ask(InputRequiredResult),
}

/// What a tool does to the world, for the four annotations.
#[derive(Debug, Clone, Copy)]
enum Effect {
    Reads,
    /// Adds something each time.
    Adds,
    /// Changes something; twice is the same as once.
    Sets,
    /// Throws something away.
    Destroys,
}

impl Effect {
    fn annotations(self, reaches_models: bool) -> ToolAnnotations {
        let (reads, destroys, repeats) = match self {
            Self::Reads => (true, false, true),
            Self::Adds => (false, false, false),
            Self::Sets => (false, false, true),
            Self::Destroys => (false, true, false),
        };
        ToolAnnotations::new()
            .read_only(reads)
            .destructive(destroys)
            .idempotent(repeats)
            .open_world(reaches_models)
    }
}

impl Definition {
    pub(crate) fn needs_key(&self) -> bool {
        self.scope.is_some()
    }

    pub(crate) async fn run(
        &self,
        context: &Context,
        arguments: Arguments,
        call: Call,
    ) -> Result<Done, Fault> {
        if let Some(scope) = self.scope {
            context.known(scope)?;
        }
        (self.answer)(context, arguments, call).await
    }

    fn tool(&self) -> Tool {
        // Only what sets models to work reaches beyond this service.
        let reaches_models = matches!(self.name, "plan_create" | "plan_resume" | "plan_retry");
        Tool::new(self.name, self.description, input_schema(self.fields))
            .with_title(self.title)
            .with_raw_output_schema(Arc::new((self.output)()))
            .with_annotations(self.effect.annotations(reaches_models))
    }
}

/// The definitions as they are listed.
pub fn definitions() -> &'static [Tool] {
    static TOOLS: LazyLock<Vec<Tool>> =
        LazyLock::new(|| ALL.iter().map(Definition::tool).collect());
    &TOOLS
}

pub(crate) fn find(name: &str) -> Option<&'static Definition> {
    static TOOLS: [Definition; 16] = ALL;
    TOOLS.iter().find(|tool| tool.name == name)
}

/// The tool that does what one of this name does elsewhere.
pub(crate) fn replaced(name: &str) -> Option<&'static str> {
    match name {
        "plan_compare" => Some("plan_metrics"),
        "task_create" | "create_plan" => Some("plan_create"),
        "task_status" => Some("plan_status"),
        "task_download" | "plan_download" => Some("plan_file_info"),
        _ => None,
    }
}

fn result<T: Serialize + JsonSchema>(result: &T) -> Done {
    Done::Result(structured(result))
}

/// Changes go on although whoever asked for them has gone.
async fn detached<T: Send + 'static>(
    context: &Context,
    work: impl Future<Output = Result<T, Fault>> + Send + 'static,
) -> Result<T, Fault> {
    match tokio::spawn(work).await {
        Ok(done) => done,
        Err(panic) => Err(context.fault(crate::Problem::internal(&panic))),
    }
}

/// US dollars, to a hundredth of a cent.
pub(crate) fn usd(nano: i64) -> String {
    let nano = i128::from(nano.max(0));
    let hundredths = (nano + 50_000) / 100_000;
    format!("{}.{:04}", hundredths / 10_000, hundredths % 10_000)
}

/// The beginning of a text that may be long.
pub(crate) fn cut(text: &str, chars: usize) -> String {
    let mut cut: String = text.chars().take(chars).collect();
    if cut.len() < text.len() {
        cut.push('…');
    }
    cut
}

#[cfg(test)]
mod tests {
    use regex::Regex;
    use serde_json::json;

    use super::*;

    /// What the definitions of all tools may cost together.
    const MAX_TOKENS: usize = 4_000;

    /// An upper estimate of the tokens of a text: one for each seven letters of a word that are
    /// begun, for each three digits of a number, and for each three signs in a row. On these
    /// definitions it is a seventh above what the tokenizer `o200k` counts, which is itself above
    /// `cl100k`, and above a token for each four bytes.
    fn tokens(text: &str) -> usize {
        let runs = Regex::new(r"\p{L}+|\d+|[^\p{L}\d\s]+").unwrap();
        let cost = |run: &str| {
            let per_token = if run.starts_with(char::is_alphabetic) {
                7
            } else {
                3
            };
            run.chars().count().div_ceil(per_token)
        };
        runs.find_iter(text).map(|run| cost(run.as_str())).sum()
    }

    #[test]
    fn there_are_at_most_sixteen_tools_and_they_cost_at_most_four_thousand_tokens() {
        let all = json!(definitions()).to_string();
        let cost = tokens(&all);
        assert!(definitions().len() <= 16);
        assert!(cost <= MAX_TOKENS, "{cost} tokens, {} bytes", all.len());
        // It would be no upper estimate if it took more than four bytes for a token.
        assert!(cost * 4 >= all.len(), "{cost} tokens, {} bytes", all.len());
    }

    #[test]
    fn every_tool_says_what_it_does_returns_and_changes() {
        for tool in definitions() {
            let name = &tool.name;
            assert!(tool.title.is_some() && tool.description.is_some(), "{name}");
            let hints = tool.annotations.as_ref().unwrap();
            let four = [
                hints.read_only_hint,
                hints.destructive_hint,
                hints.idempotent_hint,
                hints.open_world_hint,
            ];
            assert!(four.iter().all(Option::is_some), "{name}");
            for schema in [Some(&tool.input_schema), tool.output_schema.as_ref()] {
                let schema = json!(**schema.unwrap());
                assert_eq!(schema["type"], "object", "{name}");
                assert!(
                    jsonschema::draft202012::meta::is_valid(&schema),
                    "{name}: {schema}"
                );
            }
        }
    }

    #[test]
    fn the_definitions_change_only_on_purpose() {
        let shown = serde_json::to_string_pretty(definitions()).unwrap();
        insta::assert_snapshot!("tools", shown);
    }

    #[test]
    fn money_is_shown_to_a_hundredth_of_a_cent() {
        assert_eq!(usd(0), "0.0000");
        assert_eq!(usd(1_234_567_890), "1.2346");
        assert_eq!(usd(-5), "0.0000");
    }
}
