//! Asks the models of a profile: budget, journal, retries, checks, fallback.
//!
//! The order of one request: journal, else reserve from the budget, call, settle, record,
//! and only then use. A model is left for the next one when it stays unreachable, refuses,
//! or answers uselessly twice; a wrong setting ends the request at once.

mod attempt;
mod structured;

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use crate::json::Schemas;
use crate::{
    Budget, CallError, Completion, HttpProvider, Journal, LlmError, Meter, ModelSpec, Provider,
    Reason, ReasonKind, Request, RetryPolicy, Settings, Spend, Usage,
};
use attempt::Tally;

/// How long a model may be silent in the middle of an answer.
pub const STALL_TIMEOUT: Duration = Duration::from_secs(90);

/// Why one model of several is passed over.
type Hindrance = (ReasonKind, String);

/// A provider with what is known of its model, price included.
#[derive(Debug, Clone)]
pub struct PricedProvider {
    pub spec: ModelSpec,
    pub provider: Arc<dyn Provider>,
}

impl From<HttpProvider> for PricedProvider {
    fn from(provider: HttpProvider) -> Self {
        Self {
            spec: provider.spec().clone(),
            provider: Arc::new(provider),
        }
    }
}

/// A checked JSON answer and what it took to get it.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    pub value: Value,
    /// The model that gave it.
    pub model: String,
    /// Over all calls for this answer, failed and replayed ones included.
    pub usage: Usage,
    pub cost_nano_usd: i64,
    /// Answered calls, replayed ones included.
    pub calls: u32,
    /// How many of them came from the journal and cost nothing again.
    pub replayed: u32,
}

/// A plain text answer and what it took to get it; fields as in [`Answer`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextAnswer {
    pub text: String,
    pub model: String,
    pub usage: Usage,
    pub cost_nano_usd: i64,
    pub calls: u32,
    pub replayed: u32,
}

/// Asks models in order until one gives a usable answer. Cheap to clone; clones share the
/// budget, the journal and the connections.
#[derive(Clone)]
pub struct Client {
    models: Vec<PricedProvider>,
    journal: Arc<dyn Journal>,
    meter: Arc<Meter>,
    retry: RetryPolicy,
    /// Set, answers are streamed.
    stall_timeout: Option<Duration>,
    schemas: Arc<Schemas>,
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Client")
            .field("models", &self.models)
            .field("meter", &self.meter)
            .field("retry", &self.retry)
            .field("stall_timeout", &self.stall_timeout)
            .finish_non_exhaustive()
    }
}

impl Client {
    /// A client over `models`, asked in this order.
    pub fn new(
        models: Vec<PricedProvider>,
        journal: Arc<dyn Journal>,
        meter: Arc<Meter>,
        retry: RetryPolicy,
    ) -> Result<Self, LlmError> {
        if models.is_empty() {
            return Err(LlmError::Config(
                "no model is set; choose one with PLANRANK_LLM_PROVIDER and PLANRANK_LLM_MODEL"
                    .into(),
            ));
        }
        Ok(Self {
            models,
            journal,
            meter,
            retry,
            stall_timeout: None,
            schemas: Arc::default(),
        })
    }

    /// The client that `settings` describe, or `None` when they say `offline`.
    pub fn from_settings(
        settings: &Settings,
        journal: Arc<dyn Journal>,
        budget: Budget,
    ) -> Result<Option<Self>, LlmError> {
        let profile = settings.profile()?;
        if profile.is_offline() {
            return Ok(None);
        }
        let models: Result<Vec<PricedProvider>, LlmError> = profile
            .models
            .into_iter()
            .map(|spec| settings.provider_for(spec).map(PricedProvider::from))
            .collect();
        Self::new(models?, journal, Meter::new(budget), settings.retry).map(Some)
    }

    /// The models in the order in which they are asked.
    pub fn models(&self) -> impl Iterator<Item = &ModelSpec> {
        self.models.iter().map(|model| &model.spec)
    }

    /// One client per model, for a jury; all share this one's budget and journal.
    pub fn jurors(&self) -> Vec<Self> {
        let each = self.models.iter();
        each.map(|model| Self {
            models: vec![model.clone()],
            ..self.clone()
        })
        .collect()
    }

    /// The same models and journal with another budget.
    #[must_use]
    pub fn with_meter(&self, meter: Arc<Meter>) -> Self {
        Self {
            meter,
            ..self.clone()
        }
    }

    /// The same models and budget with another journal, such as one for another purpose.
    #[must_use]
    pub fn with_journal(&self, journal: Arc<dyn Journal>) -> Self {
        Self {
            journal,
            ..self.clone()
        }
    }

    /// The same client with answers streamed: a call that brings no output for so long, at its
    /// start or in its middle, is ended and asked again. [`STALL_TIMEOUT`] suits long answers.
    /// Requests have the same keys in the journal either way.
    #[must_use]
    pub fn with_stall_timeout(&self, stall: Duration) -> Self {
        Self {
            stall_timeout: Some(stall),
            ..self.clone()
        }
    }

    /// Whether each model's provider can be reached and accepts our key; costs nothing.
    pub async fn reach(&self) -> Vec<(String, Result<(), CallError>)> {
        let mut found = Vec::new();
        for model in &self.models {
            found.push((model.spec.id.clone(), model.provider.reach().await));
        }
        found
    }

    /// What this process has spent through this client and those that share its budget.
    pub fn spent(&self) -> Spend {
        self.meter.spent()
    }

    /// The budget, to share with an embedder.
    pub fn meter(&self) -> Arc<Meter> {
        Arc::clone(&self.meter)
    }

    /// Asks for JSON that satisfies the request's schema and `accept`, which says what is
    /// wrong in words that the model can act on. See the module for retries and repair.
    pub async fn structured(
        &self,
        request: &Request,
        accept: &(dyn Fn(&Value) -> Result<(), String> + Sync),
    ) -> Result<Answer, LlmError> {
        let Some(schema) = &request.schema else {
            return Err(LlmError::Config(
                "a structured request needs a JSON schema".into(),
            ));
        };
        let validator = self.schemas.get(schema)?;
        let check = |text: &str| {
            let value = crate::json::read(text, &validator)?;
            accept(&value).map(|()| value)
        };
        let (value, model, tally) = self.first_usable(request, &check).await?;
        Ok(Answer {
            value,
            model,
            usage: tally.usage,
            cost_nano_usd: tally.cost_nano_usd,
            calls: tally.calls,
            replayed: tally.replayed,
        })
    }

    /// Asks for plain text; an empty answer is unusable.
    pub async fn text(&self, request: &Request) -> Result<TextAnswer, LlmError> {
        let check = |text: &str| match text.trim() {
            "" => Err("the answer is empty".to_owned()),
            _ => Ok(text.to_owned()),
        };
        let (text, model, tally) = self.first_usable(request, &check).await?;
        Ok(TextAnswer {
            text,
            model,
            usage: tally.usage,
            cost_nano_usd: tally.cost_nano_usd,
            calls: tally.calls,
            replayed: tally.replayed,
        })
    }

    async fn first_usable<T>(
        &self,
        request: &Request,
        check: &(dyn Fn(&str) -> Result<T, String> + Sync),
    ) -> Result<(T, String, Tally), LlmError> {
        let mut tally = Tally::default();
        let mut reasons = Vec::new();
        for model in &self.models {
            match self.ask(model, request, check, &mut tally).await? {
                Ok(value) => return Ok((value, model.spec.id.clone(), tally)),
                Err((kind, message)) => {
                    tracing::info!(llm.model = %model.spec.id, message, "model gave no usable answer");
                    reasons.push(Reason {
                        model: model.spec.id.clone(),
                        kind,
                        message,
                    });
                }
            }
        }
        Err(LlmError::NoAnswer {
            reasons,
            usage: tally.usage,
            cost_nano_usd: tally.cost_nano_usd,
            calls: tally.calls,
        })
    }
}

impl Tally {
    fn add(&mut self, completion: &Completion, replayed: bool) {
        self.usage.add(completion.usage);
        self.cost_nano_usd = self.cost_nano_usd.saturating_add(completion.cost_nano_usd);
        self.calls += 1;
        self.replayed += u32::from(replayed);
    }
}
