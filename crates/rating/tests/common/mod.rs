//! Worlds to rate: strengths, judges and the logs they produce.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rating::{Comparison, JudgeParams};

/// Items per bucket.
const BUCKET: usize = 100;

/// What a log looks like.
pub(crate) struct World<'a> {
    pub(crate) items: usize,
    pub(crate) comparisons: usize,
    /// They judge in turn.
    pub(crate) judges: &'a [JudgeParams],
    /// Share of opponents from an item's own bucket of 100; the rest come from everywhere.
    pub(crate) in_bucket: f64,
    pub(crate) seed: u64,
}

impl World<'_> {
    /// Strengths ~ N(0, 1), centred, and a shuffled log. Item numbers say nothing about
    /// buckets, as numbers in the order of content hashes don't.
    pub(crate) fn play(&self) -> (Vec<f64>, Vec<Comparison>) {
        let mut rng = ChaCha8Rng::seed_from_u64(self.seed);
        let theta = centred_strengths(self.items, &mut rng);
        let mut names: Vec<u32> = (0u32..).take(self.items).collect();
        shuffle(&mut names, &mut rng);
        let mut log: Vec<Comparison> = (0..self.comparisons)
            .map(|call| self.compare(call, &theta, &names, &mut rng))
            .collect();
        shuffle(&mut log, &mut rng);
        let mut named = vec![0.0; self.items];
        for (theta, &name) in theta.iter().zip(&names) {
            named[name as usize] = *theta;
        }
        (named, log)
    }

    fn compare(
        &self,
        call: usize,
        theta: &[f64],
        names: &[u32],
        rng: &mut ChaCha8Rng,
    ) -> Comparison {
        let own = call % self.items;
        let other = self.opponent(own, rng);
        let (first, second) = if rng.random_bool(0.5) {
            (own, other)
        } else {
            (other, own)
        };
        let judge = rng.random_range(0..self.judges.len());
        Comparison {
            first: names[first],
            second: names[second],
            judge: u16::try_from(judge).unwrap(),
            level: verdict(&self.judges[judge], theta[first] - theta[second], rng),
            weight: 1.0,
        }
    }

    fn opponent(&self, own: usize, rng: &mut ChaCha8Rng) -> usize {
        let start = own / BUCKET * BUCKET;
        let size = BUCKET.min(self.items - start);
        loop {
            let other = if rng.random_bool(self.in_bucket) {
                start + rng.random_range(0..size)
            } else {
                rng.random_range(0..self.items)
            };
            if other != own {
                return other;
            }
        }
    }
}

/// Δ plus logistic noise, cut into levels.
fn verdict(judge: &JudgeParams, gap: f64, rng: &mut ChaCha8Rng) -> i8 {
    let u: f64 = rng.random_range(1e-12..1.0 - 1e-12);
    let seen = judge.kappa * gap + judge.beta + (u / (1.0 - u)).ln();
    let passed = judge.cuts.iter().filter(|&&cut| seen.abs() > cut).count();
    let level = i8::try_from(passed).unwrap();
    if seen < 0.0 { -level } else { level }
}

fn centred_strengths(items: usize, rng: &mut ChaCha8Rng) -> Vec<f64> {
    let mut theta: Vec<f64> = (0..items).map(|_| normal(rng)).collect();
    let mean = theta.iter().sum::<f64>() / items as f64;
    for theta in &mut theta {
        *theta -= mean;
    }
    theta
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
