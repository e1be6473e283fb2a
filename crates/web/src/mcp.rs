//! The MCP server: tools, resources and prompts for agents, over `POST /mcp` and over stdio.
//!
//! `gate` is everything that stands before the protocol, rmcp is the protocol, `server` answers its
//! methods, `tools/` has a file per tool. It is stateless: each request carries its key and its
//! protocol version, so any replica answers, and a plan is made by a worker and never inside a
//! request. Protocol versions 2026-07-28 and 2025-11-25, and older ones as far as they go.
//!
//! Invariants
//! - The definitions of all tools are under 4,000 tokens, a result is under 10 kB, and both are
//!   tested.
//! - What isn't the caller's is not found; nothing that somebody wrote is repeated in an error.
//! - Structured content is the truth, text is the same as JSON; what is not known is left out.
//! - Each state of a plan names one next tool.
//!
//! Deliberately absent: sessions, server-initiated requests, sampling, roots, logging.

mod arguments;
mod context;
mod credit;
mod fault;
mod gate;
mod message;
mod origin;
mod payment;
mod prompts;
mod refusal;
mod resources;
mod schema;
mod server;
mod stdio;
mod tasks;
mod tools;
mod well_known;

use axum::Router;

use crate::App;

pub use credit::{Credit, Standing, Unmetered};
pub use fault::{Fault, Told, Wrong};
pub use gate::{NeedsKey, Visitor, endpoint};
pub use server::Server;
pub use stdio::{StdioError, serve_stdio};
pub use tools::definitions;

/// `/mcp`, and what clients look for beside it.
pub(crate) fn routes(app: &App) -> Router {
    let state = app.clone();
    endpoint(app, needs_key, move || Server::of(state.clone())).merge(well_known::routes())
}

/// Looking around is free: what there is, examples, and what is public anyway.
fn needs_key(method: &str, name: Option<&str>) -> bool {
    match method {
        "tools/call" => name
            .and_then(tools::find)
            .is_some_and(tools::Definition::needs_key),
        method => method.starts_with("tasks/"),
    }
}
