//! Vectors come back bit by bit, and the nearest are the same by scan and by index.

use store::{
    Exclude, Hidden, NewEmbedding, NewPlan, PlanId, PlanState, Snapshot, StoreError, Visibility,
};

use crate::fixture::{World, account, at, on_both, plan, user_plan};

/// A direction that turns with `n`, so that close numbers are close vectors.
fn vector(n: u8) -> Vec<f32> {
    let angle = f32::from(n) * 0.05;
    vec![angle.cos(), angle.sin(), 0.25, -1e-7]
}

async fn embed(world: &World, count: u8) {
    world.system_plans(count).await;
    let vectors: Vec<(PlanId, Vec<f32>)> =
        (1..=count).map(|n| (plan(n).plan_id, vector(n))).collect();
    world.store.put_embeddings("m", &vectors).await.unwrap();
}

on_both! {
    async fn vectors_come_back_bit_by_bit(world) {
        embed(world, 3).await;
        let held = world.store.embeddings("m").await.unwrap();
        assert_eq!(held, (1..=3).map(|n| (plan(n).plan_id, vector(n))).collect::<Vec<_>>());
        world.store.put_embeddings("m", &[(plan(2).plan_id, vector(9))]).await.unwrap();
        assert_eq!(world.store.embeddings("m").await.unwrap()[1].1, vector(9));
        assert!(world.store.embeddings("another").await.unwrap().is_empty());
    }

    async fn the_nearest_come_first_without_the_excluded_and_hidden(world) {
        embed(world, 40).await;
        world.store.withdraw_plan(plan(12).plan_id, "wish").await.unwrap();
        let exclude = Exclude { plan: Some(plan(10).plan_id), family: Some(plan(9).family_id), ..Exclude::default() };
        let found = world.store.nearest("m", &vector(10), 2, &exclude).await.unwrap();
        let ids: Vec<_> = found.iter().map(|n| n.plan_id).collect();
        assert_eq!(ids, [plan(11).plan_id, plan(8).plan_id]);
        // Two unit circles' points 0.05 apart, both raised by 0.25: 1 − (cos 0.05 + 0.0625) / 1.0625.
        let expected = 1.0 - (0.05_f64.cos() + 0.0625) / 1.0625;
        assert!((found[0].distance - expected).abs() < 1e-5, "{found:?}");
        println!("pgvector: {}", world.store.uses_pgvector().await.unwrap());
    }

    async fn hidden_plans_are_found_when_asked_for(world) {
        embed(world, 3).await;
        world.store.withdraw_plan(plan(1).plan_id, "wish").await.unwrap();
        world.store.quarantine_plan(plan(2).plan_id, "injection").await.unwrap();
        let all = Exclude { hidden: Hidden::Included, ..Exclude::default() };
        let found = world.store.nearest("m", &vector(1), 10, &all).await.unwrap();
        assert_eq!(found.iter().map(|n| n.plan_id).collect::<Vec<_>>(), [1, 2, 3].map(|n| plan(n).plan_id));
        assert_eq!(found[0].content_hash, plan(1).content_hash);
        let active = world.store.nearest("m", &vector(1), 10, &Exclude::default()).await.unwrap();
        assert_eq!(active.iter().map(|n| n.plan_id).collect::<Vec<_>>(), [plan(3).plan_id]);
    }

    async fn the_equally_near_come_by_content(world) {
        let late = NewPlan { content_hash: plan(1).content_hash, ..plan(9) };
        let early = NewPlan { content_hash: plan(9).content_hash, ..plan(1) };
        world.plans(&[early, late]).await;
        let same: Vec<(PlanId, Vec<f32>)> = [1, 9].map(|n| (plan(n).plan_id, vector(3))).to_vec();
        world.store.put_embeddings("m", &same).await.unwrap();
        let found = world.store.nearest("m", &vector(1), 2, &Exclude::default()).await.unwrap();
        assert_eq!(found.iter().map(|n| n.plan_id).collect::<Vec<_>>(), [9, 1].map(|n| plan(n).plan_id));
    }

    async fn a_plan_and_its_vector_are_stored_together_or_not_at_all(world) {
        let with = |n, vector| NewPlan {
            embedding: Some(NewEmbedding { model: "m".to_owned(), vector }),
            ..plan(n)
        };
        world.plans(&[with(1, vector(1)), plan(2)]).await;
        assert_eq!(world.store.embeddings("m").await.unwrap(), [(plan(1).plan_id, vector(1))]);
        assert_eq!(world.store.plans_without_embedding("m").await.unwrap(), [plan(2).plan_id]);
        let refused = world.store.insert_plans(&[with(3, vec![f32::NAN])]).await;
        assert!(matches!(refused, Err(StoreError::Invalid { .. })), "{refused:?}");
        assert_eq!(world.store.plan(plan(3).plan_id).await.unwrap(), None);
        world.plans(&[with(1, vector(7))]).await;
        assert_eq!(world.store.embeddings("m").await.unwrap()[0].1, vector(1), "stored before");
    }

    async fn vectors_come_with_their_families_founders(world) {
        world.store.add_account(account(1), "Ada", at(0)).await.unwrap();
        let copy = NewPlan { family_id: plan(1).family_id, ..user_plan(2, account(1), Visibility::Public) };
        world.plans(&[plan(1), copy]).await;
        world.store.withdraw_plan(plan(1).plan_id, "wish").await.unwrap();
        world.store.put_embeddings("m", &[(plan(2).plan_id, vector(2)), (plan(1).plan_id, vector(1))]).await.unwrap();
        let held = world.store.corpus_vectors("m").await.unwrap();
        assert_eq!(held.iter().map(|v| v.plan_id).collect::<Vec<_>>(), [1, 2].map(|n| plan(n).plan_id));
        assert_eq!((held[0].state, held[1].state), (PlanState::Withdrawn, PlanState::Active));
        assert_eq!((held[1].owner_id, held[1].founder), (account(1), plan(1).plan_id));
        assert_eq!((held[1].founder_owner, held[1].created_at), (plan(1).owner_id, plan(2).created_at));
        assert_eq!(held[1].vector, vector(2));
    }

    async fn an_owner_can_be_left_out(world) {
        world.store.add_account(account(1), "Ada", at(0)).await.unwrap();
        embed(world, 2).await;
        world.plans(&[user_plan(3, account(1), Visibility::Public)]).await;
        world.store.put_embeddings("m", &[(plan(3).plan_id, vector(3))]).await.unwrap();
        let exclude = Exclude { owner: Some(plan(1).owner_id), ..Exclude::default() };
        let found = world.store.nearest("m", &vector(1), 10, &exclude).await.unwrap();
        assert_eq!(found.iter().map(|n| n.plan_id).collect::<Vec<_>>(), [plan(3).plan_id]);
    }

    async fn a_zero_vector_is_far_from_everything(world) {
        world.system_plans(2).await;
        let vectors = [(plan(1).plan_id, vec![0.0, 0.0]), (plan(2).plan_id, vec![1.0, 0.0])];
        world.store.put_embeddings("zero", &vectors).await.unwrap();
        let found = world.store.nearest("zero", &[1.0, 0.0], 1, &Exclude::default()).await.unwrap();
        assert_eq!((found[0].plan_id, found[0].distance), (plan(2).plan_id, 0.0));
    }

    async fn vectors_that_cannot_be_compared_are_refused(world) {
        world.system_plans(2).await;
        let id = plan(1).plan_id;
        world.store.put_embeddings("m", &[(id, vec![1.0, 2.0])]).await.unwrap();
        let wrong = [
            vec![(plan(2).plan_id, vec![1.0])],
            vec![(plan(2).plan_id, vec![1.0, f32::NAN])],
            vec![(plan(2).plan_id, vec![])],
            vec![(id, vec![1.0, 1.0]), (plan(2).plan_id, vec![1.0])],
        ];
        for vectors in wrong {
            let result = world.store.put_embeddings("m", &vectors).await;
            assert!(matches!(result, Err(StoreError::Invalid { .. })), "{vectors:?}: {result:?}");
        }
        assert_eq!(world.store.embeddings("m").await.unwrap(), [(id, vec![1.0, 2.0])]);
    }

    async fn a_models_name_is_only_a_name(world) {
        world.system_plans(1).await;
        let model = "it's; DROP TABLE plan_embedding; --";
        world.store.put_embeddings(model, &[(plan(1).plan_id, vector(1))]).await.unwrap();
        assert_eq!(world.store.nearest(model, &vector(1), 1, &Exclude::default()).await.unwrap().len(), 1);
    }

    async fn the_newest_snapshot_of_a_model_is_found_and_never_changes(world) {
        let snapshot = |id: &str, model: &str, seconds| Snapshot {
            snapshot_id: id.to_owned(),
            model: model.to_owned(),
            created_at: at(seconds),
            body: vec![0, 1, 255],
        };
        assert!(world.store.put_snapshot(&snapshot("a", "m", 2)).await.unwrap());
        assert!(world.store.put_snapshot(&snapshot("b", "m", 1)).await.unwrap());
        assert!(world.store.put_snapshot(&snapshot("c", "other", 3)).await.unwrap());
        assert!(!world.store.put_snapshot(&snapshot("a", "m", 9)).await.unwrap());
        assert_eq!(world.store.latest_snapshot("m").await.unwrap(), Some(snapshot("a", "m", 2)));
        assert_eq!(world.store.snapshot("b").await.unwrap(), Some(snapshot("b", "m", 1)));
        assert_eq!(world.store.latest_snapshot("none").await.unwrap(), None);
    }
}
