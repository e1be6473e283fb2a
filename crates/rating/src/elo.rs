//! Plain Elo with a fixed step, for study only (`--rating elo`).
//!
//! This is the rating that PlanExe's proposal "Elo Ranking System" describes: every
//! plan starts at 1500, the step is K = 32, and a verdict becomes a score through a
//! piecewise map ([`likert_score`]). It is measured beside the published rating
//! and never published.
//!
//! **The order matters.** Each update uses the ratings of that moment, so the same
//! verdicts in another order give other ratings ([`mean_rank_displacement`] says by how
//! many ranks), and the step never shrinks, so ratings keep wandering however many
//! comparisons there are. The graded posterior in [`crate::fit()`] has neither fault.
//!
//! Deliberately absent: standard errors (Elo has none) and position effects.

use rand::{Rng, RngExt};

/// The rating that every plan starts with.
pub const START: f64 = 1500.0;

/// Points at stake in one comparison.
pub const K: f64 = 32.0;

/// One verdict as Elo reads it: `first` and `second` are indices of items, `level` is
/// the Likert preference −4..=4, positive when it favours `first`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verdict {
    pub first: u32,
    pub second: u32,
    pub level: i8,
}

/// The score of the first plan for a Likert preference: PlanExe's piecewise map from a
/// difference of Likert points to a win probability (0 → .5, ±1 → .6/.4, ±2 → .7/.3,
/// ±3 and beyond → .9/.1).
pub fn likert_score(level: i8) -> f64 {
    match level {
        3.. => 0.9,
        2 => 0.7,
        1 => 0.6,
        0 => 0.5,
        -1 => 0.4,
        -2 => 0.3,
        ..=-3 => 0.1,
    }
}

/// The score that Elo expects of a plan rated `own` against one rated `other`.
pub fn expected_score(own: f64, other: f64) -> f64 {
    1.0 / (1.0 + libm::exp10((other - own) / 400.0))
}

/// Ratings of both plans after one verdict at `level`; their sum doesn't change.
pub fn update(first: f64, second: f64, level: i8) -> (f64, f64) {
    let step = K * (likert_score(level) - expected_score(first, second));
    (first + step, second - step)
}

/// Plays a log from the start, in the order given: the Elo rating of each of `items`.
///
/// # Panics
/// When a verdict names an item that isn't there.
pub fn rate(items: usize, log: &[Verdict]) -> Vec<f64> {
    let mut ratings = vec![START; items];
    for verdict in log {
        let (first, second) = (verdict.first as usize, verdict.second as usize);
        let (after_first, after_second) = update(ratings[first], ratings[second], verdict.level);
        ratings[first] = after_first;
        ratings[second] = after_second;
    }
    ratings
}

/// By how many ranks a plan moves, on average, when the same log is played in a random
/// other order: the price of Elo's dependence on order. 0 for fewer than two items.
pub fn mean_rank_displacement(items: usize, log: &[Verdict], rng: &mut impl Rng) -> f64 {
    if items < 2 {
        return 0.0;
    }
    let mut shuffled = log.to_vec();
    for last in (1..shuffled.len()).rev() {
        shuffled.swap(last, rng.random_range(0..=last));
    }
    let before = ranks(&rate(items, log));
    let after = ranks(&rate(items, &shuffled));
    let moved: usize = before.iter().zip(&after).map(|(a, b)| a.abs_diff(*b)).sum();
    moved as f64 / items as f64
}

/// Rank of each item, 0 the best; equal values keep the order of their indices.
pub(crate) fn ranks(values: &[f64]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&a, &b| values[b].total_cmp(&values[a]).then(a.cmp(&b)));
    let mut ranks = vec![0; values.len()];
    for (rank, &item) in order.iter().enumerate() {
        ranks[item] = rank;
    }
    ranks
}

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "the values are exact in binary")]
mod tests {
    use super::*;
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    const fn verdict(first: u32, second: u32, level: i8) -> Verdict {
        Verdict {
            first,
            second,
            level,
        }
    }

    #[test]
    fn the_piecewise_map_is_symmetric_and_rises() {
        let scores: Vec<f64> = (-4..=4).map(likert_score).collect();
        assert_eq!(scores, [0.1, 0.1, 0.3, 0.4, 0.5, 0.6, 0.7, 0.9, 0.9]);
        for level in -4..=4 {
            assert!((likert_score(level) + likert_score(-level) - 1.0).abs() < 1e-12);
        }
    }

    #[test]
    fn equals_gain_by_the_score_above_one_half() {
        assert_eq!(update(START, START, 4), (1512.8, 1487.2));
        assert_eq!(update(START, START, 0), (START, START));
    }

    #[test]
    fn four_hundred_points_are_odds_of_ten_to_one() {
        assert!((expected_score(1900.0, 1500.0) - 10.0 / 11.0).abs() < 1e-12);
        // A weak verdict for a far stronger plan costs it points.
        assert!(update(1900.0, 1500.0, 1).0 < 1900.0);
    }

    #[test]
    fn points_are_conserved() {
        let log = [verdict(0, 1, 4), verdict(1, 2, -2), verdict(2, 0, 3)];
        let total: f64 = rate(3, &log).iter().sum();
        assert!((total - 3.0 * START).abs() < 1e-9);
    }

    #[test]
    fn the_same_verdicts_in_another_order_give_other_ratings() {
        let log = [verdict(0, 1, 4), verdict(1, 2, 4), verdict(2, 0, 4)];
        let mut reversed = log;
        reversed.reverse();
        assert_ne!(rate(3, &log), rate(3, &reversed));
    }

    #[test]
    fn displacement_is_zero_when_order_cannot_matter() {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        assert_eq!(mean_rank_displacement(1, &[], &mut rng), 0.0);
        let one_call = [verdict(0, 1, 4)];
        assert_eq!(mean_rank_displacement(2, &one_call, &mut rng), 0.0);
    }

    #[test]
    fn ranks_count_from_the_best_and_break_ties_by_index() {
        assert_eq!(ranks(&[1.0, 3.0, 1.0, 2.0]), [2, 0, 3, 1]);
    }
}
