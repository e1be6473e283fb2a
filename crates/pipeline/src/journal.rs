//! The journal of a run's model calls: an answer that was paid for is kept before anything is done
//! with it, and a run that is resumed finds it again.
//!
//! Invariant: keys are those of one plan and one attempt, so a retry asks anew, and nobody gets an
//! answer that another plan paid for.

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::Arc;

use async_trait::async_trait;
use environment::Clock;
use llm::{Completion, Journal, JournalError, ModelSpec, RequestKey};
use store::{Call, PlanId, Store};

tokio::task_local! {
    static STAGE: String;
}

/// Runs `work`, whose model calls are written down as those of a stage.
pub async fn of_stage<F: Future>(stage: &str, work: F) -> F::Output {
    STAGE.scope(stage.to_owned(), work).await
}

/// Keeps completions in the table `model_call`.
#[derive(Debug, Clone)]
pub struct RunJournal {
    store: Store,
    clock: Arc<dyn Clock>,
    plan_id: PlanId,
    attempt: i64,
    /// Providers by model id.
    providers: BTreeMap<String, &'static str>,
}

impl RunJournal {
    /// A journal for calls to `models`, made for one attempt at one plan.
    pub fn new<'a>(
        store: Store,
        clock: Arc<dyn Clock>,
        plan_id: PlanId,
        attempt: i64,
        models: impl Iterator<Item = &'a ModelSpec>,
    ) -> Self {
        Self {
            store,
            clock,
            plan_id,
            attempt,
            providers: models.map(|m| (m.id.clone(), m.provider.name())).collect(),
        }
    }

    fn key(&self, key: &RequestKey) -> String {
        format!("{}/{}/{key}", self.plan_id, self.attempt)
    }
}

#[async_trait]
impl Journal for RunJournal {
    async fn find(&self, key: &RequestKey) -> Result<Option<Completion>, JournalError> {
        let call = self.store.find_call(&self.key(key)).await.map_err(failed)?;
        call.map(|call| serde_json::from_str(&call.response).map_err(failed))
            .transpose()
    }

    async fn record(
        &self,
        key: &RequestKey,
        completion: &Completion,
    ) -> Result<Completion, JournalError> {
        let provider = self.providers.get(&completion.model);
        let call = Call {
            request_key: self.key(key),
            contest: None,
            plan_id: Some(self.plan_id),
            stage: STAGE.try_with(Clone::clone).ok(),
            provider: provider.copied().unwrap_or("unknown").to_owned(),
            model: completion.model.clone(),
            purpose: "generate".to_owned(),
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
