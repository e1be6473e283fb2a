//! A streamed message, put together.

use serde_json::{Map, Value, json};

use crate::http::{Gather, Step};
use crate::provider::step;

/// The message's text and what came with it.
#[derive(Debug, Default)]
pub(in crate::provider) struct Parts {
    text: String,
    stop_reason: Option<Value>,
    usage: Option<Map<String, Value>>,
}

impl Gather for Parts {
    fn add(&mut self, event: &Value) -> Step {
        let mut output = false;
        match event.get("type").and_then(Value::as_str) {
            Some("message_start") => self.count(event.pointer("/message/usage")),
            Some("content_block_start") => output = self.piece(event.get("content_block")),
            Some("content_block_delta") => output = self.piece(event.get("delta")),
            Some("message_delta") => {
                let reason = event.pointer("/delta/stop_reason");
                self.stop_reason = reason.filter(|reason| reason.is_string()).cloned();
                self.count(event.get("usage"));
            }
            Some("message_stop") => return Step::End,
            // Pings, and kinds of event that are yet to come.
            _ => {}
        }
        step(self.stop_reason.is_some(), output)
    }

    fn held_bytes(&self) -> usize {
        self.text.len()
    }

    fn into_answer(self) -> Value {
        json!({
            "content": [{"type": "text", "text": self.text}],
            "stop_reason": self.stop_reason,
            "usage": self.usage,
        })
    }
}

impl Parts {
    /// Whether the model said something. Thinking is output, but not of the answer.
    fn piece(&mut self, piece: Option<&Value>) -> bool {
        let Some(piece) = piece else { return false };
        let text = piece.get("text").and_then(Value::as_str);
        self.text.push_str(text.unwrap_or_default());
        ["text", "thinking", "signature", "partial_json"]
            .iter()
            .filter_map(|name| piece.get(name)?.as_str())
            .any(|said| !said.is_empty())
    }

    /// Later counts replace earlier ones: they are totals.
    fn count(&mut self, usage: Option<&Value>) {
        let counts = usage.and_then(Value::as_object).into_iter().flatten();
        for (name, count) in counts.filter(|(_, count)| count.is_u64()) {
            let known = self.usage.get_or_insert_default();
            known.insert(name.clone(), count.clone());
        }
    }
}
