//! Gradient and curvature of one judge's log posterior, from the sums of a pass.

use super::{BETA, FIRST_CUT, LOG_KAPPA, PARAMS, Params, gaps};
use crate::fit::dense::{Matrix, cholesky_solve};
use crate::fit::edges::class_meaning;
use crate::fit::pass::ClassSums;
use crate::model::JudgeParams;

/// Prior precision of log κ around the call-weighted mean: standard deviation 0.5.
const LOG_KAPPA_PRECISION: f64 = 4.0;
/// Prior precision of β around 0: standard deviation 1 logit.
const BETA_PRECISION: f64 = 1.0;
/// Prior precision of the log of a gap between cuts: standard deviation 1/8. A judge that never
/// contradicts itself is not thereby right; a looser prior lets the gaps, and with them the
/// whole scale, grow without bound on its verdicts. Thousands of verdicts overrule it.
const LOG_GAP_PRECISION: f64 = 64.0;

/// Gradient and negative Hessian of one judge's log posterior.
#[derive(Debug)]
pub(crate) struct Slope {
    pub(crate) gradient: Params,
    /// Likelihood in Gauss-Newton form plus priors: positive definite whatever the data.
    pub(crate) curvature: Matrix<PARAMS>,
    /// What the full Hessian has beyond that, on the diagonal.
    bend: Params,
}

impl Slope {
    pub(super) fn of_likelihood(params: &JudgeParams, sums: &[ClassSums], weights: &[f64]) -> Self {
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
    pub(super) fn add_priors(&mut self, params: &JudgeParams, mean_shift: f64) {
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
    pub(crate) fn solve(&self, right: Params) -> Params {
        cholesky_solve(&self.full(), right)
            .or_else(|| cholesky_solve(&self.curvature, right))
            .unwrap_or([0.0; PARAMS])
    }

    /// The full negative Hessian.
    pub(crate) fn full(&self) -> Matrix<PARAMS> {
        let mut full = self.curvature;
        for (k, bend) in self.bend.iter().enumerate() {
            full[k][k] += bend;
        }
        full
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
pub(crate) fn upper_cut(level: i8) -> Option<(usize, f64)> {
    let magnitude = usize::from(level.unsigned_abs());
    match level {
        4.. => None,
        0..=3 => Some((FIRST_CUT + magnitude, 1.0)),
        _ => Some((FIRST_CUT + magnitude - 1, -1.0)),
    }
}

/// The mirror image of [`upper_cut`].
pub(crate) fn lower_cut(level: i8) -> Option<(usize, f64)> {
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
pub(crate) fn change_row(row: &mut Params, gaps: &[f64; 4]) {
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
