//! Who answers the questions of a stage: the models of a profile, or nobody but the stage's own
//! offline template, which makes a draft that says so.
//!
//! Both answers pass the same schema and the same checks. Deliberately absent: retries and fallback
//! between models, which are the client's.

mod fault;
mod material;
mod offline;

use llm::{Answer, Client, Request, Schema};
use serde_json::Value;

use crate::stage::Prompt;
use crate::template::Scope;
use crate::{CallRecord, Stage, Stages, checks};

pub(crate) use fault::{Fault, broken_stage};
pub use material::{MAX_FILE_BYTES, MAX_MATERIAL_BYTES};
pub use offline::{Occasion, offline_answer};

/// Who answers.
#[derive(Debug, Clone)]
pub enum Author {
    /// No model: the templates of the section `# Offline`.
    Offline,
    /// One client per run, with the run's own budget and journal.
    Models(Client),
}

/// One question of a stage.
#[derive(Clone, Copy)]
pub(crate) struct Question<'a> {
    pub(crate) stages: &'a Stages,
    pub(crate) stage: &'a Stage,
    pub(crate) prompt: &'a Prompt,
    pub(crate) scope: Scope<'a>,
    /// What the model is shown, in order, by name.
    pub(crate) shown: &'a [(&'a str, &'a str)],
    pub(crate) nonce_secret: &'a [u8; 32],
}

impl Author {
    /// A checked answer, and what it took.
    pub(crate) async fn answer(
        &self,
        question: Question<'_>,
    ) -> Result<(Value, CallRecord), Fault> {
        match self {
            Self::Offline => offline::answer(&question),
            Self::Models(client) => asked(client, question).await,
        }
    }
}

async fn asked(client: &Client, question: Question<'_>) -> Result<(Value, CallRecord), Fault> {
    let request = request(&question)?;
    let accept = |value: &Value| checked(&question, value);
    let answer = client
        .structured(&request, &accept)
        .await
        .map_err(|error| fault::of_llm(question.stage, error))?;
    let call = record(&answer);
    Ok((answer.value, call))
}

fn record(answer: &Answer) -> CallRecord {
    CallRecord {
        model: Some(answer.model.clone()),
        cost_nano_usd: answer.cost_nano_usd,
        input_tokens: answer.usage.input_tokens,
        output_tokens: answer.usage.output_tokens,
        replayed: answer.calls > 0 && answer.replayed == answer.calls,
    }
}

/// What the schema can't say.
fn checked(question: &Question<'_>, answer: &Value) -> Result<(), String> {
    for name in &question.prompt.checks {
        let check = checks::lookup(name).ok_or_else(|| format!("there is no check {name:?}"))?;
        check(answer, question.scope.items, question.scope.inputs)?;
    }
    Ok(())
}

/// The same question gives the same bytes, so that the journal knows it again.
fn request(question: &Question<'_>) -> Result<Request, Fault> {
    let stage = question.stage;
    let rendered = |section: &str| {
        let templates = question.stages.templates();
        let text = templates.prompt(&stage.template(section), &question.scope);
        text.map_err(|message| broken_stage(stage, &message))
    };
    let scope = &question.scope;
    let system = format!(
        "Stage: {}\nCall: {}\nMode: {}\nStart date: {}\n\n{}\n\n{}",
        stage.id,
        scope.index + 1,
        scope.mode,
        scope.start_date,
        question.stages.rules(),
        rendered("system")?,
    );
    let user = format!("{}\n\n{}", rendered("user")?, material::section(question));
    Ok(Request {
        system,
        user,
        schema: Some(Schema {
            name: stage.id.clone(),
            json: question.prompt.schema.clone(),
        }),
        max_output_tokens: question
            .prompt
            .tier
            .tokens(question.prompt.max_output_tokens),
        ..Request::default()
    })
}

#[cfg(test)]
mod tests;
