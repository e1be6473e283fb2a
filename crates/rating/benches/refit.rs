//! Times of the online step and of cold and warm refits with standard errors.
//!
//! `cargo bench -p rating --bench refit`; with `PLANRANK_BENCH_LARGE=1` also a million items
//! (allow minutes and 2 GB). CPU seconds, memory and coverage: `examples/refit_report.rs`.

#[path = "../tests/common/mod.rs"]
mod common;

use common::World;
use divan::{Bencher, black_box};
use rating::{Comparison, Fit, FitOptions, Gaussian, JudgeParams, Refitter, fit, online_step};

fn main() {
    divan::main();
}

fn sizes() -> Vec<usize> {
    let mut sizes = vec![1_000, 10_000, 100_000];
    if std::env::var_os("PLANRANK_BENCH_LARGE").is_some() {
        sizes.push(1_000_000);
    }
    sizes
}

/// A large world as the scheduler makes it: 20 comparisons per item, three quarters inside
/// buckets, one judge with a position effect.
fn bucket_log(items: usize) -> Vec<Comparison> {
    let judge = JudgeParams {
        beta: 0.3,
        ..JudgeParams::default()
    };
    let world = World {
        items,
        comparisons: 20 * items,
        judges: &[judge],
        in_bucket: 0.75,
        seed: 1,
    };
    world.play().1
}

fn refit(items: usize, log: &[Comparison]) -> Fit {
    fit(items, 1, log, &FitOptions::default(), None).expect("a valid log")
}

#[divan::bench(sample_size = 1000)]
fn online(bencher: Bencher<'_, '_>) {
    let judge = JudgeParams::default();
    let first = Gaussian {
        mean: 0.4,
        var: 0.3,
    };
    let second = Gaussian {
        mean: -0.2,
        var: 0.1,
    };
    bencher.bench_local(|| online_step(black_box(&judge), black_box(first), second, black_box(2)));
}

#[divan::bench(args = sizes(), sample_count = 3, sample_size = 1)]
fn cold(bencher: Bencher<'_, '_>, items: usize) {
    let log = bucket_log(items);
    bencher.bench_local(|| refit(items, black_box(&log)));
}

#[divan::bench(args = sizes(), sample_count = 3, sample_size = 1)]
fn warm_after_one_percent_more(bencher: Bencher<'_, '_>, items: usize) {
    let log = bucket_log(items);
    let (before, more) = log.split_at(log.len() * 100 / 101);
    bencher
        .with_inputs(|| Refitter::new(items, 1, before, &FitOptions::default()).expect("a log"))
        .bench_local_values(|mut refitter| {
            refitter
                .extend(items, 1, black_box(more))
                .expect("more of it");
            refitter
        });
}
