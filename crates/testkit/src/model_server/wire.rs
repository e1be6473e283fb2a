//! The wire formats: requests into common terms, answers out of them.

use serde_json::{Value, json};

use super::{ChatRequest, ChatTurn};

/// How an answer ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ending {
    Stop,
    Length,
    Refusal,
}

/// An answer in common terms. Tokens are bytes ÷ 4, rounded up.
#[derive(Debug)]
pub(super) struct Reply {
    pub(super) text: String,
    pub(super) ending: Ending,
    pub(super) input_tokens: u64,
}

impl Reply {
    pub(super) fn output_tokens(&self) -> u64 {
        tokens(&self.text)
    }
}

fn tokens(text: &str) -> u64 {
    (text.len() as u64).div_ceil(4)
}

pub(super) fn input_tokens(request: &ChatRequest) -> u64 {
    let history: u64 = request.history.iter().map(|turn| tokens(&turn.text)).sum();
    tokens(&request.system) + tokens(&request.user) + history
}

pub(super) fn read_openai(body: &Value) -> Option<ChatRequest> {
    let limit = body.get("max_completion_tokens").or(body.get("max_tokens"));
    let mut request = ChatRequest {
        wire: "openai",
        model: body.get("model")?.as_str()?.to_owned(),
        schema: body.pointer("/response_format/json_schema/schema").cloned(),
        max_output_tokens: limit.and_then(Value::as_u64),
        temperature: body.get("temperature").and_then(Value::as_f64),
        seed: body.get("seed").and_then(Value::as_u64),
        stream: asks_for_stream(body),
        ..ChatRequest::default()
    };
    let mut turns = Vec::new();
    for message in body.get("messages")?.as_array()? {
        let text = message.get("content")?.as_str()?.to_owned();
        match message.get("role")?.as_str()? {
            "system" => request.system = text,
            role => turns.push(turn(role, text)),
        }
    }
    with_turns(request, turns)
}

pub(super) fn read_anthropic(body: &Value) -> Option<ChatRequest> {
    let request = ChatRequest {
        wire: "anthropic",
        model: body.get("model")?.as_str()?.to_owned(),
        system: text_at(body, "/system"),
        schema: body.pointer("/output_config/format/schema").cloned(),
        // The real service refuses a request without it, so this one does too.
        max_output_tokens: Some(body.get("max_tokens")?.as_u64()?),
        temperature: body.get("temperature").and_then(Value::as_f64),
        stream: asks_for_stream(body),
        ..ChatRequest::default()
    };
    let mut turns = Vec::new();
    for message in body.get("messages")?.as_array()? {
        let text = message.get("content")?.as_str()?.to_owned();
        turns.push(turn(message.get("role")?.as_str()?, text));
    }
    with_turns(request, turns)
}

pub(super) fn read_gemini(model: &str, body: &Value) -> Option<ChatRequest> {
    let config = body.get("generationConfig");
    let setting = |name: &str| config.and_then(|config| config.get(name));
    let request = ChatRequest {
        wire: "gemini",
        model: model.to_owned(),
        system: text_at(body, "/systemInstruction/parts/0/text"),
        schema: setting("responseJsonSchema").cloned(),
        max_output_tokens: setting("maxOutputTokens").and_then(Value::as_u64),
        temperature: setting("temperature").and_then(Value::as_f64),
        seed: setting("seed").and_then(Value::as_u64),
        ..ChatRequest::default()
    };
    let mut turns = Vec::new();
    for content in body.get("contents")?.as_array()? {
        let role = match content.get("role")?.as_str()? {
            "model" => "assistant",
            role => role,
        };
        turns.push(turn(role, text_at(content, "/parts/0/text")));
    }
    with_turns(request, turns)
}

fn asks_for_stream(body: &Value) -> bool {
    body.get("stream") == Some(&json!(true))
}

fn turn(role: &str, text: String) -> ChatTurn {
    ChatTurn {
        role: role.to_owned(),
        text,
    }
}

fn text_at(body: &Value, pointer: &str) -> String {
    let text = body.pointer(pointer).and_then(Value::as_str);
    text.unwrap_or_default().to_owned()
}

/// The first turn is the user's; the rest is history.
fn with_turns(mut request: ChatRequest, turns: Vec<ChatTurn>) -> Option<ChatRequest> {
    let mut turns = turns.into_iter();
    let first = turns.next().filter(|turn| turn.role == "user")?;
    request.user = first.text;
    request.history = turns.collect();
    Some(request)
}

impl Ending {
    pub(super) fn openai(self) -> &'static str {
        match self {
            Self::Length => "length",
            Self::Stop | Self::Refusal => "stop",
        }
    }

    pub(super) fn anthropic(self) -> &'static str {
        match self {
            Self::Stop => "end_turn",
            Self::Length => "max_tokens",
            Self::Refusal => "refusal",
        }
    }

    pub(super) fn gemini(self) -> &'static str {
        match self {
            Self::Stop => "STOP",
            Self::Length => "MAX_TOKENS",
            Self::Refusal => "SAFETY",
        }
    }
}

pub(super) fn openai_usage(reply: &Reply, body: &Value) -> Value {
    let mut usage = json!({
        "prompt_tokens": reply.input_tokens,
        "completion_tokens": reply.output_tokens(),
        "total_tokens": reply.input_tokens + reply.output_tokens(),
    });
    // OpenRouter's extension: what was charged, in USD.
    if body.pointer("/usage/include") == Some(&json!(true)) {
        usage["cost"] = json!((reply.input_tokens + 4 * reply.output_tokens()) as f64 / 1e7);
    }
    usage
}

pub(super) fn gemini_usage(reply: &Reply) -> Value {
    json!({
        "promptTokenCount": reply.input_tokens,
        "candidatesTokenCount": reply.output_tokens(),
    })
}

pub(super) fn openai_answer(request: &ChatRequest, reply: &Reply, body: &Value) -> Value {
    let refused = reply.ending == Ending::Refusal;
    json!({
        "id": "chatcmpl-scripted",
        "object": "chat.completion",
        "model": request.model,
        "choices": [{
            "index": 0,
            "finish_reason": reply.ending.openai(),
            "message": {
                "role": "assistant",
                "content": (!refused).then_some(&reply.text),
                "refusal": refused.then_some(&reply.text),
            },
        }],
        "usage": openai_usage(reply, body),
    })
}

pub(super) fn anthropic_answer(request: &ChatRequest, reply: &Reply) -> Value {
    json!({
        "id": "msg_scripted",
        "type": "message",
        "role": "assistant",
        "model": request.model,
        "content": [{"type": "text", "text": reply.text}],
        "stop_reason": reply.ending.anthropic(),
        "usage": {"input_tokens": reply.input_tokens, "output_tokens": reply.output_tokens()},
    })
}

pub(super) fn gemini_answer(request: &ChatRequest, reply: &Reply) -> Value {
    json!({
        "candidates": [{
            "content": {"role": "model", "parts": [{"text": reply.text}]},
            "finishReason": reply.ending.gemini(),
        }],
        "usageMetadata": gemini_usage(reply),
        "modelVersion": request.model,
    })
}

/// Deterministic vectors of 8 numbers from each text's bytes.
pub(super) fn embeddings(body: &Value) -> Option<Value> {
    let inputs = body.get("input")?.as_array()?;
    let texts: Option<Vec<&str>> = inputs.iter().map(Value::as_str).collect();
    let texts = texts?;
    let data: Vec<Value> = texts
        .iter()
        .enumerate()
        .map(|(index, text)| json!({"index": index, "embedding": vector(text)}))
        .collect();
    let used: u64 = texts.iter().map(|text| tokens(text)).sum();
    Some(json!({"object": "list", "data": data, "usage": {"prompt_tokens": used}}))
}

fn vector(text: &str) -> [f64; 8] {
    let mut sums = [1.0; 8];
    for (at, byte) in text.bytes().enumerate() {
        sums[(at + usize::from(byte)) % 8] += f64::from(byte);
    }
    sums
}
