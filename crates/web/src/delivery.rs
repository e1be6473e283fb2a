//! Files of runs as answers: entity tags, names, and what a browser may do with them.
//!
//! Invariant: but for the report, which has a policy of its own, a file of a run is never shown by
//! a browser as a page of this service: it is attached, and sandboxed where a browser shows it
//! nevertheless.

use axum::body::Body;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, HeaderValue,
};
use axum::http::{HeaderMap, HeaderName, StatusCode};
use axum::response::{IntoResponse, Response};
use pipeline::service::{Artifact, MAX_EDIT_BYTES};

use crate::preconditions::has_already;

/// Of a file that replaces another. Forms send the end of a line in two bytes, so this leaves room.
pub(crate) const MAX_FILE: usize = 2 * MAX_EDIT_BYTES;
const INERT: &str = "default-src 'none'; sandbox";

/// A file to take away.
pub(crate) fn attached(headers: &HeaderMap, file: Artifact) -> Response {
    let name = disposition("attachment", &file.info.file);
    answer(headers, file, &[(CONTENT_DISPOSITION, name)], INERT)
}

/// The report as a page that runs its own script and reaches nothing.
pub(crate) fn report(headers: &HeaderMap, file: Artifact, policy: &str) -> Response {
    let name = disposition("inline", &file.info.file);
    // A sandbox without the origin: the report sees no cookie and no storage of this service.
    let policy = if policy.contains("sandbox") {
        policy.to_owned()
    } else {
        format!("{policy}; sandbox allow-scripts")
    };
    answer(headers, file, &[(CONTENT_DISPOSITION, name)], &policy)
}

fn answer(
    headers: &HeaderMap,
    file: Artifact,
    more: &[(HeaderName, HeaderValue)],
    policy: &str,
) -> Response {
    let tag = tag(&file.info.sha256);
    let is_known = has_already(headers, &tag);
    let mut response = if is_known {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        Response::new(Body::from(file.bytes))
    };
    let head = response.headers_mut();
    // What can't be a header is none: hashes and policies are plain text.
    let mut put = |name: HeaderName, text: &str| {
        if let Ok(value) = HeaderValue::from_str(text) {
            head.insert(name, value);
        }
    };
    put(ETAG, &tag);
    put(CACHE_CONTROL, "private, no-cache");
    put(CONTENT_SECURITY_POLICY, policy);
    if !is_known {
        put(CONTENT_TYPE, file.content_type);
        for (name, value) in more {
            head.insert(name.clone(), value.clone());
        }
    }
    response
}

/// The entity tag of a file. It is weak, because compression changes the bytes.
pub(crate) fn tag(sha256: &str) -> String {
    format!("W/\"{sha256}\"")
}

/// RFC 6266: the name in ASCII, and as it is for whoever reads RFC 8187.
fn disposition(kind: &str, name: &str) -> HeaderValue {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | ' ');
    let plain: String = name
        .chars()
        .map(|c| if is_plain(c) { c } else { '_' })
        .collect();
    let exact: String = name
        .bytes()
        .map(|byte| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'.' | b'-' | b'_' => {
                char::from(byte).to_string()
            }
            other => format!("%{other:02X}"),
        })
        .collect();
    let text = format!("{kind}; filename=\"{plain}\"; filename*=UTF-8''{exact}");
    HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static("attachment"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_told_in_plain_letters_and_as_it_is() {
        let said = |name| disposition("attachment", name).to_str().unwrap().to_owned();
        assert_eq!(
            said("project_plan.md"),
            "attachment; filename=\"project_plan.md\"; filename*=UTF-8''project_plan.md"
        );
        assert_eq!(
            said("a\"b\r\né.md"),
            "attachment; filename=\"a_b___.md\"; filename*=UTF-8''a%22b%0D%0A%C3%A9.md"
        );
    }
}
