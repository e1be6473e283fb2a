//! Check lists from whatever JSON the checking stages write.
//!
//! Stages name their fields for their own purpose; this knows the names of each part of a check.

use serde_json::Value;

use crate::report::document::{Block, Check, Mark};
use crate::report::material::{Material, field};
use crate::report::wording::{counted, line};

const MAX_CHECKS: usize = 500;
const TITLE: &[&str] = &[
    "title",
    "item",
    "requirement",
    "constraint",
    "directive",
    "claim",
    "expression",
    "name",
];
const ID: &[&str] = &["check_id"];
const STATE: &[&str] = &[
    "level",
    "status",
    "verdict",
    "result",
    "adherence",
    "holds",
    "met",
];
const QUESTION: &[&str] = &["subtitle", "question"];
const FINDING: &[&str] = &[
    "justification",
    "explanation",
    "finding",
    "detail",
    "evidence",
    "quote",
];
const ADVICE: &[&str] = &["mitigation", "recommendation", "advice", "fix"];

/// The checks of `json`, else the Markdown.
pub(super) fn or_prose(material: &Material<'_>, json: &str, markdown: &str) -> Vec<Block> {
    let file = material.json(json).unwrap_or(Value::Null);
    let questions = material.json("self_audit_checklist.json");
    let checks = checks(&file, questions.as_ref().unwrap_or(&Value::Null));
    if checks.is_empty() {
        return material.prose(markdown);
    }
    vec![Block::Note(tally(&checks)), Block::Checks(checks)]
}

/// How many of each kind, the worst first.
fn tally(checks: &[Check]) -> String {
    let of = |mark: Mark| checks.iter().filter(|check| check.mark == mark).count();
    let parts = [
        (of(Mark::Bad), counted(of(Mark::Bad), "problem")),
        (of(Mark::Warn), counted(of(Mark::Warn), "concern")),
        (of(Mark::Good), format!("{} in order", of(Mark::Good))),
        (of(Mark::Plain), format!("{} noted", of(Mark::Plain))),
    ];
    let parts = parts.into_iter().filter(|(count, _)| *count > 0);
    let parts: Vec<String> = parts.map(|(_, words)| words).collect();
    format!("{}: {}.", counted(checks.len(), "check"), parts.join(", "))
}

fn checks(file: &Value, questions: &Value) -> Vec<Check> {
    let list = lists(file).into_iter().find(|list| {
        let first = list.first();
        first.is_some_and(|item| (has(item, TITLE) || has(item, ID)) && has(item, STATE))
    });
    let list = list.unwrap_or_default().iter().take(MAX_CHECKS);
    list.map(|item| check(item, asked(item, questions)))
        .collect()
}

/// The list of checks holds title and question where the answers only name the check.
fn asked<'a>(item: &Value, questions: &'a Value) -> &'a Value {
    let id = first(item, ID);
    let known = lists(questions).into_iter().flatten();
    let mut known = known.filter(|question| !id.is_empty() && field::text(question, "id") == id);
    known.next().unwrap_or(&Value::Null)
}

/// The arrays of an object, or the document itself where it is one.
fn lists(file: &Value) -> Vec<&[Value]> {
    match file {
        Value::Array(list) => vec![list],
        Value::Object(fields) => fields
            .values()
            .filter_map(Value::as_array)
            .map(Vec::as_slice)
            .collect(),
        _ => Vec::new(),
    }
}

fn has(item: &Value, names: &[&str]) -> bool {
    names.iter().any(|name| item.get(name).is_some())
}

fn first(item: &Value, names: &[&str]) -> String {
    let texts = names.iter().map(|name| field::text(item, name));
    texts
        .into_iter()
        .find(|text| !text.is_empty())
        .unwrap_or_default()
}

fn check(item: &Value, asked: &Value) -> Check {
    let either = |names: &[&str]| match first(item, names) {
        none if none.is_empty() => first(asked, names),
        some => some,
    };
    let advice = first(item, ADVICE);
    Check {
        mark: mark(&first(item, STATE)),
        title: line(&either(TITLE), 300),
        question: line(&either(QUESTION), 500),
        finding: line(&first(item, FINDING), 1_200),
        advice: match advice.as_str() {
            "None" | "none" | "-" => String::new(),
            advice => line(advice, 1_200),
        },
    }
}

fn mark(state: &str) -> Mark {
    let state = state.to_lowercase();
    let is = |words: &[&str]| words.iter().any(|word| state.starts_with(word));
    match () {
        () if is(&[
            "low", "pass", "met", "ok", "yes", "full", "correct", "good", "kept", "right",
        ]) =>
        {
            Mark::Good
        }
        () if is(&[
            "medium", "partial", "warn", "concern", "mixed", "unclear", "unverifi",
        ]) =>
        {
            Mark::Warn
        }
        () if is(&[
            "high",
            "fail",
            "no",
            "miss",
            "wrong",
            "incorrect",
            "violat",
            "broken",
            "ignored",
            "contradict",
        ]) =>
        {
            Mark::Bad
        }
        () => Mark::Plain,
    }
}
