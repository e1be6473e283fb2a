//! The trait that every model provider implements, and the HTTP providers.

mod anthropic;
mod gemini;
mod openai;

use std::fmt::Debug;
use std::time::Duration;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::http::{Endpoint, KeyHeader, Step};
use crate::{
    CallError, Completion, Finish, HttpOptions, LlmError, ModelSpec, Request, Secret, Usage,
};

/// A model that answers requests.
#[async_trait]
pub trait Provider: Send + Sync + Debug {
    /// The provider's name, as settings spell it.
    fn name(&self) -> &str;
    /// The model's id at the provider.
    fn model(&self) -> &str;
    /// One HTTP request, no retries.
    async fn complete(&self, request: &Request) -> Result<Completion, CallError>;
    /// Whether it can be reached and accepts our key, as far as that can be told without a call
    /// that costs.
    async fn reach(&self) -> Result<(), CallError> {
        Ok(())
    }
    /// The same, given up as [`CallError::Stalled`] once nothing has come for `stall`. A
    /// provider that doesn't stream has that long for its whole answer.
    async fn stream(&self, request: &Request, stall: Duration) -> Result<Completion, CallError> {
        let late = |_| CallError::Stalled {
            provider: self.name().to_owned(),
            after: stall,
        };
        tokio::time::timeout(stall, self.complete(request))
            .await
            .map_err(late)?
    }
}

/// Who serves a model. All but Anthropic and Gemini speak OpenAI's wire format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ProviderKind {
    OpenAi,
    OpenRouter,
    Anthropic,
    Gemini,
    Ollama,
    LmStudio,
    Vllm,
    LlamaCpp,
    /// Any other server that speaks OpenAI's format; needs a base URL.
    Compatible,
}

impl ProviderKind {
    pub const ALL: [Self; 9] = [
        Self::OpenAi,
        Self::OpenRouter,
        Self::Anthropic,
        Self::Gemini,
        Self::Ollama,
        Self::LmStudio,
        Self::Vllm,
        Self::LlamaCpp,
        Self::Compatible,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::OpenAi => "openai",
            Self::OpenRouter => "openrouter",
            Self::Anthropic => "anthropic",
            Self::Gemini => "gemini",
            Self::Ollama => "ollama",
            Self::LmStudio => "lmstudio",
            Self::Vllm => "vllm",
            Self::LlamaCpp => "llamacpp",
            Self::Compatible => "compatible",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// Where it is served unless settings say otherwise; the version path included.
    pub fn default_base_url(self) -> Option<&'static str> {
        Some(match self {
            Self::OpenAi => "https://api.openai.com/v1",
            Self::OpenRouter => "https://openrouter.ai/api/v1",
            Self::Anthropic => "https://api.anthropic.com/v1",
            Self::Gemini => "https://generativelanguage.googleapis.com/v1beta",
            Self::Ollama => "http://127.0.0.1:11434/v1",
            Self::LmStudio => "http://127.0.0.1:1234/v1",
            Self::Vllm => "http://127.0.0.1:8000/v1",
            Self::LlamaCpp => "http://127.0.0.1:8080/v1",
            Self::Compatible => return None,
        })
    }

    /// A hosted provider: it wants a key, and its prices must be known.
    pub fn is_paid(self) -> bool {
        matches!(
            self,
            Self::OpenAi | Self::OpenRouter | Self::Anthropic | Self::Gemini
        )
    }

    fn key_header(self) -> KeyHeader {
        match self {
            Self::Anthropic => KeyHeader::Named("x-api-key"),
            // In a header and never in the query, where proxies would log it.
            Self::Gemini => KeyHeader::Named("x-goog-api-key"),
            _ => KeyHeader::Bearer,
        }
    }
}

/// A provider reached over HTTP.
#[derive(Debug)]
pub struct HttpProvider {
    spec: ModelSpec,
    endpoint: Endpoint,
}

impl HttpProvider {
    pub fn new(
        spec: ModelSpec,
        base_url: Option<&str>,
        key: Option<Secret>,
        options: HttpOptions,
    ) -> Result<Self, LlmError> {
        let kind = spec.provider;
        let base_url = base_url.or(kind.default_base_url()).ok_or_else(|| {
            LlmError::Config(format!(
                "the provider {} needs an address; set PLANRANK_LLM_BASE_URL, such as \
                 http://127.0.0.1:8000/v1",
                kind.name()
            ))
        })?;
        let fixed: &[(&str, &str)] = match kind {
            ProviderKind::Anthropic => &[("anthropic-version", "2023-06-01")],
            _ => &[],
        };
        let key = key.map(|key| (kind.key_header(), key));
        let endpoint = Endpoint::new(kind.name(), base_url, key, fixed, options)?;
        Ok(Self { spec, endpoint })
    }

    pub fn spec(&self) -> &ModelSpec {
        &self.spec
    }

    fn path(&self) -> String {
        match self.spec.provider {
            ProviderKind::Anthropic => "/messages".into(),
            ProviderKind::Gemini => gemini::path(&self.spec),
            _ => "/chat/completions".into(),
        }
    }

    fn body(&self, request: &Request) -> Value {
        match self.spec.provider {
            ProviderKind::Anthropic => anthropic::body(&self.spec, request),
            ProviderKind::Gemini => gemini::body(&self.spec, request),
            _ => openai::body(&self.spec, request),
        }
    }

    async fn whole_answer(&self, request: &Request) -> Result<Value, CallError> {
        let (path, body) = (self.path(), self.body(request));
        self.endpoint.post(&path, &self.spec.id, &body).await
    }

    async fn streamed_answer(
        &self,
        request: &Request,
        stall: Duration,
    ) -> Result<Value, CallError> {
        let (id, endpoint) = (&self.spec.id, &self.endpoint);
        let (path, mut body) = (self.path(), self.body(request));
        match self.spec.provider {
            ProviderKind::Anthropic => {
                body["stream"] = json!(true);
                let parts = anthropic::Parts::default();
                endpoint
                    .post_streaming(&path, id, &body, stall, parts)
                    .await
            }
            ProviderKind::Gemini => {
                let path = gemini::stream_path(&self.spec);
                let parts = gemini::Parts::default();
                endpoint
                    .post_streaming(&path, id, &body, stall, parts)
                    .await
            }
            _ => {
                body["stream"] = json!(true);
                body["stream_options"] = json!({"include_usage": true});
                let parts = openai::Parts::default();
                endpoint
                    .post_streaming(&path, id, &body, stall, parts)
                    .await
            }
        }
    }

    fn completion(&self, request: &Request, answer: &Value) -> Result<Completion, CallError> {
        let reply = match self.spec.provider {
            ProviderKind::Anthropic => anthropic::reply(answer),
            ProviderKind::Gemini => gemini::reply(answer),
            kind => openai::reply(kind, answer),
        };
        let reply = reply.ok_or_else(|| self.endpoint.unreadable("it holds no message"))?;
        // A server that counts nothing is charged for the most it can have used: unknown
        // usage must not look free.
        let usage = reply.usage.unwrap_or_else(|| Usage {
            input_tokens: request.worst_case_input_tokens(),
            output_tokens: reply.text.len() as u64,
            cached_input_tokens: 0,
        });
        let cost_nano_usd = reply
            .cost_nano_usd
            .unwrap_or_else(|| self.spec.price.cost_nano_usd(usage));
        Ok(Completion {
            text: reply.text,
            usage,
            cost_nano_usd,
            model: self.spec.id.clone(),
            finish: reply.finish,
        })
    }
}

#[async_trait]
impl Provider for HttpProvider {
    fn name(&self) -> &str {
        self.endpoint.provider()
    }

    fn model(&self) -> &str {
        &self.spec.id
    }

    async fn complete(&self, request: &Request) -> Result<Completion, CallError> {
        let answer = self.whole_answer(request).await?;
        self.completion(request, &answer)
    }

    /// Asks for the list of models, which all three formats have at the same place.
    async fn reach(&self) -> Result<(), CallError> {
        self.endpoint.reach("/models", &self.spec.id).await
    }

    async fn stream(&self, request: &Request, stall: Duration) -> Result<Completion, CallError> {
        let answer = self.streamed_answer(request, stall).await?;
        self.completion(request, &answer)
    }
}

/// What a wire format's answer holds, in common terms.
#[derive(Debug)]
struct Reply {
    text: String,
    finish: Finish,
    usage: Option<Usage>,
    /// Only where the provider itself states what it charged.
    cost_nano_usd: Option<i64>,
}

/// A count at `pointer`, 0 when absent.
fn count(value: &Value, pointer: &str) -> u64 {
    value
        .pointer(pointer)
        .and_then(Value::as_u64)
        .unwrap_or_default()
}

/// What an event brought, given what it may have brought.
fn step(finished: bool, output: bool) -> Step {
    match (finished, output) {
        (true, _) => Step::Finished,
        (false, true) => Step::Output,
        (false, false) => Step::Nothing,
    }
}

/// The texts of `parts` that `keep` accepts, joined.
fn join_texts<'a>(parts: &'a [Value], keep: impl Fn(&'a Value) -> bool) -> String {
    parts
        .iter()
        .filter(|part| keep(part))
        .filter_map(|part| part.get("text").and_then(Value::as_str))
        .collect()
}
