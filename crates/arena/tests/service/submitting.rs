//! One plan in: stored once, measured once, refused in words.

use arena::ServiceSettings;
use arena::status::{Phase, plan_status};
use arena::submit::{Content, Submission, SubmitError, submit};
use queue::Done;
use store::Visibility::{Private, Public};
use store::{JobFilter, PlanId};

use crate::world::{World, example, invented, on_both, owner, submit_plan, try_submit};

async fn jobs(world: &World, kind: &str) -> usize {
    let filter = JobFilter {
        state: None,
        kind: Some(kind.to_owned()),
        account: None,
        cursor: None,
        limit: 200,
    };
    world.store.jobs(&filter).await.unwrap().jobs.len()
}

async fn phase(world: &World, plan: PlanId) -> Phase {
    plan_status(&world.store, plan)
        .await
        .unwrap()
        .unwrap()
        .phase
}

on_both! {
    async fn the_same_content_again_is_the_same_plan_and_enqueues_nothing(world) {
        let service = world.service(ServiceSettings::default());
        let plan = example("village-library-powys");
        let first = submit_plan(&service, 1, &plan, Public).await;
        assert!(first.created && first.new_family);
        let again = submit_plan(&service, 1, &plan, Public).await;
        assert_eq!((again.plan_id, again.created, again.new_family), (first.plan_id, false, false));
        assert_eq!((again.notes.len(), jobs(world, "extract").await), (0, 1));
        assert_eq!(phase(world, first.plan_id).await, Phase::Queued);

        let other = submit_plan(&service, 2, &plan, Public).await;
        assert!(other.created && !other.new_family, "another owner's copy is of the same family");
        assert_eq!(jobs(world, "extract").await, 2);
    }

    /// A plan that was made here bears its run's id; regenerated, it is another plan.
    async fn a_plan_gets_the_id_that_it_shall_have_unless_another_has_it(world) {
        let service = world.service(ServiceSettings::default());
        let wished = PlanId(uuid::Uuid::from_u128(77));
        let submission = |n| Submission {
            content: Content::Json(invented(n).into_bytes()),
            name: String::new(),
            owner: owner(1),
            visibility: Public,
            external_id: None,
            plan_id: Some(wished),
        };
        let first = submit(&service, submission(1)).await.unwrap();
        assert_eq!((first.plan_id, first.created), (wished, true));
        let again = submit(&service, submission(1)).await.unwrap();
        assert_eq!((again.plan_id, again.created), (wished, false));
        let changed = submit(&service, submission(2)).await.unwrap();
        assert!(changed.created && changed.plan_id != wished);
    }

    async fn twenty_at_once_store_one(world) {
        let service = world.service(ServiceSettings::default());
        let plan = invented(1);
        let tasks = (0..20).map(|_| submit_plan(&service, 1, &plan, Public));
        let all = futures::future::join_all(tasks).await;
        assert_eq!(all.iter().filter(|s| s.created).count(), 1);
        assert!(all.iter().all(|s| s.plan_id == all[0].plan_id));
        assert_eq!((world.store.count_plans().await.unwrap(), jobs(world, "extract").await), (1, 1));
    }

    async fn an_external_id_names_one_content_of_one_owner(world) {
        let service = world.service(ServiceSettings::default());
        let (a, b) = (invented(1), invented(2));
        let first = try_submit(&service, 1, &a, Public, Some("run-7")).await.unwrap();
        let taken = try_submit(&service, 1, &b, Public, Some("run-7")).await;
        assert!(matches!(taken, Err(SubmitError::ExternalIdTaken { plan_id, .. }) if plan_id == first.plan_id));
        let again = try_submit(&service, 1, &a, Public, Some("run-7")).await.unwrap();
        assert_eq!((again.plan_id, again.created, again.notes.len()), (first.plan_id, false, 0));
        let renamed = try_submit(&service, 1, &a, Public, Some("run-8")).await.unwrap();
        assert_eq!((renamed.plan_id, renamed.notes.len()), (first.plan_id, 1));
        assert!(try_submit(&service, 2, &b, Public, Some("run-7")).await.unwrap().created);
        assert_eq!((world.store.count_plans().await.unwrap(), jobs(world, "extract").await), (2, 2));
    }

    async fn a_private_plan_stays_private_when_it_is_submitted_as_public(world) {
        let service = world.service(ServiceSettings::default());
        let first = submit_plan(&service, 1, &invented(1), Private).await;
        let again = submit_plan(&service, 1, &invented(1), Public).await;
        assert_eq!((again.plan_id, again.visibility), (first.plan_id, Private));
        assert!(again.notes[0].contains("publish"), "{:?}", again.notes);
    }

    async fn what_is_no_plan_is_refused_and_leaves_nothing(world) {
        let service = world.service(ServiceSettings::default());
        let huge = format!(r#"{{"title":"t","prompt":"{}"}}"#, "p".repeat(2 << 20));
        for (json, sort) in [("", "unreadable"), ("[]", "unreadable"), (r#"{"title":1}"#, "unreadable"),
                             (r#"{"title":"t"}"#, "unreadable"), (huge.as_str(), "too large")] {
            let refused = try_submit(&service, 1, json, Public, None).await.unwrap_err();
            let found = match refused {
                SubmitError::Unreadable(_) => "unreadable",
                SubmitError::TooLarge(_) => "too large",
                other => panic!("{other}"),
            };
            assert_eq!(found, sort);
        }
        let broken = Submission {
            content: Content::Zip(b"PK\x03\x04 and no more".to_vec()),
            name: "run".to_owned(),
            owner: owner(1),
            visibility: Public,
            external_id: None,
            plan_id: None,
        };
        assert!(matches!(submit(&service, broken).await, Err(SubmitError::Unreadable(_))));
        for id in ["", "a\nb", &"x".repeat(201)] {
            let refused = try_submit(&service, 1, &invented(1), Public, Some(id)).await;
            assert!(matches!(refused, Err(SubmitError::BadExternalId)), "{id:?}");
        }
        assert_eq!((world.store.count_plans().await.unwrap(), jobs(world, "extract").await), (0, 0));
    }

    async fn a_status_tells_how_far_a_plan_has_come(world) {
        let service = world.service(ServiceSettings::default());
        assert_eq!(plan_status(&world.store, PlanId(uuid::Uuid::nil())).await.unwrap(), None);
        let plan = submit_plan(&service, 1, &invented(1), Private).await.plan_id;
        assert_eq!(phase(world, plan).await, Phase::Queued);
        world.extract(&service, plan).await;
        assert_eq!(phase(world, plan).await, Phase::Comparing);
        let contest = Private.contest(owner(1));
        assert_eq!(world.rank(&service, contest).await, Ok(Done::Finished));
        let alone = plan_status(&world.store, plan).await.unwrap().unwrap();
        assert_eq!(alone.detail.as_deref(), Some("waiting for a second plan"));

        let second = submit_plan(&service, 1, &invented(2), Private).await.plan_id;
        world.extract(&service, second).await;
        assert_eq!(world.rank(&service, contest).await, Ok(Done::Finished));
        let rated = plan_status(&world.store, plan).await.unwrap().unwrap();
        assert!(rated.comparisons_done > 0);
        let metrics = world.store.metrics(plan).await.unwrap().unwrap();
        assert!(metrics.elo.is_some());
    }
}
