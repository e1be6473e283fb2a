//! Exit codes: what a script may rely on.
//!
//! | code | means |
//! |---|---|
//! | 0 | done |
//! | 1 | failed; the message says why and what to do |
//! | 2 | the command line is wrong |
//! | 3 | done in part: some input was refused, the rest is stored |
//! | 4 | stopped at a budget; run it again with a larger one, nothing is lost |
//! | 5 | every judge is suspended; choose another model |
//! | 130 | interrupted; run it again to go on |

use std::process::ExitCode;

/// How a command ended when it did not fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    Done,
    Partial,
    BudgetReached,
    NoJudge,
    Interrupted,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Done => 0,
            Exit::Partial => 3,
            Exit::BudgetReached => 4,
            Exit::NoJudge => 5,
            Exit::Interrupted => 130,
        })
    }
}

/// Prints a failure with its causes on standard error. A closed pipe is no failure: the
/// reader (`head`, say) has all it wanted. A budget used up before anything could be ranked
/// ends as one that is used up later.
pub(crate) fn report(error: &anyhow::Error) -> ExitCode {
    let pipe_closed = error
        .chain()
        .filter_map(|cause| cause.downcast_ref::<std::io::Error>())
        .any(|cause| cause.kind() == std::io::ErrorKind::BrokenPipe);
    if pipe_closed {
        return ExitCode::SUCCESS;
    }
    crate::output::say!("error: {}", crate::output::harmless(&format!("{error:#}")));
    match used_budget(error.as_ref()) {
        Some(_) => Exit::BudgetReached.into(),
        None => ExitCode::FAILURE,
    }
}

/// The budget's own words, if a budget that was used up is behind the failure.
pub(crate) fn used_budget(error: &(dyn std::error::Error + 'static)) -> Option<String> {
    std::iter::successors(Some(error), |error| error.source())
        .filter_map(|cause| cause.downcast_ref::<llm::LlmError>())
        .find(|cause| matches!(cause, llm::LlmError::BudgetExhausted { .. }))
        .map(ToString::to_string)
}
