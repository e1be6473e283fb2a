//! Servers, models and requests that the tests share.

use std::sync::Arc;
use std::time::Duration;

use llm::{
    Budget, Client, HttpOptions, HttpProvider, Journal, Meter, ModelSpec, NoJournal,
    PricedProvider, ProviderKind, Request, RetryPolicy, Schema, Secret, TokenPrice,
};
use serde_json::{Value, json};
use testkit::{ChatRequest, Faults, ModelServer, Responder, SchemaResponder, ServerOptions};

pub(crate) const KEY: &str = "sk-test-4f9a0c";

/// 0.15 USD per million input tokens, 0.60 per million output tokens.
pub(crate) const PRICE: TokenPrice = TokenPrice {
    input_pico_usd: 150_000,
    cached_input_pico_usd: 75_000,
    output_pico_usd: 600_000,
};

pub(crate) async fn server(options: ServerOptions) -> ModelServer {
    serving(Arc::new(verdict), options).await
}

/// A right answer also where the provider was sent a schema without bounds.
fn verdict(request: &ChatRequest) -> String {
    SchemaResponder.answer(&ChatRequest {
        schema: request.schema.as_ref().map(|_| schema()),
        ..request.clone()
    })
}

pub(crate) async fn serving(responder: Arc<dyn Responder>, options: ServerOptions) -> ModelServer {
    ModelServer::start(responder, options).await.unwrap()
}

pub(crate) async fn faulty(faults: Faults) -> ModelServer {
    server(ServerOptions {
        faults,
        ..ServerOptions::default()
    })
    .await
}

pub(crate) fn provider(kind: ProviderKind, id: &str, base_url: &str) -> PricedProvider {
    provider_with(kind, id, base_url, HttpOptions::default())
}

pub(crate) fn provider_with(
    kind: ProviderKind,
    id: &str,
    base_url: &str,
    http: HttpOptions,
) -> PricedProvider {
    let spec = ModelSpec::unlisted(kind, id, PRICE);
    HttpProvider::new(spec, Some(base_url), Some(Secret::new(KEY)), http)
        .unwrap()
        .into()
}

/// Retries in milliseconds, so that tests are quick.
pub(crate) fn quick() -> RetryPolicy {
    RetryPolicy {
        min_delay: Duration::from_millis(1),
        max_delay: Duration::from_millis(5),
        ..RetryPolicy::default()
    }
}

pub(crate) fn client(models: Vec<PricedProvider>) -> Client {
    client_with(models, Arc::new(NoJournal), Budget::default())
}

pub(crate) fn client_with(
    models: Vec<PricedProvider>,
    journal: Arc<dyn Journal>,
    budget: Budget,
) -> Client {
    Client::new(models, journal, Meter::new(budget), quick()).unwrap()
}

/// A schema with everything that a provider may dislike: bounds, counts, enums.
pub(crate) fn schema() -> Value {
    json!({
        "type": "object",
        "additionalProperties": false,
        "required": ["overall", "reasons"],
        "properties": {
            "overall": {"type": "integer", "minimum": 1, "maximum": 4},
            "reasons": {
                "type": "array", "minItems": 2,
                "items": {"type": "string", "minLength": 3, "maxLength": 30},
            },
        },
    })
}

pub(crate) fn request(user: &str) -> Request {
    Request {
        system: "You compare plans.".into(),
        user: user.into(),
        schema: Some(Schema {
            name: "verdict".into(),
            json: schema(),
        }),
        max_output_tokens: 200,
        temperature: Some(0.0),
        seed: Some(7),
        ..Request::default()
    }
}

#[expect(clippy::unnecessary_wraps, reason = "the shape of an acceptance check")]
pub(crate) fn anything(_: &Value) -> Result<(), String> {
    Ok(())
}
