//! `planrank simulate`: ranking methods, or attacks on them, in a world whose truth is known.

use anyhow::bail;
use rating::simulate::attack::{
    self, NeighboursConfig, NeighboursReport, PositionConfig, PositionReport,
};
use rating::simulate::{Mean, Method, Report, SimConfig, WorldKind, simulate};
use serde::de::DeserializeOwned;

use crate::cli::{Global, Simulate};
use crate::exit::Exit;
use crate::output::{self, Align, Table};

pub(super) fn run(global: &Global, args: &Simulate) -> anyhow::Result<Exit> {
    let methods = named(&args.methods, &Method::ALL, "method")?;
    match args.attack.as_deref() {
        None => worlds(global, args, &methods)?,
        Some("neighbours") => neighbours(global, args, methods)?,
        Some("position") => position(global, args, methods)?,
        Some(other) => bail!("there is no attack {other:?}; give neighbours or position"),
    }
    Ok(Exit::Done)
}

/// Methods or worlds by the names that they have in JSON; all when none is given.
fn named<T: DeserializeOwned + Clone>(
    names: &[String],
    all: &[T],
    what: &str,
) -> anyhow::Result<Vec<T>> {
    if names.is_empty() {
        return Ok(all.to_vec());
    }
    let parse = |name: &String| {
        serde_json::from_value(name.as_str().into())
            .map_err(|e| anyhow::anyhow!("there is no {what} {name:?}: {e}"))
    };
    names.iter().map(parse).collect()
}

fn calls(n: u32) -> anyhow::Result<u16> {
    u16::try_from(n)
        .map_err(|_| anyhow::anyhow!("--calls {n} is too many; give at most {}", u16::MAX))
}

fn first_calls(args: &Simulate) -> anyhow::Result<u16> {
    calls(args.calls.first().copied().unwrap_or(12))
}

fn threads() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// A line on standard error now and then.
fn progress(done: usize, total: usize) {
    let step = (total / 10).max(1);
    if done.is_multiple_of(step) || done == total {
        crate::output::say!("{done} of {total} runs");
    }
}

fn worlds(global: &Global, args: &Simulate, methods: &[Method]) -> anyhow::Result<()> {
    let mut reports = Vec::new();
    for world in named(&args.worlds, &WorldKind::ALL, "world")? {
        for n in &args.calls {
            let config = SimConfig {
                plans: args.plans,
                calls: calls(*n)?,
                reps: args.reps,
                seed: args.seed,
                world,
                methods: methods.to_vec(),
                threads: threads(),
                ..SimConfig::default()
            };
            reports.push(simulate(&config, progress)?);
        }
    }
    if global.json {
        output::json(&reports)
    } else {
        output::line(&table(&reports).to_string())
    }
}

fn table(reports: &[Report]) -> Table {
    let mut table = Table::new(&[
        ("world", Align::Left),
        ("calls", Align::Right),
        ("method", Align::Left),
        ("Kendall τ", Align::Right),
        ("top 10", Align::Right),
        ("top 50", Align::Right),
        ("90 % covers", Align::Right),
        ("95 % covers", Align::Right),
        ("replay moves", Align::Right),
    ]);
    for report in reports {
        for method in &report.methods {
            table.row([
                name(&report.config.world),
                format!("{:.1}", method.calls_per_plan.mean),
                name(&method.method),
                mean(method.kendall_tau),
                mean(method.top10_recall),
                mean(method.top50_recall),
                method.coverage90.map_or_else(|| "–".into(), mean),
                method.coverage95.map_or_else(|| "–".into(), mean),
                format!("{:.0}", method.replay_rank_displacement.mean),
            ]);
        }
    }
    table
}

fn name(value: &impl serde::Serialize) -> String {
    serde_json::to_value(value)
        .ok()
        .and_then(|v| v.as_str().map(str::to_owned))
        .unwrap_or_default()
}

fn mean(mean: Mean) -> String {
    format!("{:.3} ± {:.3}", mean.mean, mean.se)
}

fn neighbours(global: &Global, args: &Simulate, methods: Vec<Method>) -> anyhow::Result<()> {
    let config = NeighboursConfig {
        plans: args.plans,
        calls: first_calls(args)?,
        seed: args.seed,
        methods,
        threads: threads(),
        ..NeighboursConfig::default()
    };
    let report: NeighboursReport = attack::neighbours(&config, progress)?;
    if global.json {
        return output::json(&report);
    }
    let mut table = Table::new(&[
        ("method", Align::Left),
        ("junk plans", Align::Right),
        ("targets", Align::Right),
        ("percentile points gained", Align::Right),
    ]);
    for result in &report.results {
        table.row([
            name(&result.method),
            result.junk.to_string(),
            result.targets.to_string(),
            mean(result.shift),
        ]);
    }
    output::line(&table.to_string())
}

fn position(global: &Global, args: &Simulate, methods: Vec<Method>) -> anyhow::Result<()> {
    let config = PositionConfig {
        plans: args.plans,
        calls: first_calls(args)?,
        reps: args.reps,
        seed: args.seed,
        methods,
        threads: threads(),
        ..PositionConfig::default()
    };
    let report: PositionReport = attack::position(&config, progress)?;
    if global.json {
        return output::json(&report);
    }
    let columns = [
        ("method", Align::Left),
        ("newcomers rise by (points)", Align::Right),
        ("above their true place", Align::Right),
    ];
    let mut table = Table::new(&columns);
    for result in &report.results {
        table.row([
            name(&result.method),
            mean(result.shift),
            mean(result.above_truth),
        ]);
    }
    output::line(&table.to_string())
}
