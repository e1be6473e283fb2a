//! Plans go in once per owner and content, and come out as they went in.

use std::time::Instant;

use store::{Inserted, NewPlan, PlanFilter, PlanState, StoreError, Visibility};

use crate::fixture::{account, at, digest, on_both, plan, user_plan};

on_both! {
    async fn a_plan_comes_out_as_it_went_in(world) {
        let new = NewPlan {
            warnings: "[\"no team\"]".to_owned(),
            source_catalogue: Some("{\"link\":\"https://example.org\"}".to_owned()),
            ..plan(1)
        };
        world.plans(std::slice::from_ref(&new)).await;
        let held = world.store.plan(new.plan_id).await.unwrap().unwrap();
        assert_eq!(held.title, new.title);
        assert_eq!(held.family_id, new.family_id);
        assert_eq!(held.content_hash, new.content_hash);
        assert_eq!(held.external_id, new.external_id);
        assert_eq!(held.warnings, new.warnings);
        assert_eq!(held.source_catalogue, new.source_catalogue);
        assert_eq!((held.state, held.created_at), (PlanState::Active, new.created_at));
        let texts = world.store.plan_document(new.plan_id).await.unwrap().unwrap();
        assert_eq!((texts.prompt, texts.document, texts.card), (new.prompt, new.document, new.card));
    }

    async fn the_same_content_of_one_owner_is_stored_once(world) {
        let first = world.store.insert_plans(&[plan(1)]).await.unwrap()[0];
        let again = NewPlan { plan_id: plan(9).plan_id, family_id: plan(9).family_id, ..plan(1) };
        let second = world.store.insert_plans(&[again, plan(2)]).await.unwrap();
        assert_eq!(second[0], Inserted { plan_id: first.plan_id, created: false });
        assert_eq!(second[1], Inserted { plan_id: plan(2).plan_id, created: true });
        assert_eq!(world.store.count_plans().await.unwrap(), 2);
        assert_eq!(world.store.families(store::Contest::Public).await.unwrap().len(), 2, "no family without a plan");
    }

    async fn two_owners_may_hold_the_same_content(world) {
        world.store.add_account(account(1), "Ada", at(0)).await.unwrap();
        let other = NewPlan { plan_id: plan(2).plan_id, ..user_plan(1, account(1), Visibility::Public) };
        let inserted = world.store.insert_plans(&[plan(1), other]).await.unwrap();
        assert!(inserted.iter().all(|outcome| outcome.created));
        let found = world.store.plan_by_hash(account(1), digest(1)).await.unwrap().unwrap();
        assert_eq!(found.plan_id, plan(2).plan_id);
    }

    async fn an_external_id_cannot_change_its_content(world) {
        world.system_plans(1).await;
        let other = NewPlan { external_id: plan(1).external_id, ..plan(3) };
        let result = world.store.insert_plans(&[plan(2), other]).await;
        assert!(matches!(result, Err(StoreError::Conflict { .. })), "{result:?}");
        assert_eq!(world.store.count_plans().await.unwrap(), 1, "nothing of a failed batch stays");
        let found = world.store.plan_by_external_id(plan(1).owner_id, "run-1").await.unwrap();
        assert_eq!(found.unwrap().plan_id, plan(1).plan_id);
    }

    async fn a_plan_of_nobody_is_refused(world) {
        let orphan = user_plan(1, account(42), Visibility::Public);
        let result = world.store.insert_plans(&[orphan]).await;
        assert!(matches!(result, Err(StoreError::Invalid { .. })), "{result:?}");
        assert_eq!(world.store.count_plans().await.unwrap(), 0);
    }

    async fn plans_are_found_by_id_prefix_title_external_id_and_source(world) {
        let named = |n, title: &str| NewPlan { title: title.to_owned(), ..plan(n) };
        world.plans(&[named(1, "Wind 100% Offshore"), named(2, "Tidal_power"), named(3, "Solar")]).await;
        let id = plan(3).plan_id.to_string();
        let cases: [(&str, &[u8]); 9] = [
            (&id, &[3]),
            (&id[..9], &[1, 2, 3]),
            ("run-2", &[2]),
            ("run-3.zip", &[3]),
            ("OFFSHORE", &[1]),
            ("0%", &[1]),
            ("l_p", &[2]),
            ("%", &[1]),
            ("nothing like it", &[]),
        ];
        for (text, numbers) in cases {
            let found = world.store.find_plans(text, 10).await.unwrap();
            let expected: Vec<_> = numbers.iter().map(|n| plan(*n).plan_id).collect();
            assert_eq!(found.iter().map(|p| p.plan_id).collect::<Vec<_>>(), expected, "{text}");
        }
    }

    async fn lists_page_without_gaps_while_plans_arrive(world) {
        world.system_plans(4).await;
        let filter = PlanFilter { limit: 3, ..PlanFilter::default() };
        let first = world.store.list_plans(&filter).await.unwrap();
        world.plans(&[plan(5)]).await;
        let after = first.last().map(|p| p.plan_id);
        let second = world.store.list_plans(&PlanFilter { after, ..filter }).await.unwrap();
        let titles: Vec<String> = first.into_iter().chain(second).map(|p| p.title).collect();
        assert_eq!(titles, ["Plan 1", "Plan 2", "Plan 3", "Plan 4", "Plan 5"]);
        let none = PlanFilter { domain: Some("space".to_owned()), limit: 5, ..PlanFilter::default() };
        assert!(world.store.list_plans(&none).await.unwrap().is_empty());
    }

    async fn states_change_only_the_way_they_may(world) {
        let id = world.system_plans(1).await[0];
        let state = async || world.store.plan(id).await.unwrap().unwrap().state;
        assert!(world.store.withdraw_plan(id, "owner's wish").await.unwrap());
        assert!(!world.store.withdraw_plan(id, "again").await.unwrap());
        assert!(world.store.quarantine_plan(id, "injected instructions").await.unwrap());
        assert!(!world.store.withdraw_plan(id, "hide the traces").await.unwrap());
        assert!(!world.store.restore_plan(id, PlanState::Withdrawn).await.unwrap());
        assert_eq!(state().await, PlanState::Quarantined);
        assert!(world.store.restore_plan(id, PlanState::Quarantined).await.unwrap());
        assert_eq!(state().await, PlanState::Active);
    }

    #[doc = "The import's budget: the database has 1 s of the 5 s; a busy test machine gets 5."]
    async fn thirty_five_plans_of_300_kb_go_in_quickly(world) {
        let large = |n| NewPlan { document: "{\"wbs\":[]}".repeat(30_000), bands: (0..32).collect(), ..plan(n) };
        let plans: Vec<NewPlan> = (1..=35).map(large).collect();
        #[expect(clippy::disallowed_methods, reason = "a test that measures time needs the time")]
        let start = Instant::now();
        world.plans(&plans).await;
        let elapsed = start.elapsed();
        println!("35 plans of 300 KB in {} ms", elapsed.as_millis());
        assert!(elapsed.as_secs() < 5, "{elapsed:?}");
    }
}
