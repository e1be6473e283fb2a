//! What a fit that grows promises: it starts as a cold fit, ends where one would, step after
//! step, takes newcomers, and refuses what it can't take without changing.

mod common;

use common::World;
use proptest::prelude::*;
use rating::fit::WARM_TOLERANCE;
use rating::{Comparison, Fit, FitOptions, JudgeParams, RatingError, Refitter, fit};
use rstest::rstest;

fn cold(items: usize, judges: usize, log: &[Comparison]) -> Fit {
    fit(items, judges, log, &FitOptions::default(), None).unwrap()
}

fn refitter(items: usize, judges: usize, log: &[Comparison]) -> Refitter {
    Refitter::new(items, judges, log, &FitOptions::default()).unwrap()
}

/// Judges of different sharpness, with position effects.
fn panel(judges: usize) -> Vec<JudgeParams> {
    let sharpness = [1.5, 0.7, 1.0, 0.8, 1.2];
    (0..judges)
        .map(|judge| JudgeParams {
            kappa: sharpness[judge % 5],
            beta: 0.1 * judge as f64,
            ..JudgeParams::default()
        })
        .collect()
}

fn log(items: usize, calls: usize, judges: usize, seed: u64) -> Vec<Comparison> {
    let judges = panel(judges);
    let world = World {
        items,
        comparisons: items * calls,
        judges: &judges,
        in_bucket: 0.5,
        seed,
    };
    world.play().1
}

/// θ within the tolerance; errors within a few per cent of themselves, which is less than
/// 32 draws can tell.
fn assert_same(warm: &Fit, cold: &Fit) {
    assert!(warm.converged, "not converged in {} rounds", warm.rounds);
    for item in 0..cold.theta.len() {
        let off = (warm.theta[item] - cold.theta[item]).abs();
        assert!(off < WARM_TOLERANCE, "item {item} is off by {off:e}");
        let ratio = warm.sd[item] / cold.sd[item];
        assert!(
            (ratio - 1.0).abs() < 0.03,
            "error of {item} is off by {ratio}"
        );
    }
    assert!((warm.prior_sd / cold.prior_sd - 1.0).abs() < 1e-6);
    for (warm, cold) in warm.judges.iter().zip(&cold.judges) {
        assert!((warm.kappa - cold.kappa).abs() < 1e-6);
        assert!((warm.beta - cold.beta).abs() < 1e-6);
        assert!((warm.cuts[3] - cold.cuts[3]).abs() < 3e-6);
    }
}

#[test]
fn it_starts_as_a_cold_fit_to_the_bit() {
    let log = log(2_500, 6, 2, 1);
    assert_eq!(*refitter(2_500, 2, &log).fit(), cold(2_500, 2, &log));
}

#[rstest]
#[case::few_enough_for_exact_errors(60, 12, 2)]
#[case::sparse(1_000, 3, 1)]
#[case::one_judge(3_000, 12, 1)]
#[case::two_judges(3_000, 12, 2)]
#[case::more_judges_than_have_responses(2_000, 20, 12)]
#[case::numbered_by_community(20_000, 12, 1)]
fn one_percent_more_ends_where_a_cold_fit_does(
    #[case] items: usize,
    #[case] calls: usize,
    #[case] judges: usize,
) {
    let log = log(items, calls, judges, 2);
    let (before, more) = log.split_at(log.len() * 100 / 101);
    let mut refitter = refitter(items, judges, before);
    let warm = refitter.extend(items, judges, more).unwrap();
    assert_same(warm, &cold(items, judges, &log));
}

/// A cold fit needs six or seven.
#[test]
fn one_percent_more_takes_a_few_rounds() {
    let log = log(20_000, 20, 1, 3);
    let (before, more) = log.split_at(log.len() * 100 / 101);
    let warm = refitter(20_000, 1, before)
        .extend(20_000, 1, more)
        .unwrap()
        .clone();
    assert!(warm.rounds <= 4, "{}", warm.rounds);
}

#[test]
fn a_log_that_doubles_bit_by_bit_stays_right() {
    let log = log(600, 16, 2, 4);
    let half = log.len() / 2;
    let mut refitter = refitter(600, 2, &log[..half]);
    for more in log[half..].chunks(half / 10) {
        refitter.extend(600, 2, more).unwrap();
    }
    assert_same(refitter.fit(), &cold(600, 2, &log));
}

#[rstest]
#[case::half_as_much_again(2, 3)]
#[case::ten_times_as_much(1, 11)]
fn a_leap_stays_right_too(#[case] part: usize, #[case] of: usize) {
    let log = log(500, 22, 2, 5);
    let (before, more) = log.split_at(log.len() * part / of);
    let mut refitter = refitter(500, 2, before);
    let warm = refitter.extend(500, 2, more).unwrap();
    assert_same(warm, &cold(500, 2, &log));
}

#[rstest]
#[case::across_the_limit_of_exact_errors(100, 150)]
#[case::from_nothing(0, 200)]
#[case::one_in_twenty_is_new(1_900, 2_000)]
fn newcomers_join(#[case] known: usize, #[case] items: usize) {
    let log = log(items, 12, 1, 6);
    let is_known = |c: &&Comparison| (c.first.max(c.second) as usize) < known;
    let (before, more): (Vec<&Comparison>, Vec<&Comparison>) = log.iter().partition(is_known);
    let [before, more] = [before, more].map(|part| part.into_iter().copied().collect::<Vec<_>>());
    let mut refitter = refitter(known, 1, &before);
    let warm = refitter.extend(items, 1, &more).unwrap();
    assert_same(warm, &cold(items, 1, &log));
}

#[test]
fn a_new_judge_joins() {
    let log = log(1_000, 12, 3, 7);
    let (before, more): (Vec<Comparison>, Vec<Comparison>) = log.iter().partition(|c| c.judge < 2);
    let mut refitter = refitter(1_000, 2, &before);
    let warm = refitter.extend(1_000, 3, &more).unwrap();
    assert_same(warm, &cold(1_000, 3, &log));
}

#[test]
fn any_order_within_an_extension_gives_the_same_bits() {
    let log = log(2_500, 8, 2, 10);
    let (before, more) = log.split_at(log.len() * 9 / 10);
    let mut turned = more.to_vec();
    turned.reverse();
    turned.rotate_left(more.len() / 3);
    let [one, other] = [more, &turned].map(|more| {
        let mut refitter = refitter(2_500, 2, before);
        refitter.extend(2_500, 2, more).unwrap().clone()
    });
    assert_eq!(one, other);
}

#[test]
fn nothing_new_changes_nothing_that_matters() {
    let log = log(400, 10, 1, 8);
    let mut refitter = refitter(400, 1, &log);
    let warm = refitter.extend(400, 1, &[]).unwrap();
    assert_same(warm, &cold(400, 1, &log));
}

#[test]
fn what_cant_be_taken_changes_nothing() {
    let log = log(200, 10, 1, 9);
    let mut refitter = refitter(200, 1, &log);
    let before = refitter.fit().clone();
    let fewer = refitter.extend(199, 1, &[]).cloned();
    assert!(matches!(
        fewer,
        Err(RatingError::FitMismatch {
            what: "items",
            found: 200,
            expected: 199
        })
    ));
    let broken = Comparison {
        second: 200,
        ..log[0]
    };
    let unknown = refitter.extend(200, 1, &[broken]).cloned();
    assert!(matches!(unknown, Err(RatingError::UnknownItem { .. })));
    assert_eq!(*refitter.fit(), before);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    /// Sparse, lopsided, disconnected logs of enough items for the joint rounds. With about
    /// two comparisons per item the scale is hardly determined, and the tolerance is wider.
    #[test]
    fn odd_logs_end_where_a_cold_fit_does(
        entries in prop::collection::vec((0u32..140, 1u32..140, 0u16..2, -4i8..=4), 1..300),
        cut in 0usize..300,
    ) {
        let log: Vec<Comparison> = entries
            .into_iter()
            .map(|(first, step, judge, level)| Comparison {
                first, second: (first + step) % 140, judge, level, weight: 1.0,
            })
            .collect();
        let (before, more) = log.split_at(cut.min(log.len()));
        let mut refitter = refitter(140, 2, before);
        let warm = refitter.extend(140, 2, more).unwrap();
        let cold = cold(140, 2, &log);
        prop_assert!(warm.converged && cold.converged);
        for (warm, cold) in warm.theta.iter().zip(&cold.theta) {
            prop_assert!((warm - cold).abs() < 1e-5, "{warm} {cold}");
        }
    }
}
