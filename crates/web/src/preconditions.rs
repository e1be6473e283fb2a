//! Headers with which a client says what it has, and how long it would wait: `If-None-Match`
//! (RFC 9110), `Prefer: wait` (RFC 7240) and `Idempotency-Key`.

use std::time::Duration;

use axum::http::{HeaderMap, HeaderName, header};
use sha2::{Digest, Sha256};

use crate::Problem;

pub(crate) const PREFER: HeaderName = HeaderName::from_static("prefer");
pub(crate) const PREFERENCE_APPLIED: HeaderName = HeaderName::from_static("preference-applied");
pub(crate) const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// Waiting longer than a proxy keeps a silent connection helps nobody.
pub(crate) const MAX_WAIT_SECS: u64 = 60;
const MAX_KEY_CHARS: usize = 255;

/// The entity tag of an answer. It is weak, because compression changes the bytes.
pub(crate) fn entity_tag(body: &[u8]) -> String {
    let digest = Sha256::digest(body);
    format!("W/\"{}\"", hex::encode(&digest[..12]))
}

/// Whether the client has the answer with this tag already.
pub(crate) fn has_already(headers: &HeaderMap, tag: &str) -> bool {
    let opaque = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
    let wanted = opaque(tag);
    let known = headers.get_all(header::IF_NONE_MATCH).iter();
    known
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|one| one.trim() == "*" || opaque(one) == wanted)
}

/// The hash of the file that a client has edited, from the entity tag that it was read with.
pub(crate) fn if_match(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let Some(value) = headers.get(header::IF_MATCH) else {
        return Ok(None);
    };
    let text = value.to_str().unwrap_or_default().trim();
    if text == "*" {
        return Ok(None);
    }
    let opaque = text.trim_start_matches("W/").trim_matches('"');
    let is_hash = opaque.len() == 64 && opaque.bytes().all(|b| b.is_ascii_hexdigit());
    if is_hash {
        return Ok(Some(opaque.to_ascii_lowercase()));
    }
    let detail = "send the `ETag` with which the file was read, or leave the header out";
    Err(Problem::invalid("If-Match", detail))
}

/// How long the client would wait for the result. Preferences are wishes: one that can't be read
/// is passed over, and one that is too long is shortened.
pub(crate) fn wait(headers: &HeaderMap) -> Option<Duration> {
    let wishes = headers.get_all(PREFER).iter();
    let secs = wishes
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split([',', ';']))
        .filter_map(|wish| wish.split_once('='))
        .find(|(name, _)| name.trim().eq_ignore_ascii_case("wait"))
        .and_then(|(_, secs)| secs.trim().trim_matches('"').parse::<u64>().ok())?;
    (secs > 0).then(|| Duration::from_secs(secs.min(MAX_WAIT_SECS)))
}

/// The client's name for one request and its repetitions.
pub(crate) fn idempotency_key(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let mut values = headers.get_all(IDEMPOTENCY_KEY).iter();
    let Some(value) = values.next() else {
        return Ok(None);
    };
    let bytes = value.as_bytes();
    let is_visible = !bytes.is_empty() && bytes.iter().all(u8::is_ascii_graphic);
    match value.to_str() {
        Ok(key) if is_visible && bytes.len() <= MAX_KEY_CHARS && values.next().is_none() => {
            Ok(Some(key.to_owned()))
        }
        _ => Err(Problem::invalid(
            "Idempotency-Key",
            "send one key of 1 to 255 visible ASCII characters, such as a UUID",
        )),
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn with(name: &HeaderName, values: &[&str]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for value in values {
            let value = HeaderValue::from_bytes(value.as_bytes()).unwrap();
            headers.append(name.clone(), value);
        }
        headers
    }

    #[test]
    fn a_client_that_has_the_answer_is_known_by_any_tag_of_its_list() {
        let tag = entity_tag(b"the board");
        let strong = tag.trim_start_matches("W/").to_owned();
        for known in [&tag, &strong, "*", &format!("\"a\", {tag}")] {
            let headers = with(&header::IF_NONE_MATCH, &[known]);
            assert!(has_already(&headers, &tag), "{known}");
        }
        for other in ["\"a\"", "", &entity_tag(b"another board")] {
            let headers = with(&header::IF_NONE_MATCH, &[other]);
            assert!(!has_already(&headers, &tag), "{other}");
        }
        assert!(!has_already(&HeaderMap::new(), &tag));
    }

    #[test]
    fn a_file_is_known_by_the_tag_with_which_it_was_read() {
        let hash = "9f2b61c0".repeat(8);
        let read = |text: &str| if_match(&with(&header::IF_MATCH, &[text]));
        for text in [format!("W/\"{hash}\""), format!("\"{hash}\""), hash.clone()] {
            assert_eq!(read(&text).unwrap().as_ref(), Some(&hash), "{text}");
        }
        assert_eq!(read("*").unwrap(), None);
        assert_eq!(if_match(&HeaderMap::new()).unwrap(), None);
        for wrong in ["", "\"a\"", "\"a\", \"b\""] {
            assert_eq!(read(wrong).unwrap_err().status, 422, "{wrong}");
        }
    }

    #[test]
    fn a_wish_to_wait_is_read_and_bounded_and_nonsense_is_passed_over() {
        let secs = |values: &[&str]| wait(&with(&PREFER, values)).map(|d| d.as_secs());
        for (values, expected) in [
            (&["wait=30"][..], Some(30)),
            (&["respond-async, wait=5"], Some(5)),
            (&["respond-async", "Wait = 7; foo"], Some(7)),
            (&["wait=100000"], Some(60)),
            (&["wait=0"], None),
            (&["wait=-1"], None),
            (&["wait=99999999999999999999"], None),
            (&["wait"], None),
            (&[], None),
        ] {
            assert_eq!(secs(values), expected, "{values:?}");
        }
    }

    #[test]
    fn an_idempotency_key_is_visible_and_bounded() {
        let key = |values: &[&str]| idempotency_key(&with(&IDEMPOTENCY_KEY, values));
        assert_eq!(key(&[]).unwrap(), None);
        assert_eq!(key(&["a-1"]).unwrap().as_deref(), Some("a-1"));
        assert!(key(&[&"k".repeat(255)]).is_ok());
        for wrong in [
            &[""][..],
            &["a b"],
            &["é"],
            &["a", "b"],
            &[&"k".repeat(256)],
        ] {
            assert_eq!(key(wrong).unwrap_err().status, 422, "{wrong:?}");
        }
    }
}
