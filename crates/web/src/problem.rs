//! The one error of the HTTP layer: `application/problem+json` (RFC 9457).
//!
//! A problem has a stable `code` for programs and a `detail` for people that says what to do. The
//! value travels in the response's extensions too, so that pages can show it as HTML.

use accounts::AccountsError;
use arena::views::ViewError;
use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use store::StoreError;
use utoipa::ToSchema;

/// What went wrong, as sent.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Problem {
    /// `about:blank#` and the code: codes are documented, not fetched.
    #[serde(rename = "type")]
    pub kind: String,
    /// The HTTP status.
    pub status: u16,
    /// Stable, for programs.
    #[schema(example = "plan_not_found")]
    pub code: &'static str,
    /// The status in words.
    pub title: &'static str,
    /// What happened and what to do next.
    pub detail: String,
    /// Which part of the request was wrong: a parameter, a header, or a JSON pointer into the body.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<Box<str>>,
    /// Seconds after which trying again makes sense; the same as the header `Retry-After`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_after_secs: Option<u64>,
}

impl Problem {
    pub fn new(status: StatusCode, code: &'static str, detail: impl Into<String>) -> Self {
        Self {
            kind: format!("about:blank#{code}"),
            status: status.as_u16(),
            code,
            title: status.canonical_reason().unwrap_or("Error"),
            detail: detail.into(),
            field: None,
            retry_after_secs: None,
        }
    }

    #[must_use]
    pub fn field(mut self, field: impl Into<String>) -> Self {
        self.field = Some(field.into().into());
        self
    }

    /// At least one second: zero would ask for a busy loop.
    #[must_use]
    pub fn retry_after(mut self, secs: u64) -> Self {
        self.retry_after_secs = Some(secs.max(1));
        self
    }

    pub fn bad_request(code: &'static str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, detail)
    }

    /// The request is well-formed, but a value in it can't be used.
    pub fn invalid(field: impl Into<String>, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", detail).field(field)
    }

    pub fn unauthenticated() -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            "unauthenticated",
            "send an API key as `Authorization: Bearer prk_live_…`, or sign in; keys are made on the account page",
        )
    }

    pub fn forbidden(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, "forbidden", detail)
    }

    /// Also for what exists and isn't the caller's.
    pub fn not_found(what: &str) -> Self {
        let detail = format!("there is no such {what}, or it isn't visible to you");
        Self::new(StatusCode::NOT_FOUND, "not_found", detail)
    }

    pub fn conflict(code: &'static str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, code, detail)
    }

    pub fn too_many(detail: impl Into<String>, retry_after_secs: u64) -> Self {
        Self::new(StatusCode::TOO_MANY_REQUESTS, "rate_limited", detail)
            .retry_after(retry_after_secs)
    }

    /// Logs the cause once, here; the answer says nothing of it.
    pub fn internal(error: &(dyn std::error::Error + 'static)) -> Self {
        tracing::error!(error, "a request failed");
        Self::fault()
    }

    /// What is told of a fault that was logged already.
    pub fn fault() -> Self {
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal",
            "the server failed to answer; try again, and give the request id if it stays so",
        )
    }

    pub fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = (self.status(), Json(&self)).into_response();
        let headers = response.headers_mut();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(secs) = self.retry_after_secs {
            headers.insert(header::RETRY_AFTER, secs.into());
        }
        if self.status() == StatusCode::UNAUTHORIZED {
            headers.insert(
                header::WWW_AUTHENTICATE,
                HeaderValue::from_static("Bearer realm=\"planrank\""),
            );
        }
        response.extensions_mut().insert(self);
        response
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        match &error {
            StoreError::Invalid { what, why } => Self::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "invalid",
                format!("{what} can't be used: {why}"),
            ),
            StoreError::Busy => {
                tracing::warn!(%error, "a request found the database busy");
                let detail = "the database is busy; try again in a moment";
                let status = StatusCode::SERVICE_UNAVAILABLE;
                Self::new(status, "database_busy", detail).retry_after(2)
            }
            StoreError::Unreachable { .. } => {
                tracing::error!(%error, "a request found no database");
                let detail = "the database does not answer; try again in a moment";
                let status = StatusCode::SERVICE_UNAVAILABLE;
                Self::new(status, "database_unavailable", detail).retry_after(5)
            }
            _ => Self::internal(&error),
        }
    }
}

impl From<AccountsError> for Problem {
    fn from(error: AccountsError) -> Self {
        let detail = error.to_string();
        match error {
            AccountsError::Invalid { field, why } => Self::invalid(field, why),
            AccountsError::Forbidden(why) => Self::forbidden(why),
            AccountsError::NotFound(what) => Self::not_found(what),
            AccountsError::TooManyKeys { .. } => Self::conflict("too_many_keys", detail),
            AccountsError::Refused(why) => Self::conflict("refused", why),
            AccountsError::TooMany(limit) => {
                Self::too_many(detail, limit.retry_after_secs).field(limit.rule.as_str())
            }
            AccountsError::Store(error) => error.into(),
        }
    }
}

impl From<ViewError> for Problem {
    fn from(error: ViewError) -> Self {
        let detail = error.to_string();
        match error {
            ViewError::NotFound => Self::not_found("plan"),
            ViewError::NeedsAccount => Self::unauthenticated(),
            ViewError::SamePlan => Self::conflict("same_plan", detail),
            ViewError::BadCursor => Self::invalid("cursor", detail),
            ViewError::Store(error) => error.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_problem_is_a_problem_document_with_its_headers() {
        let response = Problem::too_many("wait", 0).field("x").into_response();
        assert_eq!(response.status(), 429);
        assert_eq!(response.headers()[header::RETRY_AFTER], "1");
        assert_eq!(
            response.headers()[header::CONTENT_TYPE],
            "application/problem+json"
        );
        let body = axum::body::to_bytes(response.into_body(), 10_000).await;
        let json: serde_json::Value = serde_json::from_slice(&body.unwrap()).unwrap();
        assert_eq!(
            json,
            serde_json::json!({
                "type": "about:blank#rate_limited", "status": 429, "code": "rate_limited",
                "title": "Too Many Requests", "detail": "wait", "field": "x", "retry_after_secs": 1
            })
        );
    }

    #[test]
    fn nobody_is_told_how_the_server_failed() {
        let secret = std::io::Error::other("password=hunter2");
        assert!(!Problem::internal(&secret).detail.contains("hunter2"));
    }

    #[test]
    fn a_401_says_how_to_authenticate() {
        let response = Problem::unauthenticated().into_response();
        assert!(response.headers().contains_key(header::WWW_AUTHENTICATE));
    }
}
