//! Many writers, and writers that vanish.

use std::time::Duration;

use store::{NewPlan, Store, Take};

use crate::fixture::{World, at, on_both, plan};

on_both! {
    #[doc = "Eight stores of their own, as eight processes would have: deferred transactions fail here."]
    async fn eight_writers_of_200_transactions_never_fail(world) {
        let mut writers = tokio::task::JoinSet::new();
        for writer in 0..8 {
            let url = world.database.url().to_owned();
            writers.spawn(async move {
                let store = Store::connect(&url).await.unwrap();
                for n in 0..200 {
                    store.set_setting_once(&format!("{writer}/{n}"), "v", at(0)).await.unwrap();
                }
                store.close().await.unwrap();
            });
        }
        while let Some(done) = writers.join_next().await {
            done.unwrap();
        }
        assert_eq!(world.store.setting("7/199").await.unwrap().as_deref(), Some("v"));
    }

    async fn the_same_plan_from_many_sides_is_stored_once(world) {
        let mut writers = tokio::task::JoinSet::new();
        for n in 0..8 {
            let store = world.store.clone();
            let new = NewPlan { plan_id: plan(100 + n).plan_id, family_id: plan(100 + n).family_id, ..plan(1) };
            writers.spawn(async move { store.insert_plans(&[new]).await.unwrap()[0] });
        }
        let outcomes = writers.join_all().await;
        assert_eq!(outcomes.iter().filter(|outcome| outcome.created).count(), 1);
        assert!(outcomes.iter().all(|outcome| outcome.plan_id == outcomes[0].plan_id));
    }

    async fn of_many_first_settings_one_wins(world) {
        let mut writers = tokio::task::JoinSet::new();
        for n in 0..8 {
            let store = world.store.clone();
            writers.spawn(async move { store.set_setting_once("secret", &n.to_string(), at(0)).await.unwrap() });
        }
        let held = writers.join_all().await;
        assert!(held.iter().all(|value| *value == held[0]), "{held:?}");
    }

    async fn a_write_dropped_midway_leaves_nothing_and_locks_nothing(world) {
        let plans: Vec<NewPlan> = (1..=60).map(plan).collect();
        let mut cut = 0;
        for micros in [0, 200, 500, 1_000, 2_000, 4_000] {
            let budget = Duration::from_micros(micros);
            if tokio::time::timeout(budget, world.store.insert_plans(&plans)).await.is_ok() {
                break;
            }
            cut += 1;
            assert_eq!(world.store.count_plans().await.unwrap(), 0, "after {micros} µs");
        }
        assert!(cut > 0, "no write was cut short");
        world.store.insert_plans(&plans).await.unwrap();
        assert_eq!(world.store.count_plans().await.unwrap(), 60);
    }

    async fn readers_see_a_whole_batch_or_none_of_it(world) {
        let reader = world.store.clone();
        let watching = tokio::spawn(async move {
            loop {
                match reader.count_plans().await.unwrap() {
                    0 => tokio::task::yield_now().await,
                    seen => return seen,
                }
            }
        });
        world.plans(&(1..=60).map(plan).collect::<Vec<_>>()).await;
        assert_eq!(watching.await.unwrap(), 60);
    }

    async fn two_processes_may_migrate_at_once(world) {
        let database = match world.store.backend() {
            store::Backend::Sqlite => testkit::databases::sqlite(),
            store::Backend::Postgres => testkit::databases::postgres().await.unwrap(),
        };
        let connect = || Store::connect(database.url());
        let (a, b) = (connect().await.unwrap(), connect().await.unwrap());
        let (first, second) = tokio::join!(a.migrate(), b.migrate());
        first.unwrap();
        second.unwrap();
        assert!(a.pending_migrations().await.unwrap().is_empty());
    }
}

#[tokio::test]
async fn a_database_in_memory_serves_concurrent_callers() {
    let store = Store::connect("sqlite::memory:").await.unwrap();
    store.migrate().await.unwrap();
    let mut writers = tokio::task::JoinSet::new();
    for n in 1..=8 {
        let store = store.clone();
        writers.spawn(async move { store.insert_plans(&[plan(n)]).await.unwrap() });
    }
    writers.join_all().await;
    assert_eq!(store.count_plans().await.unwrap(), 8);
}

#[tokio::test]
async fn a_file_outlives_its_connections() {
    let world = World::sqlite().await;
    world.system_plans(3).await;
    world.store.clone().close().await.unwrap();
    let again = Store::connect(world.database.url()).await.unwrap();
    assert_eq!(again.count_plans().await.unwrap(), 3);
}

on_both! {
    #[doc = "A transaction begun on the server alone stayed open on a pooled connection, and what ran there next was never committed."]
    async fn whoever_goes_away_while_a_transaction_begins_leaves_none_open(world) {
        let elsewhere = Store::connect(world.database.url()).await.unwrap();
        for n in 0..100_u64 {
            let name = n.to_string();
            let writing = world.store.set_setting_once(&name, "v", at(0));
            give_up_after(writing, n % 20).await;
            // The connection needs a moment to come back to the pool.
            tokio::time::sleep(Duration::from_millis(5)).await;
            // At once, so that all connections write.
            let takes = (0..8).map(|k| take_once(&world.store, format!("{n}/{k}")));
            for subject in futures::future::join_all(takes).await {
                let seen = elsewhere.limit_use(&subject, "rule").await.unwrap();
                assert!(seen.is_some(), "{subject} was written where nobody commits");
            }
        }
    }
}

async fn take_once(store: &Store, subject: String) -> String {
    let take = Take {
        subject: &subject,
        rule: "rule",
        cost: 1,
        room: 10,
        now: at(1),
    };
    store.take_limit(&take).await.unwrap();
    subject
}

async fn give_up_after<T>(work: impl Future<Output = T>, polls: u64) {
    let mut work = std::pin::pin!(work);
    for _ in 0..polls {
        if futures::poll!(&mut work).is_ready() {
            return;
        }
        tokio::task::yield_now().await;
    }
}
