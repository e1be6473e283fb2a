//! Why a question got no answer, as the owner of the run is told.

use llm::{LlmError, Reason, ReasonKind};

use crate::failure::{FailureReason, RunFailure};
use crate::{CheckpointError, Stage};

/// Why a stage did not get done.
#[derive(Debug)]
pub(crate) enum Fault {
    /// The run fails.
    Failed(RunFailure),
    /// What the run keeps can't be read or written: the worker's trouble, not the run's.
    Checkpoint(CheckpointError),
    /// The run was asked to stop before the stage was done.
    Interrupted,
}

impl From<CheckpointError> for Fault {
    fn from(error: CheckpointError) -> Self {
        Self::Checkpoint(error)
    }
}

/// The stage's own file or function is at fault.
pub(crate) fn broken_stage(stage: &Stage, message: &str) -> Fault {
    failed(stage, FailureReason::BadStage, message.to_owned(), false)
}

fn failed(stage: &Stage, reason: FailureReason, message: String, recoverable: bool) -> Fault {
    Fault::Failed(RunFailure {
        reason,
        stage: Some(stage.id.clone()),
        message,
        recoverable,
    })
}

pub(super) fn of_llm(stage: &Stage, error: LlmError) -> Fault {
    let message = error.to_string();
    let (reason, recoverable) = match error {
        LlmError::Journal(error) => return Fault::Checkpoint(error.into()),
        LlmError::BudgetExhausted { .. } => (FailureReason::BudgetExhausted, true),
        // A wrong key or an empty account: right again once somebody has seen to it.
        LlmError::Call(_) | LlmError::Config(_) => (FailureReason::ModelFailed, true),
        LlmError::NoAnswer { reasons, .. } => (of_reasons(&reasons), true),
        LlmError::Schema { .. } => (FailureReason::BadStage, false),
    };
    failed(stage, reason, message, recoverable)
}

fn of_reasons(reasons: &[Reason]) -> FailureReason {
    let all = |kind: ReasonKind| reasons.iter().all(|reason| reason.kind == kind);
    let any = |kind: ReasonKind| reasons.iter().any(|reason| reason.kind == kind);
    match () {
        () if all(ReasonKind::Refused) => FailureReason::Refused,
        () if any(ReasonKind::Stalled) => FailureReason::Stalled,
        () => FailureReason::ModelFailed,
    }
}
