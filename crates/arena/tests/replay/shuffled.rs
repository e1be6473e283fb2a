//! A log of verdicts, stored again in other orders, under other ids, at other times.

use std::time::Duration;

use arena::import::Submitter;
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use store::{
    Claim, Comparison, ComparisonId, Contest, Fence, Judge, JudgeId, LeaderRow, NewComparison,
    NewJudge, Outcome,
};

use crate::world::{World, examples};

const CALLS: u32 = 10;

/// What is published of a plan, floats as their bits.
pub(crate) fn published(row: &LeaderRow) -> String {
    let bits = |x: Option<f64>| x.map(f64::to_bits);
    let ratings = [
        row.elo,
        row.elo_se,
        row.elo_low,
        row.elo_high,
        row.percentile,
    ]
    .map(bits);
    let ranks = [row.rank, row.rank_low, row.rank_high];
    let counts = (row.num_comparisons, row.num_opponents, row.provisional);
    format!(
        "{} {} {ratings:x?} {ranks:?} {counts:?}",
        row.content_hash, row.title
    )
}

pub(crate) async fn board(world: &World) -> Vec<String> {
    world
        .board(Contest::Public)
        .await
        .iter()
        .map(published)
        .collect()
}

/// The same plans, judge and verdicts in another database, everything in another order.
pub(crate) async fn stored_again(original: &World, seed: u64) -> World {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let world = World::new(1000 * seed).await;
    let mut plans = examples();
    plans.shuffle(&mut random);
    for plan in plans {
        world.submit(Submitter::SYSTEM, vec![plan]).await;
    }
    let judge = &original.store.judges().await.unwrap()[0];
    let judge = world
        .store
        .upsert_judge(&again(&world, judge))
        .await
        .unwrap();
    let mut log = original.comparisons(Contest::Public).await;
    log.shuffle(&mut random);
    let fence = lease(&world).await;
    for (number, round) in (1..).zip(log.chunks(37)) {
        let mut rows = Vec::new();
        for comparison in round {
            rows.push((scheduled(&world, judge, comparison).await, comparison));
        }
        let new: Vec<NewComparison> = rows.iter().map(|(new, _)| new.clone()).collect();
        world
            .store
            .create_round(&fence, number, &new, world.now())
            .await
            .unwrap();
        rows.shuffle(&mut random);
        for (new, old) in rows {
            let outcome = outcome(&world, old);
            assert!(
                world
                    .store
                    .finish_comparison(&fence, new.comparison_id, &outcome)
                    .await
                    .unwrap()
            );
        }
        world
            .store
            .close_round(&fence, number, world.now())
            .await
            .unwrap();
    }
    world.store.release_ranking(&fence).await.unwrap();
    world
}

fn again(world: &World, judge: &Judge) -> NewJudge {
    NewJudge {
        judge_id: JudgeId::new(world.now(), world.random()),
        fingerprint: judge.fingerprint.clone(),
        kind: judge.kind.clone(),
        name: judge.name.clone(),
        version: judge.version.clone(),
        model: judge.model.clone(),
        created_at: world.now(),
    }
}

async fn lease(world: &World) -> Fence {
    let (store, contest) = (&world.store, Contest::Public);
    store
        .open_ranking(contest, 1, "{}", world.now())
        .await
        .unwrap();
    let claim = store
        .claim_ranking(contest, "replay", world.now(), Duration::from_mins(1))
        .await;
    match claim.unwrap() {
        Claim::Granted(fence) => fence,
        Claim::Held { token, .. } => panic!("held by {token}"),
    }
}

async fn scheduled(world: &World, judge: JudgeId, old: &Comparison) -> NewComparison {
    let owner = Submitter::SYSTEM.owner;
    let plan = async |hash| {
        world
            .store
            .plan_by_hash(owner, hash)
            .await
            .unwrap()
            .unwrap()
            .plan_id
    };
    NewComparison {
        comparison_id: ComparisonId::new(world.now(), world.random()),
        first_plan: plan(old.first_hash).await,
        second_plan: plan(old.second_hash).await,
        first_hash: old.first_hash,
        second_hash: old.second_hash,
        judge_id: judge,
        kind: old.kind,
        variant: old.variant.clone(),
        reason: old.reason.clone(),
    }
}

fn outcome(world: &World, old: &Comparison) -> Outcome {
    Outcome {
        result: match old.level {
            Some(level) => Ok(i8::try_from(level).unwrap()),
            None => Err(old.void_reason.clone().unwrap()),
        },
        verdict: old.verdict.clone(),
        flags: old.flags.clone(),
        model: old.model.clone(),
        prompt_version: old.prompt_version.clone(),
        request_hash: old.request_hash.clone(),
        input_tokens: old.input_tokens,
        output_tokens: old.output_tokens,
        cost_nano_usd: old.cost_nano_usd,
        calls: old.calls,
        finished_at: world.now(),
    }
}

#[tokio::test]
async fn the_same_verdicts_in_any_order_publish_the_same_bits() {
    let original = World::with_examples(1).await;
    original.rank(Contest::Public, CALLS).await;
    let expected = board(&original).await;
    assert_eq!(expected.len(), 14);
    for seed in 2..6 {
        let other = stored_again(&original, seed).await;
        let report = other.rank(Contest::Public, CALLS).await;
        assert_eq!(
            (report.comparisons, other.asked()),
            (0, 0),
            "nothing is left to judge"
        );
        assert_eq!(board(&other).await, expected, "seed {seed}");
    }
}

#[tokio::test]
async fn the_ranking_itself_does_not_depend_on_ids_times_or_the_order_of_plans() {
    let first = World::with_examples(1).await;
    first.rank(Contest::Public, CALLS).await;
    let second = World::new(77).await;
    let mut plans = examples();
    plans.reverse();
    second.submit(Submitter::SYSTEM, plans).await;
    second.rank(Contest::Public, CALLS).await;
    assert_eq!(board(&first).await, board(&second).await);
}
