//! What every request to `/mcp` passes before the protocol sees it: CORS, `Host` and `Origin`,
//! `Accept`, whose it is and their limit, the size of its body, whether it is one JSON-RPC message.
//!
//! Invariants: no body is read before its headers are found right, and none of an unknown caller is
//! large; every reply, a refusal too, is JSON-RPC with the id of its request where that could
//! be read, and may be read by a page of any origin; what a page may *do* is decided by `Origin`. A
//! key that opens nothing fails even where none is needed. Cookies count for nothing here: a
//! browser sends them for any page, and MCP clients have none.

use std::sync::Arc;

use accounts::Caller;
use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{self, HeaderMap, HeaderValue};
use axum::http::{Method, StatusCode};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::any_service;
use rmcp::ServerHandler;
use rmcp::transport::streamable_http_server::session::never::NeverSessionManager;
use rmcp::transport::streamable_http_server::{StreamableHttpServerConfig, StreamableHttpService};
use tokio::sync::OwnedSemaphorePermit;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::timeout::RequestBodyDeadlineLayer;

use super::fault::Fault;
use super::message::Message;
use super::origin;
use super::refusal::{self, Refusal};
use crate::caller::bearer;
use crate::layers::{REQUEST_ID, within_time};
use crate::{App, body};

/// A plan of 12 MiB in base64, and what is around it.
pub(crate) const MAX_BODY: usize = 17 * 1024 * 1024;

/// Whether a message needs somebody who is known.
pub type NeedsKey = fn(method: &str, name: Option<&str>) -> bool;

/// Who sent a message, for its handler.
#[derive(Debug, Clone)]
pub struct Visitor {
    pub caller: Option<Caller>,
    /// Stands in the log beside everything about this request.
    pub request_id: String,
}

/// The memory that a body takes of all uploads.
#[derive(Debug, Clone)]
struct Held(
    #[expect(dead_code, reason = "given back when it is dropped")]
    Option<Arc<OwnedSemaphorePermit>>,
);

#[derive(Debug, Clone)]
struct Gate {
    app: App,
    needs_key: NeedsKey,
}

/// `/mcp` and `/mcp/` for a handler, with everything around it. Tests mount handlers of their own.
pub fn endpoint<H>(
    app: &App,
    needs_key: NeedsKey,
    handler: impl Fn() -> H + Send + Sync + 'static,
) -> Router
where
    H: ServerHandler + Send + 'static,
{
    // Host and Origin are checked here, with an answer that can be understood.
    let config = StreamableHttpServerConfig::default()
        .with_legacy_session_mode(false)
        .with_json_response(true)
        .with_max_request_body_bytes(MAX_BODY)
        .disable_allowed_hosts()
        .disable_allowed_origins();
    let sessions = Arc::new(NeverSessionManager::default());
    let service = StreamableHttpService::new(move || Ok(handler()), sessions, config);
    let gate = Gate {
        app: app.clone(),
        needs_key,
    };
    Router::new()
        .route("/mcp", any_service(service.clone()))
        .route("/mcp/", any_service(service))
        .layer(middleware::from_fn_with_state(gate, admit))
        .layer(CatchPanicLayer::custom(refusal::panicked))
        .layer(middleware::from_fn(within_time))
        .layer(RequestBodyDeadlineLayer::new(app.config.body_deadline))
        .layer(middleware::from_fn(readable))
}

/// CORS on every reply, and JSON-RPC in every refusal, whoever refused.
async fn readable(request: Request, next: Next) -> Response {
    let event_id = event_id(request.headers());
    let asked_headers = request
        .headers()
        .get(header::ACCESS_CONTROL_REQUEST_HEADERS)
        .cloned();
    let is_preflight = request.method() == Method::OPTIONS;
    let mut response = if is_preflight {
        StatusCode::NO_CONTENT.into_response()
    } else {
        refusal::as_json(next.run(request).await, &event_id)
    };
    let headers = response.headers_mut();
    headers.insert(
        header::ACCESS_CONTROL_ALLOW_ORIGIN,
        HeaderValue::from_static("*"),
    );
    headers.insert(
        header::ACCESS_CONTROL_EXPOSE_HEADERS,
        HeaderValue::from_static(
            "www-authenticate, retry-after, x-request-id, mcp-protocol-version",
        ),
    );
    headers.insert(
        "cross-origin-resource-policy",
        HeaderValue::from_static("cross-origin"),
    );
    if is_preflight {
        let methods = HeaderValue::from_static("POST, OPTIONS");
        headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, methods);
        let usual = || HeaderValue::from_static("authorization, content-type, accept");
        let allowed = asked_headers.unwrap_or_else(usual);
        headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, allowed);
        let day = HeaderValue::from_static("86400");
        headers.insert(header::ACCESS_CONTROL_MAX_AGE, day);
        headers.insert(
            header::VARY,
            HeaderValue::from_static("access-control-request-headers"),
        );
    }
    response
}

async fn admit(State(gate): State<Gate>, request: Request, next: Next) -> Response {
    match gate.check(request).await {
        Ok(request) => next.run(request).await,
        Err(refusal) => refusal.into_response(),
    }
}

impl Gate {
    async fn check(&self, request: Request) -> Result<Request, Refusal> {
        if request.method() != Method::POST {
            return Err(Refusal::method());
        }
        let (mut parts, body) = request.into_parts();
        let event_id = event_id(&parts.headers);
        origin::check(&self.app.config, &parts.headers)?;
        parts
            .headers
            .insert(header::ACCEPT, accepted(&parts.headers)?);
        if crate::extract::media_type(&parts.headers).as_deref() != Some("application/json") {
            return Err(Refusal::content_type());
        }
        let caller = match self.identify(&parts.headers, &event_id).await {
            Ok(caller) => caller,
            Err(refusal) => return Err(self.with_id(refusal, &parts.headers, body).await),
        };
        let limit = self.body_limit(caller.as_ref());
        let read = self.app.uploads().read(&parts.headers, body, limit).await;
        let bytes = read.map_err(|problem| Refusal::of_problem(problem, &event_id))?;
        let message = Message::parse(&bytes.bytes)?;
        if caller.is_none() && (self.needs_key)(&message.method, message.name.as_deref()) {
            return Err(Refusal::no_key(&self.app.config.public_url).id(message.id));
        }
        // Until the request is answered.
        parts.extensions.insert(Held(bytes.held.map(Arc::new)));
        parts.extensions.insert(Visitor {
            caller,
            request_id: event_id,
        });
        Ok(Request::from_parts(parts, Body::from(bytes.bytes)))
    }

    /// Clients show why they were refused only under the id of what they asked. A body that is not
    /// small isn't read for it.
    async fn with_id(&self, refusal: Refusal, headers: &HeaderMap, body: Body) -> Refusal {
        let read = self.app.uploads().read(headers, body, body::SMALL).await;
        match read.map(|upload| Message::parse(&upload.bytes)) {
            Ok(Ok(message)) => refusal.id(message.id),
            _ => refusal,
        }
    }

    /// Somebody unknown can send no plan, so their messages are small.
    fn body_limit(&self, caller: Option<&Caller>) -> usize {
        match caller {
            Some(_) => MAX_BODY.min(self.app.config.max_upload),
            None => body::SMALL,
        }
    }

    /// Whose key is shown, if one is.
    async fn identify(
        &self,
        headers: &HeaderMap,
        event_id: &str,
    ) -> Result<Option<Caller>, Refusal> {
        let mut shown = headers.get_all(header::AUTHORIZATION).iter();
        let Some(value) = shown.next() else {
            return Ok(None);
        };
        let key = value.to_str().ok().and_then(bearer);
        let Some(key) = key.filter(|_| shown.next().is_none()) else {
            return Err(Refusal::wrong_key(
                "send one header `Authorization: Bearer prk_live_…`",
            ));
        };
        let of_problem = |problem| Refusal::of_problem(problem, event_id);
        let accounts = &self.app.accounts;
        let found = accounts.check_key(key).await;
        let caller = match found.map_err(|error| of_problem(error.into()))? {
            Ok(caller) => caller,
            Err(why) => return Err(Refusal::wrong_key(&why.to_string())),
        };
        let taken = accounts.take_request(&caller).await;
        taken.map_err(|error| of_problem(error.into()))?;
        Ok(Some(caller))
    }
}

fn event_id(headers: &HeaderMap) -> String {
    let id = headers.get(REQUEST_ID).and_then(|id| id.to_str().ok());
    id.unwrap_or_default().to_owned()
}

/// What the protocol wants to hear, from whoever takes JSON. The transport beneath insists on both
/// types, though it answers with JSON.
fn accepted(headers: &HeaderMap) -> Result<HeaderValue, Refusal> {
    let mut given = headers.get_all(header::ACCEPT).iter().peekable();
    let takes_json = |value: &HeaderValue| {
        let ranges = value.to_str().unwrap_or_default().split(',');
        let mut names = ranges.filter_map(|range| range.split(';').next());
        names.any(|name| {
            let name = name.trim().to_ascii_lowercase();
            matches!(name.as_str(), "application/json" | "application/*" | "*/*")
        })
    };
    if given.peek().is_none() || given.any(takes_json) {
        return Ok(HeaderValue::from_static(
            "application/json, text/event-stream",
        ));
    }
    let message = "this server answers in JSON: send `Accept: application/json, text/event-stream`";
    Err(Refusal::new(
        StatusCode::NOT_ACCEPTABLE,
        Fault::new("NOT_ACCEPTABLE", message),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_takes_json_is_answered() {
        let accepts = |value: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT, HeaderValue::from_static(value));
            accepted(&headers).is_ok()
        };
        for fine in [
            "*/*",
            "application/json",
            "text/html, Application/JSON;q=0.5",
            "application/*",
        ] {
            assert!(accepts(fine), "{fine}");
        }
        for other in ["text/html", "text/event-stream", ""] {
            assert!(!accepts(other), "{other}");
        }
        assert!(accepted(&HeaderMap::new()).is_ok());
    }
}
