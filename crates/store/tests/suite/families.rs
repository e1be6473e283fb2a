//! Families: candidates by band, one listed member each, founders first.

use store::{Contest, NewPlan, Visibility};

use crate::fixture::{account, at, family, on_both, plan, user_plan};

on_both! {
    async fn candidates_share_bands_in_the_same_place(world) {
        let banded = |n, bands: &[u64]| NewPlan { bands: bands.to_vec(), ..plan(n) };
        world.plans(&[banded(1, &[10, 20, 30]), banded(2, &[10, 99, u64::MAX]), banded(3, &[20, 10, 5])]).await;
        let found = world.store.band_candidates(&[10, 20, u64::MAX], 10).await.unwrap();
        let shared: Vec<_> = found.iter().map(|c| (c.plan_id, c.shared_bands)).collect();
        assert_eq!(shared, [(plan(1).plan_id, 2), (plan(2).plan_id, 2)]);
        assert_eq!(found[0].signature, vec![1; 64]);
        assert_eq!(found[0].family_id, family(1));
        assert_eq!(world.store.band_candidates(&[10, 20], 1).await.unwrap().len(), 1);
        assert!(world.store.band_candidates(&[], 10).await.unwrap().is_empty());
    }

    async fn a_family_has_one_slot_and_its_founder_holds_it(world) {
        let copy = |n| NewPlan { family_id: family(5), integrity: format!("[{n}]"), ..plan(n) };
        world.plans(&[copy(5), copy(1), plan(7)]).await;
        let families = world.store.families(Contest::Public).await.unwrap();
        let shown: Vec<_> = families.iter().map(|f| (f.representative, f.members.len())).collect();
        assert_eq!(shown, [(plan(5).plan_id, 2), (plan(7).plan_id, 1)]);
        assert_eq!(listed(world, &[5, 1, 7]).await, [true, false, true]);
        let flags: Vec<_> = families[0].members.iter().map(|m| m.integrity.as_str()).collect();
        assert_eq!(flags, ["[1]", "[5]"]);
    }

    async fn the_slot_passes_on_when_the_founder_is_hidden_and_back(world) {
        let copy = |n| NewPlan { family_id: family(5), ..plan(n) };
        world.plans(&[copy(5), copy(1), copy(2)]).await;
        world.store.withdraw_plan(plan(5).plan_id, "wish").await.unwrap();
        assert_eq!(listed(world, &[5, 1, 2]).await, [false, true, false]);
        let families = world.store.families(Contest::Public).await.unwrap();
        assert_eq!(families[0].representative, plan(1).plan_id);
        world.store.restore_plan(plan(5).plan_id, store::PlanState::Withdrawn).await.unwrap();
        assert_eq!(listed(world, &[5, 1, 2]).await, [true, false, false]);
    }

    async fn moving_a_plan_relists_both_families(world) {
        world.system_plans(2).await;
        world.store.assign_family(plan(2).plan_id, family(1), at(9)).await.unwrap();
        assert_eq!(listed(world, &[1, 2]).await, [true, false]);
        world.store.assign_family(plan(2).plan_id, family(9), at(9)).await.unwrap();
        assert_eq!(listed(world, &[1, 2]).await, [true, true]);
        assert!(world.store.assign_family(plan(77).plan_id, family(1), at(9)).await.is_err());
    }

    async fn private_plans_have_their_own_contest_where_variants_all_count(world) {
        world.store.add_account(account(1), "Ada", at(0)).await.unwrap();
        let variant = |n| NewPlan { family_id: family(1), ..user_plan(n, account(1), Visibility::Private) };
        world.plans(&[plan(1), variant(2), variant(3)]).await;
        assert_eq!(listed(world, &[1, 2, 3]).await, [true, true, true]);
        let public = world.store.families(Contest::Public).await.unwrap();
        assert_eq!(public[0].members.len(), 1);
        let private = world.store.entrants(Contest::Private(account(1))).await.unwrap();
        assert_eq!(private.iter().map(|e| e.plan_id).collect::<Vec<_>>(), [plan(2).plan_id, plan(3).plan_id]);
    }
}

async fn listed(world: &crate::fixture::World, numbers: &[u8]) -> Vec<bool> {
    let mut listed = Vec::new();
    for n in numbers {
        listed.push(
            world
                .store
                .metrics(plan(*n).plan_id)
                .await
                .unwrap()
                .unwrap()
                .listed,
        );
    }
    listed
}
