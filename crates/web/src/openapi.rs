//! The OpenAPI document, made from the handlers.

use std::sync::Arc;

use axum::Extension;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use utoipa::openapi::OpenApi as Document;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{Modify, OpenApi};

use crate::Problem;

/// The name of the session's cookie.
pub(crate) const SESSION_COOKIE: &str = "planrank_session";

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Planrank",
        description = "Makes project plans from prompts, and ranks them by evidence and pairwise judgement. Errors are problem documents \
                       (RFC 9457) with a stable `code`. Lists are paged by cursor. Money is strings of \
                       nano-US-dollars, times are RFC 3339 in UTC.",
    ),
    tags(
        (name = "ranking", description = "Submit plans and read rankings"),
        (name = "plans", description = "What is known about a plan"),
        (name = "generation", description = "Have plans made from prompts"),
        (name = "account", description = "Who you are, your keys and quotas"),
        (name = "audit", description = "Human review of the judge"),
        (name = "admin", description = "For operators"),
        (name = "operations", description = "Health"),
    ),
    components(schemas(Problem)),
    modifiers(&Security),
)]
pub(crate) struct Api;

struct Security;

impl Modify for Security {
    fn modify(&self, document: &mut Document) {
        let components = document.components.get_or_insert_default();
        components.add_security_scheme(
            "api_key",
            SecurityScheme::Http(HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build()),
        );
        components.add_security_scheme(
            "session",
            SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::new(SESSION_COOKIE))),
        );
    }
}

/// The document as sent.
#[derive(Clone, Debug)]
pub(crate) struct Rendered(pub(crate) Arc<str>);

impl Rendered {
    pub(crate) fn new(document: &Document) -> Self {
        // The document is a tree of strings made at compile time.
        Self(document.to_json().unwrap_or_default().into())
    }
}

pub(crate) async fn serve(Extension(Rendered(json)): Extension<Rendered>) -> Response {
    let head = [
        (CONTENT_TYPE, "application/json"),
        (CACHE_CONTROL, "public, max-age=300"),
    ];
    (head, json.to_string()).into_response()
}
