//! A real HTTP server that answers like a model: OpenAI's chat completions and embeddings,
//! Anthropic's messages and Gemini's `generateContent`, in one piece or streamed as asked, with
//! faults on request.
//!
//! The answer comes from a [`Responder`]; usage figures from text lengths. What an answer
//! *says* depends on the request's bytes alone, never on time, order or attempt, so a run
//! that is interrupted and repeated sees the same answers. Everything is counted; `GET
//! /__log` and [`ModelServer::log`] show the counts.

mod faults;
mod handler;
mod log;
mod responder;
mod stream;
mod wire;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

pub use faults::{FaultKind, Faults};
pub use log::{KeyCounts, LogSnapshot};
pub use responder::{SchemaResponder, responder_by_name};

use handler::State;

/// One earlier message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChatTurn {
    /// `user` or `assistant`, whatever the wire format calls them.
    pub role: String,
    pub text: String,
}

/// A chat request in common terms, whichever wire format it came in.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ChatRequest {
    /// `openai`, `anthropic` or `gemini`.
    pub wire: &'static str,
    pub model: String,
    pub system: String,
    /// The first user message.
    pub user: String,
    /// What follows it.
    pub history: Vec<ChatTurn>,
    pub schema: Option<Value>,
    pub max_output_tokens: Option<u64>,
    pub temperature: Option<f64>,
    pub seed: Option<u64>,
    /// Whether a stream was asked for.
    pub stream: bool,
}

/// Decides what the model says. Must be a pure function of the request.
pub trait Responder: Send + Sync {
    fn answer(&self, request: &ChatRequest) -> String;
}

impl<F: Fn(&ChatRequest) -> String + Send + Sync> Responder for F {
    fn answer(&self, request: &ChatRequest) -> String {
        self(request)
    }
}

/// How the server behaves.
#[derive(Debug, Clone, Default)]
pub struct ServerOptions {
    /// 0 takes any free port.
    pub port: u16,
    /// Waited before every answer.
    pub latency: Duration,
    /// Waited before every event of a stream.
    pub event_delay: Duration,
    /// Answers in one piece also when a stream is asked for.
    pub never_streams: bool,
    pub faults: Faults,
    /// When set, requests with another key get 401 with a message that repeats their key.
    pub required_key: Option<String>,
    /// When not empty, other models get 404.
    pub known_models: Vec<String>,
}

/// A running server; it stops when dropped.
#[derive(Debug)]
pub struct ModelServer {
    address: SocketAddr,
    state: Arc<State>,
    task: JoinHandle<()>,
}

impl ModelServer {
    /// Starts on 127.0.0.1.
    pub async fn start(responder: Arc<dyn Responder>, options: ServerOptions) -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", options.port)).await?;
        let address = listener.local_addr()?;
        let state = Arc::new(State::new(responder, options));
        let router = handler::router(Arc::clone(&state));
        let task = tokio::spawn(async move {
            // Ends only when the task is aborted.
            let _ = axum::serve(listener, router).await;
        });
        Ok(Self {
            address,
            state,
            task,
        })
    }

    /// `http://127.0.0.1:PORT/v1`, as `PLANRANK_LLM_BASE_URL` wants it for any provider.
    pub fn base_url(&self) -> String {
        format!("http://{}/v1", self.address)
    }

    pub fn log(&self) -> LogSnapshot {
        self.state.log.snapshot()
    }

    /// Waits for the server to end, which it doesn't by itself.
    pub async fn run(mut self) {
        let _ = (&mut self.task).await;
    }
}

impl Drop for ModelServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}
