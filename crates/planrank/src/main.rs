//! The `planrank` program: one binary for the operator, the command line and the demo.
//!
//! It parses arguments, wires the parts together and prints; it has no logic of its own.
//! Exit codes are in [`exit`], one file per command is in [`commands`].

mod cli;
mod commands;
mod exit;
mod logging;
mod output;
mod probe;
mod system;
mod wiring;

use clap::Parser;
use std::process::ExitCode;

fn main() -> ExitCode {
    let cli = cli::Cli::parse();
    let default = match cli.command {
        cli::Command::Serve(_) => "info",
        _ => "warn",
    };
    logging::start(cli.global.log.as_deref(), default, cli.global.log_format);
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => {
            return exit::report(&anyhow::Error::new(error).context("cannot start the runtime"));
        }
    };
    let outcome = runtime.block_on(commands::run(cli));
    logging::finish();
    match outcome {
        Ok(code) => code.into(),
        Err(error) => exit::report(&error),
    }
}
