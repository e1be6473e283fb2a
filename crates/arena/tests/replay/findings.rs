//! Mistakes once made, each with the test that would have found it.

use std::path::Path;

use arena::import::Submitter;
use arena::rank::RankEnd;
use store::{AccountId, ComparisonKind, Contest, Visibility};

use crate::world::{World, examples, prepared};

/// A lone plan's canary with exchanged KPIs paired it with itself, and the contest never
/// recovered.
#[tokio::test]
async fn a_lone_plan_with_a_large_budget_does_not_block_the_contest() {
    let world = World::new(1).await;
    let mut plans = examples();
    let second = plans.pop().unwrap();
    world
        .submit(Submitter::SYSTEM, vec![plans.pop().unwrap()])
        .await;
    assert_eq!(
        world.rank(Contest::Public, 200).await.end,
        RankEnd::Complete
    );
    world.submit(Submitter::SYSTEM, vec![second]).await;
    assert_eq!(
        world.rank(Contest::Public, 200).await.end,
        RankEnd::Complete
    );
    assert_eq!(world.board(Contest::Public).await.len(), 2);
}

/// A set of canaries was cut by the size of a round, so that the exchanged KPIs were never
/// measured, and then ordered again.
#[tokio::test]
async fn a_set_of_canaries_is_made_whole_and_once() {
    let world = World::with_examples(1).await;
    world.rank(Contest::Public, 12).await;
    let log = world.comparisons(Contest::Public).await;
    let mut variants: Vec<&str> = log
        .iter()
        .filter(|c| c.kind == ComparisonKind::Canary)
        .map(|c| c.variant.as_str())
        .collect();
    variants.sort_unstable();
    variants.dedup();
    let canaries = log.iter().filter(|c| c.kind == ComparisonKind::Canary);
    assert_eq!((canaries.count(), variants.len()), (10, 10));
    assert!(variants.contains(&"kpis_swapped/swapped_kpis"));
}

/// Ranks counted plans that nobody had compared yet: places had gaps and percentiles went
/// below 0.
#[tokio::test]
async fn newcomers_without_a_verdict_hold_no_place() {
    let world = World::new(1).await;
    let mut plans = examples();
    let newcomers = plans.split_off(10);
    world.submit(Submitter::SYSTEM, plans).await;
    world.rank(Contest::Public, 7).await;
    world.submit(Submitter::SYSTEM, newcomers).await;
    // 14 plans × 5 calls are the 10 × 7 that are used: nobody new is compared.
    world.rank(Contest::Public, 5).await;
    let board = world.board(Contest::Public).await;
    let mut ranks: Vec<i64> = board.iter().filter_map(|row| row.rank).collect();
    ranks.sort_unstable();
    assert_eq!(ranks, (1..=10).collect::<Vec<i64>>());
    let in_range = |p: f64| (0.0..=100.0).contains(&p);
    assert!(board.iter().all(|row| row.percentile.is_some_and(in_range)));
}

/// What withdrawn plans had used counted against the budget of those that came later.
#[tokio::test]
async fn withdrawn_plans_leave_the_newcomers_their_calls() {
    let world = World::new(1).await;
    let mut plans = examples();
    let newcomers = plans.split_off(10);
    let first = world.submit(Submitter::SYSTEM, plans).await;
    world.rank(Contest::Public, 12).await;
    for plan in &first[..7] {
        assert!(
            world
                .store
                .withdraw_plan(plan.plan_id, "withdrawn")
                .await
                .unwrap()
        );
    }
    let newcomers = world.submit(Submitter::SYSTEM, newcomers).await;
    world.rank(Contest::Public, 12).await;
    let log = world.comparisons(Contest::Public).await;
    for plan in newcomers {
        let met = log.iter().filter(|c| {
            c.variant.is_empty() && (c.first_plan == plan.plan_id || c.second_plan == plan.plan_id)
        });
        assert!(met.count() >= 4, "{} was starved", plan.title);
    }
}

/// Whoever copied two plans of others into their families owned a part of both, and the two
/// never met again.
#[tokio::test]
async fn a_copier_does_not_keep_two_originals_from_meeting() {
    let world = World::new(1).await;
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/plans");
    let names = ["school-meals-kisumu", "flood-park-recife"];
    let path = |name: &str| folder.join(format!("{name}.json"));
    let originals: Vec<_> = names.iter().map(|n| prepared(&path(n), |t| t)).collect();
    world.submit(Submitter::SYSTEM, originals).await;
    let owner = AccountId::new(world.now(), world.random());
    world
        .store
        .add_account(owner, "copier", world.now())
        .await
        .unwrap();
    let copier = Submitter {
        owner,
        visibility: Visibility::Public,
    };
    let copies = names
        .iter()
        .map(|n| prepared(&path(n), |t| t.replace(" is ", " will be ")));
    world.submit(copier, copies.collect()).await;
    let report = world.rank(Contest::Public, 4).await;
    assert_eq!(report.plans, 2, "each copy is of its original's family");
    assert!(report.comparisons > 0, "the two originals meet");
}
