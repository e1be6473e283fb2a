//! The little that is read of a message before the protocol reads it: whether it is one, its id,
//! its method, and what it names. Its parameters are not built up in memory for that.

use std::collections::BTreeMap;

use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::fault::Fault;
use super::refusal::{PARSE_ERROR, Refusal};

/// Values in a message, as in a plan: a few bytes each, they take much more when they are parsed.
const MAX_VALUES: usize = plan::read::limits::MAX_JSON_VALUES;

/// The members of an object, each as it is written.
type Members<'a> = BTreeMap<String, &'a RawValue>;

/// One JSON-RPC message.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Message {
    /// Nothing for a notification.
    pub(crate) id: Option<Value>,
    /// Empty for a response.
    pub(crate) method: String,
    /// The tool, prompt, resource or task that it is about.
    pub(crate) name: Option<String>,
}

impl Message {
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, Refusal> {
        if most_values(bytes) > MAX_VALUES {
            return Err(too_many_values());
        }
        let whole: &RawValue = serde_json::from_slice(bytes).map_err(|error| not_json(&error))?;
        let Some(message) = read::<Members<'_>>(whole) else {
            return Err(if whole.get().starts_with('[') {
                batch()
            } else {
                no_message()
            });
        };
        let text = |key| read::<String>(message.get(key)?);
        let id = message.get("id").and_then(|id| read::<Value>(id));
        let id = id.filter(|id| id.is_string() || id.is_i64());
        let is_answer = message.contains_key("result") || message.contains_key("error");
        let method = text("method");
        let is_right = text("jsonrpc").is_some_and(|version| version == "2.0");
        if !is_right || (method.is_none() && !is_answer) {
            return Err(no_message().id(id));
        }
        let params = message
            .get("params")
            .and_then(|params| read::<Members<'_>>(params))
            .unwrap_or_default();
        let named = |key| read::<String>(params.get(key)?);
        Ok(Self {
            method: method.unwrap_or_default(),
            name: named("name")
                .or_else(|| named("uri"))
                .or_else(|| named("taskId")),
            id,
        })
    }
}

fn read<'a, T: Deserialize<'a>>(value: &'a RawValue) -> Option<T> {
    serde_json::from_str(value.get()).ok()
}

/// No text holds more values than this: each but the first follows a bracket or a comma.
fn most_values(text: &[u8]) -> usize {
    let (mut values, mut in_string, mut escaped) = (1, false, false);
    for byte in text {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            b',' | b'[' | b'{' if !in_string => values += 1,
            _ => {}
        }
    }
    values
}

fn too_many_values() -> Refusal {
    let message =
        format!("the message holds more than {MAX_VALUES} JSON values: send less at a time");
    Refusal::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        Fault::new("TOO_LARGE", message),
    )
}

fn not_json(error: &serde_json::Error) -> Refusal {
    let message = format!(
        "the body is not JSON (line {}, column {}): send one JSON-RPC message",
        error.line(),
        error.column()
    );
    let mut fault = Fault::new("PARSE_ERROR", message);
    fault.example = Some(example());
    Refusal::new(StatusCode::BAD_REQUEST, fault).code(PARSE_ERROR)
}

fn batch() -> Refusal {
    let message = "batches are not part of MCP: send each message in a request of its own";
    Refusal::new(
        StatusCode::BAD_REQUEST,
        Fault::new("INVALID_REQUEST", message),
    )
}

fn no_message() -> Refusal {
    let message = "send a JSON-RPC 2.0 message: an object with jsonrpc, id, method and params";
    let mut fault = Fault::new("INVALID_REQUEST", message);
    fault.example = Some(example());
    Refusal::new(StatusCode::BAD_REQUEST, fault)
}

fn example() -> Value {
    json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {} })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_message_says_what_it_is_about() {
        let parse = |text: &str| Message::parse(text.as_bytes()).unwrap();
        let call = parse(
            r#"{"jsonrpc":"2.0","id":"a","method":"tools/call","params":{"name":"plan_list"}}"#,
        );
        assert_eq!(
            (call.id, call.name.as_deref()),
            (Some(json!("a")), Some("plan_list"))
        );
        let note = parse(r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#);
        assert_eq!((note.id, note.name), (None, None));
    }

    #[test]
    fn what_is_no_message_is_refused_with_the_right_code() {
        for (body, code) in [
            ("{", -32700),
            ("", -32700),
            ("[]", -32600),
            ("1", -32600),
            (r#"{"id":1,"method":"ping"}"#, -32600),
            (r#"{"jsonrpc":"2.0","id":1}"#, -32600),
        ] {
            let refusal = Message::parse(body.as_bytes()).unwrap_err();
            assert_eq!(refusal.json()["error"]["code"], code, "{body}");
        }
    }

    #[test]
    fn a_message_of_very_many_values_is_refused_before_it_is_parsed() {
        let of = |values: usize| {
            let list = "0,".repeat(values);
            format!(
                r#"{{"jsonrpc":"2.0","id":1,"method":"ping","params":{{"a":[{list}0],"b":"{list}"}}}}"#
            )
        };
        Message::parse(of(400_000).as_bytes()).unwrap();
        let refusal = Message::parse(of(600_000).as_bytes()).unwrap_err();
        assert_eq!(
            (
                refusal.status(),
                refusal.json()["error"]["data"]["code"].as_str()
            ),
            (413, Some("TOO_LARGE"))
        );
        assert_eq!(most_values(br#"[1,"a\",[\"",{}]"#), 5);
    }

    proptest! {
        #[test]
        fn any_bytes_are_a_message_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            if let Err(refusal) = Message::parse(&bytes) {
                prop_assert_eq!(refusal.status(), 400);
            }
        }
    }
}
