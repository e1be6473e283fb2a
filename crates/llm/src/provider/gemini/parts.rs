//! A streamed `generateContent`, put together.

use serde_json::{Map, Value, json};

use crate::http::{Gather, Step};
use crate::provider::step;

/// The first candidate's text and what came with it.
#[derive(Debug, Default)]
pub(in crate::provider) struct Parts {
    text: String,
    finish_reason: Option<Value>,
    /// `usageMetadata` and `promptFeedback`, the latest of each.
    rest: Map<String, Value>,
}

impl Gather for Parts {
    fn add(&mut self, event: &Value) -> Step {
        for name in ["usageMetadata", "promptFeedback"] {
            if let Some(value) = event.get(name) {
                self.rest.insert(name.to_owned(), value.clone());
            }
        }
        if let Some(reason) = event.pointer("/candidates/0/finishReason") {
            self.finish_reason = Some(reason.clone());
        }
        let parts = event.pointer("/candidates/0/content/parts");
        let parts = parts.and_then(Value::as_array);
        let output = parts.is_some_and(|parts| self.add_parts(parts));
        step(self.finish_reason.is_some() || self.is_blocked(), output)
    }

    fn held_bytes(&self) -> usize {
        self.text.len()
    }

    fn into_answer(mut self) -> Value {
        if self.finish_reason.is_some() || !self.is_blocked() {
            let candidate = json!({
                "content": {"parts": [{"text": self.text}]},
                "finishReason": self.finish_reason,
            });
            self.rest.insert("candidates".into(), json!([candidate]));
        }
        Value::Object(self.rest)
    }
}

impl Parts {
    /// Whether the model said something. Thoughts are output, but not of the answer.
    fn add_parts(&mut self, parts: &[Value]) -> bool {
        let mut output = false;
        for part in parts {
            let text = part.get("text").and_then(Value::as_str).unwrap_or_default();
            output |= !text.is_empty();
            if part.get("thought") != Some(&json!(true)) {
                self.text.push_str(text);
            }
        }
        output
    }

    fn is_blocked(&self) -> bool {
        let feedback = self.rest.get("promptFeedback");
        feedback.is_some_and(|feedback| feedback.get("blockReason").is_some())
    }
}
