//! Who may meet whom: families hold one place, owners' own plans never meet in public.

use std::collections::BTreeMap;
use std::path::Path;

use arena::import::Submitter;
use store::{AccountId, Contest, PlanId, Visibility};

use crate::world::{World, examples, prepared};

#[tokio::test]
async fn a_near_copy_shares_the_place_of_its_original() {
    let world = World::with_examples(1).await;
    let path =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/plans/school-meals-kisumu.json");
    let original = world
        .submit(Submitter::SYSTEM, vec![prepared(&path, |text| text)])
        .await;
    assert!(!original[0].created, "the same content is the same plan");
    let copy = prepared(&path, |text| {
        text.replace("School meals", "Warm school meals")
    });
    let copy = world.submit(Submitter::SYSTEM, vec![copy]).await;
    assert!(copy[0].created);
    let [original, copy] = [original[0].plan_id, copy[0].plan_id];

    let report = world.rank(Contest::Public, 6).await;
    assert_eq!(
        (report.plans, report.comparisons),
        (14, 14 * 6),
        "a copy brings no budget"
    );
    let board = world.board(Contest::Public).await;
    assert_eq!(board.len(), 14);
    assert!(board.iter().any(|row| row.plan_id == original));
    assert!(board.iter().all(|row| row.plan_id != copy));
    let log = world.comparisons(Contest::Public).await;
    assert!(
        log.iter()
            .all(|c| c.first_plan != copy && c.second_plan != copy)
    );
}

/// Two users with five plans each, and four plans of the system.
async fn two_users(world: &World, visibility: Visibility) -> BTreeMap<PlanId, AccountId> {
    let mut owners = BTreeMap::new();
    let mut plans = examples();
    for name in ["ann", "bob"] {
        let owner = AccountId::new(world.now(), world.random());
        world
            .store
            .add_account(owner, name, world.now())
            .await
            .unwrap();
        let who = Submitter { owner, visibility };
        let own = plans.split_off(plans.len() - 5);
        owners.extend(
            world
                .submit(who, own)
                .await
                .iter()
                .map(|i| (i.plan_id, owner)),
        );
    }
    let system = world.submit(Submitter::SYSTEM, plans).await;
    owners.extend(system.iter().map(|i| (i.plan_id, AccountId::SYSTEM)));
    owners
}

#[tokio::test]
async fn in_public_nobody_meets_a_plan_of_their_own() {
    let world = World::new(1).await;
    let owners = two_users(&world, Visibility::Public).await;
    world.rank(Contest::Public, 12).await;
    let log = world.comparisons(Contest::Public).await;
    let pairs: Vec<_> = log
        .iter()
        .filter(|c| c.first_plan != c.second_plan && c.variant.is_empty())
        .collect();
    assert!(pairs.len() > 50);
    let mut met_each_other = false;
    for pair in pairs {
        let [first, second] = [owners[&pair.first_plan], owners[&pair.second_plan]];
        assert!(
            first != second || first == AccountId::SYSTEM,
            "{first} met itself"
        );
        met_each_other |= first != second;
    }
    assert!(met_each_other);
}

#[tokio::test]
async fn in_private_an_owner_ranks_own_plans_and_nobody_elses() {
    let world = World::new(1).await;
    let owners = two_users(&world, Visibility::Private).await;
    let ann = *owners.values().find(|o| **o != AccountId::SYSTEM).unwrap();
    let contest = Contest::Private(ann);
    let report = world.rank(contest, 4).await;
    assert_eq!((report.plans, report.comparisons), (5, 5 * 4));
    let log = world.comparisons(contest).await;
    assert!(
        log.iter()
            .all(|c| owners[&c.first_plan] == ann && owners[&c.second_plan] == ann)
    );
    assert_eq!(world.board(contest).await.len(), 5);

    world.rank(Contest::Public, 2).await;
    let public = world.comparisons(Contest::Public).await;
    let system = |plan: &PlanId| owners[plan] == AccountId::SYSTEM;
    assert!(!public.is_empty());
    assert!(
        public
            .iter()
            .all(|c| system(&c.first_plan) && system(&c.second_plan))
    );
}

/// The family rule doesn't apply among the variants of one idea.
#[tokio::test]
async fn in_private_near_copies_meet() {
    let world = World::new(1).await;
    let owner = AccountId::new(world.now(), world.random());
    world
        .store
        .add_account(owner, "ann", world.now())
        .await
        .unwrap();
    let path =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/plans/school-meals-kisumu.json");
    let variants = ["School meals", "Warm school meals", "Free school meals"];
    let variants =
        variants.map(|title| prepared(&path, |text| text.replace("School meals", title)));
    let who = Submitter {
        owner,
        visibility: Visibility::Private,
    };
    world.submit(who, variants.into()).await;
    let report = world.rank(Contest::Private(owner), 2).await;
    assert_eq!((report.plans, report.comparisons), (3, 6));
    assert_eq!(world.board(Contest::Private(owner)).await.len(), 3);
}
