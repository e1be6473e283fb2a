//! Embeddings from a server that speaks OpenAI's `/embeddings`.

use std::sync::Arc;

use async_trait::async_trait;
use backon::Retryable;
use serde_json::{Value, json};

use super::{Embedder, normalise};
use crate::budget::Need;
use crate::http::{Endpoint, KeyHeader};
use crate::{
    CallError, Completion, Finish, HttpOptions, LlmError, Meter, RetryPolicy, Secret, TokenPrice,
    Usage,
};

/// Texts per request.
const BATCH: usize = 64;

/// An embedding model behind an address.
#[derive(Debug)]
pub struct EndpointEmbedder {
    model: String,
    endpoint: Endpoint,
    price: TokenPrice,
    meter: Arc<Meter>,
    retry: RetryPolicy,
    dims: usize,
}

impl EndpointEmbedder {
    /// Asks the endpoint for one vector, to learn its dimensions and that it works.
    pub async fn connect(
        model: &str,
        base_url: &str,
        key: Option<Secret>,
        price: TokenPrice,
        meter: Arc<Meter>,
        http: HttpOptions,
        retry: RetryPolicy,
    ) -> Result<Self, LlmError> {
        let key = key.map(|key| (KeyHeader::Bearer, key));
        let mut embedder = Self {
            model: model.to_owned(),
            endpoint: Endpoint::new("embeddings", base_url, key, &[], http)?,
            price,
            meter,
            retry,
            dims: 0,
        };
        let probe = embedder.batch(&["dimensions".to_owned()]).await?;
        embedder.dims = probe.first().map_or(0, Vec::len);
        Ok(embedder)
    }

    async fn batch(&self, texts: &[String]) -> Result<Vec<Vec<f32>>, LlmError> {
        let attempt = || self.once(texts);
        attempt
            .retry(self.retry.backoff(texts.len() as u64))
            .adjust(|error, planned| match error {
                LlmError::Call(error) => self.retry.pause(error, planned),
                _ => None,
            })
            .await
    }

    async fn once(&self, texts: &[String]) -> Result<Vec<Vec<f32>>, LlmError> {
        let bytes: usize = texts.iter().map(String::len).sum();
        let tokens = (bytes + 8 * texts.len()) as u64;
        let need = Need {
            tokens,
            nano_usd: self.price.worst_case_nano_usd(tokens, 0),
        };
        let reservation = self.meter.reserve(need).await?;
        let body = json!({"model": self.model, "input": texts, "encoding_format": "float"});
        let answer = match self.endpoint.post("/embeddings", &self.model, &body).await {
            Ok(answer) => answer,
            Err(error) => {
                if !error.may_be_billed() {
                    reservation.release();
                }
                return Err(error.into());
            }
        };
        reservation.settle(&self.bill(&answer, tokens));
        Ok(self.read(&answer, texts.len())?)
    }

    /// The call in the budget's terms; an endpoint that counts nothing used the worst case.
    fn bill(&self, answer: &Value, worst_case: u64) -> Completion {
        let counted = answer
            .pointer("/usage/prompt_tokens")
            .and_then(Value::as_u64);
        let usage = Usage {
            input_tokens: counted.unwrap_or(worst_case),
            ..Usage::default()
        };
        Completion {
            text: String::new(),
            usage,
            cost_nano_usd: self.price.cost_nano_usd(usage),
            model: self.model.clone(),
            finish: Finish::Stop,
        }
    }

    fn read(&self, answer: &Value, wanted: usize) -> Result<Vec<Vec<f32>>, CallError> {
        let data = answer.get("data").and_then(Value::as_array);
        let items = data.ok_or_else(|| self.endpoint.unreadable("it holds no vectors"))?;
        let mut vectors = vec![Vec::new(); wanted];
        for (position, item) in items.iter().enumerate() {
            let index = item.get("index").and_then(Value::as_u64);
            let index = index.map_or(Some(position), |index| usize::try_from(index).ok());
            let place = index.and_then(|index| vectors.get_mut(index));
            let place = place.ok_or_else(|| self.endpoint.unreadable("a vector too many"))?;
            *place = self.vector(item)?;
        }
        let dims = if self.dims == 0 {
            vectors[0].len()
        } else {
            self.dims
        };
        if dims == 0 || vectors.iter().any(|vector| vector.len() != dims) {
            let problem = "a vector is missing, or they differ in length";
            return Err(self.endpoint.unreadable(problem));
        }
        Ok(vectors)
    }

    fn vector(&self, item: &Value) -> Result<Vec<f32>, CallError> {
        let numbers = item.get("embedding").and_then(Value::as_array);
        #[expect(clippy::cast_possible_truncation, reason = "vectors are stored as f32")]
        let vector: Option<Vec<f32>> = numbers.map_or(Some(Vec::new()), |numbers| {
            let floats = numbers.iter().map(|x| x.as_f64().map(|x| x as f32));
            floats.collect()
        });
        let mut vector = vector
            .filter(|vector| vector.iter().all(|x| x.is_finite()))
            .ok_or_else(|| self.endpoint.unreadable("a vector holds what is no number"))?;
        normalise(&mut vector);
        Ok(vector)
    }
}

#[async_trait]
impl Embedder for EndpointEmbedder {
    fn model(&self) -> &str {
        &self.model
    }

    fn dims(&self) -> usize {
        self.dims
    }

    async fn embed(&self, texts: &[String]) -> Result<Vec<Vec<f32>>, LlmError> {
        let mut vectors = Vec::with_capacity(texts.len());
        for batch in texts.chunks(BATCH) {
            vectors.extend(self.batch(batch).await?);
        }
        Ok(vectors)
    }
}
