//! The scripted model server as a program: `scripted-model --faults all --fault-rate 0.1`.
//!
//! Its first line is the base URL, as `PLANRANK_LLM_BASE_URL` wants it. Counts are at
//! `/__log` of the same address. It runs until it is killed.

use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use testkit::{FaultKind, Faults, ModelServer, ServerOptions, responder_by_name};

/// A model server that answers by script, with faults on request.
#[derive(Debug, Parser)]
struct Options {
    /// 0 takes any free port
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// Waited before every answer
    #[arg(long, default_value_t = 0)]
    latency_ms: u64,
    /// Waited before every event of a stream
    #[arg(long, default_value_t = 0)]
    event_delay_ms: u64,
    /// "all", or some of slow, 429, 500, broken-body, reset, broken-json, fences, truncated,
    /// wrong-schema, refusal, separated by commas; for streams "stream", or some of stall-first,
    /// stall, cut, garbage-event, error-event
    #[arg(long, default_value = "")]
    faults: String,
    /// Share of requests that suffer a fault, 0 to 1
    #[arg(long, default_value_t = 0.1)]
    fault_rate: f64,
    /// How late a slow answer is
    #[arg(long, default_value_t = 200)]
    slow_ms: u64,
    /// What `Retry-After` says, in seconds or as an HTTP date
    #[arg(long, default_value = "1")]
    retry_after: String,
    /// Decides which requests suffer
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Who answers: "schema" (the smallest JSON that is allowed), "judge", with settings as in
    /// "judge:flip=0.1,noise=1", or "planner", which writes plans and else is a judge
    #[arg(long, default_value = "schema")]
    responder: String,
}

#[tokio::main]
async fn main() -> ExitCode {
    match serve(Options::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}

async fn serve(options: Options) -> Result<(), String> {
    let responder = responder_by_name(&options.responder)?;
    let faults = Faults {
        kinds: FaultKind::parse_list(&options.faults)?,
        rate: options.fault_rate,
        seed: options.seed,
        slow: Duration::from_millis(options.slow_ms),
        retry_after: options.retry_after,
    };
    let server = ServerOptions {
        port: options.port,
        latency: Duration::from_millis(options.latency_ms),
        event_delay: Duration::from_millis(options.event_delay_ms),
        faults,
        ..ServerOptions::default()
    };
    let server = ModelServer::start(responder, server)
        .await
        .map_err(|error| format!("port {} can't be opened: {error}", options.port))?;
    println!("{}", server.base_url());
    server.run().await;
    Ok(())
}
