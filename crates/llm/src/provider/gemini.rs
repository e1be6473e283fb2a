//! Google's Gemini, `generateContent`.

mod parts;

use serde_json::{Value, json};

use super::{Reply, count, join_texts};
use crate::{Finish, ModelSpec, Request, Role, Usage};

pub(super) use parts::Parts;

pub(super) fn path(spec: &ModelSpec) -> String {
    format!("/models/{}:generateContent", spec.id)
}

pub(super) fn stream_path(spec: &ModelSpec) -> String {
    format!("/models/{}:streamGenerateContent?alt=sse", spec.id)
}

pub(super) fn body(spec: &ModelSpec, request: &Request) -> Value {
    let message = |role: &str, text: &str| json!({"role": role, "parts": [{"text": text}]});
    let mut contents = vec![message("user", &request.user)];
    contents.extend(request.history.iter().map(|turn| match turn.role {
        Role::User => message("user", &turn.text),
        Role::Assistant => message("model", &turn.text),
    }));
    let mut config = json!({"maxOutputTokens": request.max_output_tokens});
    if spec.accepts_sampling {
        if let Some(temperature) = request.temperature {
            config["temperature"] = json!(temperature);
        }
        // Its seed is a signed 32-bit number: larger ones are folded.
        if let Some(seed) = request.seed {
            config["seed"] = json!(seed % (1 << 31));
        }
    }
    if let Some(schema) = &request.schema {
        config["responseMimeType"] = json!("application/json");
        config["responseJsonSchema"] = schema.json.clone();
    }
    let mut body = json!({"contents": contents, "generationConfig": config});
    if !request.system.is_empty() {
        body["systemInstruction"] = json!({"parts": [{"text": request.system}]});
    }
    body
}

pub(super) fn reply(answer: &Value) -> Option<Reply> {
    let usage = answer.get("usageMetadata").map(read_usage);
    let blocked = answer.pointer("/promptFeedback/blockReason").is_some();
    let Some(candidate) = answer.pointer("/candidates/0") else {
        // A blocked prompt has no candidate at all.
        return blocked.then(|| Reply {
            text: String::new(),
            finish: Finish::Refusal,
            usage,
            cost_nano_usd: None,
        });
    };
    let finish = match candidate.get("finishReason").and_then(Value::as_str) {
        Some("STOP") => Finish::Stop,
        Some("MAX_TOKENS") => Finish::Length,
        Some("SAFETY" | "RECITATION" | "BLOCKLIST" | "PROHIBITED_CONTENT" | "SPII") => {
            Finish::Refusal
        }
        _ => Finish::Other,
    };
    let parts = candidate
        .pointer("/content/parts")
        .and_then(Value::as_array);
    Some(Reply {
        text: parts.map_or_else(String::new, |parts| {
            join_texts(parts, |part| part.get("thought") != Some(&json!(true)))
        }),
        finish,
        usage,
        cost_nano_usd: None,
    })
}

/// Thoughts are billed as output but counted apart.
fn read_usage(usage: &Value) -> Usage {
    let answer = count(usage, "/candidatesTokenCount");
    Usage {
        input_tokens: count(usage, "/promptTokenCount"),
        output_tokens: answer.saturating_add(count(usage, "/thoughtsTokenCount")),
        cached_input_tokens: count(usage, "/cachedContentTokenCount"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_blocked_prompt_is_a_refusal() {
        let reply = reply(&json!({"promptFeedback": {"blockReason": "SAFETY"}})).unwrap();
        assert_eq!(reply.finish, Finish::Refusal);
    }

    #[test]
    fn thoughts_are_billed_but_not_read() {
        let answer = json!({
            "candidates": [{"finishReason": "STOP", "content": {"parts": [
                {"text": "hm", "thought": true}, {"text": "yes"}]}}],
            "usageMetadata": {"promptTokenCount": 5, "candidatesTokenCount": 1, "thoughtsTokenCount": 9},
        });
        let reply = reply(&answer).unwrap();
        assert_eq!(reply.text, "yes");
        assert_eq!(reply.usage.unwrap().output_tokens, 10);
    }
}
