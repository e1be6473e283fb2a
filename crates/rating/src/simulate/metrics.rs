//! How well an estimate of strengths matches the truth.

/// Kendall's τ-b between two lists of the same length, in O(n log n) by counting the
/// exchanges of a merge sort (Knight, "A Computer Method for Calculating Kendall's Tau
/// with Ungrouped Data", 1966). 1 is the same order, −1 the reverse; 0 when either list
/// is constant.
///
/// # Panics
/// When the lengths differ.
pub fn kendall_tau(a: &[f64], b: &[f64]) -> f64 {
    assert_eq!(a.len(), b.len(), "two rankings of the same items");
    let mut order: Vec<usize> = (0..a.len()).collect();
    order.sort_by(|&i, &j| a[i].total_cmp(&a[j]).then(b[i].total_cmp(&b[j])));
    let same = |list: &[f64], i: usize, j: usize| list[i].total_cmp(&list[j]).is_eq();
    let ties_a = tied_pairs(&order, |i, j| same(a, i, j));
    let ties_both = tied_pairs(&order, |i, j| same(a, i, j) && same(b, i, j));
    let mut values: Vec<f64> = order.iter().map(|&i| b[i]).collect();
    let discordant = sort_counting_exchanges(&mut values);
    let ranks: Vec<usize> = (0..values.len()).collect();
    let ties_b = tied_pairs(&ranks, |i, j| same(&values, i, j));

    let pairs = (a.len() * a.len().saturating_sub(1) / 2) as f64;
    let (ties_a, ties_b, ties_both) = (ties_a as f64, ties_b as f64, ties_both as f64);
    let concordant_less_discordant = pairs - ties_a - ties_b + ties_both - 2.0 * discordant as f64;
    let scale = ((pairs - ties_a) * (pairs - ties_b)).sqrt();
    if scale == 0.0 {
        0.0
    } else {
        concordant_less_discordant / scale
    }
}

/// Pairs within runs of neighbours that are `same`.
fn tied_pairs(order: &[usize], same: impl Fn(usize, usize) -> bool) -> usize {
    order
        .chunk_by(|&i, &j| same(i, j))
        .map(|run| run.len() * (run.len() - 1) / 2)
        .sum()
}

/// Sorts and counts the pairs that stood in the wrong order.
fn sort_counting_exchanges(values: &mut [f64]) -> usize {
    if values.len() < 2 {
        return 0;
    }
    let (left, right) = values.split_at_mut(values.len() / 2);
    let mut exchanges = sort_counting_exchanges(left) + sort_counting_exchanges(right);
    let (mut l, mut r) = (0, 0);
    let mut merged = Vec::with_capacity(left.len() + right.len());
    while l < left.len() && r < right.len() {
        if left[l].total_cmp(&right[r]).is_le() {
            merged.push(left[l]);
            l += 1;
        } else {
            merged.push(right[r]);
            r += 1;
            exchanges += left.len() - l;
        }
    }
    merged.extend_from_slice(&left[l..]);
    merged.extend_from_slice(&right[r..]);
    values.copy_from_slice(&merged);
    exchanges
}

/// Share of the true best `top` that is among the estimated best `top`; 1 when there
/// are no more than `top` items.
pub fn top_recall(truth: &[f64], estimate: &[f64], top: usize) -> f64 {
    let top = top.min(truth.len());
    if top == 0 {
        return 1.0;
    }
    let (true_ranks, ranks) = (crate::elo::ranks(truth), crate::elo::ranks(estimate));
    let found = true_ranks
        .iter()
        .zip(&ranks)
        .filter(|&(&t, &e)| t < top && e < top)
        .count();
    found as f64 / top as f64
}

/// Share of the items whose true strength lies within `z` standard errors of its
/// estimate, both centred on their means and not rescaled.
pub fn coverage(truth: &[f64], mean: &[f64], sd: &[f64], z: f64) -> f64 {
    let centre = average(mean) - average(truth);
    let inside = truth
        .iter()
        .zip(mean)
        .zip(sd)
        .filter(|((truth, mean), sd)| (*mean - *truth - centre).abs() <= z * **sd)
        .count();
    inside as f64 / truth.len().max(1) as f64
}

/// Percentile of `value` among `values`: the share below it, ties half, in 0..100.
pub fn percentile(value: f64, values: impl Iterator<Item = f64>) -> f64 {
    let (mut below, mut count) = (0.0, 0.0);
    for other in values {
        count += 1.0;
        below += match other.total_cmp(&value) {
            std::cmp::Ordering::Less => 1.0,
            std::cmp::Ordering::Equal => 0.5,
            std::cmp::Ordering::Greater => 0.0,
        };
    }
    if count == 0.0 {
        50.0
    } else {
        100.0 * below / count
    }
}

pub(super) fn average(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len().max(1) as f64
}

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "the values are exact in binary")]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The definition: (concordant − discordant) / √(untied in a · untied in b).
    fn naive_tau(a: &[f64], b: &[f64]) -> f64 {
        let sign = |x: f64| if x == 0.0 { 0.0 } else { x.signum() };
        let (mut sum, mut untied_a, mut untied_b) = (0.0, 0.0, 0.0);
        for i in 0..a.len() {
            for j in 0..i {
                let (da, db) = (sign(a[i] - a[j]), sign(b[i] - b[j]));
                sum += da * db;
                untied_a += da.abs();
                untied_b += db.abs();
            }
        }
        let scale = f64::sqrt(untied_a * untied_b);
        if scale == 0.0 { 0.0 } else { sum / scale }
    }

    proptest! {
        #[test]
        fn tau_is_the_definition(pairs in prop::collection::vec((0i32..12, -6i32..6), 0..60)) {
            let a: Vec<f64> = pairs.iter().map(|pair| f64::from(pair.0)).collect();
            let b: Vec<f64> = pairs.iter().map(|pair| f64::from(pair.1) / 3.0).collect();
            prop_assert!((kendall_tau(&a, &b) - naive_tau(&a, &b)).abs() < 1e-12);
        }
    }

    #[test]
    fn tau_of_same_and_reversed_order() {
        let up = [1.0, 2.0, 3.0, 4.0];
        let down = [4.0, 3.0, 2.0, 1.0];
        assert_eq!(kendall_tau(&up, &up), 1.0);
        assert_eq!(kendall_tau(&up, &down), -1.0);
        assert_eq!(kendall_tau(&[], &[]), 0.0);
    }

    #[test]
    fn recall_counts_the_true_best_that_were_found() {
        let truth = [5.0, 4.0, 3.0, 2.0, 1.0];
        let estimate = [5.0, 1.0, 4.0, 3.0, 2.0];
        assert_eq!(top_recall(&truth, &estimate, 2), 0.5);
        assert_eq!(top_recall(&truth, &estimate, 10), 1.0);
    }

    #[test]
    fn coverage_ignores_a_common_shift_and_not_a_scale() {
        let truth = [-1.0, 0.0, 1.0];
        let sd = [0.2; 3];
        assert_eq!(coverage(&truth, &[9.0, 10.0, 11.0], &sd, 1.0), 1.0);
        assert_eq!(coverage(&truth, &[-2.0, 0.0, 2.0], &sd, 1.0), 1.0 / 3.0);
    }

    #[test]
    fn percentile_counts_ties_half() {
        assert_eq!(percentile(2.0, [1.0, 2.0, 3.0, 4.0].into_iter()), 37.5);
        assert_eq!(percentile(2.0, std::iter::empty()), 50.0);
    }
}
