//! Style sheets, scripts and images, built into the binary.
//!
//! A page refers to a file by [`url()`], which carries the start of its SHA-256: such an answer never
//! changes, so browsers keep it for a year.

use axum::extract::{Path, RawQuery};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use rust_embed::{EmbeddedFile, RustEmbed};

use crate::Problem;

#[derive(RustEmbed)]
#[folder = "static/"]
struct Files;

/// The address of a file of `static/`.
///
/// # Panics
/// When there is no such file: names come from our own templates, and every page is rendered by
/// a test.
pub fn url(name: &str) -> String {
    let file = Files::get(name).unwrap_or_else(|| panic!("static/{name} is missing"));
    format!("/static/{name}?v={}", version(&file))
}

pub(crate) async fn serve(
    Path(name): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let Some(file) = Files::get(&name) else {
        return Problem::not_found("file").into_response();
    };
    let version = version(&file);
    let etag = format!("\"{version}\"");
    let asked_for_this = query.is_some_and(|q| q == format!("v={version}"));
    let cache = if asked_for_this {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    let known = headers
        .get(IF_NONE_MATCH)
        .is_some_and(|tag| tag.as_bytes() == etag.as_bytes());
    let head = [(ETAG, etag), (CACHE_CONTROL, cache.to_owned())];
    if known {
        return (StatusCode::NOT_MODIFIED, head).into_response();
    }
    let kind = [(CONTENT_TYPE, file.metadata.mimetype().to_owned())];
    (head, kind, file.data.into_owned()).into_response()
}

fn version(file: &EmbeddedFile) -> String {
    hex::encode(&file.metadata.sha256_hash()[..6])
}
