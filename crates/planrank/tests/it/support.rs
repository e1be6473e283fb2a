//! Running the program under test, and the model server that it talks to.

mod program;
mod ranking;

pub(crate) use program::{Ended, Place, Program};
pub(crate) use ranking::{Standings, standings, standings_at};

use std::path::{Path, PathBuf};
use std::time::Duration;

use testkit::{Faults, ModelServer, ServerOptions, responder_by_name};

/// A scripted judge that never errs by much, so that no honest run is suspended by bad luck.
pub(crate) const STEADY: &str = "judge:noise=0.3,position=0.2";

/// A model server that answers at once and without faults.
pub(crate) async fn server(responder: &str) -> ModelServer {
    server_with(responder, ServerOptions::default()).await
}

pub(crate) async fn server_with(responder: &str, options: ServerOptions) -> ModelServer {
    ModelServer::start(responder_by_name(responder).unwrap(), options)
        .await
        .unwrap()
}

pub(crate) fn with_faults(faults: Faults) -> ServerOptions {
    ServerOptions {
        faults,
        ..ServerOptions::default()
    }
}

pub(crate) fn with_latency(millis: u64) -> ServerOptions {
    ServerOptions {
        latency: Duration::from_millis(millis),
        ..ServerOptions::default()
    }
}

/// The arguments that make `server` the judge.
pub(crate) fn judged_by(server: &ModelServer) -> Vec<String> {
    let base_url = server.base_url();
    [
        "--llm-provider",
        "compatible",
        "--llm-base-url",
        &base_url,
        "--llm-model",
        "scripted",
    ]
    .map(str::to_owned)
    .to_vec()
}

/// The real plans beside the checkout; `None`, with a line that says so, without them.
pub(crate) fn corpus() -> Option<PathBuf> {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus");
    let folder = std::env::var_os("PLANRANK_CORPUS").map_or_else(beside, PathBuf::from);
    if folder.join("runs").is_dir() {
        return Some(folder);
    }
    println!("skipped: no corpus of real plans at {}", folder.display());
    None
}

/// The example plans of this repository.
pub(crate) fn examples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/plans")
}
