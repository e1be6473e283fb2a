//! The jobs of ranking, as the queue runs them.
//!
//! A plan is measured (`extract`), then its contest is ranked (`rank`); the corpus gets a new
//! snapshot when it has outgrown the old one (`snapshot`); upkeep of other parts hangs on `sweep`.
//! Every handler bears to be killed and run again. Reasons of failures are sentences that the
//! owner of a plan may read; the details are logged.

mod extract;
mod rank;
mod snapshot;
mod sweep;

use std::sync::Arc;

use llm::LlmError;
use queue::{Failure, Handler};
use store::StoreError;

use crate::service::Service;

pub use sweep::Sweep;

/// The handlers of all kinds; `sweeps` is what a `sweep` calls.
pub fn handlers(service: &Service, sweeps: Vec<Arc<dyn Sweep>>) -> Vec<Arc<dyn Handler>> {
    vec![
        Arc::new(extract::Extract(service.clone())),
        Arc::new(rank::Rank(service.clone())),
        Arc::new(snapshot::Snapshot(service.clone())),
        Arc::new(sweep::Sweeping {
            service: service.clone(),
            sweeps,
        }),
    ]
}

/// A failure of the store. What it says may name tables and addresses, so it is only logged.
fn store_failed(error: &StoreError) -> Failure {
    tracing::warn!(%error, "the database failed a job");
    Failure::Retry {
        why: "the database could not be used for a moment".to_owned(),
    }
}

/// What a failure of a model means, without the provider's own words.
fn model_failed(error: &LlmError) -> String {
    tracing::warn!(%error, "a model failed a job");
    let why = match error {
        LlmError::Call(call) if call.is_fatal() => {
            "the model refuses this service (credentials, credit or name); an operator must act"
        }
        LlmError::Call(call) if call.is_transient() => "the model could not be reached",
        LlmError::NoAnswer { .. } => "no model gave a usable answer",
        LlmError::BudgetExhausted { .. } => "the budget for model calls is used up",
        LlmError::Config(_) | LlmError::Schema { .. } => {
            "the model's settings are wrong; an operator must act"
        }
        LlmError::Call(_) | LlmError::Journal(_) => "the model could not be asked",
    };
    why.to_owned()
}
