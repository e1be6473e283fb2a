//! `planrank import`: reads plans into the database.

use arena::import::{ImportReport, Refused, Submitter, discover, import};
use arena::progress::Observer;
use store::Store;

use crate::cli::{Global, Import};
use crate::exit::Exit;
use crate::output::{self, TerminalProgress};
use crate::system::{SystemClock, SystemEntropy};
use crate::wiring::{DEFAULT_FILE, Database};

pub(super) async fn run(global: &Global, args: &Import) -> anyhow::Result<Exit> {
    let database = Database::chosen(global, DEFAULT_FILE);
    let found = discover(&args.paths)?;
    let store = database.open_or_create().await?;
    let observer = if global.json {
        TerminalProgress::quiet()
    } else {
        TerminalProgress::new()
    };
    let report = import(
        &store,
        &SystemClock,
        &SystemEntropy,
        Submitter::SYSTEM,
        found,
        &observer,
    )
    .await?;
    if global.json {
        output::json(&report)?;
    } else {
        print(&report)?;
        output::line(&format!("Next: planrank rank{}", database.hint()))?;
    }
    Ok(exit_of(&report))
}

/// Imports and prints a summary on standard error, for commands that go on.
pub(super) async fn quietly(
    store: &Store,
    paths: &[std::path::PathBuf],
    observer: &dyn Observer,
) -> anyhow::Result<ImportReport> {
    let report = import(
        store,
        &SystemClock,
        &SystemEntropy,
        Submitter::SYSTEM,
        discover(paths)?,
        observer,
    )
    .await?;
    for refused in &report.refused {
        crate::output::say!("refused {}", why_refused(refused));
    }
    Ok(report)
}

pub(super) fn exit_of(report: &ImportReport) -> Exit {
    if report.refused.is_empty() {
        Exit::Done
    } else {
        Exit::Partial
    }
}

fn print(report: &ImportReport) -> anyhow::Result<()> {
    let created = report.imported.iter().filter(|i| i.created).count();
    let known = report.imported.len() - created;
    for plan in &report.imported {
        let mark = if plan.created { "+" } else { "=" };
        output::line(&format!(
            "{mark} {}  {}",
            plan.plan_id,
            output::plain(&plan.title, 80)
        ))?;
        for warning in &plan.warnings {
            let text = format!("{:?}: {} {}", warning.kind, warning.source, warning.detail);
            output::line(&format!("    {}", output::plain(&text, 150)))?;
        }
    }
    for refused in &report.refused {
        output::line(&format!("! {}", why_refused(refused)))?;
    }
    print_catalogue(report)?;
    let counts = [
        (created, "new"),
        (known, "known before"),
        (report.refused.len(), "refused"),
    ];
    let said = counts.iter().filter(|(n, what)| *n > 0 || *what == "new");
    let summary: Vec<String> = said.map(|(n, what)| format!("{n} {what}")).collect();
    output::line(&summary.join(", "))
}

/// For people: the name of a file comes from outside, too.
pub(super) fn why_refused(refused: &Refused) -> String {
    let source = refused.source.display().to_string();
    let reason = output::plain(&refused.reason, 300);
    format!("{}: {reason}", output::plain(&source, 300))
}

fn print_catalogue(report: &ImportReport) -> anyhow::Result<()> {
    let lists = [
        (
            "in the catalogue, but no run was found",
            &report.entries_without_run,
        ),
        (
            "a run, but not in the catalogue",
            &report.runs_without_entry,
        ),
    ];
    for (what, names) in lists {
        for name in names {
            output::line(&format!("? {}: {what}", output::plain(name, 100)))?;
        }
    }
    Ok(())
}
