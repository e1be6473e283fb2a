//! An exchange whose answer is asked for piece by piece.

use std::time::Duration;

use reqwest::Response;
use reqwest::header::CONTENT_TYPE;
use serde_json::Value;
use tokio::time::timeout;

use super::Endpoint;
use super::listen::{Gather, Listener, Source};
use crate::CallError;

impl Endpoint {
    /// Posts `body`, which asks for a stream, and returns the answer as it would have come in
    /// one piece. A server that answers in one piece nevertheless has `stall` for all of it.
    pub(crate) async fn post_streaming(
        &self,
        path: &str,
        model: &str,
        body: &Value,
        stall: Duration,
        gather: impl Gather,
    ) -> Result<Value, CallError> {
        let request = self.request(path, body).timeout(self.stream_timeout);
        let late = |_| self.stalled(stall);
        let response = timeout(stall, self.send(request)).await.map_err(late)??;
        if !response.status().is_success() || !is_event_stream(&response) {
            let whole = self.whole(response, model);
            return timeout(stall, whole).await.map_err(late)?;
        }
        let source = Body {
            endpoint: self,
            response,
        };
        Listener::new(self, model, source, gather)
            .answer(stall)
            .await
    }

    pub(crate) fn stalled(&self, after: Duration) -> CallError {
        CallError::Stalled {
            provider: self.provider.to_string(),
            after,
        }
    }
}

fn is_event_stream(response: &Response) -> bool {
    let kind = response.headers().get(CONTENT_TYPE);
    let kind = kind.and_then(|value| value.to_str().ok());
    kind.is_some_and(|text| {
        text.trim_start()
            .to_ascii_lowercase()
            .starts_with("text/event-stream")
    })
}

struct Body<'a> {
    endpoint: &'a Endpoint,
    response: Response,
}

impl Source for Body<'_> {
    async fn next(&mut self) -> Result<Option<Vec<u8>>, CallError> {
        let chunk = self.response.chunk().await;
        let chunk = chunk.map_err(|error| self.endpoint.transport_error(error))?;
        Ok(chunk.map(Into::into))
    }
}
