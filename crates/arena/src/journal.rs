//! The journal of model calls on the database: an answer that was paid for is kept before
//! anything is done with it, and is never bought again.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use llm::{Completion, Journal, JournalError, ModelSpec, RequestKey};
use store::{Call, Contest, Store};

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
    contest: Contest,
    /// Providers by model id.
    providers: BTreeMap<String, &'static str>,
}

impl StoreJournal {
    /// A journal for calls to `models`, made for the ranking of `contest`.
    pub fn new(
        store: Store,
        clock: Arc<dyn Clock>,
        purpose: Purpose,
        contest: Contest,
        models: &[ModelSpec],
    ) -> Self {
        let named = models.iter().map(|m| (m.id.clone(), m.provider.name()));
        Self {
            store,
            clock,
            purpose,
            contest,
            providers: named.collect(),
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

    async fn record(
        &self,
        key: &RequestKey,
        completion: &Completion,
    ) -> Result<Completion, JournalError> {
        let call = Call {
            request_key: key.as_str().to_owned(),
            contest: Some(self.contest),
            plan_id: None,
            stage: None,
            provider: self
                .providers
                .get(&completion.model)
                .copied()
                .unwrap_or("unknown")
                .to_owned(),
            model: completion.model.clone(),
            purpose: self.purpose.name().to_owned(),
            response: serde_json::to_string(completion).map_err(failed)?,
            finish: format!("{:?}", completion.finish).to_lowercase(),
            input_tokens: tokens(completion.usage.input_tokens),
            output_tokens: tokens(completion.usage.output_tokens),
            cost_nano_usd: completion.cost_nano_usd,
            created_at: self.clock.now(),
        };
        let kept = self.store.record_call(&call).await.map_err(failed)?;
        measure(&call);
        serde_json::from_str(&kept.response).map_err(failed)
    }
}

/// For whoever watches what the models cost.
fn measure(call: &Call) {
    let labels = [
        ("model", call.model.clone()),
        ("purpose", call.purpose.clone()),
    ];
    let cost = call.cost_nano_usd.unsigned_abs();
    metrics::counter!("planrank_model_calls_total", &labels).increment(1);
    metrics::counter!("planrank_model_cost_nano_usd_total", &labels).increment(cost);
}

fn failed(error: impl std::fmt::Display) -> JournalError {
    JournalError(error.to_string())
}

fn tokens(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, Utc};
    use llm::{Finish, ProviderKind, TokenPrice, Usage};
    use store::AccountId;

    use super::*;

    #[derive(Debug)]
    struct Epoch;

    impl Clock for Epoch {
        fn now(&self) -> DateTime<Utc> {
            DateTime::UNIX_EPOCH
        }
    }

    /// With a profile, the provider was the literal `offline`; the contest was always public.
    #[tokio::test]
    async fn a_call_is_kept_with_its_provider_and_its_contest() {
        let store = Store::connect("sqlite::memory:").await.unwrap();
        store.migrate().await.unwrap();
        let models = [
            ModelSpec::unlisted(ProviderKind::Ollama, "small", TokenPrice::FREE),
            ModelSpec::unlisted(ProviderKind::Vllm, "large", TokenPrice::FREE),
        ];
        let contest = Contest::Private(AccountId::SYSTEM);
        let journal = StoreJournal::new(
            store.clone(),
            Arc::new(Epoch),
            Purpose::Judge,
            contest,
            &models,
        );
        for ModelSpec { id, provider, .. } in &models {
            let request = llm::Request {
                user: id.clone(),
                ..llm::Request::default()
            };
            let key = RequestKey::new(*provider, id, &request);
            let completion = Completion {
                text: "{}".into(),
                usage: Usage::default(),
                cost_nano_usd: 7,
                model: id.clone(),
                finish: Finish::Stop,
            };
            journal.record(&key, &completion).await.unwrap();
            let call = store.find_call(key.as_str()).await.unwrap().unwrap();
            assert_eq!(call.provider, provider.name());
            assert_eq!(call.contest, Some(contest));
            assert_eq!(journal.find(&key).await.unwrap(), Some(completion));
        }
        assert_eq!(store.spend(Some(contest), None).await.unwrap().calls, 2);
        assert_eq!(
            store
                .spend(Some(Contest::Public), None)
                .await
                .unwrap()
                .calls,
            0
        );
    }
}
