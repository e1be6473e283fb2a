//! The update after one comparison: the graded form of Elo, with a step that shrinks as
//! the uncertainty does.
//!
//! It is one Laplace step on two independent Gaussians (Glickman's Glicko, 1999, has the
//! same shape for wins and losses). The exact refit replaces it for published ratings.

use serde::{Deserialize, Serialize};

use crate::log::MAX_LEVEL;
use crate::model::JudgeParams;

/// A belief about one item's strength θ, in logits.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Gaussian {
    pub mean: f64,
    /// Variance, not standard deviation.
    pub var: f64,
}

/// Bisection alone reaches full precision within this many halvings of any bracket in use.
const MAX_STEPS: usize = 64;

/// Updates both beliefs after `judge` gave `level` to `first` shown before `second`.
///
/// With m = κ(μ₁ − μ₂) + β and v = κ²(σ₁² + σ₂²), the posterior mode x of Δ solves
/// x = m + v·g(x); then δ = (x − m)/v, k = h(x)/(1 + h(x)·v), μ₁ += κσ₁²·δ,
/// μ₂ −= κσ₂²·δ and each σ² −= κ²σ⁴·k. Variances stay positive. Levels beyond ±4 count
/// as ±4.
pub fn online_step(
    judge: &JudgeParams,
    first: Gaussian,
    second: Gaussian,
    level: i8,
) -> (Gaussian, Gaussian) {
    let kappa = judge.kappa;
    let prior_mean = judge.delta(first.mean, second.mean);
    let prior_var = kappa * kappa * (first.var + second.var);
    let shape = LevelShape::new(judge, level.clamp(-MAX_LEVEL, MAX_LEVEL));
    let (score, curvature) = shape.at_mode(prior_mean, prior_var);
    let shrink = kappa * kappa * curvature / (1.0 + curvature * prior_var);
    let moved = |belief: Gaussian, sign: f64| Gaussian {
        mean: belief.mean + sign * kappa * belief.var * score,
        var: belief.var - belief.var * belief.var * shrink,
    };
    (moved(first, 1.0), moved(second, -1.0))
}

/// One level's likelihood with e^−lo and e^−hi taken once, so that each evaluation costs
/// one exponential.
struct LevelShape {
    exp_minus_lo: f64,
    exp_minus_hi: f64,
}

impl LevelShape {
    fn new(judge: &JudgeParams, level: i8) -> Self {
        let (lo, hi) = judge.bounds(level);
        Self {
            exp_minus_lo: libm::exp(-lo),
            exp_minus_hi: libm::exp(-hi),
        }
    }

    /// Score g and curvature h at Δ. The exponent is clamped where σ is 0 or 1 anyway, so
    /// that neither 0·∞ nor ∞/∞ can arise.
    fn at(&self, delta: f64) -> (f64, f64) {
        let e = libm::exp(delta.clamp(-600.0, 600.0));
        let up_to_hi = 1.0 / (1.0 + e * self.exp_minus_hi);
        let up_to_lo = 1.0 / (1.0 + e * self.exp_minus_lo);
        let score = up_to_hi + up_to_lo - 1.0;
        let curvature = up_to_hi * (1.0 - up_to_hi) + up_to_lo * (1.0 - up_to_lo);
        (score, curvature)
    }

    /// g and h at the root of x = m + v·g(x). As |g| ≤ 1 the root lies in [m − v, m + v],
    /// and as g falls, x − m − v·g(x) rises: Newton inside the bracket, else halving.
    fn at_mode(&self, mean: f64, var: f64) -> (f64, f64) {
        let (mut low, mut high) = (mean - var, mean + var);
        let mut x = mean;
        let (mut score, mut curvature) = self.at(x);
        let mut last_move = 2.0 * var;
        for _ in 0..MAX_STEPS {
            let excess = x - mean - var * score;
            if excess > 0.0 {
                high = x;
            } else {
                low = x;
            }
            let step = excess / (1.0 + var * curvature);
            let newton = x - step;
            // Newton's error is about the square of its step. Asked first, because at the
            // root rounding can put the step just outside the bracket.
            let arrived = step.abs() <= 1e-7 * (1.0 + x.abs());
            // Where the likelihood is flat Newton can swing between two far points for ever,
            // so it must halve its step each time or give way.
            let inside = newton > low && newton < high && 2.0 * step.abs() <= last_move;
            let next = if arrived || inside {
                newton
            } else {
                f64::midpoint(low, high)
            };
            last_move = (next - x).abs();
            x = next;
            (score, curvature) = self.at(x);
            if arrived {
                break;
            }
        }
        (score, curvature)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn belief() -> impl Strategy<Value = Gaussian> {
        (-5.0f64..5.0, 0.001f64..400.0).prop_map(|(mean, var)| Gaussian { mean, var })
    }

    proptest! {
        #[test]
        fn solves_its_equation(a in belief(), b in belief(), y in -4i8..=4, kappa in 0.2f64..4.0) {
            let judge = JudgeParams { kappa, beta: 0.3, ..JudgeParams::default() };
            let (after, _) = online_step(&judge, a, b, y);
            let delta = (after.mean - a.mean) / (kappa * a.var);
            let m = judge.delta(a.mean, b.mean);
            let x = m + kappa * kappa * (a.var + b.var) * delta;
            prop_assert!((judge.score(y, x) - delta).abs() < 1e-7, "{delta}");
        }

        #[test]
        fn learns_and_never_breaks(a in belief(), b in belief(), y in -4i8..=4) {
            let (first, second) = online_step(&JudgeParams::default(), a, b, y);
            prop_assert!(first.var > 0.0 && first.var <= a.var);
            prop_assert!(second.var > 0.0 && second.var <= b.var);
            prop_assert!(first.mean.is_finite() && second.mean.is_finite());
        }

        #[test]
        fn sides_are_symmetric_without_position_effect(a in belief(), b in belief(), y in -4i8..=4) {
            let judge = JudgeParams::default();
            let (first, second) = online_step(&judge, a, b, y);
            let (swapped_second, swapped_first) = online_step(&judge, b, a, -y);
            let close = 1e-7 * (1.0 + a.var + b.var);
            prop_assert!((first.mean - swapped_first.mean).abs() < close);
            prop_assert!((second.mean - swapped_second.mean).abs() < close);
        }
    }

    /// Newton once swung between two points 15 logits apart until the steps ran out.
    #[test]
    fn a_wide_belief_against_a_lopsided_verdict_is_solved() {
        let first = Gaussian {
            mean: 2.584_911,
            var: 389.882,
        };
        let second = Gaussian {
            mean: 1.800_085,
            var: 116.537,
        };
        let (after, _) = online_step(&JudgeParams::default(), first, second, 4);
        let moved = (after.mean - first.mean) / first.var;
        let x = first.mean - second.mean + (first.var + second.var) * moved;
        assert!((JudgeParams::default().score(4, x) - moved).abs() < 1e-9);
    }

    #[test]
    fn a_certain_belief_hardly_moves() {
        let vague = Gaussian {
            mean: 0.0,
            var: 1.0,
        };
        let sure = Gaussian {
            mean: 0.0,
            var: 1e-4,
        };
        let (vague_after, sure_after) = online_step(&JudgeParams::default(), vague, sure, 4);
        assert!(vague_after.mean > 0.5);
        assert!(sure_after.mean.abs() < 1e-3);
    }
}
