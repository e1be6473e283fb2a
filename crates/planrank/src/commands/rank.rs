//! `planrank rank`: KPIs, then comparisons until the budget is used, then the board.

use arena::extract::{ExtractError, Extraction, extract};
use arena::progress::Observer;
use arena::rank::{Cadence, RankEnd, RankReport, Run, Settings, Stop, rank};
use serde_json::json;
use store::{Contest, Store};

use crate::cli::{Global, Rank, RankingOptions};
use crate::exit::{self, Exit};
use crate::output::{self, TerminalProgress};
use crate::system::SystemEntropy;
use crate::wiring::{self, DEFAULT_FILE, Database, RunModels};

use super::leaderboard;

pub(super) async fn run(global: &Global, args: &Rank) -> anyhow::Result<Exit> {
    let database = Database::chosen(global, DEFAULT_FILE);
    let store = database.open_to_write().await?;
    let models = RunModels::build(&store, Contest::Public, &args.model).await?;
    if args.dry_run {
        return dry_run(global, &store, &models, &args.ranking).await;
    }
    let observer = if global.json {
        TerminalProgress::quiet()
    } else {
        TerminalProgress::new()
    };
    let report = work(&store, &models, &args.ranking, &observer).await?;
    if global.json {
        output::json(&report)?;
    } else {
        leaderboard::print(&store, &leaderboard::Query::top(25, args.ranking.rating)).await?;
        print_report(&report, &database)?;
    }
    Ok(exit_of(&report.end))
}

/// Extracts what is missing and ranks; stops cleanly at Ctrl-C.
pub(super) async fn work(
    store: &Store,
    models: &RunModels,
    options: &RankingOptions,
    observer: &dyn Observer,
) -> anyhow::Result<RankReport> {
    let stop = Stop::default();
    let watch = tokio::spawn(stop_at_interrupt(stop.clone()));
    let outcome = extract_and_rank(store, models, options, observer, stop).await;
    watch.abort();
    outcome
}

async fn extract_and_rank(
    store: &Store,
    models: &RunModels,
    options: &RankingOptions,
    observer: &dyn Observer,
    stop: Stop,
) -> anyhow::Result<RankReport> {
    let extraction = Extraction {
        store,
        clock: wiring::clock(),
        embedder: models.embedder.clone(),
        rater: models.contest.rater.clone(),
        concurrency: options.concurrency,
        stop: stop.clone(),
        observer,
    };
    let budget_used = match extract(&extraction).await {
        Ok(_) => None,
        // Ranking stops at once then; what is finished is published all the same.
        Err(error) => {
            let why = budget_behind(&error);
            if why.is_none() {
                return Err(error.into());
            }
            stop.request();
            why
        }
    };
    let meter = || models.contest.spent();
    let run = Run {
        store,
        clock: wiring::clock(),
        entropy: std::sync::Arc::new(SystemEntropy),
        contest: Contest::Public,
        jury: models.contest.jury.clone(),
        settings: settings(options),
        cadence: Cadence::default(),
        abandon_round: options.abandon_round,
        stop,
        observer,
        meter: &meter,
        holder: wiring::holder(),
    };
    let mut report = rank(&run).await?;
    if let (RankEnd::Interrupted, Some(why)) = (&report.end, budget_used) {
        report.end = RankEnd::BudgetReached { why };
    }
    Ok(report)
}

fn settings(options: &RankingOptions) -> Settings {
    Settings {
        calls_per_plan: options.calls,
        seed: options.seed,
        concurrency: options.concurrency,
    }
}

/// The budget's words if extraction, embeddings included, ended because it is used.
fn budget_behind(error: &ExtractError) -> Option<String> {
    match error {
        ExtractError::Model(error) => exit::used_budget(error),
        error => exit::used_budget(error),
    }
}

/// The first Ctrl-C lets calls under way finish; the second ends the process at once.
async fn stop_at_interrupt(stop: Stop) {
    if tokio::signal::ctrl_c().await.is_err() {
        return;
    }
    crate::output::say!("stopping after the calls under way; press Ctrl-C again to stop at once");
    stop.request();
    if tokio::signal::ctrl_c().await.is_ok() {
        std::process::exit(130);
    }
}

async fn dry_run(
    global: &Global,
    store: &Store,
    models: &RunModels,
    options: &RankingOptions,
) -> anyhow::Result<Exit> {
    let rater = models.contest.rater.as_ref();
    let estimate =
        arena::estimate::estimate(store, Contest::Public, settings(options), rater).await?;
    let judging = models.contest.judging.as_ref();
    let cost = judging.map_or(0, |client| estimate.cost_nano_usd(client));
    if global.json {
        output::json(&json!({
            "plans": estimate.plans,
            "comparisons": estimate.comparisons,
            "input_tokens_per_comparison": estimate.input_tokens,
            "output_tokens_per_comparison": estimate.output_tokens,
            "extraction_calls": estimate.extraction_calls,
            "cost_nano_usd": cost.to_string(),
        }))?;
    } else {
        output::line(&format!(
            "{} plans, {} comparisons to make, some {} tokens each, after some {} calls that read \
             plans: about {}. This is an estimate; --max-cost is the bound.",
            estimate.plans,
            estimate.comparisons,
            estimate.input_tokens + estimate.output_tokens,
            estimate.extraction_calls,
            output::dollars(cost)
        ))?;
    }
    Ok(Exit::Done)
}

pub(super) fn exit_of(end: &RankEnd) -> Exit {
    match end {
        RankEnd::Complete => Exit::Done,
        RankEnd::BudgetReached { .. } => Exit::BudgetReached,
        RankEnd::NoJudge { .. } => Exit::NoJudge,
        RankEnd::Interrupted => Exit::Interrupted,
    }
}

pub(super) fn print_report(report: &RankReport, database: &Database) -> anyhow::Result<()> {
    let spent = &report.spent;
    output::line(&format!(
        "{} comparisons of {} plans in {} rounds, {} of them now ({} void)",
        report.comparisons_in_all, report.plans, report.rounds, report.comparisons, report.voids
    ))?;
    if spent.calls > 0 {
        let (tokens, cost) = (
            spent.input_tokens + spent.output_tokens,
            output::dollars(spent.cost_nano_usd),
        );
        output::line(&format!(
            "Spent now: {} model calls, {tokens} tokens, {cost}",
            spent.calls
        ))?;
    }
    let hint = database.hint();
    match &report.end {
        RankEnd::Complete => Ok(()),
        RankEnd::BudgetReached { why } => output::line(&format!(
            "Stopped: {why}. Nothing is lost; to go on, give the same command with a larger budget."
        )),
        RankEnd::Interrupted => {
            output::line("Interrupted. Nothing is lost; to go on, give the same command again.")
        }
        RankEnd::NoJudge { why } => output::line(&format!(
            "Stopped: no judge may judge: {why}. Nothing is lost; choose another model \
             (--llm-provider, --llm-model) and go on with: planrank rank{hint}"
        )),
    }
}
