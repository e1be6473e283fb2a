//! Three workers on one database, one of which dies in the middle of a ranking: the board is that
//! of one process that ranks the same plans alone.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use arena::ServiceSettings;
use chrono::TimeDelta;
use queue::{Done, Holder, Settings, Stop, Worker};
use store::Visibility::Public;
use store::{ComparisonFilter, ComparisonState, Contest, Digest, JobState, PlanFilter, PlanId};
use tokio::task::JoinHandle;

use crate::world::{World, invented, on_both, submit_plan};

const PLANS: u64 = 40;
const WAIT: Duration = Duration::from_millis(10);
const PATIENCE: usize = 12_000;

type Dead = Arc<Mutex<BTreeSet<String>>>;

fn settings() -> ServiceSettings {
    ServiceSettings {
        calls_per_plan: 6,
        concurrency: 2,
        // Room for all forty to wait their turn.
        readers: 8,
        // All plans are measured before the first round.
        settle: Duration::from_hours(1),
        ..ServiceSettings::default()
    }
}

fn by(seed: u64) -> u8 {
    1 + u8::try_from(seed % 5).unwrap()
}

fn worker(world: &World, name: &str, dead: &Dead, stop: &Stop) -> JoinHandle<()> {
    let dead = Arc::clone(dead);
    let is_dead = Arc::new(move |token: &str| {
        let process = token.split('.').next().unwrap_or_default();
        dead.lock().unwrap().contains(process)
    });
    let service = world.service_of(
        settings(),
        arena::lease::Holder {
            token: name.to_owned(),
            is_dead: is_dead.clone(),
        },
    );
    let quick = Settings {
        poll_min: Duration::from_millis(5),
        poll_max: Duration::from_millis(20),
        housekeeping: Duration::from_millis(20),
        ..Settings::default()
    };
    let holder = Holder {
        token: name.to_owned(),
        is_dead,
    };
    let worker = Worker::new(
        world.store.clone(),
        Arc::new(world.clock.clone()),
        world.entropy.clone(),
        quick,
        holder,
        arena::work::handlers(&service, Vec::new()),
        Vec::new(),
    );
    let stop = stop.clone();
    tokio::spawn(async move { worker.run(stop).await })
}

async fn until(what: &str, mut is_so: impl AsyncFnMut() -> bool) {
    for _ in 0..PATIENCE {
        if is_so().await {
            return;
        }
        tokio::time::sleep(WAIT).await;
    }
    panic!("it never came to this: {what}");
}

async fn plans(world: &World) -> Vec<store::Plan> {
    let filter = PlanFilter {
        limit: 1_000,
        ..PlanFilter::default()
    };
    world.store.list_plans(&filter).await.unwrap()
}

/// What was published of each content, floats as their bits.
async fn board(world: &World) -> BTreeMap<Digest, String> {
    let mut board = BTreeMap::new();
    for plan in plans(world).await {
        let m = world.store.metrics(plan.plan_id).await.unwrap().unwrap();
        let bits = [m.elo, m.elo_se, m.elo_low, m.elo_high].map(|x| x.map(f64::to_bits));
        let line = format!(
            "{bits:?} {:?} {}",
            (m.rank, m.rank_low, m.rank_high),
            m.num_comparisons
        );
        board.insert(plan.content_hash, line);
    }
    board
}

async fn log(world: &World) -> Vec<(i64, i64, Digest, Digest, String, Option<i64>)> {
    let all = world
        .store
        .comparisons(Contest::Public, &ComparisonFilter::default())
        .await;
    let line = |c: store::Comparison| {
        (
            c.round,
            c.seq,
            c.first_hash,
            c.second_hash,
            c.variant,
            c.level,
        )
    };
    all.unwrap().into_iter().map(line).collect()
}

/// The same plans, owners and KPIs in a database of its own, ranked by one process.
async fn alone(original: &World) -> World {
    let world = World::sqlite().await;
    let service = world.service(settings());
    for seed in 0..PLANS {
        submit_plan(&service, by(seed), &invented(seed), Public).await;
    }
    let measured = async |hash: Digest| -> store::KpiRow {
        let plan: PlanId = plans(original)
            .await
            .iter()
            .find(|p| p.content_hash == hash)
            .unwrap()
            .plan_id;
        original.store.kpis(plan).await.unwrap().unwrap()
    };
    for plan in plans(&world).await {
        let row = measured(plan.content_hash).await;
        world.store.put_kpis(plan.plan_id, &row).await.unwrap();
    }
    assert_eq!(
        world.rank(&service, Contest::Public).await,
        Ok(Done::Finished)
    );
    world
}

on_both! {
    async fn a_worker_that_dies_changes_nothing_of_what_is_published(world) {
        let (dead, stop) = (Dead::default(), Stop::new());
        let names = ["ada", "bob", "cyd"];
        let mut running: BTreeMap<&str, JoinHandle<()>> =
            names.map(|name| (name, worker(world, name, &dead, &stop))).into();
        let service = world.service(settings());
        let texts: Vec<String> = (0..PLANS).map(invented).collect();
        let submissions = (0..).zip(&texts).map(|(seed, text)| submit_plan(&service, by(seed), text, Public));
        let submitted = futures::future::join_all(submissions).await;
        assert!(submitted.iter().all(|s| s.created && s.new_family));

        until("every plan is measured", async || {
            world.store.plans_without_kpis("", 1_000).await.unwrap().len() == 40
                && futures::future::join_all(submitted.iter().map(|s| world.store.kpis(s.plan_id)))
                    .await.into_iter().all(|k| k.unwrap().is_some())
        }).await;
        assert!(world.store.ranking(Contest::Public).await.unwrap().is_none(), "it settles first");

        world.clock.advance(TimeDelta::minutes(61));
        let done = ComparisonFilter { state: Some(ComparisonState::Done), ..ComparisonFilter::default() };
        until("a good part is judged", async || {
            world.store.comparisons(Contest::Public, &done).await.unwrap().len() >= 60
        }).await;
        let driver = world.store.ranking(Contest::Public).await.unwrap().unwrap().lease_token.unwrap();
        let driver = names.into_iter().find(|name| driver.starts_with(name)).unwrap();
        let victim = running.remove(driver).unwrap();
        victim.abort();
        assert!(victim.await.unwrap_err().is_cancelled());
        let before = log(world).await.iter().filter(|c| c.5.is_some()).count();
        assert!(before < 240, "it died too late to be missed");
        dead.lock().unwrap().insert(driver.to_owned());

        until("the ranking is done", async || {
            world.store.job_of_key("rank", "public").await.unwrap().is_none()
        }).await;
        stop.request();
        for (_, worker) in running {
            worker.await.unwrap();
        }
        let filter = store::JobFilter { state: Some(JobState::Dead), kind: None, account: None, cursor: None, limit: 10 };
        assert!(world.store.jobs(&filter).await.unwrap().jobs.is_empty(), "no job is lost");
        let expected = alone(world).await;
        assert_eq!(log(world).await.len(), log(&expected).await.len(), "as many comparisons");
        assert_eq!(log(world).await, log(&expected).await, "every comparison once, and the same ones");
        let board = board(world).await;
        assert_eq!(board.len(), 40);
        assert_eq!(board, crate::workers::board(&expected).await);
    }
}
