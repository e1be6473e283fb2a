//! How a run ends, and why one failed.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Why a run failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FailureReason {
    /// A gate found that the plan must not be made.
    Refused,
    /// A gate found that the prompt says too little, or contradicts itself.
    UnderSpecified,
    /// No model of the profile gave a usable answer.
    ModelFailed,
    /// Calls brought no output for too long, again and again.
    Stalled,
    BudgetExhausted,
    /// A stage's own file is broken.
    BadStage,
    Internal,
}

impl FailureReason {
    const ALL: [Self; 7] = [
        Self::Refused,
        Self::UnderSpecified,
        Self::ModelFailed,
        Self::Stalled,
        Self::BudgetExhausted,
        Self::BadStage,
        Self::Internal,
    ];

    /// The name in the database and in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Refused => "refused",
            Self::UnderSpecified => "under_specified",
            Self::ModelFailed => "model_failed",
            Self::Stalled => "stalled",
            Self::BudgetExhausted => "budget_exhausted",
            Self::BadStage => "bad_stage",
            Self::Internal => "internal",
        }
    }
}

impl fmt::Display for FailureReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for FailureReason {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let reason = Self::ALL.into_iter().find(|reason| reason.as_str() == text);
        reason.ok_or_else(|| format!("{text:?} is no reason for a failure"))
    }
}

/// A run that failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunFailure {
    pub reason: FailureReason,
    pub stage: Option<String>,
    /// For the run's owner: what happened, and what to do about it.
    pub message: String,
    /// Whether resuming may succeed.
    pub recoverable: bool,
}

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ended {
    Completed,
    /// At its owner's wish.
    Stopped,
    /// The worker must stop; another goes on.
    Released,
    Failed(RunFailure),
}
