//! Measures a cold refit and a warm one after 1 % more comparisons, both with standard
//! errors: CPU seconds, peak memory, coverage of the truth, and how far apart they end, as
//! JSON lines.
//!
//! `cargo run --release -p rating --example refit_report -- [ITEMS] [CALLS_PER_ITEM] [SEED]`
//!
//! Defaults: 100,000 items, 20 calls each, seed 1. The world: strengths ~ N(0, 1),
//! three quarters of the comparisons inside buckets of 100, item numbers and log shuffled,
//! one judge with a position effect of 0.3.

#[path = "../tests/common/mod.rs"]
mod common;

use common::World;
use rating::{Fit, FitOptions, JudgeParams, Refitter, fit};
use serde_json::json;

fn main() {
    let mut args = std::env::args().skip(1);
    let items: usize = args
        .next()
        .map_or(100_000, |text| text.parse().expect("items"));
    let calls: usize = args
        .next()
        .map_or(20, |text| text.parse().expect("calls per item"));
    let seed: u64 = args.next().map_or(1, |text| text.parse().expect("seed"));
    let judge = JudgeParams {
        beta: 0.3,
        ..JudgeParams::default()
    };
    let world = World {
        items,
        comparisons: items * calls,
        judges: &[judge],
        in_bucket: 0.75,
        seed,
    };
    let (truth, log) = world.play();
    let options = FitOptions::default();

    let earlier = log.len() * 100 / 101;
    let (cold_fit, cold) = timed(|| fit(items, 1, &log, &options, None).expect("a valid log"));
    println!(
        "{}",
        report("cold", items, log.len(), cold, &cold_fit, &truth)
    );
    let mut refitter = Refitter::new(items, 1, &log[..earlier], &options).expect("a valid log");
    let (after, warm) = timed(|| {
        refitter
            .extend(items, 1, &log[earlier..])
            .expect("a valid log")
    });
    let name = "warm_after_1_percent";
    let mut line = report(name, items, log.len(), warm, after, &truth);
    line["share_of_cold"] = json!(warm / cold);
    line["furthest_from_cold"] = json!(furthest(&after.theta, &cold_fit.theta));
    line["sd_furthest_from_cold"] = json!(furthest(&after.sd, &cold_fit.sd));
    println!("{line}");
}

fn furthest(a: &[f64], b: &[f64]) -> f64 {
    a.iter()
        .zip(b)
        .map(|(a, b)| (a - b).abs())
        .fold(0.0, f64::max)
}

fn report(
    name: &str,
    items: usize,
    comparisons: usize,
    cpu_secs: f64,
    fit: &Fit,
    truth: &[f64],
) -> serde_json::Value {
    json!({
        "fit": name, "items": items, "comparisons": comparisons,
        "cpu_secs": cpu_secs, "peak_mib": peak_mib(),
        "rounds": fit.rounds, "converged": fit.converged,
        "coverage_95": coverage(fit, truth, 1.959_963_985),
        "coverage_90": coverage(fit, truth, 1.644_853_627),
        "prior_sd": fit.prior_sd, "judge": fit.judges[0],
    })
}

fn coverage(fit: &Fit, truth: &[f64], quantile: f64) -> f64 {
    let hits = fit
        .theta
        .iter()
        .zip(&fit.sd)
        .zip(truth)
        .filter(|((theta, sd), truth)| (*theta - *truth).abs() <= quantile * *sd)
        .count();
    hits as f64 / truth.len() as f64
}

fn timed<T>(work: impl FnOnce() -> T) -> (T, f64) {
    let start = cpu_secs();
    let result = work();
    (result, cpu_secs() - start)
}

/// CPU seconds of this process: nanoseconds on a processor, the first field of `schedstat`.
fn cpu_secs() -> f64 {
    let text = std::fs::read_to_string("/proc/self/schedstat").expect("Linux with /proc");
    let nanos: f64 = text
        .split_whitespace()
        .next()
        .and_then(|field| field.parse().ok())
        .expect("a number");
    nanos / 1e9
}

fn peak_mib() -> f64 {
    let text = std::fs::read_to_string("/proc/self/status").expect("Linux with /proc");
    let kib: f64 = text
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .and_then(|rest| rest.trim().trim_end_matches(" kB").parse().ok())
        .expect("a number");
    kib / 1024.0
}
