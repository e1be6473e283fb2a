//! A model in this process that answers like the scripted planner, counts what it is asked, and
//! misbehaves on request.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use llm::{
    Budget, CallError, Client, Completion, Finish, Journal, Meter, ModelSpec, PricedProvider,
    Provider, ProviderKind, Request, RequestKey, RetryPolicy, TokenPrice, Usage,
};
use pipeline::{Author, Stages};
use testkit::planner::Planner;
use testkit::{ChatRequest, Responder};

/// What a model does with the questions of one stage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Whim {
    /// Answers what isn't the schema.
    Nonsense,
    Refuses,
    Stalls,
}

#[derive(Debug)]
pub(crate) struct Model {
    planner: Planner,
    spec: ModelSpec,
    latency: Duration,
    whim: Option<(&'static str, Whim)>,
    /// Answers by request.
    answered: Mutex<BTreeMap<RequestKey, u64>>,
    /// Stages in the order in which they were first asked for.
    asked: Mutex<Vec<String>>,
    now: AtomicUsize,
    most: AtomicUsize,
}

impl Model {
    pub(crate) fn new(stages: &Stages) -> Self {
        let price = TokenPrice {
            input_pico_usd: 1_000_000,
            cached_input_pico_usd: 1_000_000,
            output_pico_usd: 2_000_000,
        };
        Self {
            planner: Planner::of(stages.clone()),
            spec: ModelSpec::unlisted(ProviderKind::Compatible, "test", price),
            latency: Duration::ZERO,
            whim: None,
            answered: Mutex::default(),
            asked: Mutex::default(),
            now: AtomicUsize::new(0),
            most: AtomicUsize::new(0),
        }
    }

    pub(crate) fn slow(self, latency: Duration) -> Self {
        Self { latency, ..self }
    }

    pub(crate) fn with_whim(self, stage: &'static str, whim: Whim) -> Self {
        let whim = Some((stage, whim));
        Self { whim, ..self }
    }

    pub(crate) fn answers(&self) -> u64 {
        self.answered.lock().unwrap().values().sum()
    }

    /// Answers to questions that were answered before.
    pub(crate) fn repeated(&self) -> u64 {
        let answered = self.answered.lock().unwrap();
        answered.values().map(|count| count - 1).sum()
    }

    pub(crate) fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }

    pub(crate) fn most_at_once(&self) -> usize {
        self.most.load(Ordering::Relaxed)
    }
}

#[async_trait]
impl Provider for Model {
    fn name(&self) -> &str {
        self.spec.provider.name()
    }

    fn model(&self) -> &str {
        &self.spec.id
    }

    async fn complete(&self, request: &Request) -> Result<Completion, CallError> {
        let stage = request.system.lines().next().unwrap_or_default();
        let stage = stage.trim_start_matches("Stage: ").to_owned();
        self.asked.lock().unwrap().push(stage.clone());
        let now = self.now.fetch_add(1, Ordering::Relaxed) + 1;
        self.most.fetch_max(now, Ordering::Relaxed);
        tokio::time::sleep(self.latency).await;
        self.now.fetch_sub(1, Ordering::Relaxed);
        let whim = self
            .whim
            .filter(|(of, _)| *of == stage)
            .map(|(_, whim)| whim);
        if whim == Some(Whim::Stalls) {
            return Err(CallError::Stalled {
                provider: "test".into(),
                after: Duration::from_secs(90),
            });
        }
        // The answer's way to the journal has no point at which a test could kill the run.
        let key = RequestKey::new(self.spec.provider, &self.spec.id, request);
        *self.answered.lock().unwrap().entry(key).or_default() += 1;
        let chat = ChatRequest {
            system: request.system.clone(),
            user: request.user.clone(),
            ..ChatRequest::default()
        };
        let (text, finish) = match whim {
            Some(Whim::Nonsense) => ("{}".to_owned(), Finish::Stop),
            Some(Whim::Refuses) => (String::new(), Finish::Refusal),
            _ => (self.planner.answer(&chat), Finish::Stop),
        };
        let usage = Usage {
            input_tokens: (request.system.len() + request.user.len()) as u64 / 4,
            output_tokens: text.len() as u64 / 4,
            cached_input_tokens: 0,
        };
        Ok(Completion {
            text,
            usage,
            cost_nano_usd: self.spec.price.cost_nano_usd(usage),
            model: self.spec.id.clone(),
            finish,
        })
    }
}

/// An author that asks `model`.
pub(crate) fn author(model: &Arc<Model>, journal: Arc<dyn Journal>, budget: Budget) -> Author {
    let provider = PricedProvider {
        spec: model.spec.clone(),
        provider: Arc::clone(model) as Arc<dyn Provider>,
    };
    let retry = RetryPolicy {
        max_attempts: 2,
        min_delay: Duration::from_millis(1),
        ..RetryPolicy::default()
    };
    let client = Client::new(vec![provider], journal, Meter::new(budget), retry);
    Author::Models(client.unwrap())
}
