//! A plan that the service makes goes by itself onto the board, with all its KPIs.

use std::sync::Arc;

use environment::{Clock, Entropy};
use pipeline::service::{NewRun, RunState};
use pipeline::{Pipeline, Viewer};
use store::{AccountFilter, AccountId, Store};
use testkit::databases::TestDatabase;
use testkit::service::{Client, Role};
use testkit::{TestClock, TestEntropy};

use crate::support::{launcher, on_both, until_rated, user};

const PROMPT: &str = "Open a bakery for sourdough bread in Aarhus, Denmark. The owner has baked at \
home for ten years and has signed a lease for a shop of 80 square metres. The budget is DKK 1,500,000, \
of which 300,000 are for ovens. The shop must open by 2027-03-01 and serve 120 customers a day within \
six months. Neighbours may object to early work, and the food authority must approve the kitchen.";

/// The use cases on the database of a service, as another process of it has them.
async fn beside(database: &TestDatabase) -> Pipeline {
    let store = Store::connect(database.url()).await.unwrap();
    let since = std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap();
    let clock: Arc<dyn Clock> = Arc::new(TestClock::at(chrono::DateTime::UNIX_EPOCH + since));
    let entropy: Arc<dyn Entropy> = Arc::new(TestEntropy::seeded(5));
    Pipeline::offline(store, clock, entropy).unwrap()
}

async fn account(database: &TestDatabase, name: &str) -> AccountId {
    let store = Store::connect(database.url()).await.unwrap();
    let accounts = store
        .accounts(&AccountFilter {
            limit: 100,
            ..AccountFilter::default()
        })
        .await
        .unwrap();
    store.close().await.unwrap();
    let found = accounts.iter().find(|account| account.display_name == name);
    found.unwrap().account_id
}

/// Whether a plan stands on either part of the board.
async fn on_board(client: &Client, id: &str) -> bool {
    for standing in ["established", "provisional"] {
        let path = format!("/api/leaderboard?limit=200&standing={standing}");
        let page = client.get(&path).await.with(200).json();
        let items = page["items"].as_array().unwrap();
        if items.iter().any(|plan| plan["plan_id"] == id) {
            return true;
        }
    }
    false
}

on_both! {
    async fn a_plan_that_was_asked_for_stands_on_the_board(database) {
        let artifacts = tempfile::tempdir().unwrap();
        let folder = artifacts.path().display().to_string();
        let launcher = launcher(database).serving(&["--artifacts", &folder]);
        // Novelty wants a corpus to be new against.
        let corpus = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/plans");
        for command in [&["migrate"] as &[&str], &["import", corpus], &["rank"]] {
            launcher.run(command).await;
        }
        let service = launcher.start(Role::All).await;
        let ada = user(&launcher, &service, "ada", "user").await;
        let pipeline = beside(database).await;
        let owner = account(database, "ada").await;
        let made = pipeline.create(owner, NewRun::of(PROMPT)).await.unwrap();
        let minute = std::time::Duration::from_secs(50);
        let status = pipeline.wait(Viewer::of(owner), made.plan_id, None, minute).await.unwrap();
        assert_eq!(status.state, RunState::Completed, "{:?}", status.failure);
        let id = made.plan_id.to_string();
        let path = format!("/api/plans/{id}");
        let deadline = tokio::time::Instant::now() + minute;
        while ada.get(&path).await.status == 404 {
            assert!(tokio::time::Instant::now() < deadline, "it never entered the ranking");
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        let plan = until_rated(&ada, &path).await;
        assert!(on_board(&service.client(), &id).await, "everybody sees it");
        let kpis = plan["kpis"].as_array().unwrap();
        assert_eq!(kpis.len(), 5);
        for kpi in kpis {
            assert!(kpi["value"].is_number(), "unknown: {kpi}");
        }
    }
}
