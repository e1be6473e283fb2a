//! One thing that was looked at, and what to do about it.

use serde::Serialize;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Outcome {
    Ok,
    /// It works, but not as it should for others.
    Warning,
    Failed,
}

impl Outcome {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warning => "warning",
            Self::Failed => "FAILED",
        }
    }
}

#[derive(Debug, PartialEq, Eq, Serialize)]
pub(super) struct Check {
    pub(super) what: String,
    pub(super) outcome: Outcome,
    pub(super) finding: String,
    /// What to do; nothing when all is well or the finding says it.
    pub(super) advice: Option<String>,
}

impl Check {
    pub(super) fn ok(what: &str, finding: impl Into<String>) -> Self {
        Self {
            what: what.to_owned(),
            outcome: Outcome::Ok,
            finding: finding.into(),
            advice: None,
        }
    }

    pub(super) fn warning(what: &str, finding: impl Into<String>, advice: &str) -> Self {
        Self {
            outcome: Outcome::Warning,
            advice: Some(advice.to_owned()),
            ..Self::ok(what, finding)
        }
    }

    pub(super) fn failed(what: &str, finding: impl Into<String>, advice: &str) -> Self {
        Self {
            outcome: Outcome::Failed,
            advice: Some(advice.to_owned()),
            ..Self::ok(what, finding)
        }
    }

    /// `outcome` as it is; an error says itself what to do.
    pub(super) fn of<E: std::fmt::Display>(what: &str, outcome: Result<String, E>) -> Self {
        match outcome {
            Ok(finding) => Self::ok(what, finding),
            Err(error) => Self {
                outcome: Outcome::Failed,
                ..Self::ok(what, format!("{error:#}"))
            },
        }
    }
}
