//! The sparse fit against an independent dense one: plain Newton with numerical derivatives
//! of nothing but the likelihood's definition, and a full matrix inverse.

mod common;

use common::World;
use rating::uncertainty::RankOptions;
use rating::{Comparison, Fit, FitOptions, JudgeParams, fit, rank_summary};
use rstest::rstest;

/// Anyone meets anyone.
fn random_log(
    items: usize,
    comparisons: usize,
    judges: &[JudgeParams],
    seed: u64,
) -> (Vec<f64>, Vec<Comparison>) {
    let world = World {
        items,
        comparisons,
        judges,
        in_bucket: 0.0,
        seed,
    };
    world.play()
}

/// P(level | Δ) as the difference of two tails, straight from the definition.
fn probability(judge: &JudgeParams, level: i8, delta: f64) -> f64 {
    let sigmoid = |x: f64| 1.0 / (1.0 + (-x).exp());
    let at_least = |k: i8| match k {
        -4 => 1.0,
        5 => 0.0,
        1..=4 => sigmoid(delta - judge.cuts[usize::try_from(k - 1).unwrap()]),
        _ => 1.0 - sigmoid(-delta - judge.cuts[usize::try_from(-k).unwrap()]),
    };
    at_least(level) - at_least(level + 1)
}

/// First and second derivative of log P by Δ, from finite differences of the definition.
fn slopes(judge: &JudgeParams, level: i8, delta: f64) -> (f64, f64) {
    let e = 1e-4;
    let [below, here, above] =
        [delta - e, delta, delta + e].map(|x| probability(judge, level, x).ln());
    (
        (above - below) / (2.0 * e),
        (above - 2.0 * here + below) / (e * e),
    )
}

/// Gradient and negative Hessian of the log posterior of θ.
fn dense_system(
    theta: &[f64],
    judges: &[JudgeParams],
    log: &[Comparison],
    prior_sd: f64,
) -> (Vec<f64>, Vec<Vec<f64>>) {
    let n = theta.len();
    let precision = 1.0 / (prior_sd * prior_sd);
    let mut gradient: Vec<f64> = theta.iter().map(|theta| -precision * theta).collect();
    let mut hessian = vec![vec![0.0; n]; n];
    for (i, row) in hessian.iter_mut().enumerate() {
        row[i] = precision;
    }
    for comparison in log {
        let judge = &judges[usize::from(comparison.judge)];
        let (i, j) = (comparison.first as usize, comparison.second as usize);
        let delta = judge.kappa * (theta[i] - theta[j]) + judge.beta;
        let (slope, bend) = slopes(judge, comparison.level, delta);
        let weight = f64::from(comparison.weight);
        gradient[i] += weight * judge.kappa * slope;
        gradient[j] -= weight * judge.kappa * slope;
        let curvature = -weight * judge.kappa * judge.kappa * bend;
        hessian[i][i] += curvature;
        hessian[j][j] += curvature;
        hessian[i][j] -= curvature;
        hessian[j][i] -= curvature;
    }
    (gradient, hessian)
}

/// Gauss-Jordan inverse with pivoting.
fn inverse(matrix: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let n = matrix.len();
    let mut rows: Vec<Vec<f64>> = matrix
        .iter()
        .enumerate()
        .map(|(i, row)| {
            let unit = (0..n).map(|j| f64::from(u8::from(i == j)));
            row.iter().copied().chain(unit).collect()
        })
        .collect();
    for pivot in 0..n {
        let best = (pivot..n)
            .max_by(|&a, &b| rows[a][pivot].abs().total_cmp(&rows[b][pivot].abs()))
            .unwrap();
        rows.swap(pivot, best);
        let scale = rows[pivot][pivot];
        rows[pivot].iter_mut().for_each(|entry| *entry /= scale);
        let pivot_row = rows[pivot].clone();
        for (i, row) in rows.iter_mut().enumerate() {
            if i != pivot {
                let factor = row[pivot];
                for (entry, other) in row.iter_mut().zip(&pivot_row) {
                    *entry -= factor * other;
                }
            }
        }
    }
    rows.into_iter().map(|row| row[n..].to_vec()).collect()
}

/// θ and exact standard deviations for given judges and prior scale. Newton starts two
/// hundredths of a logit off `near`; the mode is unique, so where it ends is the mode.
fn dense_fit(
    near: &[f64],
    judges: &[JudgeParams],
    log: &[Comparison],
    prior_sd: f64,
) -> (Vec<f64>, Vec<f64>) {
    let mut theta: Vec<f64> = near
        .iter()
        .zip([0.02, -0.02, 0.01].iter().cycle())
        .map(|(near, off)| near + off)
        .collect();
    for _ in 0..12 {
        let (gradient, hessian) = dense_system(&theta, judges, log, prior_sd);
        let inverse = inverse(&hessian);
        let step: Vec<f64> = inverse
            .iter()
            .map(|row| row.iter().zip(&gradient).map(|(a, b)| a * b).sum())
            .collect();
        for (theta, step) in theta.iter_mut().zip(&step) {
            *theta += step;
        }
    }
    let (_, hessian) = dense_system(&theta, judges, log, prior_sd);
    let covariance = inverse(&hessian);
    let sd = (0..theta.len()).map(|i| covariance[i][i].sqrt()).collect();
    (theta, sd)
}

fn two_judges() -> [JudgeParams; 2] {
    [
        JudgeParams {
            kappa: 1.4,
            beta: 0.4,
            cuts: [0.4, 1.2, 2.3, 3.1],
        },
        JudgeParams {
            kappa: 0.7,
            beta: -0.2,
            cuts: [0.6, 1.8, 2.6, 3.8],
        },
    ]
}

/// Some comparisons count more, some less.
fn weighted(mut log: Vec<Comparison>) -> Vec<Comparison> {
    for (comparison, weight) in log.iter_mut().zip([1.0, 1.0, 3.0, 0.5].into_iter().cycle()) {
        comparison.weight = weight;
    }
    log
}

#[rstest]
#[case::a_few_items_many_comparisons(12, 400, 1)]
#[case::sparse(60, 90, 2)]
#[case::just_exact(128, 900, 3)]
fn theta_and_exact_errors_match(#[case] items: usize, #[case] calls: usize, #[case] seed: u64) {
    let (_, log) = random_log(items, calls, &two_judges(), seed);
    let log = weighted(log);
    let result = fit(items, 2, &log, &FitOptions::default(), None).unwrap();
    assert!(result.converged);
    let (theta, sd) = dense_fit(&result.theta, &result.judges, &log, result.prior_sd);
    for item in 0..items {
        let off = (result.theta[item] - theta[item]).abs();
        assert!(off < 2e-6, "θ of {item} is off by {off}");
        let ratio = result.sd[item] / sd[item];
        assert!(
            (ratio - 1.0).abs() < 1e-4,
            "error of {item} is off by {ratio}"
        );
    }
}

#[test]
fn drawn_errors_match_within_monte_carlo_noise() {
    let items = 200;
    let (_, log) = random_log(items, 1600, &two_judges(), 4);
    let result = fit(items, 2, &log, &FitOptions::default(), None).unwrap();
    let (theta, sd) = dense_fit(&result.theta, &result.judges, &log, result.prior_sd);
    let ratios: Vec<f64> = result.sd.iter().zip(&sd).map(|(a, b)| a / b).collect();
    let mean = ratios.iter().sum::<f64>() / items as f64;
    assert!((mean - 1.0).abs() < 0.03, "mean ratio {mean}");
    assert!(ratios.iter().all(|ratio| (ratio - 1.0).abs() < 0.12));
    let worst = result
        .theta
        .iter()
        .zip(&theta)
        .map(|(a, b)| (a - b).abs())
        .fold(0.0, f64::max);
    assert!(worst < 2e-6, "{worst}");
}

/// tr(H⁻¹Hₘ) for each judge m, Hₘ being its part of the Hessian.
fn leverages(result: &Fit, log: &[Comparison]) -> Vec<f64> {
    let (_, hessian) = dense_system(&result.theta, &result.judges, log, result.prior_sd);
    let c = inverse(&hessian);
    let mut traces = vec![0.0; result.judges.len()];
    for comparison in log {
        let judge = &result.judges[usize::from(comparison.judge)];
        let (i, j) = (comparison.first as usize, comparison.second as usize);
        let delta = judge.kappa * (result.theta[i] - result.theta[j]) + judge.beta;
        let (_, bend) = slopes(judge, comparison.level, delta);
        let variance = c[i][i] + c[j][j] - 2.0 * c[i][j];
        traces[usize::from(comparison.judge)] -= judge.kappa * judge.kappa * bend * variance;
    }
    traces
}

/// The call-weighted mean of log κ, whose common factor belongs to θ.
fn mean_log_kappa(judges: &[JudgeParams], log: &[Comparison]) -> f64 {
    let all: f64 = log.iter().map(|c| f64::from(c.weight)).sum();
    log.iter()
        .map(|c| f64::from(c.weight) / all * judges[usize::from(c.judge)].kappa.ln())
        .sum()
}

/// The log posterior of the judges and a common scale of θ, straight from the definitions.
fn judge_objective(
    judges: &[JudgeParams],
    theta: &[f64],
    log: &[Comparison],
    prior_sd: f64,
) -> f64 {
    let likelihood: f64 = log
        .iter()
        .map(|c| {
            let judge = &judges[usize::from(c.judge)];
            let gap = theta[c.first as usize] - theta[c.second as usize];
            let p = probability(judge, c.level, judge.kappa * gap + judge.beta);
            f64::from(c.weight) * p.ln()
        })
        .sum();
    let mean = mean_log_kappa(judges, log);
    let usual = [0.5, 1.0, 1.0, 1.0f64];
    let priors: f64 = judges
        .iter()
        .map(|judge| {
            let c = judge.cuts;
            let gaps = [c[0], c[1] - c[0], c[2] - c[1], c[3] - c[2]];
            let gap_prior: f64 = gaps
                .iter()
                .zip(usual)
                .map(|(g, u)| (g / u).ln().powi(2))
                .sum();
            (judge.kappa.ln() - mean).powi(2) * 4.0 + judge.beta.powi(2) + gap_prior * 64.0
        })
        .sum();
    let strengths: f64 = theta.iter().map(|t| t * t).sum::<f64>() / (prior_sd * prior_sd);
    likelihood - f64::midpoint(priors, strengths)
}

#[test]
fn judges_are_at_a_maximum() {
    let (_, log) = random_log(30, 900, &two_judges(), 5);
    let result = fit(30, 2, &log, &FitOptions::default(), None).unwrap();
    let best = judge_objective(&result.judges, &result.theta, &log, result.prior_sd);
    let leverages = leverages(&result, &log);
    let e = 1e-3;
    for judge in 0..2 {
        for (name, change) in [
            (
                "beta",
                (|j: &mut JudgeParams, e| j.beta += e) as fn(&mut JudgeParams, f64),
            ),
            ("kappa", |j, e| j.kappa *= 1.0 + e),
            ("cut 1", |j, e| j.cuts[0] += e),
            ("cut 2", |j, e| j.cuts[1] += e),
            ("cut 3", |j, e| j.cuts[2] += e),
            ("cut 4", |j, e| j.cuts[3] += e),
        ] {
            let value = |e: f64| {
                let mut judges = result.judges.clone();
                change(&mut judges[judge], e);
                let scale = mean_log_kappa(&judges, &log).exp();
                for judge in &mut judges {
                    judge.kappa /= scale;
                }
                let theta: Vec<f64> = result.theta.iter().map(|theta| theta * scale).collect();
                judge_objective(&judges, &theta, &log, result.prior_sd)
            };
            let (below, above) = (value(-e), value(e));
            let mut slope = (above - below) / (2.0 * e);
            let mut tolerance = 1e-4;
            if name == "kappa" {
                // κ is marginal: the price of integrating θ out enters, approximately.
                slope -= leverages[judge] - leverages.iter().sum::<f64>() / 2.0;
                tolerance = 2e-3;
            }
            let bend = (above - 2.0 * best + below) / (e * e);
            assert!(bend < 0.0, "{name} of judge {judge} is no maximum");
            assert!(
                (slope / bend).abs() < tolerance,
                "{name} of judge {judge}: {slope} {bend}"
            );
        }
    }
}

#[test]
fn the_prior_scale_is_where_expectation_maximisation_stands_still() {
    let (_, log) = random_log(100, 900, &two_judges(), 6);
    let result = fit(100, 2, &log, &FitOptions::default(), None).unwrap();
    let (theta, sd) = dense_fit(&result.theta, &result.judges, &log, result.prior_sd);
    let total: f64 = theta.iter().zip(&sd).map(|(t, s)| t * t + s * s).sum();
    let expected = ((2.0 + total) / 102.0).sqrt();
    assert!(
        (result.prior_sd / expected - 1.0).abs() < 1e-5,
        "{} {expected}",
        result.prior_sd
    );
}

#[test]
fn rank_draws_have_the_spread_of_the_dense_posterior() {
    let (_, log) = random_log(2, 6, &two_judges(), 7);
    let result = fit(2, 2, &log, &FitOptions::default(), None).unwrap();
    let (_, hessian) = dense_system(&result.theta, &result.judges, &log, result.prior_sd);
    let c = inverse(&hessian);
    let sd = (c[0][0] + c[1][1] - 2.0 * c[0][1]).sqrt();
    let options = RankOptions {
        draws: 10_000,
        top_k: 1,
        ..RankOptions::default()
    };
    let summary = rank_summary(&result, &log, None, &options).unwrap();
    let expected = 0.5 * libm::erfc(-(result.theta[0] - result.theta[1]) / sd / 2f64.sqrt());
    let [first, second] = [0, 1].map(|item: usize| summary[item].unwrap().p_top);
    assert!((first - expected).abs() < 0.02, "{first} {expected}");
    assert!((first + second - 1.0).abs() < 1e-9);
}

/// Standard deviation of θᵢ − mean θ from the full covariance C: Cᵢᵢ − 2·(C1)ᵢ/n + 1ᵀC1/n².
#[rstest]
#[case::a_dozen(12, 150)]
#[case::two_islands(40, 30)]
#[case::drawn(200, 1600)]
fn centred_errors_match(#[case] items: usize, #[case] calls: usize) {
    let (_, log) = random_log(items, calls, &two_judges(), 8);
    let result = fit(items, 2, &log, &FitOptions::default(), None).unwrap();
    let (_, hessian) = dense_system(&result.theta, &result.judges, &log, result.prior_sd);
    let c = inverse(&hessian);
    let n = items as f64;
    let row_sums: Vec<f64> = c.iter().map(|row| row.iter().sum()).collect();
    let all: f64 = row_sums.iter().sum();
    let tolerance = if items > 128 { 0.12 } else { 1e-3 };
    for item in 0..items {
        let exact = (c[item][item] - 2.0 * row_sums[item] / n + all / (n * n)).sqrt();
        let ratio = result.centred_sd(item) / exact;
        assert!((ratio - 1.0).abs() < tolerance, "{item}: {ratio}");
    }
}
