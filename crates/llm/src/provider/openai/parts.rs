//! A streamed chat completion, put together.

use serde_json::{Value, json};

use crate::http::{Gather, Step};
use crate::provider::step;

/// The first choice's text and what came with it.
#[derive(Debug, Default)]
pub(in crate::provider) struct Parts {
    text: String,
    refusal: String,
    finish_reason: Option<Value>,
    usage: Option<Value>,
}

impl Gather for Parts {
    fn add(&mut self, event: &Value) -> Step {
        let delta = event.pointer("/choices/0/delta");
        let of_delta = |name: &str| delta.and_then(|delta| delta.get(name)?.as_str());
        self.text.push_str(of_delta("content").unwrap_or_default());
        self.refusal
            .push_str(of_delta("refusal").unwrap_or_default());
        let reason = event.pointer("/choices/0/finish_reason");
        if let Some(reason) = reason.filter(|reason| reason.is_string()) {
            self.finish_reason = Some(reason.clone());
        }
        if let Some(usage) = event.get("usage").filter(|usage| usage.is_object()) {
            self.usage = Some(usage.clone());
        }
        step(
            self.finish_reason.is_some(),
            delta.is_some_and(says_something),
        )
    }

    fn held_bytes(&self) -> usize {
        self.text.len() + self.refusal.len()
    }

    fn into_answer(self) -> Value {
        let refusal = (!self.refusal.is_empty()).then_some(self.refusal);
        let content = (refusal.is_none() || !self.text.is_empty()).then_some(self.text);
        json!({
            "choices": [{
                "message": {"content": content, "refusal": refusal},
                "finish_reason": self.finish_reason,
            }],
            "usage": self.usage,
        })
    }
}

/// Reasoning counts too, whatever its server calls it.
fn says_something(delta: &Value) -> bool {
    let fields = delta.as_object().into_iter().flatten();
    fields
        .filter(|(name, _)| *name != "role")
        .any(|(_, value)| match value {
            Value::String(text) => !text.is_empty(),
            Value::Array(items) => !items.is_empty(),
            Value::Object(fields) => !fields.is_empty(),
            _ => false,
        })
}
