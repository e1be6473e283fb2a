//! Ranking again: what is done is done, newcomers and larger budgets add, hidden plans stay in
//! the fit.

use std::collections::BTreeSet;

use arena::import::Submitter;
use arena::rank::RankEnd;
use store::{Contest, PlanId};

use crate::world::{World, examples};

#[tokio::test]
async fn with_the_budget_used_ranking_again_asks_nobody_and_changes_nothing() {
    let world = World::with_examples(1).await;
    let report = world.rank(Contest::Public, 8).await;
    assert_eq!(
        (report.end, report.comparisons),
        (RankEnd::Complete, 14 * 8)
    );
    assert_eq!(world.asked(), 14 * 8);
    let (board, log) = (
        world.board(Contest::Public).await,
        world.comparisons(Contest::Public).await,
    );
    for calls in [8, 8, 3] {
        let again = world.rank(Contest::Public, calls).await;
        assert_eq!((again.end, again.comparisons), (RankEnd::Complete, 0));
        assert_eq!(world.asked(), 0);
        assert_eq!(
            world.board(Contest::Public).await,
            board,
            "not even the time of rating"
        );
        assert_eq!(world.comparisons(Contest::Public).await, log);
    }
}

#[tokio::test]
async fn a_larger_budget_adds_the_difference_and_keeps_what_is_there() {
    let world = World::with_examples(1).await;
    world.rank(Contest::Public, 4).await;
    let before = world.comparisons(Contest::Public).await;
    world.asked();
    let report = world.rank(Contest::Public, 6).await;
    assert_eq!((report.comparisons, world.asked()), (14 * 2, 14 * 2));
    let after = world.comparisons(Contest::Public).await;
    for comparison in &before {
        let kept = after
            .iter()
            .find(|c| c.comparison_id == comparison.comparison_id)
            .unwrap();
        assert_eq!(
            (kept.level, &kept.verdict),
            (comparison.level, &comparison.verdict)
        );
    }
}

#[tokio::test]
async fn newcomers_add_what_the_larger_budget_allows_and_meet_the_others() {
    let world = World::new(1).await;
    let mut plans = examples();
    let newcomers = plans.split_off(10);
    world.submit(Submitter::SYSTEM, plans).await;
    world.rank(Contest::Public, 7).await;
    assert_eq!(world.asked(), 10 * 7);
    let newcomers = world.submit(Submitter::SYSTEM, newcomers).await;
    let report = world.rank(Contest::Public, 7).await;
    assert_eq!((report.comparisons, world.asked()), (4 * 7, 4 * 7));
    assert_eq!(report.comparisons_in_all, 14 * 7);
    let log = world.comparisons(Contest::Public).await;
    for newcomer in newcomers {
        let met = log
            .iter()
            .filter(|c| c.first_plan == newcomer.plan_id || c.second_plan == newcomer.plan_id);
        assert!(met.count() >= 3, "{} has met too few", newcomer.title);
    }
    assert_eq!(world.board(Contest::Public).await.len(), 14);
}

/// Verdicts between different plans, by the plans.
async fn opponents(world: &World, plan: PlanId) -> BTreeSet<PlanId> {
    let log = world.comparisons(Contest::Public).await;
    let of_plan = log
        .iter()
        .filter(|c| c.first_plan == plan || c.second_plan == plan);
    of_plan
        .map(|c| {
            if c.first_plan == plan {
                c.second_plan
            } else {
                c.first_plan
            }
        })
        .filter(|other| *other != plan)
        .collect()
}

#[tokio::test]
async fn a_hidden_plan_is_off_the_board_and_its_comparisons_stay_in_the_fit() {
    for quarantined in [false, true] {
        let world = World::with_examples(1).await;
        world.rank(Contest::Public, 6).await;
        let hidden = world.board(Contest::Public).await[0].plan_id;
        let met = opponents(&world, hidden).await;
        let before = world.store.metrics(hidden).await.unwrap().unwrap();
        let done = if quarantined {
            world
                .store
                .quarantine_plan(hidden, "it speaks to the judge")
                .await
        } else {
            world
                .store
                .withdraw_plan(hidden, "its owner wishes so")
                .await
        };
        assert!(done.unwrap());
        assert_eq!(world.board(Contest::Public).await.len(), 13, "at once");

        world.rank(Contest::Public, 9).await;
        let log = world.comparisons(Contest::Public).await;
        let without = |c: &&store::Comparison| c.first_plan != hidden && c.second_plan != hidden;
        let used = log.iter().filter(without).count();
        assert_eq!(
            used,
            13 * 9,
            "what the hidden plan used is not the others' loss"
        );
        assert_eq!(
            opponents(&world, hidden).await,
            met,
            "it meets nobody any more"
        );
        let board = world.board(Contest::Public).await;
        let mut ranks: Vec<i64> = board.iter().map(|row| row.rank.unwrap()).collect();
        ranks.sort_unstable();
        assert_eq!(ranks, (1..=13).collect::<Vec<i64>>());
        let verdicts: i64 = board.iter().map(|row| row.num_comparisons).sum();
        let pairs = log
            .iter()
            .filter(|c| c.variant.is_empty() && c.level.is_some())
            .count();
        let sides = 2 * i64::try_from(pairs).unwrap();
        assert_eq!(
            verdicts,
            sides - before.num_comparisons,
            "its opponents keep its verdicts"
        );
    }
}

#[tokio::test]
async fn places_close_up_behind_a_hidden_plan_without_another_comparison() {
    let world = World::with_examples(1).await;
    world.rank(Contest::Public, 6).await;
    let first = world.board(Contest::Public).await[0].plan_id;
    world.asked();
    assert!(
        world
            .store
            .withdraw_plan(first, "its owner wishes so")
            .await
            .unwrap()
    );
    world.rank(Contest::Public, 1).await;
    assert_eq!(world.asked(), 0);
    let mut ranks: Vec<i64> = world
        .board(Contest::Public)
        .await
        .iter()
        .map(|row| row.rank.unwrap())
        .collect();
    ranks.sort_unstable();
    assert_eq!(ranks, (1..=13).collect::<Vec<i64>>());
}
