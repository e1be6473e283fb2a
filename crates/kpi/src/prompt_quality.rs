//! Prompt quality: does the author say what a planner needs to know?
//!
//! The mean of eight items, each 0, ½ or 1. Every item needs a sentence of the prompt as its
//! quote, and one sentence serves at most two items, so that a sentence of keywords scores at
//! most .25. Length never counts. Money, dates and places come from parsers, whether a model
//! rated or the rules here did.

mod assign;
mod lexicon;
mod model;
mod rules;

use plan::model::Plan;
use serde_json::{Value, json};

use crate::evidence::Evidence;
use crate::fields::PromptRating;
use crate::kpi::{Flag, Kpi};
use crate::sentence::{Span, sentences};
use assign::{Assignment, best_assignment};

/// Version of this extractor.
pub const VERSION: &str = "prompt_quality/1";
/// Sentences looked at; a prompt beyond that has said what it has to say.
const MAX_SENTENCES: usize = 400;
/// Bytes looked at: twenty times the longest real prompt.
const MAX_BYTES: usize = 100_000;

/// The eight items, in their fixed order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Item {
    Objective,
    Context,
    Constraints,
    MeasurableSuccess,
    Location,
    Budget,
    Timeframe,
    RisksOrStakeholders,
}

impl Item {
    pub const ALL: [Self; 8] = [
        Self::Objective,
        Self::Context,
        Self::Constraints,
        Self::MeasurableSuccess,
        Self::Location,
        Self::Budget,
        Self::Timeframe,
        Self::RisksOrStakeholders,
    ];

    /// Its name in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Objective => "objective",
            Self::Context => "context",
            Self::Constraints => "constraints",
            Self::MeasurableSuccess => "measurable_success",
            Self::Location => "location",
            Self::Budget => "budget",
            Self::Timeframe => "timeframe",
            Self::RisksOrStakeholders => "risks_or_stakeholders",
        }
    }
}

/// What one sentence says about one item: 0, 1 or 2 halves, and the quote within it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Mark {
    pub(crate) halves: u8,
    pub(crate) quote: Span,
}

/// Rates the prompt by the rules of this module, or by a model's rating where one is given,
/// whose quotes and claims of money, dates and places are checked.
pub fn prompt_quality(plan: &Plan, rating: Option<&PromptRating>) -> Kpi {
    let prompt = bounded_prompt(plan);
    if prompt.trim().is_empty() {
        return Kpi::unknown(
            VERSION,
            "The plan has no prompt: say what you want to achieve.",
            json!({}),
        );
    }
    let mut spans = sentences(prompt);
    spans.truncate(MAX_SENTENCES);
    let mut flags = Vec::new();
    let marks = match rating {
        Some(rating) => model::marks(prompt, &spans, rating, &mut flags),
        None => rules::marks(prompt, &spans),
    };
    let assignment = best_assignment(&marks);
    if is_stuffed(&marks, &assignment) {
        flags.push(Flag::StuffedSentence);
    }
    let halves: u32 = assignment
        .iter()
        .flatten()
        .map(|(_, mark)| u32::from(mark.halves))
        .sum();
    let rater = if rating.is_some() { "model" } else { "parsers" };
    let detail = json!({ "items": items(&assignment), "rated_by": rater });
    Kpi::known(VERSION, f64::from(halves) / 16.0, detail)
        .with_evidence(evidence(plan, &assignment))
        .with_flags(flags)
}

/// What the rules give a prompt for each item: 0, ½ or 1. For guidance while it is written.
pub fn rated_by_rules(prompt: &str) -> [(Item, f64); 8] {
    let prompt = bounded(prompt);
    let mut spans = sentences(prompt);
    spans.truncate(MAX_SENTENCES);
    let assignment = best_assignment(&rules::marks(prompt, &spans));
    let halves = |item: Item| assignment[item as usize].map_or(0, |(_, mark)| mark.halves);
    Item::ALL.map(|item| (item, f64::from(halves(item)) / 2.0))
}

/// Whether a sentence asks for something to be done.
pub fn asks(sentence: &str) -> bool {
    let marks = rules::marks(sentence, &[(0, sentence.len())]);
    marks
        .iter()
        .any(|mark| mark[Item::Objective as usize].halves > 0)
}

fn bounded(prompt: &str) -> &str {
    &prompt[..prompt.floor_char_boundary(MAX_BYTES)]
}

/// The part of the prompt that is looked at.
pub(crate) fn bounded_prompt(plan: &Plan) -> &str {
    bounded(&plan.prompt.text)
}

/// Whether one sentence claims at least five items, most of which it could not keep.
fn is_stuffed(marks: &[[Mark; 8]], assignment: &Assignment) -> bool {
    let kept = assignment.iter().flatten().count();
    marks.iter().any(|sentence| {
        let claims = sentence.iter().filter(|mark| mark.halves > 0).count();
        claims >= 5 && kept <= claims / 2
    })
}

fn items(assignment: &Assignment) -> Value {
    Item::ALL
        .iter()
        .zip(assignment)
        .map(|(item, chosen)| {
            let halves = chosen.map_or(0, |(_, mark)| mark.halves);
            (item.name().to_owned(), json!(f64::from(halves) / 2.0))
        })
        .collect::<serde_json::Map<_, _>>()
        .into()
}

fn evidence(plan: &Plan, assignment: &Assignment) -> Vec<Evidence> {
    assignment
        .iter()
        .flatten()
        .filter_map(|(_, mark)| Evidence::of(&plan.prompt.source, &plan.prompt.text, mark.quote))
        .collect()
}
