use proptest::prelude::*;
use rstest::rstest;

use super::*;
use interval::half_width;

fn near(a: f64, b: f64, tolerance: f64) {
    assert!((a - b).abs() < tolerance, "{a} is not {b}");
}

/// Pairs of categories from a table of counts.
fn table(counts: &[&[usize]]) -> Confusion {
    let mut pairs = Vec::new();
    for (a, row) in counts.iter().enumerate() {
        for (b, count) in row.iter().enumerate() {
            pairs.extend(std::iter::repeat_n((a, b), *count));
        }
    }
    Confusion::of(counts.len(), pairs.into_iter())
}

/// Two psychiatrists, three diagnoses: the example of Cohen (1968), in per cent of 200 cases.
#[test]
fn cohens_example_of_1968_gives_the_published_kappas() {
    let cases = table(&[&[88, 14, 18], &[10, 40, 10], &[2, 6, 12]]);
    let seriousness = [[0.0, 1.0, 3.0], [1.0, 0.0, 6.0], [3.0, 6.0, 0.0]];
    near(cases.kappa(kappa::nominal).unwrap(), 0.492, 5e-4);
    near(cases.kappa(|a, b| seriousness[a][b]).unwrap(), 0.348, 5e-4);
    near(cases.chance().unwrap(), 0.41, 1e-12);
    near(cases.base_rate().unwrap(), 0.5, 1e-12);
}

/// Four observers, twelve units, values 1 to 5 and missing ones: Krippendorff (2011), section E.
#[test]
fn krippendorffs_example_of_2011_gives_the_published_ordinal_alpha() {
    let observers: [[i8; 12]; 4] = [
        [1, 2, 3, 3, 2, 1, 4, 1, 2, 0, 0, 0],
        [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, 0, 3],
        [0, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, 0],
        [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, 0],
    ];
    let unit = |u: usize| -> Vec<i8> {
        let values = observers.iter().map(|row| row[u]);
        values.filter(|v| *v != 0).map(|v| v - 3).collect()
    };
    let units: Vec<Vec<i8>> = (0..12).map(unit).collect();
    let alpha = alpha::ordinal(&units, 1).unwrap().unwrap();
    near(alpha.value, 0.815, 5e-4);
    assert_eq!(alpha.units, 11, "a unit with one value says nothing");
    let (low, high) = alpha.interval.unwrap();
    assert!(low < 0.815 && high > 0.815 && high <= 1.0, "{low} {high}");
}

#[rstest]
#[case::ten_points(62, 0.10)]
#[case::five_points(246, 0.05)]
fn sixty_two_labels_give_ten_points_and_246_give_five(#[case] labels: u64, #[case] points: f64) {
    let width = half_width(0.8, labels);
    assert!(width <= points && width > 0.98 * points, "{width}");
    assert!(labels_needed(0.8, points).abs_diff(labels) <= 3);
}

#[rstest]
#[case::nothing_rated(&[])]
#[case::one_level_only(&[(0, 0), (0, 0), (0, 0)])]
fn without_variation_coefficients_are_undefined_and_not_nan(#[case] pairs: &[Pair]) {
    let found = agreement(pairs, 1).unwrap();
    assert_eq!(
        (found.kappa_side, found.kappa_levels, found.alpha_levels),
        (None, None, None)
    );
    assert!(found.more_labels_wanted > 0, "a perfect start is no proof");
}

#[test]
fn levels_beyond_four_are_refused() {
    for pairs in [[(5, 0)], [(0, -5)], [(i8::MIN, i8::MAX)]] {
        assert!(matches!(
            agreement(&pairs, 1),
            Err(RatingError::LevelOutOfRange { .. })
        ));
    }
}

#[test]
fn independent_raters_agree_no_better_than_chance() {
    let noise = |i: u64| crate::uncertainty::noise::item_key(9, u32::try_from(i).unwrap()) % 9;
    let level = |i| i8::try_from(noise(i)).unwrap() - 4;
    let pairs: Vec<Pair> = (0..4_000)
        .map(|i| (level(2 * i), level(2 * i + 1)))
        .collect();
    let found = agreement(&pairs, 1).unwrap();
    near(found.kappa_side.unwrap(), 0.0, 0.04);
    near(found.kappa_levels.unwrap(), 0.0, 0.05);
    let alpha = found.alpha_levels.unwrap();
    let (low, high) = alpha.interval.unwrap();
    assert!(low < 0.0 && high > 0.0, "{alpha:?}");
}

fn pairs() -> impl Strategy<Value = Vec<Pair>> {
    prop::collection::vec((-4i8..=4, -4i8..=4), 1..40)
}

fn numbers(found: &Agreement) -> Vec<f64> {
    let shares = [found.exact, found.within_one, found.same_side];
    let shares = shares.into_iter().flatten();
    let alphas = found.alpha_levels.iter();
    let mut all: Vec<f64> = shares.flat_map(|s| [s.share, s.low, s.high]).collect();
    all.extend(alphas.flat_map(|a| {
        let (low, high) = a.interval.unwrap_or((a.value, a.value));
        [a.value, low, high]
    }));
    let single = [
        found.base_rate_side,
        found.base_rate_level,
        found.chance_side,
        found.chance_level,
        found.kappa_side,
        found.kappa_levels,
        found.half_width,
    ];
    all.extend(single.into_iter().flatten());
    all
}

proptest! {
    #[test]
    fn every_number_is_finite_and_in_its_range(pairs in pairs(), seed: u64) {
        let found = agreement(&pairs, seed).unwrap();
        for number in numbers(&found) {
            prop_assert!(number.is_finite() && number <= 1.0 + 1e-12, "{found:?}");
        }
        let share = found.same_side.unwrap();
        prop_assert!(0.0 <= share.low && share.low <= share.share);
        prop_assert!(share.share <= share.high && share.high <= 1.0);
        prop_assert!(found.exact.unwrap().share <= found.within_one.unwrap().share);
        prop_assert!(found.exact.unwrap().share <= found.same_side.unwrap().share);
    }

    #[test]
    fn perfect_agreement_is_one(levels in prop::collection::vec(-4i8..=4, 2..40)) {
        let pairs: Vec<Pair> = levels.iter().map(|l| (*l, *l)).collect();
        let found = agreement(&pairs, 1).unwrap();
        prop_assert!((found.exact.unwrap().share - 1.0).abs() < 1e-12);
        for value in [found.kappa_side, found.kappa_levels, found.alpha_levels.map(|a| a.value)] {
            prop_assert!(value.is_none_or(|v| (v - 1.0).abs() < 1e-12));
        }
        prop_assert_eq!(found.kappa_levels.is_none(), levels.iter().all(|l| *l == levels[0]));
    }

    #[test]
    fn exchanging_the_plans_of_every_pair_changes_nothing(pairs in pairs()) {
        let turned: Vec<Pair> = pairs.iter().map(|(a, b)| (-a, -b)).collect();
        let (here, there) = (agreement(&pairs, 1).unwrap(), agreement(&turned, 1).unwrap());
        let coefficients = |f: &Agreement| [f.kappa_side, f.kappa_levels, f.alpha_levels.map(|a| a.value)];
        for (a, b) in coefficients(&here).into_iter().zip(coefficients(&there)) {
            prop_assert_eq!(a.is_some(), b.is_some());
            prop_assert!((a.unwrap_or(0.0) - b.unwrap_or(0.0)).abs() < 1e-9);
        }
    }

    #[test]
    fn exchanging_the_raters_keeps_every_coefficient(pairs in pairs()) {
        let turned: Vec<Pair> = pairs.iter().map(|(a, b)| (*b, *a)).collect();
        let (here, there) = (agreement(&pairs, 1).unwrap(), agreement(&turned, 1).unwrap());
        prop_assert_eq!(here.alpha_levels, there.alpha_levels);
        prop_assert!((here.kappa_levels.unwrap_or(0.0) - there.kappa_levels.unwrap_or(0.0)).abs() < 1e-9);
        prop_assert_eq!(here.same_side, there.same_side);
    }

    #[test]
    fn the_order_of_ratings_changes_not_a_bit(pairs in pairs(), seed: u64) {
        let mut turned = pairs.clone();
        turned.reverse();
        prop_assert_eq!(agreement(&pairs, seed).unwrap(), agreement(&turned, seed).unwrap());
    }

    /// α corrects for small samples, which two copies of the data are not: 1 − α grows by
    /// (2n − 1)/(2n − 2) with n values.
    #[test]
    fn copies_of_the_data_keep_kappa_and_move_alpha_by_its_known_factor(pairs in pairs()) {
        let twice: Vec<Pair> = pairs.iter().chain(&pairs).copied().collect();
        let (once, twice) = (agreement(&pairs, 1).unwrap(), agreement(&twice, 1).unwrap());
        prop_assert!((once.kappa_side.unwrap_or(0.0) - twice.kappa_side.unwrap_or(0.0)).abs() < 1e-9);
        prop_assert!((once.kappa_levels.unwrap_or(0.0) - twice.kappa_levels.unwrap_or(0.0)).abs() < 1e-9);
        if let (Some(one), Some(two)) = (once.alpha_levels, twice.alpha_levels) {
            let n = 2.0 * pairs.len() as f64;
            let expected = (1.0 - one.value) * (2.0 * n - 1.0) / (2.0 * n - 2.0);
            prop_assert!((1.0 - two.value - expected).abs() < 1e-9);
        }
    }

    #[test]
    fn more_labels_never_widen_the_interval(share in 0.0f64..=1.0, n in 1u64..5_000) {
        prop_assert!(half_width(share, n + 1) <= half_width(share, n));
        let needed = labels_needed(share, 0.05);
        prop_assert!(half_width(share, needed) <= 0.05);
        prop_assert!(needed == 1 || half_width(share, needed - 1) > 0.05);
    }
}
