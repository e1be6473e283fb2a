//! From HTTP request to response: key check, faults, the responder, the wire format.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, State as Shared};
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Json, Response};
use axum::routing::get;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::log::{Log, Visit};
use super::stream;
use super::wire::{self, Ending, Reply};
use super::{ChatRequest, FaultKind, Responder, ServerOptions};

pub(super) struct State {
    responder: Arc<dyn Responder>,
    options: ServerOptions,
    pub(super) log: Arc<Log>,
}

impl std::fmt::Debug for State {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("State")
            .field("options", &self.options)
            .field("log", &self.log)
            .finish_non_exhaustive()
    }
}

impl State {
    pub(super) fn new(responder: Arc<dyn Responder>, options: ServerOptions) -> Self {
        Self {
            responder,
            options,
            log: Arc::default(),
        }
    }
}

pub(super) fn router(state: Arc<State>) -> Router {
    Router::new()
        .route("/__log", get(show_log))
        .fallback(model)
        .layer(DefaultBodyLimit::max(16 * 1024 * 1024))
        .with_state(state)
}

async fn show_log(Shared(state): Shared<Arc<State>>) -> Response {
    Json(state.log.snapshot()).into_response()
}

async fn model(
    Shared(state): Shared<Arc<State>>,
    uri: Uri,
    headers: HeaderMap,
    bytes: Bytes,
) -> Response {
    let key = request_key(uri.path(), &bytes);
    let visit = state.log.arrive(&key);
    tokio::time::sleep(state.options.latency).await;
    if let Some(refused) = check_key(&state.options, &headers) {
        visit.failed();
        return refused;
    }
    if uri.path().ends_with("/models") {
        return finish(visit, Some(json!({"object": "list", "data": []})));
    }
    if let Some(broken) = transport_fault(&state, &key, visit.attempt).await {
        visit.failed();
        return broken;
    }
    let body: Value = serde_json::from_slice(&bytes).unwrap_or_default();
    respond(&state, uri.path(), &key, &body, visit)
}

fn request_key(path: &str, bytes: &[u8]) -> String {
    let mut hasher = Sha256::new();
    hasher.update(path.as_bytes());
    hasher.update([0]);
    hasher.update(bytes);
    hex::encode(hasher.finalize())
}

fn check_key(options: &ServerOptions, headers: &HeaderMap) -> Option<Response> {
    let required = options.required_key.as_deref()?;
    let names = ["authorization", "x-api-key", "x-goog-api-key"];
    let given = names.iter().find_map(|name| headers.get(*name));
    let given = given.and_then(|value| value.to_str().ok());
    let given = given.unwrap_or_default().trim_start_matches("Bearer ");
    // Real services have been seen to repeat the key in their message.
    let message = format!("Incorrect API key provided: {given}");
    (given != required).then(|| error(StatusCode::UNAUTHORIZED, &message))
}

async fn transport_fault(state: &State, key: &str, attempt: u64) -> Option<Response> {
    let faults = &state.options.faults;
    let kind = faults.transport(key, attempt)?;
    state.log.fault(kind.name());
    match kind {
        FaultKind::RateLimit => {
            let mut response = error(StatusCode::TOO_MANY_REQUESTS, "slow down");
            let value = faults.retry_after.parse().ok()?;
            response.headers_mut().insert(header::RETRY_AFTER, value);
            Some(response)
        }
        FaultKind::ServerError => Some(error(StatusCode::INTERNAL_SERVER_ERROR, "it broke")),
        FaultKind::BrokenBody => Some(json_text("{\"choices\": [".to_owned())),
        FaultKind::Reset => Some(reset()),
        _ => {
            tokio::time::sleep(faults.slow).await;
            None
        }
    }
}

/// A body that promises more than it holds: the connection is cut in its middle.
fn reset() -> Response {
    let parts = [Ok("{\"choices\""), Err(std::io::Error::other("reset"))];
    let body = Body::from_stream(futures::stream::iter(parts));
    ([(header::CONTENT_TYPE, "application/json")], body).into_response()
}

fn respond(state: &State, path: &str, key: &str, body: &Value, visit: Visit) -> Response {
    if path.ends_with("/embeddings") {
        return finish(visit, wire::embeddings(body));
    }
    let Some(request) = read(path, body) else {
        visit.failed();
        return error(StatusCode::BAD_REQUEST, "this is no request of that format");
    };
    let known = &state.options.known_models;
    if !known.is_empty() && !known.contains(&request.model) {
        visit.failed();
        return error(StatusCode::NOT_FOUND, "the model does not exist");
    }
    let reply = reply(state, key, &request);
    if request.stream && !state.options.never_streams {
        let fault = state.options.faults.stream(key, visit.attempt);
        if let Some(kind) = fault {
            state.log.fault(kind.name());
        }
        let events = stream::events(&request, &reply, body);
        return stream::respond(events, fault, state.options.event_delay, visit);
    }
    let answer = match request.wire {
        "anthropic" => wire::anthropic_answer(&request, &reply),
        "gemini" => wire::gemini_answer(&request, &reply),
        _ => wire::openai_answer(&request, &reply, body),
    };
    finish(visit, Some(answer))
}

fn read(path: &str, body: &Value) -> Option<ChatRequest> {
    if path.ends_with("/chat/completions") {
        return wire::read_openai(body);
    }
    if path.ends_with("/messages") {
        return wire::read_anthropic(body);
    }
    let (_, last) = path.rsplit_once('/')?;
    let (model, method) = last.rsplit_once(':')?;
    let stream = method == "streamGenerateContent";
    let request = wire::read_gemini(model, body)?;
    (stream || method == "generateContent").then_some(ChatRequest { stream, ..request })
}

fn finish(visit: Visit, answer: Option<Value>) -> Response {
    let Some(answer) = answer else {
        visit.failed();
        return error(StatusCode::BAD_REQUEST, "this is no request of that format");
    };
    visit.answered();
    json_text(answer.to_string())
}

/// What the model says, with the fault of content that this request suffers, if any.
fn reply(state: &State, key: &str, request: &ChatRequest) -> Reply {
    let text = state.responder.answer(request);
    let fault = state.options.faults.content(key);
    if let Some(kind) = fault {
        state.log.fault(kind.name());
    }
    let (text, ending) = match fault {
        Some(FaultKind::BrokenJson) => (cut(&text, text.len().saturating_sub(1)), Ending::Stop),
        Some(FaultKind::Truncated) => (cut(&text, text.len() / 2), Ending::Length),
        Some(FaultKind::WrongSchema) => ("{\"unexpected\": true}".to_owned(), Ending::Stop),
        Some(FaultKind::Refusal) => ("I can't help with that.".to_owned(), Ending::Refusal),
        Some(FaultKind::Fences) => {
            let fenced = format!("Here is my answer:\n```json\n{text}\n```\nI hope it helps.");
            (fenced, Ending::Stop)
        }
        _ => (text, Ending::Stop),
    };
    Reply {
        text,
        ending,
        input_tokens: wire::input_tokens(request),
    }
}

fn cut(text: &str, at: usize) -> String {
    let at = (0..=at).rev().find(|&at| text.is_char_boundary(at));
    text[..at.unwrap_or(0)].to_owned()
}

fn json_text(text: String) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], text).into_response()
}

fn error(status: StatusCode, message: &str) -> Response {
    let body = json!({"error": {"message": message, "type": "scripted"}});
    (status, Json(body)).into_response()
}
