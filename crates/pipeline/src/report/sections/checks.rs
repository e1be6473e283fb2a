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
    let checks = checks(&file);
    if checks.is_empty() {
        return material.prose(markdown);
    }
    vec![Block::Note(tally(&checks)), Block::Checks(checks)]
}

/// How many of each kind, the worst first.
fn tally(checks: &[Check]) -> String {
    let marks = [Mark::Bad, Mark::Warn, Mark::Good, Mark::Plain];
    let of = |mark: Mark| checks.iter().filter(|check| check.mark == mark).count();
    let parts: Vec<String> = marks
        .into_iter()
        .filter(|mark| of(*mark) > 0)
        .map(|mark| format!("{} {}", of(mark), mark.word()))
        .collect();
    format!("{}: {}.", counted(checks.len(), "check"), parts.join(", "))
}

fn checks(file: &Value) -> Vec<Check> {
    let list = lists(file).into_iter().find(|list| {
        let first = list.first();
        first.is_some_and(|item| has(item, TITLE) && has(item, STATE))
    });
    list.unwrap_or_default()
        .iter()
        .take(MAX_CHECKS)
        .map(check)
        .collect()
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

fn check(item: &Value) -> Check {
    let advice = first(item, ADVICE);
    Check {
        mark: mark(&first(item, STATE)),
        title: line(&first(item, TITLE), 300),
        question: line(&first(item, QUESTION), 500),
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
        () if is(&["medium", "partial", "warn", "mixed", "unclear", "unverifi"]) => Mark::Warn,
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
