//! A request that doesn't reach the protocol, as its client reads it: an HTTP status and a JSON-RPC
//! error whose `data` is a [`Fault`].

use std::any::Any;

use axum::Json;
use axum::http::StatusCode;
use axum::http::header::{self, HeaderValue};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use url::Url;

use super::fault::Fault;
use crate::Problem;

pub(crate) const PARSE_ERROR: i32 = -32700;
const INVALID_REQUEST: i32 = -32600;
const INTERNAL_ERROR: i32 = -32603;

/// Why a request was refused.
#[derive(Debug)]
pub(crate) struct Refusal(Box<Inner>);

#[derive(Debug)]
struct Inner {
    status: StatusCode,
    code: i32,
    fault: Fault,
    id: Option<Value>,
    /// The value of `WWW-Authenticate`.
    challenge: Option<String>,
}

impl Refusal {
    pub(crate) fn new(status: StatusCode, fault: Fault) -> Self {
        let code = if status.is_server_error() {
            INTERNAL_ERROR
        } else {
            INVALID_REQUEST
        };
        Self(Box::new(Inner {
            status,
            code,
            fault,
            id: None,
            challenge: None,
        }))
    }

    pub(crate) fn code(mut self, code: i32) -> Self {
        self.0.code = code;
        self
    }

    /// The id of the request that it answers.
    pub(crate) fn id(mut self, id: Option<Value>) -> Self {
        self.0.id = id;
        self
    }

    pub(crate) fn of_problem(problem: Problem, event_id: &str) -> Self {
        let status = problem.status();
        Self::new(status, Fault::of_problem(problem, event_id))
    }

    pub(crate) fn method() -> Self {
        let message =
            "MCP is spoken by POST here; there is no stream to GET and no session to DELETE";
        Self::new(
            StatusCode::METHOD_NOT_ALLOWED,
            Fault::new("METHOD_NOT_ALLOWED", message),
        )
    }

    pub(crate) fn content_type() -> Self {
        let message = "send the message with `Content-Type: application/json`";
        Self::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Fault::new("UNSUPPORTED_MEDIA_TYPE", message),
        )
    }

    pub(crate) fn no_key(public_url: &Url) -> Self {
        let account = public_url
            .join("account")
            .map_or_else(|_| public_url.to_string(), Into::into);
        Self::unauthenticated(
            "USER_API_KEY_REQUIRED",
            format!(
                "this needs an API key: make one at {account} and send it as `Authorization: Bearer prk_live_…`"
            ),
        )
    }

    pub(crate) fn wrong_key(why: &str) -> Self {
        Self::unauthenticated("INVALID_USER_API_KEY", why.to_owned())
    }

    fn unauthenticated(code: &'static str, message: String) -> Self {
        // A quoted string of HTTP: our messages are ASCII but for the ellipsis.
        let said: String = message
            .replace('…', "...")
            .chars()
            .filter(|c| (c.is_ascii_graphic() || *c == ' ') && !matches!(c, '"' | '\\'))
            .collect();
        let challenge = format!(
            "Bearer realm=\"planrank\", error=\"invalid_token\", error_description=\"{said}\""
        );
        let mut refusal = Self::new(StatusCode::UNAUTHORIZED, Fault::new(code, message));
        refusal.0.challenge = Some(challenge);
        refusal
    }

    /// The message that is sent.
    pub(crate) fn json(&self) -> Value {
        let Inner {
            code, fault, id, ..
        } = &*self.0;
        let error = json!({ "code": code, "message": fault.message, "data": fault.to_data() });
        match id {
            Some(id) => json!({ "jsonrpc": "2.0", "id": id, "error": error }),
            None => json!({ "jsonrpc": "2.0", "error": error }),
        }
    }

    #[cfg(test)]
    pub(crate) fn status(&self) -> u16 {
        self.0.status.as_u16()
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let mut response = (self.0.status, Json(self.json())).into_response();
        let headers = response.headers_mut();
        if let Some(challenge) = &self.0.challenge
            && let Ok(value) = HeaderValue::from_str(challenge)
        {
            headers.insert(header::WWW_AUTHENTICATE, value);
        }
        if let Some(secs) = self.0.fault.retry_after_seconds {
            headers.insert(header::RETRY_AFTER, secs.into());
        }
        if self.0.status == StatusCode::METHOD_NOT_ALLOWED {
            headers.insert(header::ALLOW, HeaderValue::from_static("POST, OPTIONS"));
        }
        response
    }
}

/// Refusals of what is beneath us are plain text, some with what the client sent in them.
pub(crate) fn as_json(response: Response, event_id: &str) -> Response {
    let status = response.status();
    let content_type = response.headers().get(header::CONTENT_TYPE);
    let is_json =
        content_type.is_some_and(|value| value.as_bytes().starts_with(b"application/json"));
    if is_json || !(status.is_client_error() || status.is_server_error()) {
        return response;
    }
    let refusal = if status.is_server_error() {
        tracing::error!(
            http.status = status.as_u16(),
            "an MCP request was not answered"
        );
        Refusal::new(status, Fault::internal(event_id))
    } else {
        let message = "the message was refused: check the header MCP-Protocol-Version; this server speaks 2026-07-28, \
                       2025-11-25 and older ones";
        Refusal::new(status, Fault::new("INVALID_REQUEST", message))
    };
    refusal.into_response()
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "the layer hands the payload over"
)]
pub(crate) fn panicked(payload: Box<dyn Any + Send>) -> Response {
    let message = payload
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| payload.downcast_ref::<&str>().copied())
        .unwrap_or("no message");
    tracing::error!(panic = message, "an MCP request panicked");
    StatusCode::INTERNAL_SERVER_ERROR.into_response()
}
