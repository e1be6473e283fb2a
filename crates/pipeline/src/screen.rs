//! What a prompt lacks, said before money is spent. Free: rules, no model.
//!
//! Only what can't be planned at all is refused: nothing, noise, filler, or a book. A prompt that
//! says too little or contradicts itself is thin: it is planned on request, and told what to add.
//! The items are those of the KPI "prompt quality", so that advice here raises what is measured.

mod rules;

use kpi::prompt_quality::{Item, rated_by_rules};
use serde::{Deserialize, Serialize};

/// From this sum of the eight items on a prompt is ready.
const READY: f64 = 4.0;

/// What to expect of a prompt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PromptVerdict {
    Ready,
    /// It can be planned, and the plan will rest on assumptions.
    Thin,
    /// Nothing can be planned from it.
    Refused,
}

/// One thing that a good prompt says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PromptItem {
    pub key: String,
    pub label: String,
    /// 0, ½ or 1.
    pub score: f64,
    /// How to say it, when it isn't said.
    pub advice: Option<String>,
}

/// What a prompt says and lacks.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PromptReview {
    pub verdict: PromptVerdict,
    pub items: Vec<PromptItem>,
    /// Why it is refused, or what contradicts itself.
    pub problems: Vec<String>,
}

/// Reviews a prompt as its author writes it.
pub fn review_prompt(prompt: &str) -> PromptReview {
    let refusals = rules::refusals(prompt);
    let items: Vec<PromptItem> = rated_by_rules(prompt).into_iter().map(item).collect();
    let contradictions = rules::contradictions(prompt);
    let said: f64 = items.iter().map(|item| item.score).sum();
    let verdict = match () {
        () if !refusals.is_empty() => PromptVerdict::Refused,
        () if said < READY || !contradictions.is_empty() => PromptVerdict::Thin,
        () => PromptVerdict::Ready,
    };
    PromptReview {
        verdict,
        items,
        problems: refusals.into_iter().chain(contradictions).collect(),
    }
}

fn item((item, score): (Item, f64)) -> PromptItem {
    let (label, advice) = words(item);
    PromptItem {
        key: item.name().to_owned(),
        label: label.to_owned(),
        score,
        advice: (score < 1.0).then(|| advice.to_owned()),
    }
}

/// An item's name and how to say it.
fn words(item: Item) -> (&'static str, &'static str) {
    match item {
        Item::Objective => (
            "Aim",
            "Begin with what shall exist in the end: \u{201c}Open a repair shop that …\u{201d}, \u{201c}Cut the waiting time of … by half\u{201d}.",
        ),
        Item::Context => (
            "Situation",
            "Say what there is already: who you are, what has been tried, which building, team or permit you have, and why now.",
        ),
        Item::Constraints => (
            "Limits",
            "Name what must not happen or must be kept: rules, technology, suppliers, hours, what is out of scope.",
        ),
        Item::MeasurableSuccess => (
            "Measure of success",
            "Say by which number you will know that it worked: \u{201c}120 customers a day within six months\u{201d}.",
        ),
        Item::Location => (
            "Place",
            "Name the town and the country, or the regions, where it happens.",
        ),
        Item::Budget => (
            "Budget",
            "State an amount with its currency, and whether it is all there is: \u{201c}The budget is EUR 250,000.\u{201d}",
        ),
        Item::Timeframe => (
            "Time",
            "Give a date for the end, and for the start if it is fixed: \u{201c}by 30 June 2027\u{201d}.",
        ),
        Item::RisksOrStakeholders => (
            "Risks and people",
            "Say who has a say or may object, and what worries you most.",
        ),
    }
}

#[cfg(test)]
mod tests;
