//! The rank job: who may meet, what it waits for, and what it says while it does.

use arena::ServiceSettings;
use chrono::TimeDelta;
use queue::Done;
use store::Visibility::Public;
use store::{Claim, Contest};

use crate::world::{World, invented, now, on_both, submit_plan};

async fn two_owners(world: &World, settings: ServiceSettings) -> arena::Service {
    let service = world.service(settings);
    for n in 1..=4 {
        let plan = submit_plan(
            &service,
            1 + u8::try_from(n % 2).unwrap(),
            &invented(n),
            Public,
        )
        .await;
        world.extract(&service, plan.plan_id).await;
    }
    service
}

on_both! {
    async fn in_public_a_lone_owners_plans_wait_for_anothers(world) {
        let service = world.service(ServiceSettings::default());
        for n in 1..=3 {
            let plan = submit_plan(&service, 1, &invented(n), Public).await;
            world.extract(&service, plan.plan_id).await;
        }
        assert_eq!(world.rank(&service, Contest::Public).await, Ok(Done::Finished));
        let status = world.store.contest_status(Contest::Public).await.unwrap().unwrap();
        assert!(status.note.unwrap().contains("one owner"));
        assert!(world.store.ranking(Contest::Public).await.unwrap().is_none(), "nothing was spent on it");
    }

    async fn a_plan_without_kpis_takes_part_in_nothing(world) {
        let service = two_owners(world, ServiceSettings::default()).await;
        let late = submit_plan(&service, 3, &invented(9), Public).await.plan_id;
        world.rank(&service, Contest::Public).await.unwrap();
        let all = store::ComparisonFilter::default();
        let log = world.store.comparisons(Contest::Public, &all).await.unwrap();
        assert!(!log.is_empty() && log.iter().all(|c| c.first_plan != late && c.second_plan != late));
        world.extract(&service, late).await;
        world.rank(&service, Contest::Public).await.unwrap();
        let log = world.store.comparisons(Contest::Public, &all).await.unwrap();
        assert!(log.iter().any(|c| c.first_plan == late || c.second_plan == late));
    }

    async fn with_the_days_money_used_it_waits_and_says_so(world) {
        let settings = ServiceSettings { max_cost_per_day_nano_usd: Some(0), ..ServiceSettings::default() };
        let service = two_owners(world, settings).await;
        let at = now() + TimeDelta::minutes(15);
        assert_eq!(world.rank(&service, Contest::Public).await, Ok(Done::Again { at }));
        let status = world.store.contest_status(Contest::Public).await.unwrap().unwrap();
        assert_eq!((status.phase.as_str(), status.again_at), ("paused", Some(at)));
    }

    async fn while_another_process_drives_the_contest_it_looks_again_soon(world) {
        let service = two_owners(world, ServiceSettings::default()).await;
        world.store.open_ranking(Contest::Public, 1, "{}", now()).await.unwrap();
        let held = world.store.claim_ranking(Contest::Public, "other", now(), std::time::Duration::from_secs(30)).await;
        assert!(matches!(held, Ok(Claim::Granted(_))));
        let at = now() + TimeDelta::seconds(3);
        assert_eq!(world.rank(&service, Contest::Public).await, Ok(Done::Again { at }));
    }

    async fn with_every_judge_suspended_it_says_why_and_tries_hourly(world) {
        let service = two_owners(world, ServiceSettings::default()).await;
        world.rank(&service, Contest::Public).await.unwrap();
        let judge = world.store.judges().await.unwrap()[0].judge_id;
        world.store.suspend_judge(judge, "it flips", now()).await.unwrap();
        let newcomer = submit_plan(&service, 3, &invented(9), Public).await;
        world.extract(&service, newcomer.plan_id).await;
        let at = now() + TimeDelta::hours(1);
        assert_eq!(world.rank(&service, Contest::Public).await, Ok(Done::Again { at }));
        let status = world.store.contest_status(Contest::Public).await.unwrap().unwrap();
        assert!(status.note.unwrap().contains("it flips"));
    }
}
