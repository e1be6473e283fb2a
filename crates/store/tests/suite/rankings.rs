//! One process at a time drives a contest, and a late write of a former driver does nothing.

use store::{Claim, Contest, Fence, StoreError};

use crate::fixture::{LEASE, World, at, on_both, pair, verdict};

async fn claim(world: &World, token: &str, seconds: i64) -> Claim {
    world
        .store
        .claim_ranking(Contest::Public, token, at(seconds), LEASE)
        .await
        .unwrap()
}

fn granted(claim: Claim) -> Fence {
    match claim {
        Claim::Granted(fence) => fence,
        held @ Claim::Held { .. } => panic!("{held:?}"),
    }
}

on_both! {
    async fn a_contest_keeps_the_seed_it_was_opened_with(world) {
        let first = world.store.open_ranking(Contest::Public, 7, "{\"a\":1}", at(0)).await.unwrap();
        let again = world.store.open_ranking(Contest::Public, 8, "{}", at(5)).await.unwrap();
        assert_eq!(first, again);
        assert_eq!((again.seed, again.settings.as_str(), again.published), (7, "{\"a\":1}", 0));
        let fence = granted(claim(world, "a", 0).await);
        world.store.update_ranking(&fence, "{\"b\":2}", "resting", at(6)).await.unwrap();
        let changed = world.store.ranking(Contest::Public).await.unwrap().unwrap();
        assert_eq!((changed.settings.as_str(), changed.state.as_str()), ("{\"b\":2}", "resting"));
    }

    async fn of_two_claimers_one_wins(world) {
        world.store.open_ranking(Contest::Public, 7, "{}", at(0)).await.unwrap();
        let (a, b) = tokio::join!(claim(world, "a", 0), claim(world, "b", 0));
        let winners = [&a, &b].iter().filter(|claim| matches!(claim, Claim::Granted(_))).count();
        assert_eq!(winners, 1, "{a:?} {b:?}");
        let held = if matches!(a, Claim::Held { .. }) { a } else { b };
        assert!(matches!(held, Claim::Held { until, .. } if until == at(30)), "{held:?}");
    }

    async fn an_ended_or_released_lease_is_free_and_renewing_keeps_it(world) {
        world.store.open_ranking(Contest::Public, 7, "{}", at(0)).await.unwrap();
        let a = granted(claim(world, "a", 0).await);
        assert!(world.store.renew_ranking(&a, at(20), LEASE).await.unwrap());
        assert!(matches!(claim(world, "b", 40).await, Claim::Held { .. }));
        let b = granted(claim(world, "b", 50).await);
        assert!(b.number > a.number);
        assert!(!world.store.renew_ranking(&a, at(51), LEASE).await.unwrap());
        assert!(!world.store.release_ranking(&a).await.unwrap());
        assert!(world.store.release_ranking(&b).await.unwrap());
        granted(claim(world, "c", 51).await);
    }

    async fn the_lease_of_a_dead_process_can_be_seized(world) {
        world.store.open_ranking(Contest::Public, 7, "{}", at(0)).await.unwrap();
        granted(claim(world, "dead", 0).await);
        let wrong = world.store.seize_ranking(Contest::Public, "me", "someone", at(1), LEASE).await.unwrap();
        assert!(matches!(wrong, Claim::Held { .. }));
        granted(world.store.seize_ranking(Contest::Public, "me", "dead", at(1), LEASE).await.unwrap());
    }

    async fn every_write_of_a_former_driver_fails(world) {
        world.system_plans(2).await;
        let judge = world.judge("offline").await;
        let old = world.contest(Contest::Public).await;
        world.store.create_round(&old, 1, &[pair(1, 2, judge)], at(1)).await.unwrap();
        granted(claim(world, "next", 100).await);
        let id = pair(1, 2, judge).comparison_id;
        let store = &world.store;
        let lost = [
            store.finish_comparison(&old, id, &verdict(1)).await.map(|_| ()),
            store.create_round(&old, 2, &[], at(2)).await,
            store.close_round(&old, 1, at(2)).await,
            store.publish(&old, 1, &[], &store::NewSummary::default(), at(2)).await.map(|_| ()),
            store.update_ranking(&old, "{}", "x", at(2)).await,
            store.flag_comparison(&old, id, "[]").await.map(|_| ()),
        ];
        for (n, result) in lost.iter().enumerate() {
            assert!(matches!(result, Err(StoreError::LeaseLost { .. })), "write {n}: {result:?}");
        }
        assert_eq!(store.scheduled(Contest::Public, 1).await.unwrap().len(), 1);
        assert_eq!(store.last_round(Contest::Public).await.unwrap(), 1);
    }

    async fn an_unknown_contest_cannot_be_claimed(world) {
        let result = world.store.claim_ranking(Contest::Public, "a", at(0), LEASE).await;
        assert!(matches!(result, Err(StoreError::NotFound { .. })), "{result:?}");
    }

    async fn judges_are_known_by_their_fingerprint(world) {
        let id = world.judge("offline").await;
        assert_eq!(world.judge("offline").await, id);
        assert_ne!(world.judge("another").await, id);
        world.store.set_judge_params(id, "{\"kappa\":1.2}").await.unwrap();
        world.store.set_judge_canary_stats(id, "{\"flips\":3}").await.unwrap();
        world.store.suspend_judge(id, "flips", at(5)).await.unwrap();
        world.store.suspend_judge(id, "later", at(6)).await.unwrap();
        let judge = world.store.judge(id).await.unwrap().unwrap();
        assert_eq!(judge.params, "{\"kappa\":1.2}");
        assert_eq!((judge.suspended_why.as_deref(), judge.suspended_at), (Some("flips"), Some(at(5))));
        let names: Vec<String> = world.store.judges().await.unwrap().into_iter().map(|j| j.name).collect();
        assert_eq!(names, ["another", "offline"]);
        let nobody = store::JudgeId::new(at(9), [9; 10]);
        assert!(matches!(world.store.set_judge_params(nobody, "{}").await, Err(StoreError::NotFound { .. })));
    }
}
