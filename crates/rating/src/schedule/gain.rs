//! What a comparison is expected to teach, and whom it matters for.

use crate::model::JudgeParams;
use crate::online::Gaussian;

/// Width of one cell of the table, in logits of θ.
const STEP: f64 = 1.0 / 16.0;

/// Cells up to a difference of 16 logits. Differences beyond carry the information of this
/// one, which is next to nothing.
const CELLS: u16 = 256;

/// Fisher information about θᵢ − θⱼ of one comparison, I = κ²·Σ P·g², as a table over
/// the distance |θᵢ − θⱼ|, averaged over the two orders of presentation.
///
/// Picking one pair weighs some sixty candidates; a table makes each a few nanoseconds.
#[derive(Debug, Clone)]
pub(super) struct InformationTable {
    cells: Vec<f64>,
}

impl InformationTable {
    pub(super) fn new(judge: &JudgeParams) -> Self {
        let at = |distance: f64| {
            let ahead = judge.information(judge.delta(distance, 0.0));
            let behind = judge.information(judge.delta(0.0, distance));
            judge.kappa * judge.kappa * 0.5 * (ahead + behind)
        };
        Self {
            cells: (0..=CELLS).map(|cell| at(f64::from(cell) * STEP)).collect(),
        }
    }

    pub(super) fn at(&self, distance: f64) -> f64 {
        let scaled = distance.abs() / STEP;
        let cell = cell_of(scaled);
        let part = (scaled - cell as f64).min(1.0);
        self.cells[cell] * (1.0 - part) + self.cells[cell + 1] * part
    }

    /// Variances of both after one comparison, in expectation.
    pub(super) fn shrink(&self, a: Gaussian, b: Gaussian) -> (f64, f64) {
        let information = self.at(a.mean - b.mean);
        let rate = information / (1.0 + information * (a.var + b.var));
        (a.var - rate * a.var * a.var, b.var - rate * b.var * b.var)
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a cast saturates, and the number is never negative"
)]
fn cell_of(scaled: f64) -> usize {
    (scaled as usize).min(usize::from(CELLS) - 1)
}

/// P(θ > threshold) under a belief.
pub(super) fn probability_above(belief: Gaussian, threshold: f64) -> f64 {
    let sd = libm::sqrt(belief.var.max(f64::MIN_POSITIVE));
    0.5 * libm::erfc((threshold - belief.mean) / (sd * std::f64::consts::SQRT_2))
}

/// Beyond this many items the threshold is read from an even sample of them.
const SAMPLE: usize = 8192;

/// The strength that `share` of the items is expected to exceed, at least one of them.
pub(super) fn top_threshold(beliefs: &[Gaussian], share: f64) -> f64 {
    let stride = beliefs.len().div_ceil(SAMPLE).max(1);
    let sample: Vec<Gaussian> = beliefs.iter().copied().step_by(stride).collect();
    let wanted = (share * sample.len() as f64)
        .max(1.0 / stride as f64)
        .min(sample.len() as f64);
    let reach = |sign: f64| {
        let ends = sample
            .iter()
            .map(|b| sign * (b.mean + sign * 8.0 * libm::sqrt(b.var)));
        sign * ends.fold(f64::NEG_INFINITY, f64::max)
    };
    if sample.is_empty() {
        return 0.0;
    }
    let (mut low, mut high) = (reach(-1.0), reach(1.0));
    for _ in 0..40 {
        let middle = 0.5 * (low + high);
        let above: f64 = sample.iter().map(|&b| probability_above(b, middle)).sum();
        if above > wanted {
            low = middle;
        } else {
            high = middle;
        }
    }
    0.5 * (low + high)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_follows_the_exact_information_of_both_orders() {
        let judge = JudgeParams {
            kappa: 1.3,
            beta: 0.4,
            cuts: [0.4, 1.2, 2.5, 3.1],
        };
        let table = InformationTable::new(&judge);
        for distance in [0.0, 0.03, 0.5, 1.77, 4.0, 15.9] {
            let exact = 0.5
                * 1.69
                * (judge.information(1.3 * distance + 0.4)
                    + judge.information(-1.3 * distance + 0.4));
            assert!((table.at(distance) - exact).abs() < 1e-3, "{distance}");
            assert_eq!(table.at(distance).to_bits(), table.at(-distance).to_bits());
        }
        assert!(table.at(1e9) <= table.at(16.0));
    }

    #[test]
    fn the_threshold_leaves_the_share_above_it() {
        let beliefs: Vec<Gaussian> = (0..1000)
            .map(|i| Gaussian {
                mean: f64::from(i),
                var: 1e-6,
            })
            .collect();
        let threshold = top_threshold(&beliefs, 0.02);
        assert!((979.0..=980.0).contains(&threshold), "{threshold}");
    }

    #[test]
    fn a_tiny_corpus_has_a_top_of_one_item() {
        let beliefs = [Gaussian {
            mean: 0.0,
            var: 1.0,
        }; 5];
        let threshold = top_threshold(&beliefs, 0.02);
        let above: f64 = beliefs
            .iter()
            .map(|&b| probability_above(b, threshold))
            .sum();
        assert!((above - 1.0).abs() < 1e-6);
        assert!(top_threshold(&[], 0.02).is_finite());
        assert!(top_threshold(&beliefs[..1], 0.02).is_finite());
    }
}
