//! One file per command; each wires use cases of `arena` to printing.

mod admin;
mod demo;
mod doctor;
mod explain;
mod export;
mod generate;
mod healthcheck;
mod import;
mod leaderboard;
mod mcp;
mod migrate;
mod rank;
mod serve;
mod simulate;

use crate::cli::{Cli, Command};
use crate::exit::Exit;

/// Runs the command that the user gave.
pub(crate) async fn run(cli: Cli) -> anyhow::Result<Exit> {
    let global = &cli.global;
    match cli.command {
        Command::Demo(args) => demo::run(global, &args).await,
        Command::Import(args) => import::run(global, &args).await,
        Command::Generate(args) => generate::run(global, &args).await,
        Command::Rank(args) => rank::run(global, &args).await,
        Command::Leaderboard(args) => leaderboard::run(global, &args).await,
        Command::Explain(args) => explain::run(global, &args).await,
        Command::Export(args) => export::run(global, &args).await,
        Command::Serve(args) => serve::run(global, &args).await,
        Command::Admin(args) => admin::run(global, &args).await,
        Command::Simulate(args) => simulate::run(global, &args),
        Command::Doctor(args) => doctor::run(global, &args).await,
        Command::Healthcheck(args) => healthcheck::run(global, &args).await,
        Command::Mcp(args) => mcp::run(global, &args).await,
        Command::Migrate(args) => migrate::run(global, &args).await,
    }
}
