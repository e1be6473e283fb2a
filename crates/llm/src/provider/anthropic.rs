//! Anthropic's messages. Its structured output refuses schemas with bounds on numbers,
//! lengths or counts, so they are stripped here and checked on this side.

mod parts;

use serde_json::{Map, Value, json};

use super::{Reply, count, join_texts};
use crate::{Finish, ModelSpec, Request, Role, Usage};

pub(super) use parts::Parts;

const REFUSED_KEYWORDS: [&str; 10] = [
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
    "minLength",
    "maxLength",
    "minItems",
    "maxItems",
    "uniqueItems",
];

/// Keywords whose values map free names to schemas: a property may be called "minimum".
const NAMED_SCHEMAS: [&str; 3] = ["properties", "$defs", "definitions"];

pub(super) fn body(spec: &ModelSpec, request: &Request) -> Value {
    let mut messages = vec![json!({"role": "user", "content": request.user})];
    messages.extend(request.history.iter().map(|turn| {
        let role = match turn.role {
            Role::User => "user",
            Role::Assistant => "assistant",
        };
        json!({"role": role, "content": turn.text})
    }));
    let mut body = json!({
        "model": spec.id,
        "max_tokens": request.max_output_tokens,
        "messages": messages,
    });
    if !request.system.is_empty() {
        body["system"] = json!(request.system);
    }
    if let Some(temperature) = request.temperature.filter(|_| spec.accepts_sampling) {
        body["temperature"] = json!(temperature);
    }
    if let Some(schema) = &request.schema {
        let stripped = strip(&schema.json);
        body["output_config"] = json!({"format": {"type": "json_schema", "schema": stripped}});
    }
    body
}

fn strip(schema: &Value) -> Value {
    match schema {
        Value::Array(items) => items.iter().map(strip).collect(),
        Value::Object(map) => Value::Object(strip_object(map)),
        other => other.clone(),
    }
}

fn strip_object(map: &Map<String, Value>) -> Map<String, Value> {
    let kept = map
        .iter()
        .filter(|(key, _)| !REFUSED_KEYWORDS.contains(&key.as_str()));
    kept.map(|(key, value)| {
        let value = match value {
            Value::Object(named) if NAMED_SCHEMAS.contains(&key.as_str()) => {
                let named = named
                    .iter()
                    .map(|(name, inner)| (name.clone(), strip(inner)));
                Value::Object(named.collect())
            }
            // Literal values are data, not schemas.
            other if matches!(key.as_str(), "const" | "enum" | "default") => other.clone(),
            other => strip(other),
        };
        (key.clone(), value)
    })
    .collect()
}

pub(super) fn reply(answer: &Value) -> Option<Reply> {
    let parts = answer.get("content")?.as_array()?;
    let finish = match answer.get("stop_reason").and_then(Value::as_str) {
        Some("end_turn" | "stop_sequence") => Finish::Stop,
        Some("max_tokens" | "model_context_window_exceeded") => Finish::Length,
        Some("refusal") => Finish::Refusal,
        _ => Finish::Other,
    };
    Some(Reply {
        text: join_texts(parts, |part| part.get("type") == Some(&json!("text"))),
        finish,
        usage: answer
            .get("usage")
            .filter(|usage| usage.is_object())
            .map(read_usage),
        cost_nano_usd: None,
    })
}

/// Anthropic counts what it read from or wrote to its cache apart from `input_tokens`. We
/// ask for no caching; should some happen, written tokens count as fresh input.
fn read_usage(usage: &Value) -> Usage {
    let cached = count(usage, "/cache_read_input_tokens");
    let written = count(usage, "/cache_creation_input_tokens");
    let fresh = count(usage, "/input_tokens");
    Usage {
        input_tokens: fresh.saturating_add(written).saturating_add(cached),
        output_tokens: count(usage, "/output_tokens"),
        cached_input_tokens: cached,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_are_stripped_but_properties_of_the_same_name_stay() {
        let schema = json!({
            "type": "object",
            "properties": {
                "minimum": {"type": "integer", "minimum": -4, "maximum": 4},
                "list": {"type": "array", "minItems": 5, "items": {"type": "string", "maxLength": 9}},
                "kind": {"enum": [{"maximum": 1}]},
            },
        });
        let expected = json!({
            "type": "object",
            "properties": {
                "minimum": {"type": "integer"},
                "list": {"type": "array", "items": {"type": "string"}},
                "kind": {"enum": [{"maximum": 1}]},
            },
        });
        assert_eq!(strip(&schema), expected);
    }

    #[test]
    fn cached_tokens_are_part_of_the_input() {
        let usage = read_usage(&json!({"input_tokens": 10, "output_tokens": 2,
            "cache_read_input_tokens": 100, "cache_creation_input_tokens": 5}));
        assert_eq!((usage.input_tokens, usage.cached_input_tokens), (115, 100));
    }
}
