//! Measures a refit: CPU seconds, peak memory, and coverage of the truth, as JSON lines.
//!
//! `cargo run --release -p rating --example refit_report -- ITEMS CALLS_PER_ITEM [SEED] [shuffled]`
//!
//! The world: strengths ~ N(0, 1) logit; buckets of 100; three quarters of an item's
//! opponents from its bucket, the rest from everywhere; a judge with a position effect of
//! 0.3 and logistic noise, rounded to the nine levels. With `shuffled`, item numbers say
//! nothing about buckets, as with numbers in the order of content hashes.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rating::{Comparison, Fit, FitOptions, fit};
use serde_json::json;

const BUCKET: usize = 100;

fn main() {
    let mut args = std::env::args().skip(1);
    let items: usize = args
        .next()
        .map_or(100_000, |text| text.parse().expect("items"));
    let calls: usize = args
        .next()
        .map_or(20, |text| text.parse().expect("calls per item"));
    let seed: u64 = args.next().map_or(1, |text| text.parse().expect("seed"));
    let shuffled = args.next().is_some_and(|text| text == "shuffled");
    let world = World::new(items, calls, seed, shuffled);
    let options = FitOptions::default();

    let earlier = world.log.len() * 100 / 101;
    let (before, cold_part) = timed(|| fit(items, 1, &world.log[..earlier], &options, None));
    let before = before.expect("a valid log");
    println!(
        "{}",
        report("cold", items, earlier, cold_part, &before, &world.theta)
    );
    let (after, warm) = timed(|| fit(items, 1, &world.log, &options, Some(&before)));
    let after = after.expect("a valid log");
    println!(
        "{}",
        report(
            "warm_after_1_percent",
            items,
            world.log.len(),
            warm,
            &after,
            &world.theta
        )
    );
}

struct World {
    theta: Vec<f64>,
    log: Vec<Comparison>,
}

impl World {
    fn new(items: usize, calls: usize, seed: u64, shuffled: bool) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let mut theta: Vec<f64> = (0..items).map(|_| normal(&mut rng)).collect();
        let mean = theta.iter().sum::<f64>() / items as f64;
        theta.iter_mut().for_each(|theta| *theta -= mean);
        let mut names: Vec<u32> = (0u32..).take(items).collect();
        if shuffled {
            shuffle(&mut names, &mut rng);
        }
        let mut log = Vec::with_capacity(items * calls);
        for _ in 0..calls {
            for own in 0..items {
                let other = opponent(own, items, &mut rng);
                log.push(judged(own, other, &theta, &names, &mut rng));
            }
        }
        shuffle(&mut log, &mut rng);
        let mut named = vec![0.0; items];
        for (item, &name) in names.iter().enumerate() {
            named[name as usize] = theta[item];
        }
        Self { theta: named, log }
    }
}

fn opponent(own: usize, items: usize, rng: &mut ChaCha8Rng) -> usize {
    let start = own / BUCKET * BUCKET;
    let size = BUCKET.min(items - start);
    loop {
        let other = if rng.random_bool(0.75) && size > 1 {
            start + rng.random_range(0..size)
        } else {
            rng.random_range(0..items)
        };
        if other != own {
            return other;
        }
    }
}

fn judged(
    own: usize,
    other: usize,
    theta: &[f64],
    names: &[u32],
    rng: &mut ChaCha8Rng,
) -> Comparison {
    let (first, second) = if rng.random_bool(0.5) {
        (own, other)
    } else {
        (other, own)
    };
    let u: f64 = rng.random_range(1e-12..1.0 - 1e-12);
    let noise = (u / (1.0 - u)).ln();
    let seen = theta[first] - theta[second] + 0.3 + noise;
    #[expect(
        clippy::cast_possible_truncation,
        reason = "clamped to the nine levels"
    )]
    let level = seen.round().clamp(-4.0, 4.0) as i8;
    Comparison {
        first: names[first],
        second: names[second],
        judge: 0,
        level,
        weight: 1.0,
    }
}

/// Box-Muller.
fn normal(rng: &mut ChaCha8Rng) -> f64 {
    let radius = (-2.0 * rng.random_range(1e-12..1.0f64).ln()).sqrt();
    radius * (std::f64::consts::TAU * rng.random_range(0.0..1.0f64)).cos()
}

fn shuffle<T>(values: &mut [T], rng: &mut ChaCha8Rng) {
    for end in (1..values.len()).rev() {
        values.swap(end, rng.random_range(0..=end));
    }
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
