//! `planrank demo`: example plans in, a leaderboard out, then the pages in a browser.

mod examples;
mod serving;

use arena::explain::pair_story;
use arena::import::ImportReport;
use arena::rank::RankReport;
use serde_json::json;
use sha2::{Digest, Sha256};
use store::{Contest, Store};

use crate::cli::{Demo, Global};
use crate::exit::Exit;
use crate::output::{self, TerminalProgress};
use crate::wiring::{Database, RunModels};

use super::{explain, import, leaderboard, rank};

pub(super) async fn run(global: &Global, args: &Demo) -> anyhow::Result<Exit> {
    let database = Database::chosen(global, &file_name(args));
    let store = database.open_or_create().await?;
    store.migrate().await?;
    let observer = if global.json {
        TerminalProgress::quiet()
    } else {
        TerminalProgress::new()
    };
    let imported = match &args.data {
        Some(folder) => import::quietly(&store, std::slice::from_ref(folder), &observer).await?,
        None => examples::import(&store, &observer).await?,
    };
    let models = RunModels::build(&store, Contest::Public, &args.model).await?;
    let report = rank::work(&store, &models, &args.ranking, &observer).await?;
    if global.json {
        let board = arena::board::board(&store, &top()).await?;
        output::json(&json!({ "imported": imported, "report": report, "leaderboard": board }))?;
        return Ok(exit_of(&imported, &report));
    }
    output::line(&summary(&imported))?;
    output::line("")?;
    leaderboard::print(&store, &leaderboard::Query::top(100, args.ranking.rating)).await?;
    rank::print_report(&report, &database)?;
    print_first_against_second(&store).await?;
    print_next_steps(&database)?;
    if !args.once {
        serving::serve(&store, &global.data_dir, args).await?;
    }
    Ok(exit_of(&imported, &report))
}

/// What the ranking left to do comes before what was refused.
fn exit_of(imported: &ImportReport, report: &RankReport) -> Exit {
    match rank::exit_of(&report.end) {
        Exit::Done => import::exit_of(imported),
        unfinished => unfinished,
    }
}

/// Each folder of runs has a database of its own, so that demos don't mix: its name, and part
/// of its path's hash, since many folders are named `runs`.
fn file_name(args: &Demo) -> String {
    let folder = args.data.as_ref().and_then(|p| p.canonicalize().ok());
    let Some((folder, name)) = folder.as_ref().and_then(|p| Some((p, p.file_name()?))) else {
        return "demo.db".to_owned();
    };
    let hash = Sha256::digest(folder.as_os_str().as_encoded_bytes());
    format!(
        "demo-{}-{}.db",
        name.to_string_lossy(),
        hex::encode(&hash[..4])
    )
}

fn top() -> arena::board::BoardQuery {
    arena::board::BoardQuery {
        contest: Contest::Public,
        domain: None,
        limit: 100,
    }
}

fn summary(imported: &ImportReport) -> String {
    let new = imported.imported.iter().filter(|i| i.created).count();
    let warnings: usize = imported.imported.iter().map(|i| i.warnings.len()).sum();
    format!(
        "{} plans read, {new} of them new, {warnings} gaps noted",
        imported.imported.len()
    )
}

async fn print_first_against_second(store: &Store) -> anyhow::Result<()> {
    let board = arena::board::board(store, &arena::board::BoardQuery { limit: 2, ..top() }).await?;
    let leaders = if board.established.len() >= 2 {
        &board.established
    } else {
        &board.provisional
    };
    let [first, second, ..] = leaders.as_slice() else {
        return Ok(());
    };
    output::line("\nWhy the first stands before the second\n")?;
    explain::print_pair(&pair_story(store, first.plan_id, second.plan_id).await?)
}

fn print_next_steps(database: &Database) -> anyhow::Result<()> {
    let hint = database.hint();
    output::line(&format!(
        "\nExplore: planrank explain \"words of a title\"{hint}\n         planrank export --comparisons{hint}\n         \
         planrank import FILES{hint} && planrank rank{hint}\n         \
         planrank generate \"what you want to achieve\"{hint}"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `a/runs` and `b/runs` shared one.
    #[test]
    fn demos_of_different_folders_have_different_databases() {
        let demo = |data: Option<&str>| {
            let args = ["planrank", "demo"]
                .into_iter()
                .chain(data.iter().flat_map(|d| ["--data", *d]));
            let cli = <crate::cli::Cli as clap::Parser>::try_parse_from(args).unwrap();
            let crate::cli::Command::Demo(args) = cli.command else {
                panic!("not a demo")
            };
            file_name(&args)
        };
        assert_eq!(demo(None), "demo.db");
        let folder = tempfile::tempdir().unwrap();
        let [a, b] = ["a/runs", "b/runs"].map(|name| {
            let path = folder.path().join(name);
            std::fs::create_dir_all(&path).unwrap();
            path.display().to_string()
        });
        let (of_a, of_b) = (demo(Some(&a)), demo(Some(&b)));
        assert!(of_a.starts_with("demo-runs-"), "{of_a}");
        assert_ne!(of_a, of_b);
        assert_eq!(of_a, demo(Some(&format!("{a}/../runs"))));
    }
}
