//! KPIs of one plan: as in a batch, once per version, and never before near copies are together.

use std::sync::Arc;

use arena::ServiceSettings;
use arena::extract::{Extraction, One, extract, one};
use arena::progress::Silent;
use arena::rank::Stop;
use chrono::TimeDelta;
use llm::HashedNgrams;
use queue::Done;
use serde_json::json;
use store::Visibility::Public;
use store::{FamilyId, JobState};

use crate::world::{World, example, examples, invented, on_both, submit_plan};

/// Everything in one batch, as the command line does.
async fn batch(world: &World) {
    let extraction = Extraction {
        store: &world.store,
        clock: Arc::new(world.clock.clone()),
        embedder: Arc::new(HashedNgrams::default()),
        rater: None,
        concurrency: 4,
        stop: Stop::default(),
        observer: &Silent,
    };
    extract(&extraction).await.unwrap();
}

on_both! {
    async fn one_plan_alone_gets_bit_for_bit_what_it_gets_in_a_batch(world) {
        let service = world.service(ServiceSettings::default());
        let mut plans = Vec::new();
        for (n, plan) in (0..).zip(examples()) {
            plans.push(submit_plan(&service, 1 + n % 4, &plan, Public).await.plan_id);
        }
        let copy = example("school-meals-kisumu").replace(" is ", " will be ");
        plans.push(submit_plan(&service, 5, &copy, Public).await.plan_id);
        batch(world).await;
        let embedder = HashedNgrams::default();
        let work = One { store: &world.store, clock: &world.clock, embedder: &embedder, rater: None };
        let bits = |values: &store::KpiValues| {
            [values.novelty_score, values.prompt_quality, values.technical_completeness,
             values.feasibility, values.impact_estimate].map(|v| v.map(f64::to_bits))
        };
        let mut novelties = 0;
        for plan in plans {
            let expected = world.store.kpis(plan).await.unwrap().unwrap();
            let alone = one(&work, plan).await.unwrap();
            assert_eq!(bits(&alone.values), bits(&expected.values), "{plan}");
            assert_eq!(alone.version, expected.version);
            novelties += usize::from(alone.values.novelty_score.is_some());
        }
        assert!(novelties >= 10, "only {novelties} novelties are known");
    }

    async fn without_a_snapshot_novelty_waits_and_the_rest_does_not(world) {
        let service = world.service(ServiceSettings::default());
        let mut plans = Vec::new();
        for (n, plan) in (0..).zip(examples()) {
            plans.push(submit_plan(&service, 1 + n % 5, &plan, Public).await.plan_id);
        }
        for plan in &plans {
            world.extract(&service, *plan).await;
        }
        let first = world.store.kpis(plans[0]).await.unwrap().unwrap();
        assert_eq!(first.values.novelty_score, None);
        assert!(first.values.prompt_quality.is_some());
        assert!(first.evidence.contains("no snapshot"), "{}", first.evidence);

        world.clock.advance(TimeDelta::minutes(1));
        assert_eq!(world.run(&service, "snapshot", json!({})).await, Ok(Done::Finished));
        let again = world.store.job_of_key("extract", &plans[0].to_string()).await.unwrap().unwrap();
        assert_eq!(again.state, JobState::Waiting);
        assert_eq!(world.store.kpis(plans[0]).await.unwrap().unwrap(), first, "old values stay meanwhile");
        for plan in &plans {
            world.extract(&service, *plan).await;
        }
        let second = world.store.kpis(plans[0]).await.unwrap().unwrap();
        assert_ne!(second.version, first.version);
        assert_eq!(world.store.kpi_history(plans[0]).await.unwrap().len(), 2);
        batch(world).await;
        assert_eq!(world.store.kpis(plans[0]).await.unwrap().unwrap(), second, "a batch finds nothing to do");
    }

    /// Each had looked for the other before the other was there.
    async fn near_copies_that_founded_a_family_each_end_in_that_of_the_earlier(world) {
        let service = world.service(ServiceSettings::default());
        let text = example("school-meals-kisumu");
        let copy = text.replace(" is ", " will be ");
        let first = submit_plan(&service, 1, &text, Public).await.plan_id;
        world.clock.advance(TimeDelta::seconds(1));
        let second = submit_plan(&service, 2, &copy, Public).await.plan_id;
        let stranger = submit_plan(&service, 3, &invented(1), Public).await.plan_id;
        let family = async |plan| world.store.plan(plan).await.unwrap().unwrap().family_id;
        let (home, strange) = (family(first).await, family(stranger).await);
        assert_eq!(family(second).await, home);
        for (looks_last, n) in [(first, 1), (second, 2)] {
            let apart = FamilyId::new(world.clock.now(), [n; 10]);
            world.store.assign_family(second, apart, world.clock.now()).await.unwrap();
            // As if neither had been measured.
            let found = arena::extract::reunite(&world.store, looks_last).await;
            found.unwrap();
            assert_eq!((family(first).await, family(second).await), (home, home));
        }
        world.extract(&service, stranger).await;
        assert_eq!(family(stranger).await, strange);
    }
}
