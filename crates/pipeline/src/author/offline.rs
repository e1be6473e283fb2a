//! Answers without a model: the stage's own template, held to the same schema and checks.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde_json::Value;

use super::{Fault, Question, broken_stage, checked};
use crate::template::Scope;
use crate::{CallRecord, Facts, Mode, Stages};

/// What an offline answer depends on.
#[derive(Debug, Clone, Copy)]
pub struct Occasion<'a> {
    pub prompt: &'a str,
    pub title: &'a str,
    pub mode: Mode,
    pub start_date: NaiveDate,
    pub inputs: &'a BTreeMap<String, Value>,
    pub items: &'a [Value],
    pub index: usize,
}

/// The answer of a stage without a model, unchecked; for whoever plays a model in a test.
pub fn offline_answer(
    stages: &Stages,
    stage: &str,
    occasion: &Occasion<'_>,
) -> Result<Value, String> {
    let facts = Facts::of(occasion.prompt, occasion.title, occasion.start_date);
    let scope = Scope {
        prompt: occasion.prompt,
        facts: &facts,
        mode: occasion.mode,
        start_date: occasion.start_date,
        inputs: occasion.inputs,
        items: occasion.items,
        index: occasion.index,
    };
    let stage = stages
        .get(stage)
        .ok_or_else(|| format!("there is no stage {stage:?}"))?;
    rendered(stages, &stage.template("offline"), &scope)
}

fn rendered(stages: &Stages, template: &str, scope: &Scope<'_>) -> Result<Value, String> {
    let text = stages.templates().offline(template, scope)?;
    serde_json::from_str(&text).map_err(|error| {
        let line = text
            .lines()
            .nth(error.line().saturating_sub(1))
            .unwrap_or_default();
        let near: String = line
            .chars()
            .skip(error.column().saturating_sub(60))
            .take(80)
            .collect();
        format!("section offline: its text is no JSON: {error}, near {near:?}")
    })
}

pub(super) fn answer(question: &Question<'_>) -> Result<(Value, CallRecord), Fault> {
    let stage = question.stage;
    let answer = rendered(question.stages, &stage.template("offline"), &question.scope)
        .and_then(|answer| against_schema(question, &answer).map(|()| answer))
        .and_then(|answer| checked(question, &answer).map(|()| answer))
        .map_err(|message| broken_stage(stage, &message))?;
    let call = CallRecord {
        model: None,
        cost_nano_usd: 0,
        input_tokens: 0,
        output_tokens: 0,
        replayed: false,
    };
    Ok((answer, call))
}

fn against_schema(question: &Question<'_>, answer: &Value) -> Result<(), String> {
    let Some(validator) = question.stages.validator(&question.stage.id) else {
        return Ok(());
    };
    let errors = validator.iter_errors(answer).take(5);
    let told: Vec<String> = errors
        .map(|error| format!("at {:?}: {error}", error.instance_path().to_string()))
        .collect();
    if told.is_empty() {
        return Ok(());
    }
    let message = told.join("; ");
    Err(format!(
        "section offline: the answer doesn't match the schema: {}",
        crate::facts::shortened(&message, 1_000)
    ))
}
