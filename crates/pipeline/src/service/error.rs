//! Why a use case of generation did not do what was asked, in words that say what to do.

use chrono::{DateTime, Utc};
use llm::LlmError;
use store::StoreError;

use super::types::RunState;
use crate::artifacts::ArtifactError;
use crate::checkpoints::CheckpointError;
use crate::screen::PromptReview;

/// A wish that a run's state doesn't allow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrongState {
    pub state: RunState,
    pub why: String,
    /// What would be possible instead.
    pub next: String,
}

impl std::fmt::Display for WrongState {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "the run is {}: {}; {}", self.state, self.why, self.next)
    }
}

#[derive(Debug, thiserror::Error)]
pub enum PipelineError {
    #[error("there is no such plan, or it is not yours to see")]
    NotFound,
    #[error("{field} must be {expected}, such as {example}")]
    InvalidArgument {
        field: &'static str,
        expected: String,
        example: String,
    },
    #[error("nothing can be planned from this prompt: {}", .0.problems.join("; "))]
    PromptRefused(PromptReview),
    #[error("it can't be stopped: {0}")]
    NotStoppable(WrongState),
    #[error("it can't be resumed: {0}")]
    NotResumable(WrongState),
    #[error("it can't be retried: {0}")]
    NotRetryable(WrongState),
    #[error("it can't be changed now: {0}")]
    NotEditable(WrongState),
    /// What is kept of the run can't be used by this version.
    #[error("the run was made by a version whose files can't be used any more: {why}; retry it")]
    PipelineVersionMismatch { why: String },
    #[error("it is not ready: {reason}")]
    NotReady { reason: String },
    #[error("{0}")]
    Conflict(String),
    #[error("{what} may have {max} bytes at most, and has {size}")]
    TooLarge {
        what: &'static str,
        max: u64,
        size: u64,
    },
    #[error("the link expired at {0}: ask for a new one")]
    LinkExpired(DateTime<Utc>),
    #[error("too much is asked at this moment: try again in a few seconds")]
    Busy,
    #[error(transparent)]
    Store(StoreError),
    #[error(transparent)]
    Artifacts(#[from] ArtifactError),
    #[error(transparent)]
    Model(#[from] LlmError),
}

impl From<StoreError> for PipelineError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Busy => Self::Busy,
            other => Self::Store(other),
        }
    }
}

impl From<CheckpointError> for PipelineError {
    fn from(error: CheckpointError) -> Self {
        match error {
            CheckpointError::Superseded => Self::Busy,
            CheckpointError::Store(error) => error.into(),
            CheckpointError::Artifacts(error) => error.into(),
            CheckpointError::Journal(error) => Self::Model(error.into()),
        }
    }
}
