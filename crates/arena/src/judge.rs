//! Judges: who compares two plans, and what they answer.
//!
//! A judge sees two plan cards and their KPI vectors and returns nine-level preferences with
//! quotes. [`model`] asks a language model, [`offline`] applies documented rules without one,
//! [`jury`] picks several judges for a pair, [`canary`] measures how a judge can be misled.
//!
//! Invariants: every level is positive for the plan shown *first*; no quote counts before the
//! server has found it in the card ([`verify`]); a verdict is stored exactly as it is
//! returned here, and everything a model wrote in it is canonical and bounded.
//! Deliberately absent: who meets whom, ratings, the database.

pub mod canary;
pub mod jury;
pub mod model;
pub mod offline;
pub mod prompt;
pub mod schema;
pub mod verify;

mod verdict;

#[cfg(test)]
mod testing;

use async_trait::async_trait;
use plan::card::Card;
use plan::hash::ContentHash;
use serde::{Deserialize, Serialize};

pub use jury::Jury;
pub use model::ModelJudge;
pub use offline::OfflineJudge;
pub use verdict::{Dimension, Flag, Outcome, Quote, Verdict, VoidReason};

/// The strongest preference on the Likert scale.
pub const MAX_LEVEL: i8 = 4;

/// Names of the five KPIs, in the order of [`Contestant::kpis`].
pub const KPI_NAMES: [&str; 5] = [
    "novelty_score",
    "prompt_quality",
    "technical_completeness",
    "feasibility",
    "impact_estimate",
];

/// Five KPI values in 0..1, `None` for unknown, in the order of [`KPI_NAMES`].
pub type KpiVector = [Option<f64>; 5];

/// One side of a comparison: all that a judge may know of a plan.
#[derive(Debug, Clone, Copy)]
pub struct Contestant<'a> {
    pub card: &'a Card,
    pub hash: ContentHash,
    pub kpis: KpiVector,
}

/// What a judge is. Two judges with different fingerprints are two judges in the rating.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct JudgeFingerprint {
    pub kind: JudgeKind,
    /// For people: "offline judge, not a language model", or the model's name.
    pub name: String,
    /// Version of the rules around the answer (schema reading, verification, offline rules).
    pub version: u32,
    /// The model that was asked for; `None` offline.
    pub model: Option<String>,
    /// SHA-256 (hex) of what the judge is told: rubric, question and answer schema, or the
    /// description of the offline rules.
    pub prompt_version: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JudgeKind {
    Offline,
    Model,
}

/// What one comparison consumed. Money is in nano-USD (10⁻⁹ US dollars).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    /// Requests that reached a model, repairs and retries included; 0 offline.
    pub calls: u64,
    pub input_tokens: u64,
    pub output_tokens: u64,
    pub cost_nano_usd: i64,
    /// The model that answered, which after a fallback is not the one asked first.
    pub model: Option<String>,
}

/// A comparison that took place, with or without a verdict.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Judged {
    pub outcome: Outcome,
    pub usage: Usage,
    /// SHA-256 (hex) of everything the judge was given: same hash, same question.
    pub request_hash: String,
}

impl Judged {
    /// The level that enters the rating; `None` when the comparison is void.
    pub fn level(&self) -> Option<i8> {
        match &self.outcome {
            Outcome::Verdict { verdict } => Some(verdict.overall),
            Outcome::Void { .. } => None,
        }
    }
}

/// The comparison did not take place; nothing may be stored, and it may be tried again.
#[derive(Debug, thiserror::Error)]
pub enum JudgeError {
    #[error("the judge's model could not be asked: {0}")]
    Model(#[from] llm::LlmError),
    #[error("a plan can't be compared with itself; give two plans with different content")]
    SamePlan,
}

/// Compares two plans. Same contestants in the same order: same question.
#[async_trait]
pub trait Judge: Send + Sync + std::fmt::Debug {
    fn fingerprint(&self) -> JudgeFingerprint;

    async fn compare(
        &self,
        first: &Contestant<'_>,
        second: &Contestant<'_>,
    ) -> Result<Judged, JudgeError>;
}

/// The words for a level, from the point of view of the plan it favours.
pub fn level_words(level: i8) -> &'static str {
    match level.unsigned_abs() {
        0 => "equal",
        1 => "slightly better",
        2 => "clearly better",
        3 => "much better",
        _ => "overwhelmingly better",
    }
}
