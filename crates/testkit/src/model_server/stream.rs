//! Answers as server-sent events, in the three formats, with the faults of streams.

use std::time::Duration;

use axum::body::Body;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use futures::stream::{self, Stream};
use serde_json::{Value, json};

use super::log::Visit;
use super::wire::{self, Ending, Reply};
use super::{ChatRequest, FaultKind};

/// Some dozen bytes of text come at once, as models' tokens do.
const PIECE_CHARS: usize = 24;

/// How often a silent stream says that it is alive.
const KEEP_ALIVE: Duration = Duration::from_millis(20);

/// All events of an answer, as they go over the wire.
pub(super) fn events(request: &ChatRequest, reply: &Reply, body: &Value) -> Vec<String> {
    let pieces = pieces(&reply.text);
    match request.wire {
        "anthropic" => anthropic(request, reply, &pieces),
        "gemini" => gemini(request, reply, &pieces),
        _ => openai(request, reply, &pieces, body),
    }
}

fn pieces(text: &str) -> Vec<String> {
    let chars: Vec<char> = text.chars().collect();
    let pieces = chars.chunks(PIECE_CHARS);
    pieces.map(|piece| piece.iter().collect()).collect()
}

fn openai(request: &ChatRequest, reply: &Reply, pieces: &[String], body: &Value) -> Vec<String> {
    let chunk = |delta: Value, finish: Option<&str>| {
        json!({
            "id": "chatcmpl-scripted",
            "object": "chat.completion.chunk",
            "model": request.model,
            "choices": [{"index": 0, "delta": delta, "finish_reason": finish}],
        })
    };
    let field = match reply.ending {
        Ending::Refusal => "refusal",
        Ending::Stop | Ending::Length => "content",
    };
    let mut chunks = vec![chunk(json!({"role": "assistant", "content": ""}), None)];
    chunks.extend(
        pieces
            .iter()
            .map(|piece| chunk(json!({field: piece}), None)),
    );
    chunks.push(chunk(json!({}), Some(reply.ending.openai())));
    if body.pointer("/stream_options/include_usage") == Some(&json!(true)) {
        let usage = wire::openai_usage(reply, body);
        chunks.push(json!({"model": request.model, "choices": [], "usage": usage}));
    }
    let mut events: Vec<String> = chunks
        .iter()
        .map(|chunk| format!("data: {chunk}\n\n"))
        .collect();
    events.insert(0, ": PROCESSING\n\n".to_owned());
    events.push("data: [DONE]\n\n".to_owned());
    events
}

fn anthropic(request: &ChatRequest, reply: &Reply, pieces: &[String]) -> Vec<String> {
    let mut events = vec![
        json!({"type": "message_start", "message": {
            "id": "msg_scripted", "type": "message", "role": "assistant", "model": request.model,
            "content": [], "stop_reason": null,
            "usage": {"input_tokens": reply.input_tokens, "output_tokens": 1},
        }}),
        json!({"type": "content_block_start", "index": 0,
            "content_block": {"type": "text", "text": ""}}),
        json!({"type": "ping"}),
    ];
    events.extend(pieces.iter().map(|piece| {
        json!({"type": "content_block_delta", "index": 0,
            "delta": {"type": "text_delta", "text": piece}})
    }));
    events.extend([
        json!({"type": "content_block_stop", "index": 0}),
        json!({"type": "message_delta",
            "delta": {"stop_reason": reply.ending.anthropic(), "stop_sequence": null},
            "usage": {"output_tokens": reply.output_tokens()}}),
        json!({"type": "message_stop"}),
    ]);
    let written = events.iter().map(|event| {
        let name = event["type"].as_str().unwrap_or_default();
        format!("event: {name}\ndata: {event}\n\n")
    });
    written.collect()
}

/// Gemini ends its lines as HTTP does.
fn gemini(request: &ChatRequest, reply: &Reply, pieces: &[String]) -> Vec<String> {
    let last = pieces.len().saturating_sub(1);
    let events = pieces.iter().enumerate().map(|(at, piece)| {
        let mut candidate = json!({"content": {"role": "model", "parts": [{"text": piece}]}});
        if at == last {
            candidate["finishReason"] = json!(reply.ending.gemini());
        }
        let event = json!({
            "candidates": [candidate],
            "usageMetadata": wire::gemini_usage(reply),
            "modelVersion": request.model,
        });
        format!("data: {event}\r\n\r\n")
    });
    events.collect()
}

/// What a stream does next.
enum Act {
    Send(String),
    /// Keeps the connection alive and says nothing.
    Stall,
    Break,
}

pub(super) fn respond(
    events: Vec<String>,
    fault: Option<FaultKind>,
    delay: Duration,
    visit: Visit,
) -> Response {
    let playing = Playing {
        acts: script(events, fault).into_iter(),
        stalled: false,
        whole: fault.is_none(),
        visit: Some(visit),
    };
    let body = Body::from_stream(played(playing, delay));
    ([(header::CONTENT_TYPE, "text/event-stream")], body).into_response()
}

/// The events with the fault in their middle, or at their start.
fn script(events: Vec<String>, fault: Option<FaultKind>) -> Vec<Act> {
    let kept = match fault {
        None => events.len(),
        Some(FaultKind::StallFirst) => 0,
        Some(_) => events.len() / 2,
    };
    let mut acts: Vec<Act> = events.into_iter().take(kept).map(Act::Send).collect();
    let error = json!({"error": {"type": "overloaded_error", "message": "overloaded"}});
    match fault {
        Some(FaultKind::StallFirst | FaultKind::StallMidway) => acts.push(Act::Stall),
        Some(FaultKind::GarbageEvent) => acts.push(Act::Send("data: {\"choices\n\n".to_owned())),
        Some(FaultKind::ErrorEvent) => {
            acts.push(Act::Send(format!("event: error\ndata: {error}\n\n")));
        }
        Some(_) => acts.push(Act::Break),
        None => {}
    }
    acts
}

/// What is left to play. Answered is who got all of it.
struct Playing {
    acts: std::vec::IntoIter<Act>,
    stalled: bool,
    whole: bool,
    visit: Option<Visit>,
}

fn played(playing: Playing, delay: Duration) -> impl Stream<Item = Result<String, std::io::Error>> {
    stream::unfold(playing, move |playing| next(playing, delay))
}

async fn next(
    mut playing: Playing,
    delay: Duration,
) -> Option<(Result<String, std::io::Error>, Playing)> {
    if playing.stalled {
        tokio::time::sleep(KEEP_ALIVE).await;
        return Some((Ok(": keep-alive\n\n".to_owned()), playing));
    }
    if !delay.is_zero() {
        tokio::time::sleep(delay).await;
    }
    match playing.acts.next() {
        Some(Act::Send(event)) => {
            if playing.acts.as_slice().is_empty() {
                end(&mut playing);
            }
            Some((Ok(event), playing))
        }
        Some(Act::Stall) => {
            playing.stalled = true;
            Some((Ok(": keep-alive\n\n".to_owned()), playing))
        }
        Some(Act::Break) => {
            end(&mut playing);
            Some((Err(std::io::Error::other("reset")), playing))
        }
        None => None,
    }
}

/// Counts the request when its last event goes out; a stall ends with its client's leaving.
fn end(playing: &mut Playing) {
    match playing.visit.take() {
        Some(visit) if playing.whole => visit.answered(),
        Some(visit) => visit.failed(),
        None => {}
    }
}
