//! The likelihood of one graded comparison: a symmetric cumulative logit.
//!
//! With Δ = κ·(θ₁ − θ₂) + β and cut points 0 < τ₁ < … < τ₄,
//! P(y ≥ k) = σ(Δ − τₖ) and P(y ≤ −k) = σ(−Δ − τₖ): Agresti's cumulative logit for
//! ordinal paired comparisons ("Analysis of Ordinal Paired Comparison Data", 1992), with a
//! position effect β and a discrimination κ for each judge.
//!
//! Invariant: every function is finite for every finite Δ. Probabilities are never formed
//! as differences of σ: P = (1 − e^(lo − hi))·σ(hi − Δ)·σ(Δ − lo) holds exactly.

pub mod logistic;

use serde::{Deserialize, Serialize};

use crate::log::MAX_LEVEL;
use logistic::{log_sigmoid, sigmoid};

/// How one judge turns a difference of strengths into a level.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct JudgeParams {
    /// Discrimination κ > 0: how sharply the judge sees a difference.
    pub kappa: f64,
    /// Position effect β in logits: the pull towards whatever is shown first.
    pub beta: f64,
    /// Cut points τ₁ to τ₄ in logits, above 0 and ascending.
    pub cuts: [f64; 4],
}

/// κ = 1, no position effect, one Likert step = one logit.
impl Default for JudgeParams {
    fn default() -> Self {
        Self {
            kappa: 1.0,
            beta: 0.0,
            cuts: [0.5, 1.5, 2.5, 3.5],
        }
    }
}

impl JudgeParams {
    /// Δ = κ·(θ₁ − θ₂) + β, in logits.
    pub fn delta(&self, theta_first: f64, theta_second: f64) -> f64 {
        self.kappa * (theta_first - theta_second) + self.beta
    }

    /// The lower and upper cut of a level on the Δ scale; ±∞ beyond the outermost cuts.
    /// Levels beyond ±4 count as ±4, here and in every method below.
    pub fn bounds(&self, level: i8) -> (f64, f64) {
        let magnitude = usize::from(level.unsigned_abs().min(MAX_LEVEL.unsigned_abs()));
        if magnitude == 0 {
            return (-self.cuts[0], self.cuts[0]);
        }
        let near = self.cuts[magnitude - 1];
        let far = self.cuts.get(magnitude).copied().unwrap_or(f64::INFINITY);
        if level > 0 {
            (near, far)
        } else {
            (-far, -near)
        }
    }

    /// log P(level | Δ).
    pub fn log_prob(&self, level: i8, delta: f64) -> f64 {
        let (lo, hi) = self.bounds(level);
        let width = -libm::expm1(lo - hi);
        libm::log(width) + log_sigmoid(hi - delta) + log_sigmoid(delta - lo)
    }

    /// The score g = ∂ log P / ∂Δ = σ(hi − Δ) + σ(lo − Δ) − 1, between −1 and 1.
    pub fn score(&self, level: i8, delta: f64) -> f64 {
        let (lo, hi) = self.bounds(level);
        sigmoid(lo - delta) - sigmoid(delta - hi)
    }

    /// The curvature h = −∂² log P / ∂Δ², between 0 and ½.
    pub fn curvature(&self, level: i8, delta: f64) -> f64 {
        let (lo, hi) = self.bounds(level);
        spread(hi - delta) + spread(lo - delta)
    }

    /// Fisher information about Δ of one comparison: Σ over the levels of P·g². It is
    /// **without κ²**: information about θ₁ − θ₂ is κ² times this.
    ///
    /// With Fₖ = σ(cutₖ − Δ) over the eight cuts, P = Fₖ₊₁ − Fₖ and
    /// g = Fₖ₊₁ + Fₖ − 1, so that no exponential is taken per level.
    pub fn information(&self, delta: f64) -> f64 {
        let mut below = 0.0;
        let mut total = 0.0;
        for cut in self.all_cuts() {
            let up_to = sigmoid(cut - delta);
            total += (up_to - below) * (up_to + below - 1.0) * (up_to + below - 1.0);
            below = up_to;
        }
        total + (1.0 - below) * below * below
    }

    /// The expected level Σ y·P(y | Δ).
    pub fn expected_level(&self, delta: f64) -> f64 {
        self.cuts
            .iter()
            .map(|cut| sigmoid(delta - cut) - sigmoid(-delta - cut))
            .sum()
    }

    /// Whether κ, β and the cuts are finite, κ is positive and the cuts ascend from above 0.
    pub fn is_valid(&self) -> bool {
        let ascending = self.cuts.windows(2).all(|pair| pair[0] < pair[1]);
        let finite = self.kappa.is_finite() && self.beta.is_finite() && self.cuts[3].is_finite();
        finite && self.kappa > 0.0 && self.cuts[0] > 0.0 && ascending
    }

    fn all_cuts(&self) -> [f64; 8] {
        let [a, b, c, d] = self.cuts;
        [-d, -c, -b, -a, a, b, c, d]
    }
}

/// σ(x)·σ(−x); 0 at ±∞.
fn spread(x: f64) -> f64 {
    let e = libm::exp(-x.abs());
    e / ((1.0 + e) * (1.0 + e))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn judge() -> impl Strategy<Value = JudgeParams> {
        (
            0.1f64..5.0,
            -3.0f64..3.0,
            prop::array::uniform4(0.01f64..3.0),
        )
            .prop_map(|(kappa, beta, gaps)| {
                let mut cuts = gaps;
                for k in 1..4 {
                    cuts[k] += cuts[k - 1];
                }
                JudgeParams { kappa, beta, cuts }
            })
    }

    proptest! {
        #[test]
        fn probabilities_sum_to_one(judge in judge(), delta in -40.0f64..40.0) {
            let sum: f64 = (-4..=4).map(|y| judge.log_prob(y, delta).exp()).sum();
            prop_assert!((sum - 1.0).abs() < 1e-12, "{sum}");
        }

        #[test]
        fn upper_tails_follow_the_cuts(judge in judge(), delta in -10.0f64..10.0, k in 1i8..=4) {
            let tail: f64 = (k..=4).map(|y| judge.log_prob(y, delta).exp()).sum();
            let cut = judge.cuts[usize::try_from(k).unwrap() - 1];
            prop_assert!((tail - sigmoid(delta - cut)).abs() < 1e-12);
        }

        #[test]
        fn swapping_sides_mirrors_the_level(judge in judge(), delta in -30.0f64..30.0, y in -4i8..=4) {
            let here = judge.log_prob(y, delta);
            prop_assert!((here - judge.log_prob(-y, -delta)).abs() < 1e-11 * (1.0 + here.abs()));
        }

        #[test]
        fn score_and_curvature_are_the_derivatives(
            judge in judge(), delta in -8.0f64..8.0, y in -4i8..=4,
        ) {
            let e = 1e-5;
            let slope = (judge.log_prob(y, delta + e) - judge.log_prob(y, delta - e)) / (2.0 * e);
            prop_assert!((judge.score(y, delta) - slope).abs() < 1e-7);
            let bend = (judge.score(y, delta - e) - judge.score(y, delta + e)) / (2.0 * e);
            prop_assert!((judge.curvature(y, delta) - bend).abs() < 1e-7);
        }

        #[test]
        fn information_is_the_expected_squared_score(judge in judge(), delta in -20.0f64..20.0) {
            let direct: f64 = (-4..=4)
                .map(|y| judge.log_prob(y, delta).exp() * judge.score(y, delta).powi(2))
                .sum();
            prop_assert!((judge.information(delta) - direct).abs() < 1e-12);
        }

        #[test]
        fn nothing_overflows_far_out(judge in judge(), delta in -1e6f64..1e6, y in -4i8..=4) {
            prop_assert!(judge.log_prob(y, delta).is_finite());
            prop_assert!(judge.score(y, delta).abs() <= 1.0);
            prop_assert!((0.0..=0.5).contains(&judge.curvature(y, delta)));
            prop_assert!((0.0..=1.0).contains(&judge.information(delta)));
        }
    }
}
