//! Newton steps for what each judge is like: log κ, β and the logarithms of the gaps
//! between cut points, so that κ > 0 and 0 < τ₁ < … < τ₄ hold by construction.
//!
//! Priors, all weak, so that a judge with few verdicts stays near the ordinary:
//! log κ ~ N(call-weighted mean, 0.5²), β ~ N(0, 1), log gap ~ N(log default gap, 1/8²).
//!
//! The joint mode of θ and several κ is spurious: θ fits the noise of one judge, who then
//! looks ever sharper. So the log κ maximise the marginal likelihood: −½·log det H, the
//! Laplace approximation's price for integrating θ out, adds −tr(H⁻¹Hₘ) to the slope of
//! judge m, Hₘ being the judge's part of H. That trace is the sum of the judge's leverages.
//!
//! A common factor of all κ is the scale of θ. The step leaves it free, because that is the
//! direction in which strengths and judges pull hardest on each other; afterwards the
//! factor moves from κ to θ, so that the call-weighted mean of log κ is 0 again.

mod slope;

use super::edges::CLASSES_PER_JUDGE;
use super::pass::ClassSums;
use crate::model::JudgeParams;
pub(crate) use slope::{Slope, change_row, lower_cut, upper_cut};

/// log κ, β, and four log gaps.
pub(crate) const PARAMS: usize = 6;
pub(crate) const LOG_KAPPA: usize = 0;
pub(crate) const BETA: usize = 1;
pub(crate) const FIRST_CUT: usize = 2;

/// No parameter moves further than this in one step.
const MAX_MOVE: f64 = 1.0;

/// How the calls spread over classes and judges.
#[derive(Debug)]
pub(crate) struct Calls {
    /// Total weight of each class.
    weights: Vec<f64>,
    /// Each judge's share of all calls by weight; equal shares when there is none.
    pub(crate) shares: Vec<f64>,
}

impl Calls {
    pub(crate) fn new(weights: Vec<f64>) -> Self {
        let totals: Vec<f64> = weights
            .chunks(CLASSES_PER_JUDGE)
            .map(|classes| classes.iter().sum())
            .collect();
        let all: f64 = totals.iter().sum();
        let shares = if all > 0.0 {
            totals.iter().map(|total| total / all).collect()
        } else {
            vec![1.0 / totals.len().max(1) as f64; totals.len()]
        };
        Self { weights, shares }
    }

    /// With more calls, and perhaps more judges.
    pub(crate) fn grown(&self, mut more: Vec<f64>) -> Self {
        for (more, weight) in more.iter_mut().zip(&self.weights) {
            *more += weight;
        }
        Self::new(more)
    }
}

/// What a step did.
#[derive(Debug, Clone, Copy)]
pub(crate) struct JudgeStep {
    /// The factor that moved from the κ to θ: multiply every θ by it.
    pub(crate) scale: f64,
    /// The largest move of any parameter.
    pub(crate) largest_move: f64,
}

pub(crate) type Params = [f64; PARAMS];

/// One damped Newton step for all judges, given the sums of a pass at the present values.
///
/// `theta_energy` is λ·Σθ², `freedom` the degrees of freedom that strengths take from the
/// data, n − λ·tr H⁻¹.
pub(crate) fn step(
    judges: &mut [JudgeParams],
    sums: &[ClassSums],
    calls: &Calls,
    theta_energy: f64,
    freedom: f64,
) -> JudgeStep {
    let shares = &calls.shares;
    let mut steps = Vec::with_capacity(judges.len());
    let mut responses = Vec::with_capacity(judges.len());
    for (slope, &share) in slopes(judges, sums, calls, theta_energy, freedom)
        .iter()
        .zip(shares)
    {
        let mut along_scale = [0.0; PARAMS];
        along_scale[LOG_KAPPA] = share;
        steps.push(slope.solve(slope.gradient));
        responses.push(slope.solve(along_scale));
    }
    correct_for_scale(&mut steps, &responses, shares, theta_energy);
    apply(judges, &steps, shares)
}

/// Gradient and curvature of every judge with θ held fixed; arguments as for [`step`].
pub(crate) fn slopes(
    judges: &[JudgeParams],
    sums: &[ClassSums],
    calls: &Calls,
    theta_energy: f64,
    freedom: f64,
) -> Vec<Slope> {
    let total_log_kappa: f64 = judges.iter().map(|judge| libm::log(judge.kappa)).sum();
    let leverages = leverages(sums, freedom);
    let slope_of = |(judge, params): (usize, &JudgeParams)| {
        let classes = judge * CLASSES_PER_JUDGE..(judge + 1) * CLASSES_PER_JUDGE;
        let share = calls.shares[judge];
        let mut slope =
            Slope::of_likelihood(params, &sums[classes.clone()], &calls.weights[classes]);
        slope.add_priors(params, share * total_log_kappa);
        slope.gradient[LOG_KAPPA] -= share * theta_energy;
        slope.gradient[LOG_KAPPA] += share * freedom - leverages[judge];
        slope.curvature[LOG_KAPPA][LOG_KAPPA] += leverages[judge];
        slope
    };
    judges.iter().enumerate().map(slope_of).collect()
}

/// tr(H⁻¹Hₘ) of every judge m: their rough leverages, scaled so that they add up to the
/// known total.
fn leverages(sums: &[ClassSums], freedom: f64) -> Vec<f64> {
    let rough: Vec<f64> = sums
        .chunks(CLASSES_PER_JUDGE)
        .map(|classes| classes.iter().map(|class| class.leverage).sum())
        .collect();
    let total: f64 = rough.iter().sum();
    let scale = if total > 0.0 { freedom / total } else { 0.0 };
    rough.iter().map(|leverage| leverage * scale).collect()
}

/// The prior of θ couples all log κ through the common scale c: −λ·Σθ²·c²/2 adds the
/// rank-one term 2·λΣθ²·w·wᵀ to the Hessian (Sherman-Morrison).
fn correct_for_scale(steps: &mut [Params], responses: &[Params], shares: &[f64], energy: f64) {
    let along = |vectors: &[Params]| -> f64 {
        vectors
            .iter()
            .zip(shares)
            .map(|(vector, share)| vector[LOG_KAPPA] * share)
            .sum()
    };
    let strength = 2.0 * energy;
    let factor = strength * along(steps) / (1.0 + strength * along(responses));
    for (step, response) in steps.iter_mut().zip(responses) {
        for (step, response) in step.iter_mut().zip(response) {
            *step -= factor * response;
        }
    }
}

/// Takes the steps, damped, and moves the common factor of all κ to the scale.
pub(crate) fn apply(judges: &mut [JudgeParams], steps: &[Params], shares: &[f64]) -> JudgeStep {
    let longest = steps
        .iter()
        .flatten()
        .fold(0.0, |most: f64, part| most.max(part.abs()));
    let damping = if longest > MAX_MOVE {
        MAX_MOVE / longest
    } else {
        1.0
    };
    let mut log_scale = 0.0;
    for ((judge, step), share) in judges.iter_mut().zip(steps).zip(shares) {
        let mut params = to_params(judge);
        for (param, step) in params.iter_mut().zip(step) {
            *param += damping * step;
        }
        *judge = from_params(&params);
        log_scale += share * libm::log(judge.kappa);
    }
    let scale = libm::exp(log_scale);
    for judge in judges {
        judge.kappa /= scale;
    }
    JudgeStep {
        scale,
        largest_move: longest * damping,
    }
}

/// The unconstrained coordinates: log κ, β, log gaps.
pub(crate) fn to_params(judge: &JudgeParams) -> Params {
    let [a, b, c, d] = gaps(&judge.cuts).map(libm::log);
    [libm::log(judge.kappa), judge.beta, a, b, c, d]
}

/// The inverse of [`to_params`].
pub(crate) fn from_params(params: &[f64]) -> JudgeParams {
    let mut cut = 0.0;
    let cuts = std::array::from_fn(|k| {
        cut += libm::exp(params[FIRST_CUT + k]);
        cut
    });
    JudgeParams {
        kappa: libm::exp(params[LOG_KAPPA]),
        beta: params[BETA],
        cuts,
    }
}

pub(crate) fn gaps(cuts: &[f64; 4]) -> [f64; 4] {
    [
        cuts[0],
        cuts[1] - cuts[0],
        cuts[2] - cuts[1],
        cuts[3] - cuts[2],
    ]
}
