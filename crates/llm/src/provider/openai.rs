//! OpenAI's chat completions: OpenAI itself, OpenRouter and every local server.

mod parts;

use serde_json::{Map, Value, json};

use super::{Reply, count};
use crate::money::usd_number_to_nano;
use crate::{Finish, ModelSpec, ProviderKind, Request, Role, Usage};

pub(super) use parts::Parts;

pub(super) fn body(spec: &ModelSpec, request: &Request) -> Value {
    let mut body = Map::new();
    body.insert("model".into(), json!(spec.id));
    body.insert("messages".into(), messages(request));
    // Newer OpenAI models refuse `max_tokens`; local servers know nothing else.
    let limit = match spec.provider {
        ProviderKind::OpenAi => "max_completion_tokens",
        _ => "max_tokens",
    };
    body.insert(limit.into(), json!(request.max_output_tokens));
    if spec.accepts_sampling {
        insert_some(&mut body, "temperature", request.temperature);
        insert_some(&mut body, "seed", request.seed);
    }
    if let Some(schema) = &request.schema {
        let format = json!({"type": "json_schema", "json_schema": {
            "name": schema.name,
            "schema": schema.json,
            "strict": fits_strict_mode(&schema.json),
        }});
        body.insert("response_format".into(), format);
    }
    if spec.provider == ProviderKind::OpenRouter {
        body.insert("usage".into(), json!({"include": true}));
    }
    Value::Object(body)
}

fn insert_some<T: serde::Serialize>(body: &mut Map<String, Value>, name: &str, value: Option<T>) {
    if let Some(value) = value {
        body.insert(name.into(), json!(value));
    }
}

fn messages(request: &Request) -> Value {
    let mut messages = Vec::new();
    if !request.system.is_empty() {
        messages.push(json!({"role": "system", "content": request.system}));
    }
    messages.push(json!({"role": "user", "content": request.user}));
    for turn in &request.history {
        let role = match turn.role {
            Role::User => "user",
            Role::Assistant => "assistant",
        };
        messages.push(json!({"role": role, "content": turn.text}));
    }
    Value::Array(messages)
}

/// Strict mode wants every object closed and every property required; other schemas are
/// sent as a hint, and checked on this side either way.
fn fits_strict_mode(schema: &Value) -> bool {
    match schema {
        Value::Array(items) => items.iter().all(fits_strict_mode),
        Value::Object(map) => is_closed_object(map) && map.values().all(fits_strict_mode),
        _ => true,
    }
}

fn is_closed_object(map: &Map<String, Value>) -> bool {
    if map.get("type") != Some(&json!("object")) {
        return true;
    }
    let required = map.get("required").and_then(Value::as_array);
    let properties = map.get("properties").and_then(Value::as_object);
    let all_required = properties.is_some_and(|properties| {
        properties
            .keys()
            .all(|key| required.is_some_and(|required| required.contains(&json!(key))))
    });
    all_required && map.get("additionalProperties") == Some(&json!(false))
}

pub(super) fn reply(kind: ProviderKind, answer: &Value) -> Option<Reply> {
    let choice = answer.pointer("/choices/0")?;
    let message = choice.get("message")?;
    let refusal = message.get("refusal").and_then(Value::as_str);
    let finish = match choice.get("finish_reason").and_then(Value::as_str) {
        _ if refusal.is_some() => Finish::Refusal,
        Some("stop") => Finish::Stop,
        Some("length") => Finish::Length,
        Some("content_filter") => Finish::Refusal,
        _ => Finish::Other,
    };
    let text = message.get("content").and_then(Value::as_str).or(refusal);
    let usage = answer.get("usage").filter(|usage| usage.is_object());
    Some(Reply {
        text: text.unwrap_or_default().to_owned(),
        finish,
        usage: usage.map(read_usage),
        cost_nano_usd: match usage.and_then(|usage| usage.get("cost")) {
            Some(Value::Number(cost)) if kind == ProviderKind::OpenRouter => {
                usd_number_to_nano(cost)
            }
            _ => None,
        },
    })
}

fn read_usage(usage: &Value) -> Usage {
    Usage {
        input_tokens: count(usage, "/prompt_tokens"),
        output_tokens: count(usage, "/completion_tokens"),
        cached_input_tokens: count(usage, "/prompt_tokens_details/cached_tokens"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strict_mode_only_for_closed_schemas() {
        let closed = json!({"type": "object", "properties": {"a": {"type": "string"}},
            "required": ["a"], "additionalProperties": false});
        let open = json!({"type": "object", "properties": {"a": closed}, "required": ["a"]});
        assert!(fits_strict_mode(&closed));
        assert!(!fits_strict_mode(&open));
    }

    #[test]
    fn a_stated_cost_counts_only_from_openrouter() {
        let answer = json!({"choices": [{"message": {"content": "x"}, "finish_reason": "stop"}],
            "usage": {"prompt_tokens": 1, "completion_tokens": 1, "cost": 0.000_001_5}});
        let cost = |kind| reply(kind, &answer).unwrap().cost_nano_usd;
        assert_eq!(cost(ProviderKind::OpenRouter), Some(1_500));
        assert_eq!(cost(ProviderKind::OpenAi), None);
    }
}
