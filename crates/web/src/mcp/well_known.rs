//! Clients that were refused look for an authorization server. There is none: keys are made by
//! people on the account page. They are told so in the form that they read (RFC 6749, section 5.2).

use axum::http::StatusCode;
use axum::http::header::{ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde_json::json;

const PATHS: [&str; 5] = [
    "/.well-known/oauth-protected-resource",
    "/.well-known/oauth-protected-resource/mcp",
    "/.well-known/oauth-authorization-server",
    "/.well-known/oauth-authorization-server/mcp",
    "/.well-known/openid-configuration",
];

pub(super) fn routes() -> Router {
    PATHS
        .into_iter()
        .fold(Router::new(), |router, path| router.route(path, get(none)))
}

async fn none() -> Response {
    let body = json!({
        "error": "not_found",
        "error_description": "there is no authorization server: make an API key on the account page and send it as \
                              `Authorization: Bearer prk_live_...`",
    });
    let head = [
        (ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
        (CACHE_CONTROL, "public, max-age=3600"),
    ];
    (StatusCode::NOT_FOUND, head, Json(body)).into_response()
}
