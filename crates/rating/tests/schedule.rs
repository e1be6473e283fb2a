//! What the scheduler promises, for corpora of every size.

use std::collections::BTreeSet;

use proptest::prelude::*;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rating::schedule::{Item, Pick, Policy, Reason, Scheduler, bucket_of_arrival, split_budget};
use rating::{Gaussian, JudgeParams};

fn item(arrival: u32, own_calls: u16) -> Item {
    Item {
        belief: Gaussian {
            mean: 0.0,
            var: 1.0,
        },
        bucket: bucket_of_arrival(arrival),
        own_calls,
        stopped: false,
    }
}

/// A corpus that arrives at once, each plan with a budget of `calls`.
fn corpus(plans: u32, calls: u16, done: &[(u32, u32)]) -> Scheduler {
    let (own, shared) = split_budget(calls);
    let items: Vec<Item> = (0..plans).map(|arrival| item(arrival, own)).collect();
    let shared = u64::from(shared) * u64::from(plans);
    Scheduler::new(
        Policy::default(),
        &JudgeParams::default(),
        &items,
        done,
        shared,
    )
}

/// Plans rounds of `size` until nothing is left.
fn rounds(
    scheduler: &mut Scheduler,
    size: usize,
    seed: u64,
    allowed: &dyn Fn(u32, u32) -> bool,
) -> Vec<Pick> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut picks = Vec::new();
    loop {
        let round = scheduler.plan_round(size, allowed, &mut rng);
        if round.is_empty() {
            return picks;
        }
        picks.extend(round);
    }
}

fn everyone(_: u32, _: u32) -> bool {
    true
}

fn is_connected(plans: u32, picks: &[Pick]) -> bool {
    let mut reached = BTreeSet::from([0]);
    loop {
        let before = reached.len();
        for pick in picks {
            if reached.contains(&pick.first) || reached.contains(&pick.second) {
                reached.extend([pick.first, pick.second]);
            }
        }
        if reached.len() == before {
            return before == plans as usize;
        }
    }
}

fn appearances(plans: u32, picks: &[Pick]) -> Vec<usize> {
    let plays = |plan| {
        picks
            .iter()
            .filter(|p| p.first == plan || p.second == plan)
            .count()
    };
    (0..plans).map(plays).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn every_round_keeps_the_promises(
        plans in 1u32..130,
        calls in 1u16..21,
        size in 1usize..40,
        seed in any::<u64>(),
        owners in 1u32..6,
    ) {
        let allowed = |a: u32, b: u32| owners == 1 || a % owners != b % owners;
        let done = [(0, 1), (1, 0), (1, 2)];
        let done = if plans > 2 { &done[..] } else { &[] };
        let picks = rounds(&mut corpus(plans, calls, done), size, seed, &allowed);

        let mut pairs: BTreeSet<(u32, u32)> = done.iter().copied().collect();
        for pick in &picks {
            prop_assert!(pick.first != pick.second && pick.first < plans && pick.second < plans);
            prop_assert!(allowed(pick.first, pick.second), "{pick:?}");
            prop_assert!(pairs.insert((pick.first, pick.second)), "repeated {pick:?}");
        }
        prop_assert!(picks.len() as u64 <= u64::from(plans) * u64::from(calls));
        let again = rounds(&mut corpus(plans, calls, done), size, seed, &allowed);
        prop_assert_eq!(picks, again);
    }

    #[test]
    fn one_pick_at_a_time_or_in_rounds_spends_the_whole_budget(
        plans in 30u32..200, size in 1usize..100, seed in any::<u64>(),
    ) {
        let picks = rounds(&mut corpus(plans, 12, &[]), size, seed, &everyone);
        prop_assert_eq!(picks.len(), 12 * plans as usize);
        prop_assert!(is_connected(plans, &picks));
        prop_assert!(appearances(plans, &picks).into_iter().all(|n| n >= 6));
    }

    #[test]
    fn each_plan_stands_first_about_half_the_time(plans in 3u32..150, seed in any::<u64>()) {
        let picks = rounds(&mut corpus(plans, 12, &[]), 16, seed, &everyone);
        for plan in 0..plans {
            let firsts = picks.iter().filter(|pick| pick.first == plan).count();
            let seconds = picks.iter().filter(|pick| pick.second == plan).count();
            // An order suits one of the pair, so a few are left over; unbalanced ones would
            // differ by some 15 for one of 150 plans.
            prop_assert!(firsts.abs_diff(seconds) <= 8, "{firsts} first, {seconds} second");
        }
    }
}

#[test]
fn tiny_corpora_use_every_pair_and_then_stop() {
    for (plans, expected) in [(0, 0), (1, 0), (2, 2), (3, 6), (5, 20)] {
        let picks = rounds(&mut corpus(plans, 12, &[]), 7, 1, &everyone);
        assert_eq!(picks.len(), expected, "{plans} plans");
    }
}

#[test]
fn twelve_plans_meet_everybody_once_before_second_orders_fill_up() {
    let picks = rounds(&mut corpus(12, 12, &[]), 6, 3, &everyone);
    let unordered: BTreeSet<(u32, u32)> = picks
        .iter()
        .map(|p| (p.first.min(p.second), p.first.max(p.second)))
        .collect();
    assert_eq!(unordered.len(), 66);
    assert_eq!(picks.len(), 132);
}

#[test]
fn a_few_calls_already_connect_a_small_corpus() {
    // A spanning tree of 35 plans has 34 edges; sampled second orders cost some calls more.
    let mut scheduler = corpus(35, 12, &[]);
    let mut rng = ChaCha8Rng::seed_from_u64(5);
    let picks = scheduler.plan_round(34 + 15, &everyone, &mut rng);
    assert!(is_connected(35, &picks));
}

#[test]
fn one_pair_in_seven_is_judged_in_both_orders_and_one_in_six_at_random() {
    let picks = rounds(&mut corpus(600, 12, &[]), 50, 9, &everyone);
    let share = |reason| picks.iter().filter(|p| p.reason == reason).count() as f64 / 7200.0;
    let second = share(Reason::SecondOrder);
    assert!(
        (0.115..0.145).contains(&second),
        "{second}: 15 of 115 expected"
    );
    let random = share(Reason::Random) / (1.0 - second);
    assert!((0.15..0.185).contains(&random), "{random}: 1 of 6 expected");
    assert!(share(Reason::Newcomer) > 0.3 && share(Reason::Uncertainty) > 0.3);
}

#[test]
fn buckets_confine_the_candidates_but_for_the_share_from_beyond() {
    let outside = |bucket_share: f64| {
        let policy = Policy {
            bucket_share,
            ..Policy::default()
        };
        let items: Vec<Item> = (0..600).map(|arrival| item(arrival, 6)).collect();
        let mut scheduler = Scheduler::new(policy, &JudgeParams::default(), &items, &[], 0);
        let picks = rounds(&mut scheduler, 50, 9, &everyone);
        let chosen = picks.iter().filter(|p| p.reason == Reason::Newcomer);
        let abroad = |p: &&Pick| bucket_of_arrival(p.first) != bucket_of_arrival(p.second);
        chosen.filter(abroad).count()
    };
    assert_eq!(outside(1.0), 0);
    assert!(outside(0.75) > 0);
}

#[test]
fn requested_second_orders_come_first_and_only_once() {
    let mut scheduler = corpus(20, 12, &[(3, 4)]);
    scheduler.request_second_order(4, 3);
    scheduler.request_second_order(4, 3);
    scheduler.request_second_order(3, 4);
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let picks = scheduler.plan_round(3, &everyone, &mut rng);
    assert_eq!(
        picks[0],
        Pick {
            first: 4,
            second: 3,
            reason: Reason::Requested
        }
    );
    assert!(
        picks[1..]
            .iter()
            .all(|pick| pick.reason != Reason::Requested)
    );
}

#[test]
fn second_orders_that_nobody_can_pay_for_are_handed_on() {
    let policy = Policy {
        second_order_share: 1.0,
        ..Policy::default()
    };
    let items = [item(0, 1), item(1, 0), item(2, 0)];
    let mut scheduler = Scheduler::new(policy, &JudgeParams::default(), &items, &[], 0);
    let picks = rounds(&mut scheduler, 5, 1, &everyone);
    assert_eq!(picks.len(), 1);
    let due: Vec<(u32, u32)> = scheduler.due_second_orders().collect();
    assert_eq!(due, [(picks[0].second, picks[0].first)]);
}

#[test]
fn items_known_well_enough_get_no_calls_but_may_be_opponents() {
    let policy = Policy {
        stop_se: Some(0.5),
        ..Policy::default()
    };
    let known = Item {
        belief: Gaussian {
            mean: 0.0,
            var: 0.2,
        },
        ..item(0, 6)
    };
    let stopped = Item {
        stopped: true,
        ..item(0, 6)
    };
    let judge = JudgeParams::default();
    let mut all_done = Scheduler::new(policy, &judge, &[known, stopped, known], &[], 100);
    assert!(rounds(&mut all_done, 5, 1, &everyone).is_empty());

    let mut one_open = Scheduler::new(policy, &judge, &[known, stopped, item(0, 1)], &[], 0);
    let picks = rounds(&mut one_open, 5, 1, &everyone);
    assert!(picks.len() == 1 && (picks[0].first == 2 || picks[0].second == 2));
}

#[test]
fn a_round_spreads_over_the_items_that_need_it() {
    let mut scheduler = corpus(100, 12, &[]);
    let mut rng = ChaCha8Rng::seed_from_u64(2);
    let picks = scheduler.plan_round(200, &everyone, &mut rng);
    let most = appearances(100, &picks).into_iter().max().unwrap();
    assert!(most <= 10, "one item got {most} of 200 calls");
}

#[test]
fn whoever_ran_out_of_opponents_goes_on_when_somebody_joins() {
    let mut scheduler = corpus(2, 12, &[]);
    assert_eq!(rounds(&mut scheduler, 5, 1, &everyone).len(), 2);
    assert_eq!(scheduler.join(&item(2, 2)), 2);
    assert_eq!(rounds(&mut scheduler, 5, 1, &everyone).len(), 4);
}
