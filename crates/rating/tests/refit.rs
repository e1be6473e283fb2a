//! What a refit promises: the same bits in any order, the same mode from any start, finite
//! answers for odd logs, clear errors for broken ones, and intervals that cover the truth.

mod common;

use common::World;
use proptest::prelude::*;
use rating::uncertainty::{ItemSummary, RankOptions};
use rating::{Comparison, Fit, FitOptions, JudgeParams, RatingError, fit, rank_summary};
use rstest::rstest;

/// Anyone meets anyone.
fn random_log(
    items: usize,
    comparisons: usize,
    judges: &[JudgeParams],
    seed: u64,
) -> (Vec<f64>, Vec<Comparison>) {
    let world = World {
        items,
        comparisons,
        judges,
        in_bucket: 0.0,
        seed,
    };
    world.play()
}

fn call(first: u32, second: u32, level: i8) -> Comparison {
    Comparison {
        first,
        second,
        judge: 0,
        level,
        weight: 1.0,
    }
}

fn cold(items: usize, judges: usize, log: &[Comparison]) -> Fit {
    fit(items, judges, log, &FitOptions::default(), None).unwrap()
}

fn judges() -> [JudgeParams; 2] {
    [
        JudgeParams {
            kappa: 1.5,
            beta: 0.3,
            ..JudgeParams::default()
        },
        JudgeParams {
            kappa: 1.0 / 1.5,
            beta: -0.5,
            cuts: [0.3, 1.0, 1.9, 3.2],
        },
    ]
}

fn all_ranks(fit: &Fit, log: &[Comparison], options: &RankOptions) -> Vec<ItemSummary> {
    let summary = rank_summary(fit, log, None, options).unwrap();
    summary.into_iter().map(Option::unwrap).collect()
}

fn assert_sane(fit: &Fit) {
    assert!(fit.converged, "not converged in {} rounds", fit.rounds);
    assert!(fit.theta.iter().all(|theta| theta.is_finite()));
    assert!(fit.sd.iter().all(|sd| sd.is_finite() && *sd > 0.0));
    assert!(fit.judges.iter().all(JudgeParams::is_valid));
    assert!(fit.prior_sd.is_finite() && fit.prior_sd > 0.0);
    let mean = fit.theta.iter().sum::<f64>() / fit.theta.len().max(1) as f64;
    assert!(mean.abs() < 1e-6, "mean {mean}");
}

#[rstest]
#[case::identity_numbering(300)]
#[case::numbered_by_community(2_500)]
fn any_order_gives_the_same_bits(#[case] items: usize) {
    let (_, mut log) = random_log(items, items * 8, &judges(), 11);
    let result = cold(items, 2, &log);
    log.reverse();
    log.rotate_left(items / 3);
    assert_eq!(result, cold(items, 2, &log));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn small_shuffled_logs_give_the_same_bits(
        entries in prop::collection::vec((0u32..7, 1u32..7, 0u16..2, -4i8..=4), 0..60),
        turn in 0usize..60,
    ) {
        let mut log: Vec<Comparison> = entries
            .into_iter()
            .map(|(first, step, judge, level)| Comparison {
                first, second: (first + step) % 7, judge, level, weight: 1.0,
            })
            .collect();
        let result = cold(7, 2, &log);
        assert_sane(&result);
        let middle = turn.min(log.len());
        log.rotate_left(middle);
        prop_assert_eq!(result, cold(7, 2, &log));
    }
}

#[rstest]
#[case::small(40, 10)]
#[case::sparse(1_000, 3)]
#[case::ordinary(3_000, 12)]
fn a_warm_start_ends_where_a_cold_one_does(#[case] items: usize, #[case] calls: usize) {
    let (_, log) = random_log(items, items * calls, &judges(), 12);
    let before = cold(items, 2, &log[..log.len() * 95 / 100]);
    let warm = fit(items, 2, &log, &FitOptions::default(), Some(&before)).unwrap();
    let cold = cold(items, 2, &log);
    assert_sane(&warm);
    for item in 0..items {
        let off = (warm.theta[item] - cold.theta[item]).abs();
        assert!(
            off < rating::fit::WARM_TOLERANCE,
            "item {item} is off by {off}"
        );
        assert!((warm.sd[item] / cold.sd[item] - 1.0).abs() < 0.01);
    }
}

#[test]
fn newcomers_start_at_the_prior() {
    let (_, log) = random_log(20, 300, &judges(), 13);
    let before = cold(20, 2, &log);
    let numbers: Vec<Option<u32>> = (0..20).map(Some).chain([None]).collect();
    let warm = before.renumbered(&numbers, &[Some(0), Some(1), None]);
    assert!((warm.sd[20] - before.prior_sd).abs() < 1e-12);
    assert_sane(&fit(21, 3, &log, &FitOptions::default(), Some(&warm)).unwrap());
}

#[rstest]
#[case::no_item(0, 0, vec![])]
#[case::no_judge(3, 0, vec![])]
#[case::one_item(1, 1, vec![])]
#[case::two_items_never_compared(2, 1, vec![])]
#[case::two_items_once(2, 1, vec![call(0, 1, 3)])]
#[case::two_items_contradicting(2, 1, vec![call(0, 1, 4), call(1, 0, 4)])]
#[case::always_the_same_winner(2, 1, vec![call(0, 1, 4); 500])]
#[case::all_ties(5, 1, (0..5).flat_map(|i| (0..5).filter(move |j| *j != i).map(move |j| call(i, j, 0))).collect())]
#[case::two_islands(6, 1, vec![call(0, 1, 2), call(1, 2, 1), call(3, 4, -2), call(5, 4, 4)])]
#[case::huge_weight(2, 1, vec![Comparison { weight: 1e6, ..call(0, 1, 4) }])]
#[case::tiny_weight(2, 1, vec![Comparison { weight: 1e-30, ..call(0, 1, 4) }])]
fn odd_logs_give_finite_answers(
    #[case] items: usize,
    #[case] judges: usize,
    #[case] log: Vec<Comparison>,
) {
    let result = cold(items, judges, &log);
    assert_eq!(result.theta.len(), items);
    assert_sane(&result);
    for item in all_ranks(&result, &log, &RankOptions::default()) {
        assert!(1 <= item.rank_low && item.rank_low <= item.rank);
        assert!(item.rank <= item.rank_high && item.rank_high as usize <= items);
        assert!((0.0..=1.0).contains(&item.p_top));
    }
}

#[test]
fn nobody_compared_stays_at_the_prior() {
    let result = cold(3, 1, &[call(0, 1, 2)]);
    assert!(result.theta[2].abs() < 1e-12);
    assert!((result.sd[2] / result.prior_sd - 1.0).abs() < 1e-6);
}

#[test]
fn all_ties_are_all_equal() {
    let log: Vec<Comparison> = (0..10)
        .flat_map(|i| [call(i, (i + 1) % 10, 0), call((i + 3) % 10, i, 0)])
        .collect();
    let result = cold(10, 1, &log);
    assert!(
        result.theta.iter().all(|theta| theta.abs() < 1e-6),
        "{:?}",
        result.theta
    );
}

#[test]
fn islands_are_each_centred() {
    let log = [call(0, 1, 3), call(1, 2, 3), call(3, 4, 2), call(4, 3, 1)];
    let result = cold(5, 1, &log);
    assert!(result.theta[..3].iter().sum::<f64>().abs() < 1e-6);
    assert!(result.theta[3..].iter().sum::<f64>().abs() < 1e-6);
}

#[test]
fn a_plan_that_never_lost_has_a_finite_rating_and_an_honest_interval() {
    let usual = [JudgeParams::default()];
    let (_, mut log) = random_log(50, 500, &usual, 14);
    log.retain(|c| c.first != 0 && c.second != 0);
    log.extend((1..13).map(|other| call(0, other, 4)));
    let result = cold(50, 1, &log);
    assert_sane(&result);
    let best_other = result.theta[1..].iter().copied().fold(f64::MIN, f64::max);
    let typical = result.sd[20];
    assert!(result.theta[0] > best_other - 1.0 && result.theta[0] < 8.0);
    assert!(result.sd[0] > 1.2 * typical, "{} {typical}", result.sd[0]);
}

#[test]
fn judges_of_different_sharpness_are_recovered() {
    let truth = judges();
    let (_, log) = random_log(1_000, 40_000, &truth, 15);
    let result = cold(1_000, 2, &log);
    for (found, truth) in result.judges.iter().zip(&truth) {
        assert!((found.kappa / truth.kappa - 1.0).abs() < 0.05, "{found:?}");
        assert!((found.beta - truth.beta).abs() < 0.08, "{found:?}");
        for (found, truth) in found.cuts.iter().zip(&truth.cuts) {
            assert!((found / truth - 1.0).abs() < 0.08, "{found} {truth}");
        }
    }
    assert!((result.prior_sd - 1.0).abs() < 0.08, "{}", result.prior_sd);
}

/// Joint estimation of θ and κ once made one of two equal judges forty times too sharp.
#[test]
fn sparse_logs_dont_make_one_of_two_judges_infinitely_sharp() {
    let truth = [JudgeParams::default(); 2];
    for seed in 0..5 {
        let (_, log) = random_log(200, 1_600, &truth, 100 + seed);
        let result = cold(200, 2, &log);
        let sharpest = result.judges[0].kappa.max(result.judges[1].kappa);
        assert!(sharpest < 1.35, "seed {seed}: {sharpest}");
    }
}

#[test]
fn a_judge_with_few_verdicts_stays_ordinary() {
    let (_, mut log) = random_log(50, 1_000, &[JudgeParams::default()], 16);
    log.push(Comparison {
        judge: 1,
        ..call(3, 7, -4)
    });
    let result = cold(50, 2, &log);
    let newcomer = result.judges[1];
    assert!((0.7..1.4).contains(&newcomer.kappa), "{newcomer:?}");
    assert!(newcomer.beta.abs() < 1.0, "{newcomer:?}");
    assert!((0.2..1.0).contains(&newcomer.cuts[0]), "{newcomer:?}");
}

#[test]
fn a_weight_of_two_is_two_comparisons() {
    let log = [call(0, 1, 2), call(1, 2, 1), call(2, 0, -3)];
    let doubled = log.map(|c| Comparison { weight: 2.0, ..c });
    let repeated: Vec<Comparison> = log.iter().chain(&log).copied().collect();
    let (a, b) = (cold(3, 1, &doubled), cold(3, 1, &repeated));
    for item in 0..3 {
        assert!((a.theta[item] - b.theta[item]).abs() < 1e-6);
        assert!((a.sd[item] - b.sd[item]).abs() < 1e-5);
    }
}

#[rstest]
#[case::unknown_item(call(0, 3, 1), RatingError::UnknownItem { position: 1, item: 3, items: 3 })]
#[case::self_pair(call(2, 2, 1), RatingError::SelfComparison { position: 1, item: 2 })]
#[case::level(call(0, 1, 5), RatingError::LevelOutOfRange { position: 1, level: 5 })]
#[case::lowest_level(call(0, 1, i8::MIN), RatingError::LevelOutOfRange { position: 1, level: i8::MIN })]
#[case::judge(Comparison { judge: 1, ..call(0, 1, 1) }, RatingError::UnknownJudge { position: 1, judge: 1, judges: 1 })]
fn broken_entries_are_named(#[case] broken: Comparison, #[case] error: RatingError) {
    let log = [call(0, 1, 1), broken];
    assert_eq!(fit(3, 1, &log, &FitOptions::default(), None), Err(error));
}

#[rstest]
fn weights_must_be_usable(#[values(f32::NAN, f32::INFINITY, 0.0, -1.0, 2e6)] weight: f32) {
    let log = [Comparison {
        weight,
        ..call(0, 1, 1)
    }];
    let result = fit(2, 1, &log, &FitOptions::default(), None);
    assert!(matches!(
        result,
        Err(RatingError::InvalidWeight { position: 0, .. })
    ));
}

#[test]
fn a_fit_of_other_items_is_refused() {
    let other = cold(3, 1, &[]);
    let result = fit(2, 1, &[], &FitOptions::default(), Some(&other));
    assert!(matches!(
        result,
        Err(RatingError::FitMismatch {
            what: "items",
            found: 3,
            expected: 2
        })
    ));
}

#[rstest]
#[case::twelve_calls(12)]
#[case::twenty_calls(20)]
fn intervals_cover_the_truth(#[case] calls: usize) {
    let judge = [JudgeParams {
        beta: 0.3,
        ..JudgeParams::default()
    }];
    let (mut hits_95, mut hits_90, mut total) = (0usize, 0usize, 0usize);
    for seed in 0..20 {
        let (theta, log) = random_log(1_000, 1_000 * calls, &judge, 200 + seed);
        let result = cold(1_000, 1, &log);
        for ((found, sd), truth) in result.theta.iter().zip(&result.sd).zip(&theta) {
            let z = (found - truth).abs() / sd;
            hits_95 += usize::from(z <= 1.959_964);
            hits_90 += usize::from(z <= 1.644_854);
            total += 1;
        }
    }
    let share = |hits: usize| hits as f64 / total as f64;
    assert!(
        (0.935..=0.96).contains(&share(hits_95)),
        "95 %: {}",
        share(hits_95)
    );
    assert!(
        (0.88..=0.93).contains(&share(hits_90)),
        "90 %: {}",
        share(hits_90)
    );
}

#[test]
fn rank_intervals_narrow_with_evidence_and_cover_the_true_rank() {
    let judge = [JudgeParams::default()];
    let (theta, log) = random_log(100, 4_000, &judge, 17);
    let result = cold(100, 1, &log);
    let options = RankOptions {
        top_k: 10,
        ..RankOptions::default()
    };
    let summary = all_ranks(&result, &log, &options);
    let covered = summary
        .iter()
        .enumerate()
        .filter(|(item, found)| {
            let rank = 1 + theta.iter().filter(|other| **other > theta[*item]).count();
            (found.rank_low as usize..=found.rank_high as usize).contains(&rank)
        })
        .count();
    assert!(covered >= 84, "{covered}");
    assert!(
        summary
            .iter()
            .all(|found| found.rank_high - found.rank_low < 60)
    );
    let expected_top: f64 = summary.iter().map(|found| found.p_top).sum();
    assert!((expected_top - 10.0).abs() < 1e-9, "{expected_top}");
    let mut ranks: Vec<u32> = summary.iter().map(|found| found.rank).collect();
    ranks.sort_unstable();
    assert_eq!(ranks, (1..=100).collect::<Vec<u32>>());
}

#[test]
fn ranks_among_some_are_as_if_the_others_held_no_place() {
    let (_, log) = random_log(60, 900, &[JudgeParams::default()], 19);
    let result = cold(60, 1, &log);
    let among: Vec<bool> = (0..60).map(|item| item % 3 != 0).collect();
    let options = RankOptions {
        top_k: 5,
        ..RankOptions::default()
    };
    let some = rank_summary(&result, &log, Some(&among), &options).unwrap();
    let all = all_ranks(&result, &log, &options);
    assert!(
        some.iter()
            .zip(&among)
            .all(|(s, flag)| s.is_some() == *flag)
    );
    let found: Vec<ItemSummary> = some.iter().copied().flatten().collect();
    let mut ranks: Vec<u32> = found.iter().map(|s| s.rank).collect();
    ranks.sort_unstable();
    assert_eq!(ranks, (1..=40).collect::<Vec<u32>>());
    assert!((found.iter().map(|s| s.p_top).sum::<f64>() - 5.0).abs() < 1e-9);
    for (some, all) in some.iter().zip(&all) {
        let Some(some) = some else { continue };
        assert!(some.rank <= all.rank && some.rank_low <= all.rank_low);
        assert!(some.rank_high <= all.rank_high && some.p_top >= all.p_top);
    }
    let short = rank_summary(&result, &log, Some(&among[1..]), &options);
    assert!(matches!(short, Err(RatingError::FitMismatch { .. })));
}

/// On one of these logs log λ once leapt to and fro for ever, with the judges behind it.
#[test]
fn judges_and_prior_scale_dont_chase_each_other_for_ever() {
    for seed in 150..250u64 {
        let mut bits = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) + 1;
        let mut below = |end: u32| {
            bits ^= bits << 13;
            bits ^= bits >> 7;
            bits ^= bits << 17;
            u32::try_from((bits >> 11) % u64::from(end)).unwrap()
        };
        let log: Vec<Comparison> = (0..=below(300))
            .map(|_| {
                let (first, step) = (below(140), 1 + below(139));
                let judge = u16::try_from(below(2)).unwrap();
                let level = i8::try_from(below(9)).unwrap() - 4;
                Comparison {
                    judge,
                    ..call(first, (first + step) % 140, level)
                }
            })
            .collect();
        let result = cold(140, 2, &log);
        assert!(result.converged, "seed {seed}");
    }
}

/// With a loose prior on the gaps between cuts, 14 plans once came out 5,000 Elo apart: a
/// judge that never contradicts itself let the gaps, and the whole scale, grow for ever.
#[rstest]
#[case::a_demo(14)]
#[case::a_small_corpus(35)]
fn a_deterministic_judge_doesnt_blow_up_the_scale(#[case] items: u32) {
    let step = i64::from(items) / 4;
    let level = |gap: i64| i8::try_from(gap.signum() * (1 + gap.abs() / step).min(4)).unwrap();
    let log: Vec<Comparison> = (0..items * 6)
        .map(|call| {
            let one = call % items;
            let other = (one + 1 + call / items * 2) % items;
            call_between(call % 2 == 0, one, other, level)
        })
        .collect();
    let result = cold(items as usize, 1, &log);
    assert_sane(&result);
    assert!(result.prior_sd < 4.0, "{}", result.prior_sd);
    for item in 0..items as usize {
        let error = result.centred_sd(item);
        assert!(error < 0.75, "{item}: {error}");
    }
}

/// The verdict of a judge who only sees the difference of item numbers.
fn call_between(in_order: bool, a: u32, b: u32, level: impl Fn(i64) -> i8) -> Comparison {
    let (first, second) = if in_order { (a, b) } else { (b, a) };
    call(first, second, level(i64::from(first) - i64::from(second)))
}

#[test]
fn a_fit_survives_storage() {
    let (_, log) = random_log(10, 60, &judges(), 18);
    let result = cold(10, 2, &log);
    let text = serde_json::to_string(&result).unwrap();
    let back: Fit = serde_json::from_str(&text).unwrap();
    assert_eq!(back.judges.len(), 2);
    assert!(
        back.theta
            .iter()
            .zip(&result.theta)
            .all(|(a, b)| (a - b).abs() < 1e-12)
    );
}
