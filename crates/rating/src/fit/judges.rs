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

use super::dense::{Matrix, cholesky_solve};
use super::edges::{CLASSES_PER_JUDGE, class_meaning};
use super::pass::ClassSums;
use crate::model::JudgeParams;

/// log κ, β, and four log gaps.
pub(crate) const PARAMS: usize = 6;
const LOG_KAPPA: usize = 0;
const BETA: usize = 1;
const FIRST_CUT: usize = 2;

/// Prior precision of log κ around the call-weighted mean: standard deviation 0.5.
const LOG_KAPPA_PRECISION: f64 = 4.0;
/// Prior precision of β around 0: standard deviation 1 logit.
const BETA_PRECISION: f64 = 1.0;
/// Prior precision of the log of a gap between cuts: standard deviation 1/8. A judge that never
/// contradicts itself is not thereby right; a looser prior lets the gaps, and with them the
/// whole scale, grow without bound on its verdicts. Thousands of verdicts overrule it.
const LOG_GAP_PRECISION: f64 = 64.0;
/// No parameter moves further than this in one step.
const MAX_MOVE: f64 = 1.0;

/// How the calls spread over classes and judges.
#[derive(Debug)]
pub(crate) struct Calls {
    /// Total weight of each class.
    weights: Vec<f64>,
    /// Each judge's share of all calls by weight; equal shares when there is none.
    shares: Vec<f64>,
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
    let total_log_kappa: f64 = judges.iter().map(|judge| libm::log(judge.kappa)).sum();
    let leverages = leverages(sums, freedom);
    let mut steps = Vec::with_capacity(judges.len());
    let mut responses = Vec::with_capacity(judges.len());
    for (judge, params) in judges.iter().enumerate() {
        let classes = judge * CLASSES_PER_JUDGE..(judge + 1) * CLASSES_PER_JUDGE;
        let mut slope =
            Slope::of_likelihood(params, &sums[classes.clone()], &calls.weights[classes]);
        slope.add_priors(params, shares[judge] * total_log_kappa);
        slope.gradient[LOG_KAPPA] -= shares[judge] * theta_energy;
        slope.gradient[LOG_KAPPA] += shares[judge] * freedom - leverages[judge];
        slope.curvature[LOG_KAPPA][LOG_KAPPA] += leverages[judge];
        let mut share = [0.0; PARAMS];
        share[LOG_KAPPA] = shares[judge];
        steps.push(slope.solve(slope.gradient));
        responses.push(slope.solve(share));
    }
    correct_for_scale(&mut steps, &responses, shares, theta_energy);
    apply(judges, &steps, shares)
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

fn apply(judges: &mut [JudgeParams], steps: &[Params], shares: &[f64]) -> JudgeStep {
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

/// Gradient and negative Hessian of one judge's log posterior.
struct Slope {
    gradient: Params,
    /// Likelihood in Gauss-Newton form plus priors: positive definite whatever the data.
    curvature: Matrix<PARAMS>,
    /// What the full Hessian has beyond that, on the diagonal.
    bend: Params,
}

impl Slope {
    fn of_likelihood(params: &JudgeParams, sums: &[ClassSums], weights: &[f64]) -> Self {
        let mut gradient = [0.0; PARAMS];
        let mut curvature = [[0.0; PARAMS]; PARAMS];
        for (class, (sums, &weight)) in sums.iter().zip(weights).enumerate() {
            if weight > 0.0 {
                add_class(&mut gradient, &mut curvature, params, class, sums, weight);
            }
        }
        to_log_gaps(&mut gradient, &mut curvature, &gaps(&params.cuts));
        let mut bend = gradient.map(|part| -part);
        bend[BETA] = 0.0;
        Self {
            gradient,
            curvature,
            bend,
        }
    }

    /// `mean_shift` is the judge's share of the sum of all log κ: the derivative of the
    /// call-weighted mean, around which the log κ scatter.
    fn add_priors(&mut self, params: &JudgeParams, mean_shift: f64) {
        self.gradient[LOG_KAPPA] -= LOG_KAPPA_PRECISION * (libm::log(params.kappa) - mean_shift);
        self.gradient[BETA] -= BETA_PRECISION * params.beta;
        let (here, usual) = (gaps(&params.cuts), gaps(&JudgeParams::default().cuts));
        for k in 0..4 {
            self.gradient[FIRST_CUT + k] -= LOG_GAP_PRECISION * libm::log(here[k] / usual[k]);
            self.curvature[FIRST_CUT + k][FIRST_CUT + k] += LOG_GAP_PRECISION;
        }
        self.curvature[LOG_KAPPA][LOG_KAPPA] += LOG_KAPPA_PRECISION;
        self.curvature[BETA][BETA] += BETA_PRECISION;
    }

    /// Newton with the full Hessian where it is positive definite, else Gauss-Newton.
    fn solve(&self, right: Params) -> Params {
        let mut full = self.curvature;
        for (k, bend) in self.bend.iter().enumerate() {
            full[k][k] += bend;
        }
        cholesky_solve(&full, right)
            .or_else(|| cholesky_solve(&self.curvature, right))
            .unwrap_or([0.0; PARAMS])
    }
}

/// Adds one class in the coordinates (log κ, β, τ₁..τ₄).
///
/// log P = log(1 − e^(lo − hi)) + log σ(hi − Δ) + log σ(Δ − lo), so with
/// r = 1/(e^(hi − lo) − 1): ∂/∂hi = (1 − A) + r and ∂/∂lo = −B − r.
fn add_class(
    gradient: &mut Params,
    curvature: &mut Matrix<PARAMS>,
    params: &JudgeParams,
    class: usize,
    sums: &ClassSums,
    weight: f64,
) {
    let (_, side, level) = class_meaning(class);
    let (lo, hi) = params.bounds(level);
    let r = 1.0 / libm::expm1(hi - lo);
    let (tie, tie_bend) = (r * weight, r * (1.0 + r) * weight);
    gradient[LOG_KAPPA] += sums.gap_score;
    gradient[BETA] += side * (sums.below_lo - sums.above_hi);
    curvature[LOG_KAPPA][LOG_KAPPA] += sums.gap_gap_bend;
    curvature[BETA][BETA] += sums.bend_hi + sums.bend_lo;
    add_pair(
        curvature,
        LOG_KAPPA,
        BETA,
        side * (sums.gap_bend_hi + sums.gap_bend_lo),
    );
    let (upper, lower) = (upper_cut(level), lower_cut(level));
    if let Some((cut, sign)) = upper {
        gradient[cut] += sign * (sums.above_hi + tie);
        curvature[cut][cut] += sums.bend_hi + tie_bend;
        add_pair(curvature, LOG_KAPPA, cut, -sign * sums.gap_bend_hi);
        add_pair(curvature, BETA, cut, -side * sign * sums.bend_hi);
    }
    if let Some((cut, sign)) = lower {
        gradient[cut] -= sign * (sums.below_lo + tie);
        curvature[cut][cut] += sums.bend_lo + tie_bend;
        add_pair(curvature, LOG_KAPPA, cut, -sign * sums.gap_bend_lo);
        add_pair(curvature, BETA, cut, -side * sign * sums.bend_lo);
    }
    if let (Some((upper, up)), Some((lower, down))) = (upper, lower) {
        add_pair(curvature, upper, lower, -up * down * tie_bend);
    }
}

/// Adds to both mirrored entries; to a diagonal entry twice, as the product rule asks.
fn add_pair(matrix: &mut Matrix<PARAMS>, a: usize, b: usize, value: f64) {
    matrix[a][b] += value;
    matrix[b][a] += value;
}

/// Which τ bounds a level from above, and its sign; `None` for +∞.
fn upper_cut(level: i8) -> Option<(usize, f64)> {
    let magnitude = usize::from(level.unsigned_abs());
    match level {
        4.. => None,
        0..=3 => Some((FIRST_CUT + magnitude, 1.0)),
        _ => Some((FIRST_CUT + magnitude - 1, -1.0)),
    }
}

/// The mirror image of [`upper_cut`].
fn lower_cut(level: i8) -> Option<(usize, f64)> {
    upper_cut(-level).map(|(cut, sign)| (cut, -sign))
}

/// Changes the last four coordinates from cuts to log gaps: τₖ is the sum of e^u up to k.
fn to_log_gaps(gradient: &mut Params, curvature: &mut Matrix<PARAMS>, gaps: &[f64; 4]) {
    change_row(gradient, gaps);
    for row in curvature.iter_mut() {
        change_row(row, gaps);
    }
    *curvature = transposed(curvature);
    for row in curvature.iter_mut() {
        change_row(row, gaps);
    }
}

/// One row: a log gap moves its own cut and all above it.
fn change_row(row: &mut Params, gaps: &[f64; 4]) {
    for k in (FIRST_CUT..PARAMS - 1).rev() {
        row[k] += row[k + 1];
    }
    for (entry, gap) in row[FIRST_CUT..].iter_mut().zip(gaps) {
        *entry *= gap;
    }
}

fn transposed(matrix: &Matrix<PARAMS>) -> Matrix<PARAMS> {
    std::array::from_fn(|row| std::array::from_fn(|column| matrix[column][row]))
}

fn gaps(cuts: &[f64; 4]) -> [f64; 4] {
    [
        cuts[0],
        cuts[1] - cuts[0],
        cuts[2] - cuts[1],
        cuts[3] - cuts[2],
    ]
}
