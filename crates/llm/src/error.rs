//! What can go wrong, and what the user can do about it.

use std::time::Duration;

use crate::{Limit, Usage};

/// One HTTP request that brought no answer. Messages are bounded and hold no key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CallError {
    #[error("{provider} is limiting our rate (status {status}): {message}")]
    RateLimited {
        provider: String,
        status: u16,
        /// How long the provider asked us to wait.
        retry_after: Option<Duration>,
        message: String,
    },
    #[error("{provider} failed with status {status}: {message}")]
    Server {
        provider: String,
        status: u16,
        retry_after: Option<Duration>,
        message: String,
    },
    #[error("{provider} gave no answer in time; raise the request timeout if it is a slow model")]
    Timeout { provider: String },
    #[error(
        "{provider} stalled: nothing came for {} seconds; raise the stall timeout if it is a slow \
         model", after.as_secs_f64()
    )]
    Stalled {
        provider: String,
        /// How long nothing came, at the start or in the middle.
        after: Duration,
    },
    #[error("no connection to {provider} at {base_url}: {message}; check PLANRANK_LLM_BASE_URL")]
    Connect {
        provider: String,
        base_url: String,
        message: String,
    },
    #[error("the connection to {provider} broke before its answer was complete: {message}")]
    Broken { provider: String, message: String },
    #[error("{provider} sent an answer that can't be read: {message}")]
    Unreadable { provider: String, message: String },
    #[error(
        "{provider} refused our credentials (status {status}): {message}; check PLANRANK_LLM_API_KEY \
         and that it may use the model"
    )]
    Credentials {
        provider: String,
        status: u16,
        message: String,
    },
    #[error(
        "{provider} says that the account has no credit left (status {status}): {message}; top it up \
         or choose another PLANRANK_LLM_PROVIDER"
    )]
    NoCredit {
        provider: String,
        status: u16,
        message: String,
    },
    #[error(
        "{provider} knows no model {model:?} at {base_url} (status {status}): {message}; check \
         PLANRANK_LLM_MODEL and PLANRANK_LLM_BASE_URL"
    )]
    NotFound {
        provider: String,
        model: String,
        base_url: String,
        status: u16,
        message: String,
    },
    #[error("{provider} rejected the request (status {status}): {message}")]
    Rejected {
        provider: String,
        status: u16,
        message: String,
    },
}

impl CallError {
    /// The same request may succeed later.
    pub fn is_transient(&self) -> bool {
        matches!(
            self,
            Self::RateLimited { .. }
                | Self::Server { .. }
                | Self::Timeout { .. }
                | Self::Stalled { .. }
                | Self::Connect { .. }
                | Self::Broken { .. }
                | Self::Unreadable { .. }
        )
    }

    /// A setting is wrong; another model of the profile would hide it.
    pub fn is_fatal(&self) -> bool {
        matches!(
            self,
            Self::Credentials { .. } | Self::NoCredit { .. } | Self::NotFound { .. }
        )
    }

    /// The provider may have done, and billed, the work although we have no answer.
    pub fn may_be_billed(&self) -> bool {
        matches!(
            self,
            Self::Timeout { .. }
                | Self::Stalled { .. }
                | Self::Broken { .. }
                | Self::Unreadable { .. }
        )
    }

    /// How long the provider asked us to wait.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::RateLimited { retry_after, .. } | Self::Server { retry_after, .. } => {
                *retry_after
            }
            _ => None,
        }
    }
}

/// The journal could not be read or written.
#[derive(Debug, thiserror::Error)]
#[error("the journal of model calls failed: {0}")]
pub struct JournalError(pub String);

/// Why one model gave no usable answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    pub model: String,
    pub kind: ReasonKind,
    pub message: String,
}

impl std::fmt::Display for Reason {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.model, self.message)
    }
}

/// Whether asking the same again may help.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReasonKind {
    /// The provider was out of reach or failed: the same request may succeed later.
    Outage,
    /// It began and nothing more came, or nothing came at all: as an outage, but of one model.
    Stalled,
    /// The model or its filter declined.
    Refused,
    /// It answered, and the answers can't be used.
    Unusable,
    /// The provider does not accept the request, for its content or its length.
    Rejected,
}

impl ReasonKind {
    /// The same request may succeed later.
    pub fn may_pass(self) -> bool {
        matches!(self, Self::Outage | Self::Stalled)
    }
}

fn listed(reasons: &[Reason]) -> String {
    let lines: Vec<String> = reasons.iter().map(Reason::to_string).collect();
    lines.join("; ")
}

/// What a [`crate::Client`] or an embedder reports.
#[derive(Debug, thiserror::Error)]
pub enum LlmError {
    #[error("{0}")]
    Config(String),
    #[error("{0}")]
    Call(#[from] CallError),
    #[error(
        "the budget of {limit} is used up: {spent} of {max} {unit} spent and the next call may need \
         {needed}; raise {setting} to go on", unit = limit.unit(), setting = limit.setting()
    )]
    BudgetExhausted {
        limit: Limit,
        spent: u64,
        max: u64,
        needed: u64,
    },
    /// No model of the profile gave a usable answer. What was paid for it stands in the fields.
    #[error(
        "no model gave a usable answer after {calls} calls: {}",
        listed(reasons)
    )]
    NoAnswer {
        /// One per model, in the profile's order.
        reasons: Vec<Reason>,
        usage: Usage,
        cost_nano_usd: i64,
        calls: u32,
    },
    #[error("the JSON schema {name:?} isn't valid: {message}")]
    Schema { name: String, message: String },
    #[error(transparent)]
    Journal(#[from] JournalError),
}

impl LlmError {
    /// The reasons of [`LlmError::NoAnswer`] if none of them is an outage or a stall: asking the
    /// same again would bring the same.
    pub fn settled(&self) -> Option<&[Reason]> {
        match self {
            Self::NoAnswer { reasons, .. }
                if reasons.iter().all(|reason| !reason.kind.may_pass()) =>
            {
                Some(reasons)
            }
            _ => None,
        }
    }
}
