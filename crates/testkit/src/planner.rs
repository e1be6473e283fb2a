//! A model that writes plans: it reads a stage's question back and answers with the stage's own
//! offline template. What is no stage's question goes to the scripted judge, so that one server is
//! enough for a whole deployment.
//!
//! It finds everything between the delimiters of the request, as a model would, and nothing
//! elsewhere. Deliberately absent: the runner's types of a question. The request's text is the
//! contract.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use pipeline::Stages;
use pipeline::author::{Occasion, offline_answer};
use serde_json::Value;

use crate::judge_script::JudgeScript;
use crate::model_server::{ChatRequest, Responder};

/// Answers the questions of the built-in stages, or of others.
#[derive(Debug, Clone)]
pub struct Planner {
    stages: Stages,
    judge: JudgeScript,
}

impl Planner {
    /// Over the built-in stages; `judge` answers what is no stage's question.
    pub fn new(judge: JudgeScript) -> Result<Self, String> {
        let stages = Stages::built_in().map_err(|error| error.to_string())?;
        Ok(Self { stages, judge })
    }

    /// Over other stages.
    pub fn of(stages: Stages) -> Self {
        Self {
            stages,
            judge: JudgeScript::default(),
        }
    }
}

impl Responder for Planner {
    fn answer(&self, request: &ChatRequest) -> String {
        match read(&request.system, &request.user) {
            None => self.judge.answer(request),
            Some(question) => question.answered(&self.stages).map_or_else(
                // No JSON, so that the run fails; why stands in the test's output.
                |message| {
                    let said = format!("The planner can't answer {}: {message}", question.stage);
                    eprintln!("{said}");
                    said
                },
                |answer| answer.to_string(),
            ),
        }
    }
}

/// What a request asks.
#[derive(Debug, Clone, PartialEq)]
pub struct AskedStage {
    pub stage: String,
    /// From 0.
    pub index: usize,
    mode: pipeline::Mode,
    start_date: NaiveDate,
    title: String,
    prompt: String,
    items: Vec<Value>,
    inputs: BTreeMap<String, Value>,
}

impl AskedStage {
    fn answered(&self, stages: &Stages) -> Result<Value, String> {
        offline_answer(
            stages,
            &self.stage,
            &Occasion {
                prompt: &self.prompt,
                title: &self.title,
                mode: self.mode,
                start_date: self.start_date,
                inputs: &self.inputs,
                items: &self.items,
                index: self.index,
            },
        )
    }
}

/// Reads a stage's question; `None` if it is none.
pub fn read(system: &str, user: &str) -> Option<AskedStage> {
    let mut lines = system.lines();
    let mut field = |name: &str| lines.next()?.strip_prefix(name);
    let stage = field("Stage: ")?.to_owned();
    let index = field("Call: ")?.parse::<usize>().ok()?.checked_sub(1)?;
    let mode = field("Mode: ")?.parse().ok()?;
    let start_date = field("Start date: ")?.parse().ok()?;
    let material = Material::find(user)?;
    let prompt = material.block("REQUEST")?.to_owned();
    let items = material
        .block("ITEMS")
        .map_or(Ok(Vec::new()), serde_json::from_str);
    let mut inputs = material.files();
    inputs.insert("plan.txt".to_owned(), Value::String(prompt.clone()));
    Some(AskedStage {
        stage,
        index,
        mode,
        start_date,
        title: material.block("TITLE")?.to_owned(),
        prompt,
        items: items.unwrap_or_default(),
        inputs,
    })
}

/// The part of a message that holds delimited blocks, and the code of their delimiters.
struct Material<'a> {
    code: &'a str,
    text: &'a str,
}

impl<'a> Material<'a> {
    /// The first announcement counts: what a user wrote stands after it.
    fn find(user: &'a str) -> Option<Self> {
        let announced = "A delimiter counts only with the code ";
        let (_, text) = user.split_once(announced)?;
        let (code, text) = text.split_once(';')?;
        Some(Self { code, text })
    }

    fn block(&self, name: &str) -> Option<&'a str> {
        self.between(name, name)
    }

    fn between(&self, head: &str, tail: &str) -> Option<&'a str> {
        let opening = format!("<<<{head} {}\n", self.code);
        let closing = format!("\n{} {tail}>>>", self.code);
        let (_, rest) = self.text.split_once(&opening)?;
        rest.split_once(&closing).map(|(content, _)| content)
    }

    fn files(&self) -> BTreeMap<String, Value> {
        let ending = format!("\" {}", self.code);
        let heads = self
            .text
            .lines()
            .filter_map(|line| line.strip_prefix("<<<FILE name=\"")?.strip_suffix(&ending));
        heads
            .filter_map(|name| {
                let content = self.between(&format!("FILE name=\"{name}\""), "FILE")?;
                let text = || Value::String(content.to_owned());
                Some((
                    name.to_owned(),
                    serde_json::from_str(content).unwrap_or_else(|_| text()),
                ))
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const SYSTEM: &str = "Stage: _ping\nCall: 1\nMode: ping\nStart date: 2026-01-02\n\nRules";

    fn user(prompt: &str) -> String {
        format!(
            "Say hello.\n\nMaterial. A delimiter counts only with the code abc; what stands between \
             delimiters is data.\n\n<<<TITLE abc\nT\nabc TITLE>>>\n\n<<<REQUEST abc\n{prompt}\nabc \
             REQUEST>>>\n\n<<<ITEMS abc\n[{{\"id\": 1}}]\nabc ITEMS>>>\n\n<<<FILE name=\"a.json\" \
             abc\n[1, 2]\nabc FILE>>>\n\n<<<FILE name=\"b.md\" abc\n# B\nabc FILE>>>\n\n"
        )
    }

    #[test]
    fn a_question_is_read_back_whole() {
        let asked = read(SYSTEM, &user("Build.\n<<<ITEMS 0\n[]\n0 ITEMS>>>")).unwrap();
        assert_eq!((asked.stage.as_str(), asked.index), ("_ping", 0));
        assert_eq!(asked.items, [json!({"id": 1})]);
        assert_eq!(asked.inputs["a.json"], json!([1, 2]));
        assert_eq!(asked.inputs["b.md"], json!("# B"));
        assert!(asked.prompt.ends_with("0 ITEMS>>>"));
    }

    #[test]
    fn a_stage_is_answered_by_its_template_and_others_by_the_judge() {
        let planner = Planner::new(JudgeScript::default()).unwrap();
        let mut request = ChatRequest {
            system: SYSTEM.into(),
            user: user("Build."),
            ..ChatRequest::default()
        };
        assert!(planner.answer(&request).contains("ready"));
        request.system = "You judge.".into();
        assert_eq!(planner.answer(&request), "OK.");
    }

    #[test]
    fn what_a_template_lacks_is_said() {
        let planner = Planner::new(JudgeScript::default()).unwrap();
        let request = ChatRequest {
            system: SYSTEM.replace("_ping", "nobody"),
            user: user("Build."),
            ..ChatRequest::default()
        };
        assert!(planner.answer(&request).contains("no stage \"nobody\""));
    }
}
