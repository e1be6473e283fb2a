//! The little that is read of a message before the protocol reads it: whether it is one, its id,
//! its method, and what it names.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::fault::Fault;
use super::refusal::{PARSE_ERROR, Refusal};

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
        let value: Value = serde_json::from_slice(bytes).map_err(|error| not_json(&error))?;
        let Value::Object(mut message) = value else {
            return Err(if value.is_array() {
                batch()
            } else {
                no_message()
            });
        };
        let id = message
            .remove("id")
            .filter(|id| id.is_string() || id.is_i64());
        let is_answer = message.contains_key("result") || message.contains_key("error");
        let method = message.get("method").and_then(Value::as_str);
        let is_right = message.get("jsonrpc") == Some(&json!("2.0"));
        if !is_right || (method.is_none() && !is_answer) {
            return Err(no_message().id(id));
        }
        let named = |key| message.get("params")?.get(key)?.as_str().map(str::to_owned);
        Ok(Self {
            method: method.unwrap_or_default().to_owned(),
            name: named("name")
                .or_else(|| named("uri"))
                .or_else(|| named("taskId")),
            id,
        })
    }
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

    proptest! {
        #[test]
        fn any_bytes_are_a_message_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            if let Err(refusal) = Message::parse(&bytes) {
                prop_assert_eq!(refusal.status(), 400);
            }
        }
    }
}
