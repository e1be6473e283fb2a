//! Phase 1 of the ranking: five raw measurements of a plan, each in 0..=1 or unknown, each
//! with the evidence it rests on.
//!
//! Everything is a pure function of a [`plan::model::Plan`] (and, where a model helped, of
//! the fields it filled in, whose quotes are checked here). Neighbours: `plan` below,
//! `arena` above, which makes the model calls and stores what comes out.
//!
//! Invariants: a value is finite and within 0..=1, or `None` with a reason for the author;
//! missing information is never scored as 0; every quote stands verbatim in the plan.
//! Deliberately absent: any sum of the five values. Ratings come from comparisons alone.

mod error;
pub mod evidence;
pub mod feasibility;
pub mod fields;
pub mod gazetteer;
pub mod impact;
mod kpi;
mod merge;
pub mod novelty;
pub mod parse;
pub mod prompt_quality;
pub mod reference_class;
mod sentence;
mod stats;
pub mod summary;
pub mod technical;
mod words;

pub use error::KpiError;
pub use evidence::Evidence;
pub use feasibility::feasibility;
pub use fields::{ModelFields, PromptRating};
pub use impact::impact_estimate;
pub use kpi::{Flag, Kpi, Kpis};
pub use novelty::{Snapshot, novelty};
pub use prompt_quality::prompt_quality;
pub use summary::{KpiSummary, summary};
pub use technical::technical_completeness;

/// The sentences of a text in order, without surrounding space.
pub fn sentences(text: &str) -> Vec<&str> {
    let spans = sentence::sentences(text).into_iter();
    spans.map(|(from, to)| &text[from..to]).collect()
}

/// The words of a text that carry meaning, lower-case, in order and with repetitions.
pub fn content_words(text: &str) -> Vec<String> {
    let words = words::words(text).into_iter();
    words.filter(|word| words::is_content(word)).collect()
}
