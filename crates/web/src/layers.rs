//! What every request passes: id, log line, metrics, security headers, panics, timeouts.
//!
//! The order matters and is in [`wrap`]: the request id is outermost, so that each answer bears it,
//! and panics are caught innermost, so that a panic is logged and counted like any answer.

use std::any::Any;
use std::time::Duration;

use axum::Router;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::csrf::{CsrfLayer, ProtectionError};
use tower_http::request_id::{
    MakeRequestId, PropagateRequestIdLayer, RequestId, SetRequestIdLayer,
};
use tower_http::timeout::RequestBodyDeadlineLayer;
use tracing::Instrument;

use crate::pages::problems_as_pages;
use crate::{App, Problem};

pub(crate) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// Longer than the longest wait that `Prefer` may ask for.
const ANSWER_WITHIN: Duration = Duration::from_secs(90);

/// Scripts, styles, fonts, images and requests from here only; nothing inline; in nobody's frame.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
     font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// Puts the layers around the routes. Agents have checks of their own instead of those for browsers,
/// and the rest in common.
pub(crate) fn wrap(router: Router, agents: Router, app: &App) -> Router {
    let ids = RequestIds { app: app.clone() };
    router
        .layer(CatchPanicLayer::custom(panicked))
        .layer(middleware::from_fn(within_time))
        .layer(RequestBodyDeadlineLayer::new(app.config.body_deadline))
        .layer(cross_site(app))
        .layer(middleware::from_fn_with_state(app.clone(), known_host))
        .layer(middleware::from_fn_with_state(
            app.clone(),
            problems_as_pages,
        ))
        .merge(agents)
        .layer(CompressionLayer::new())
        .layer(middleware::from_fn(security_headers))
        .layer(middleware::from_fn_with_state(
            app.clone(),
            strict_transport,
        ))
        .layer(middleware::from_fn_with_state(app.clone(), watched))
        .layer(PropagateRequestIdLayer::new(REQUEST_ID))
        .layer(SetRequestIdLayer::new(REQUEST_ID, ids))
        .layer(middleware::from_fn(sane_request_id))
}

/// Cookies alone must not let another site act for somebody.
fn cross_site(app: &App) -> CsrfLayer<impl Fn(ProtectionError) -> Response + Clone + use<>> {
    let layer = CsrfLayer::new();
    // An origin that can't be written down trusts nobody more; same-origin requests still pass.
    let layer = layer
        .add_trusted_origin(app.config.origin())
        .unwrap_or_default();
    layer.with_rejection_response(|_: ProtectionError| {
        let detail = "this request came from another site; open the page here and try again";
        Problem::new(StatusCode::FORBIDDEN, "cross_site", detail).into_response()
    })
}

/// On loopback, a page of another site could reach the service under a name of its own that
/// resolves to 127.0.0.1. Elsewhere the reverse proxy decides which hosts it forwards.
async fn known_host(State(app): State<App>, request: Request, next: Next) -> Response {
    if app.config.is_loopback() && !is_local_host(&request) {
        let detail =
            "this service answers to localhost only; set its public address to change that";
        return Problem::new(StatusCode::MISDIRECTED_REQUEST, "unknown_host", detail)
            .into_response();
    }
    next.run(request).await
}

fn is_local_host(request: &Request) -> bool {
    let host = request.uri().authority().map(|a| a.host().to_owned());
    let named = || {
        let value = request.headers().get(header::HOST)?.to_str().ok()?;
        let authority: axum::http::uri::Authority = value.parse().ok()?;
        Some(authority.host().to_owned())
    };
    matches!(
        host.or_else(named).as_deref(),
        Some("localhost" | "127.0.0.1" | "[::1]")
    )
}

/// A request id as sent by a proxy, if it is one, or a new one.
#[derive(Clone)]
struct RequestIds {
    app: App,
}

impl MakeRequestId for RequestIds {
    fn make_request_id<B>(&mut self, _: &axum::http::Request<B>) -> Option<RequestId> {
        let bytes = self.app.entropy.bytes();
        let value = HeaderValue::from_str(&hex::encode(bytes)).ok()?;
        Some(RequestId::new(value))
    }
}

/// Drops an inbound request id that could not stand in a log line.
async fn sane_request_id(mut request: Request, next: Next) -> Response {
    let is_sane = |id: &HeaderValue| {
        let bytes = id.as_bytes();
        let allowed = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_');
        (8..=64).contains(&bytes.len()) && bytes.iter().all(allowed)
    };
    if !request.headers().get(REQUEST_ID).is_some_and(is_sane) {
        request.headers_mut().remove(REQUEST_ID);
    }
    next.run(request).await
}

/// One span and one line per request, and its metrics. Paths are logged as routes: a path may hold
/// what a person typed.
async fn watched(State(app): State<App>, request: Request, next: Next) -> Response {
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or_else(|| "(none)".to_owned(), |path| path.as_str().to_owned());
    let method = known_method(request.method());
    let id = request.headers().get(REQUEST_ID).cloned();
    let id = id.as_ref().and_then(|id| id.to_str().ok()).unwrap_or("");
    let span = tracing::info_span!(
        "request",
        request.id = id,
        http.method = method,
        http.route = route
    );
    let began = app.clock.now();
    let response = next.run(request).instrument(span.clone()).await;
    let took = (app.clock.now() - began).to_std().unwrap_or_default();
    let status = response.status().as_u16();
    span.in_scope(|| {
        tracing::info!(
            http.status = status,
            took_ms = took.as_secs_f64() * 1e3,
            "answered"
        );
    });
    let labels = [
        ("method", method.to_owned()),
        ("route", route),
        ("status", status.to_string()),
    ];
    metrics::histogram!("planrank_http_request_seconds", &labels[..2]).record(took.as_secs_f64());
    metrics::counter!("planrank_http_requests_total", &labels).increment(1);
    response
}

/// Methods are made up by clients, and a metric must not have endless labels.
fn known_method(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "OTHER",
    }
}

async fn security_headers(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "same-origin"),
        (
            HeaderName::from_static("cross-origin-opener-policy"),
            "same-origin",
        ),
        (
            HeaderName::from_static("cross-origin-resource-policy"),
            "same-origin",
        ),
        (
            HeaderName::from_static("permissions-policy"),
            "camera=(), geolocation=(), microphone=()",
        ),
    ] {
        headers
            .entry(name)
            .or_insert(HeaderValue::from_static(value));
    }
    // Without a word on caching, a proxy may keep what only one caller may see.
    headers
        .entry(header::CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("private, no-store"));
    response
}

/// HTTPS stays HTTPS, where the service is reached by it.
async fn strict_transport(State(app): State<App>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    if app.config.secure_cookies() {
        let value = HeaderValue::from_static("max-age=31536000");
        response
            .headers_mut()
            .insert(header::STRICT_TRANSPORT_SECURITY, value);
    }
    response
}

pub(crate) async fn within_time(request: Request, next: Next) -> Response {
    match tokio::time::timeout(ANSWER_WITHIN, next.run(request)).await {
        Ok(response) => response,
        Err(_) => Problem::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "timeout",
            "the answer took too long; try again",
        )
        .retry_after(5)
        .into_response(),
    }
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "the layer hands the payload over"
)]
fn panicked(payload: Box<dyn Any + Send>) -> Response {
    let message = payload
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| payload.downcast_ref::<&str>().copied())
        .unwrap_or("no message");
    tracing::error!(panic = message, "a request panicked");
    Problem::fault().into_response()
}
