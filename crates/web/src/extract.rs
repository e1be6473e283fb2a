//! Extractors that answer with a [`Problem`] when a request can't be read.

use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use serde::de::DeserializeOwned;
use serde_json::error::Category;

use crate::{Problem, body};

/// A JSON body of at most 256 KiB.
#[derive(Debug, Clone, Copy)]
pub struct Json<T>(pub T);

/// The query string; types should refuse unknown fields.
#[derive(Debug, Clone, Copy)]
pub struct Query<T>(pub T);

/// Parameters in the path. What can't be one names nothing, so it is not found.
#[derive(Debug, Clone, Copy)]
pub struct Path<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        check_json(&parts.headers)?;
        let bytes = body::read(&parts.headers, body, body::SMALL).await?;
        json(&parts.headers, &bytes).map(Self)
    }
}

/// A JSON body that was read already.
pub(crate) fn json<T: DeserializeOwned>(headers: &HeaderMap, bytes: &[u8]) -> Result<T, Problem> {
    check_json(headers)?;
    serde_json::from_slice(bytes).map_err(|error| json_problem(&error))
}

fn check_json(headers: &HeaderMap) -> Result<(), Problem> {
    if media_type(headers).as_deref() == Some("application/json") {
        return Ok(());
    }
    let detail = "send JSON with `Content-Type: application/json`";
    Err(unsupported_media_type(detail))
}

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        match axum::extract::Query::from_request_parts(parts, state).await {
            Ok(axum::extract::Query(value)) => Ok(Self(value)),
            Err(rejection) => Err(query_problem(&rejection)),
        }
    }
}

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for Path<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        match axum::extract::Path::from_request_parts(parts, state).await {
            Ok(axum::extract::Path(value)) => Ok(Self(value)),
            Err(PathRejection::FailedToDeserializePathParams(_)) => Err(Problem::not_found("page")),
            Err(rejection) => Err(Problem::internal(&rejection)),
        }
    }
}

/// The media type of a body, without its parameters, in lower case.
pub(crate) fn media_type(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
    let media_type = value.split(';').next().unwrap_or_default();
    Some(media_type.trim().to_ascii_lowercase())
}

pub(crate) fn unsupported_media_type(detail: &str) -> Problem {
    Problem::new(
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        "unsupported_media_type",
        detail,
    )
}

fn json_problem(error: &serde_json::Error) -> Problem {
    let detail = bounded(&error.to_string());
    match error.classify() {
        Category::Data => Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", detail),
        Category::Syntax | Category::Eof | Category::Io => {
            Problem::bad_request("malformed_json", detail)
        }
    }
}

/// How the query's parser begins its messages.
const QUERY_PREFIX: &str = "Failed to deserialize query string: ";

fn query_problem(rejection: &QueryRejection) -> Problem {
    let text = bounded(&rejection.body_text());
    let text = text.strip_prefix(QUERY_PREFIX).unwrap_or(&text);
    // "limit: invalid digit …" names the parameter; "unknown field …" names it itself.
    let named = text.split_once(": ").filter(|(name, _)| {
        let is_letter = |c: char| c.is_ascii_lowercase() || c == '_';
        !name.is_empty() && name.chars().all(is_letter)
    });
    let (field, why) = named.unwrap_or(("query", text));
    Problem::invalid(field, why)
}

/// Messages of parsers repeat what was sent, and that may be long.
fn bounded(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(300).collect()
}
