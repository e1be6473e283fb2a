//! One fit for several rounds: what is published when, and what a kill inside of a window changes.

use std::num::NonZeroU32;

use arena::rank::Cadence;
use store::Contest;

use crate::shuffled::board;
use crate::world::World;

const CALLS: u32 = 10;

async fn publishing_every(rounds: u32) -> World {
    let mut world = World::with_examples(1).await;
    world.cadence = Cadence::every(NonZeroU32::new(rounds).unwrap());
    world
}

async fn publications(world: &World) -> i64 {
    let ranking = world.store.ranking(Contest::Public).await.unwrap();
    ranking.unwrap().published
}

#[tokio::test]
async fn within_a_window_nothing_is_published_and_its_end_shows_everything() {
    let (each, third) = (publishing_every(1).await, publishing_every(3).await);
    let rounds = each.rank(Contest::Public, CALLS).await.rounds;
    let report = third.rank(Contest::Public, CALLS).await;
    assert_eq!(report.comparisons, 14 * u64::from(CALLS));
    // The first round may hold nothing but canaries, which rate nobody.
    assert!(publications(&each).await >= rounds - 1);
    assert!(publications(&third).await <= report.rounds / 3 + 1);
    let summary = third.store.contest_summary(Contest::Public).await.unwrap();
    let shown: i64 = third
        .store
        .rated_pairs(Contest::Public)
        .await
        .unwrap()
        .len()
        .try_into()
        .unwrap();
    assert_eq!(summary.unwrap().comparisons, shown, "the last window too");
}

#[tokio::test]
async fn a_run_killed_inside_a_window_ends_where_an_undisturbed_one_ends() {
    let whole = publishing_every(3).await;
    whole.rank(Contest::Public, CALLS).await;
    let broken = publishing_every(3).await;
    let mut kills = 0;
    loop {
        broken.asked();
        tokio::select! {
            _ = broken.rank(Contest::Public, CALLS) => break,
            () = broken.until_asked(11) => kills += 1,
        }
    }
    assert!(kills >= 8, "{kills} kills");
    assert_eq!(board(&broken).await, board(&whole).await);
    let pairs = async |world: &World| -> Vec<_> {
        let log = world.comparisons(Contest::Public).await;
        log.into_iter()
            .map(|c| (c.round, c.seq, c.first_hash, c.second_hash, c.variant))
            .collect()
    };
    assert_eq!(pairs(&broken).await, pairs(&whole).await);
}
