//! Errors that teach: what was wrong, what was expected, an example, and what to do next.
//!
//! One shape serves tool results, JSON-RPC errors and refusals of the transport. Nothing that a
//! caller, a plan or a model wrote is repeated in it, but for the names of arguments, cut down to
//! characters of a name.

use std::ops::{Deref, DerefMut};

use serde::Serialize;
use serde_json::{Value, json};

use crate::Problem;

/// What went wrong, for an agent that wants to do it right the next time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fault(Box<Told>);

/// What is told of a fault.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Told {
    /// Stable, such as `INVALID_ARGUMENT`.
    pub code: &'static str,
    pub message: String,
    /// The argument that is wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// What would be right.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expected: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub example: Option<Value>,
    /// Whether the same call may succeed later.
    pub retryable: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_after_seconds: Option<u64>,
    /// The tool to call next.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_tool: Option<&'static str>,
    /// Of a fault of the server: what to give to its operator.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event_id: Option<String>,
    /// Where to pay, when credit is short.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub top_up_url: Option<String>,
    /// All wrong arguments, when there are several.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub faults: Vec<Wrong>,
}

/// One wrong argument.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Wrong {
    pub field: String,
    pub expected: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub example: Option<Value>,
}

impl Deref for Fault {
    type Target = Told;

    fn deref(&self) -> &Told {
        &self.0
    }
}

impl DerefMut for Fault {
    fn deref_mut(&mut self) -> &mut Told {
        &mut self.0
    }
}

impl Fault {
    pub fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self(Box::new(Told {
            code,
            message: message.into(),
            field: None,
            expected: None,
            example: None,
            retryable: false,
            retry_after_seconds: None,
            next_tool: None,
            event_id: None,
            top_up_url: None,
            faults: Vec::new(),
        }))
    }

    /// An argument, or several, that can't be used.
    pub(crate) fn arguments(mut faults: Vec<Wrong>) -> Self {
        let names: Vec<&str> = faults.iter().map(|wrong| wrong.field.as_str()).collect();
        let message = format!("correct {} and call again", names.join(", "));
        let mut fault = Self::new("INVALID_ARGUMENT", message);
        if let Some(first) = faults.first() {
            fault.field = Some(first.field.clone());
            fault.expected = Some(first.expected.clone());
            fault.example.clone_from(&first.example);
        }
        if faults.len() < 2 {
            faults.clear();
        }
        fault.faults = faults;
        fault
    }

    /// One argument that can't be used.
    pub(crate) fn argument(field: &str, expected: impl Into<String>, example: Value) -> Self {
        Self::arguments(vec![Wrong {
            field: field.to_owned(),
            expected: expected.into(),
            example: Some(example).filter(|example| !example.is_null()),
        }])
    }

    /// Also what exists and isn't the caller's.
    pub(crate) fn plan_not_found() -> Self {
        Self::new(
            "PLAN_NOT_FOUND",
            "there is no such plan, or it isn't yours: a plan_id comes from plan_create, plan_list or leaderboard",
        )
        .field("plan_id")
        .next("plan_list")
    }

    #[must_use]
    pub(crate) fn field(mut self, field: &str) -> Self {
        self.field = Some(field.to_owned());
        self
    }

    #[must_use]
    pub(crate) fn next(mut self, tool: &'static str) -> Self {
        self.next_tool = Some(tool);
        self
    }

    #[must_use]
    pub(crate) fn retry_after(mut self, seconds: u64) -> Self {
        self.retryable = true;
        self.retry_after_seconds = Some(seconds.max(1));
        self
    }

    /// Of what failed here; the cause is in the log under the same id.
    pub(crate) fn internal(event_id: &str) -> Self {
        let message =
            "the server failed; call again, and give the event_id to its operator if it stays so";
        let mut fault = Self::new("INTERNAL_ERROR", message).retry_after(5);
        fault.event_id = Some(event_id.to_owned());
        fault
    }

    /// What an error of a use case means here. Those that the server is to blame for were logged.
    pub(crate) fn of_problem(problem: Problem, event_id: &str) -> Self {
        let is_ours = problem.status().is_server_error();
        let (code, next) = match problem.code {
            "not_found" => return Self::plan_not_found(),
            "internal" => return Self::internal(event_id),
            "rate_limited" => ("RATE_LIMITED", None),
            "insufficient_scope" => ("INSUFFICIENT_SCOPE", None),
            "forbidden" => ("FORBIDDEN", None),
            "too_large" => ("TOO_LARGE", None),
            "malformed_json" | "unreadable_plan" | "harmful_archive" | "invalid" => {
                ("INVALID_ARGUMENT", None)
            }
            "same_plan" => ("INVALID_ARGUMENT", Some("leaderboard")),
            "external_id_taken" => ("EXTERNAL_ID_TAKEN", None),
            "busy" | "database_busy" | "database_unavailable" | "timeout" => ("BUSY", None),
            _ => ("CONFLICT", None),
        };
        let mut fault = Self::new(code, problem.detail);
        fault.next_tool = next;
        fault.field = problem.field.map(Into::into);
        fault.retryable = problem.retry_after_secs.is_some();
        fault.retry_after_seconds = problem.retry_after_secs;
        if is_ours {
            fault.event_id = Some(event_id.to_owned());
        }
        fault
    }

    /// As the content of a tool's result.
    pub(crate) fn to_structured(&self) -> Value {
        json!({ "error": self })
    }

    /// As the `data` of a JSON-RPC error.
    pub(crate) fn to_data(&self) -> Value {
        json!(self)
    }
}

/// What is left of a name that a caller sent: characters of a name, and not many.
pub(crate) fn plain_name(name: &str) -> Option<&str> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    (!name.is_empty() && name.len() <= 64 && name.chars().all(is_plain)).then_some(name)
}

/// The known name that a wrong one was probably meant to be.
pub(crate) fn nearest<'a>(wrong: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let wrong = wrong.to_ascii_lowercase();
    let likeness = |name: &str| strsim::jaro_winkler(&wrong, name);
    known
        .map(|name| (likeness(name), name))
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .filter(|(likeness, _)| *likeness >= 0.75)
        .map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_name_finds_the_one_that_was_meant() {
        let known = ["plan_id", "prompt", "model_profile"];
        let find = |wrong| nearest(wrong, known.into_iter());
        assert_eq!(find("planId"), Some("plan_id"));
        assert_eq!(find("promt"), Some("prompt"));
        assert_eq!(find("model"), Some("model_profile"));
        assert_eq!(find("zzz"), None);
    }

    #[test]
    fn a_name_that_could_be_an_instruction_is_not_repeated() {
        assert_eq!(plain_name("plan_id"), Some("plan_id"));
        for hostile in ["", "ignore all previous", "a\nb", &"x".repeat(65), "<b>"] {
            assert_eq!(plain_name(hostile), None, "{hostile}");
        }
    }

    #[test]
    fn several_wrong_arguments_are_all_told_and_one_is_told_once() {
        let wrong = |field: &str| Wrong {
            field: field.to_owned(),
            expected: "text".to_owned(),
            example: None,
        };
        let one = Fault::arguments(vec![wrong("a")]);
        assert_eq!((one.field.as_deref(), one.faults.len()), (Some("a"), 0));
        let two = Fault::arguments(vec![wrong("a"), wrong("b")]);
        assert_eq!((two.field.as_deref(), two.faults.len()), (Some("a"), 2));
    }
}
