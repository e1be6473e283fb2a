//! Who may hide a plan, who may list it again, and what publishing one does.

use arena::ServiceSettings;
use arena::custody::{CustodyError, administer, publish_plan, restore, withdraw};
use arena::service::RANK;
use store::Visibility::{Private, Public};
use store::{AccountId, Contest, PlanId, PlanState, StateChange};

use crate::world::{World, invented, on_both, owner, submit_plan};

async fn state(world: &World, plan: PlanId) -> PlanState {
    world.store.plan(plan).await.unwrap().unwrap().state
}

on_both! {
    async fn an_owner_ends_only_what_the_owner_began(world) {
        let service = world.service(ServiceSettings::default());
        let plan = submit_plan(&service, 1, &invented(1), Public).await.plan_id;
        let (own, other, operator) = (owner(1), owner(2), AccountId::SYSTEM);
        assert!(matches!(withdraw(&service, other, plan).await, Err(CustodyError::NotFound(_))));
        assert!(world.store.job_of_key(RANK, "public").await.unwrap().is_none());

        withdraw(&service, own, plan).await.unwrap();
        assert!(world.store.job_of_key(RANK, "public").await.unwrap().is_some(), "the board must show it");
        assert!(!world.store.metrics(plan).await.unwrap().unwrap().listed);
        assert!(matches!(withdraw(&service, own, plan).await, Err(CustodyError::Already(PlanState::Withdrawn))));
        assert!(matches!(restore(&service, other, plan).await, Err(CustodyError::NotFound(_))));
        restore(&service, own, plan).await.unwrap();
        assert!(world.store.metrics(plan).await.unwrap().unwrap().listed);
        assert!(matches!(restore(&service, own, plan).await, Err(CustodyError::Already(PlanState::Active))));

        administer(&service, operator, plan, StateChange::Withdraw { reason: "spam" }).await.unwrap();
        assert!(matches!(restore(&service, own, plan).await, Err(CustodyError::WithdrawnByOperator)));
        administer(&service, operator, plan, StateChange::Restore).await.unwrap();

        world.store.quarantine_plan(plan, "it talks to the judge").await.unwrap();
        assert!(matches!(restore(&service, own, plan).await, Err(CustodyError::Quarantined(_))));
        assert!(matches!(withdraw(&service, own, plan).await, Err(CustodyError::Quarantined(_))));
        assert_eq!(state(world, plan).await, PlanState::Quarantined);
        administer(&service, operator, plan, StateChange::Restore).await.unwrap();
        assert_eq!(state(world, plan).await, PlanState::Active);
    }

    /// Else withdrawing it oneself first would get a plan past an operator.
    async fn an_operator_may_take_over_an_owners_withdrawal(world) {
        let service = world.service(ServiceSettings::default());
        let plan = submit_plan(&service, 1, &invented(1), Public).await.plan_id;
        withdraw(&service, owner(1), plan).await.unwrap();
        administer(&service, AccountId::SYSTEM, plan, StateChange::Withdraw { reason: "spam" }).await.unwrap();
        assert!(matches!(restore(&service, owner(1), plan).await, Err(CustodyError::WithdrawnByOperator)));
    }

    async fn a_private_plan_is_published_once_by_its_owner_with_a_clean_slate(world) {
        let service = world.service(ServiceSettings::default());
        let mut plans = Vec::new();
        for seed in 1..=3 {
            let plan = submit_plan(&service, 1, &invented(seed), Private).await.plan_id;
            world.extract(&service, plan).await;
            plans.push(plan);
        }
        let contest = Contest::Private(owner(1));
        world.rank(&service, contest).await.unwrap();
        assert!(world.store.metrics(plans[0]).await.unwrap().unwrap().elo.is_some());

        assert!(matches!(publish_plan(&service, owner(2), plans[0]).await, Err(CustodyError::NotFound(_))));
        publish_plan(&service, owner(1), plans[0]).await.unwrap();
        assert!(matches!(publish_plan(&service, owner(1), plans[0]).await, Err(CustodyError::AlreadyPublic)));
        let metrics = world.store.metrics(plans[0]).await.unwrap().unwrap();
        assert_eq!((metrics.elo, metrics.num_comparisons, metrics.visibility), (None, 0, Public));
        for contest in [Contest::Public, contest] {
            assert!(world.store.job_of_key(RANK, &contest.to_string()).await.unwrap().is_some());
        }
        world.rank(&service, contest).await.unwrap();
        let summary = world.store.contest_summary(contest).await.unwrap().unwrap();
        assert_eq!(summary.established + summary.provisional, 2, "it has left the private board");
    }
}
