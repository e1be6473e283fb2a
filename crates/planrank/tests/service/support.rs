//! A service for a test, and what tests do with it again and again.

pub(crate) mod plans;

use std::path::PathBuf;
use std::time::Duration;

use serde_json::Value;
use testkit::databases::{self, TestDatabase};
use testkit::service::{Client, Launcher, Reply, Role, Service};
use tokio::time::{Instant, sleep};

/// No plan of a test takes a tenth of this.
const PATIENCE: Duration = Duration::from_mins(2);
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// Limits that no test meets by accident.
const GENEROUS: [&str; 6] = [
    "--ranks-per-minute",
    "1000000",
    "--families-per-day",
    "1000000",
    "--requests-per-minute",
    "1000000",
];

/// Turns one body into two tests, `name::sqlite` and `name::postgres`.
macro_rules! on_both {
    ($($(#[doc = $doc:literal])* async fn $name:ident($database:ident) $body:block)*) => {$(
        $(#[doc = $doc])*
        async fn $name($database: &testkit::databases::TestDatabase) $body

        mod $name {
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                super::$name(&testkit::databases::sqlite()).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                let Some(database) = testkit::databases::postgres().await else { return };
                super::$name(&database).await;
            }
        }
    )*};
}
pub(crate) use on_both;

/// How the program is started on that database: limits that nobody meets, no pause before a
/// contest is ranked.
pub(crate) fn launcher(database: &TestDatabase) -> Launcher {
    strict_launcher(database).serving(&GENEROUS)
}

/// The same, with the limits that the service has by itself.
pub(crate) fn strict_launcher(database: &TestDatabase) -> Launcher {
    let settings = ["--settle-secs", "0", "--dev-login", "--migrate"];
    Launcher::new(program(), database.url()).serving(&settings)
}

/// The program under test: the one that was built with the tests, or `PLANRANK_BIN`.
pub(crate) fn program() -> PathBuf {
    let built = || env!("CARGO_BIN_EXE_planrank").into();
    std::env::var_os("PLANRANK_BIN")
        .unwrap_or_else(built)
        .into()
}

/// A service that does everything in one process, on a database of its own.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) launcher: Launcher,
    pub(crate) service: Service,
    // Dropped last: the process still uses it.
    database: TestDatabase,
}

impl World {
    /// On SQLite, for what no database decides.
    pub(crate) async fn new() -> Self {
        let database = databases::sqlite();
        let launcher = launcher(&database);
        let service = launcher.start(Role::All).await;
        Self {
            launcher,
            service,
            database,
        }
    }

    /// An account of that name with an API key.
    pub(crate) async fn user(&self, name: &str) -> Client {
        user(&self.launcher, &self.service, name, "user").await
    }

    /// How many plans the database holds, whoever's they are.
    pub(crate) async fn plans_kept(&self) -> i64 {
        let store = store::Store::connect(self.database.url()).await.unwrap();
        let count = store.count_plans().await.unwrap();
        store.close().await.unwrap();
        count
    }

    /// Fails unless the service answers and its database does.
    pub(crate) async fn is_healthy(&self) {
        for path in ["/healthz", "/readyz"] {
            self.service.client().get(path).await.with(200);
        }
    }
}

/// An account of that name and role with an API key.
pub(crate) async fn user(launcher: &Launcher, at: &Service, name: &str, role: &str) -> Client {
    let key = launcher.create_key(name, role).await;
    at.client().with_key(&key.secret)
}

/// `POST /api/rank`.
pub(crate) async fn submit(client: &Client, plan: &Value, visibility: &str) -> Reply {
    let path = format!("/api/rank?visibility={visibility}");
    client.post_json(&path, plan).await
}

/// The id of a plan that was accepted.
#[track_caller]
pub(crate) fn plan_id(reply: &Reply) -> String {
    assert!(matches!(reply.status, 200 | 202), "{}", reply.text());
    let id = reply.json()["plan_id"].as_str().map(str::to_owned);
    id.expect("an accepted plan has an id")
}

/// Two example plans, one of each owner's, rated; returns their ids. A contest of one plan is never
/// rated, and in public nor are the plans of one owner.
pub(crate) async fn two_rated(owners: [&Client; 2], visibility: &str) -> [String; 2] {
    let names = ["village-library-powys", "vineyard-organic-rioja"];
    let mut ids = [const { String::new() }; 2];
    for ((owner, name), id) in owners.into_iter().zip(names).zip(&mut ids) {
        *id = plan_id(&submit(owner, &plans::example(name), visibility).await);
    }
    for (owner, id) in owners.into_iter().zip(&ids) {
        until_rated(owner, &format!("/api/plans/{id}")).await;
    }
    ids
}

/// Follows a plan until it has a rating; returns what is told of it then.
pub(crate) async fn until_rated(client: &Client, status_url: &str) -> Value {
    until(client, status_url, |plan| {
        assert_ne!(plan["status"]["phase"], "failed", "{plan}");
        matches!(
            plan["status"]["phase"].as_str(),
            Some("provisional" | "rated")
        )
    })
    .await
}

/// Asks again and again until the answer is as wanted.
pub(crate) async fn until(client: &Client, path: &str, wanted: impl Fn(&Value) -> bool) -> Value {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let answer = client.get(path).await.with(200).json();
        if wanted(&answer) {
            return answer;
        }
        assert!(Instant::now() < deadline, "{path} stays {answer}");
        sleep(LOOK_EVERY).await;
    }
}
