//! The journal of model calls on the database: an answer that was paid for is kept before
//! anything is done with it, and is never bought again.

use std::sync::Arc;

use async_trait::async_trait;
use llm::{Completion, Journal, JournalError, RequestKey};
use store::{Contest, NewCall, Store};

use crate::Clock;

/// What the calls of one client are for, as operators read it in the journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    Judge,
    Extract,
}

impl Purpose {
    fn name(self) -> &'static str {
        match self {
            Self::Judge => "judge",
            Self::Extract => "extract",
        }
    }
}

/// Keeps completions in the table `model_call`.
#[derive(Debug, Clone)]
pub struct StoreJournal {
    store: Store,
    clock: Arc<dyn Clock>,
    purpose: Purpose,
    provider: String,
}

impl StoreJournal {
    pub fn new(
        store: Store,
        clock: Arc<dyn Clock>,
        purpose: Purpose,
        provider: impl Into<String>,
    ) -> Self {
        Self {
            store,
            clock,
            purpose,
            provider: provider.into(),
        }
    }
}

#[async_trait]
impl Journal for StoreJournal {
    async fn find(&self, key: &RequestKey) -> Result<Option<Completion>, JournalError> {
        let Some(call) = self.store.find_call(key.as_str()).await.map_err(failed)? else {
            return Ok(None);
        };
        serde_json::from_str(&call.response)
            .map(Some)
            .map_err(failed)
    }

    async fn record(&self, key: &RequestKey, completion: &Completion) -> Result<(), JournalError> {
        let call = NewCall {
            request_key: key.as_str().to_owned(),
            contest: Some(Contest::Public),
            provider: self.provider.clone(),
            model: completion.model.clone(),
            purpose: self.purpose.name().to_owned(),
            response: serde_json::to_string(completion).map_err(failed)?,
            finish: format!("{:?}", completion.finish).to_lowercase(),
            input_tokens: tokens(completion.usage.input_tokens),
            output_tokens: tokens(completion.usage.output_tokens),
            cost_nano_usd: completion.cost_nano_usd,
            created_at: self.clock.now(),
        };
        self.store
            .record_call(&call)
            .await
            .map(drop)
            .map_err(failed)
    }
}

fn failed(error: impl std::fmt::Display) -> JournalError {
    JournalError(error.to_string())
}

fn tokens(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
