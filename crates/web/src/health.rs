//! Whether the service lives, and whether it can work.

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use subtle::ConstantTimeEq;
use utoipa::ToSchema;

use crate::{App, Problem};

/// A database that doesn't answer within this time can't serve requests either.
const PING_WITHIN: Duration = Duration::from_secs(2);

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Health {
    /// `ok`.
    status: &'static str,
    version: &'static str,
}

/// The process answers. Says nothing of the database: restarting a replica doesn't mend that.
#[utoipa::path(get, path = "/healthz", tag = "operations", responses((status = 200, body = Health)))]
pub(crate) async fn healthz() -> Json<Health> {
    Json(Health {
        status: "ok",
        version: env!("CARGO_PKG_VERSION"),
    })
}

/// The database answers: the replica may get requests.
#[utoipa::path(get, path = "/readyz", tag = "operations", responses(
    (status = 200, body = Health),
    (status = 503, body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn readyz(State(app): State<App>) -> Response {
    match tokio::time::timeout(PING_WITHIN, app.store.ping()).await {
        Ok(Ok(())) => healthz().await.into_response(),
        outcome => {
            tracing::warn!(?outcome, "the database does not answer");
            let detail = "the database does not answer; the service tries again with each request";
            Problem::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "database_unavailable",
                detail,
            )
            .retry_after(5)
            .into_response()
        }
    }
}

/// Prometheus metrics, for whoever shows the configured token.
pub(crate) async fn metrics(State(app): State<App>, headers: HeaderMap) -> Response {
    let Some(token) = &app.config.metrics_token else {
        return Problem::not_found("page").into_response();
    };
    let expected = format!("Bearer {}", token.0);
    let shown = headers.get(header::AUTHORIZATION);
    if shown.is_some_and(|value| value.as_bytes().ct_eq(expected.as_bytes()).into()) {
        return render();
    }
    Problem::unauthenticated().into_response()
}

/// The text of all metrics; also served on a port of its own, without a token.
pub(crate) fn render() -> Response {
    let kind = [(header::CONTENT_TYPE, "text/plain; version=0.0.4")];
    (kind, crate::metrics::install().render()).into_response()
}
