//! A service for one test.

use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use accounts::{Accounts, KeyWish, Limits, LoginSettings, Peppers, Scopes, Secret};
use arena::audit::{Audit, AuditSettings};
use arena::models::Models;
use arena::{Clock, Entropy, Service, ServiceSettings};
use llm::HashedNgrams;
use pipeline::Pipeline;
use queue::{Holder, Settings, Stop, Worker};
use serde_json::{Value, json};
use store::{AccountId, Role, Store};
use testkit::TestEntropy;
use testkit::databases::{self, TestDatabase};
use testkit::service::Client;
use tokio::net::TcpListener;
use web::mcp::{Credit, Unmetered};
use web::{App, Config, Parts};

use crate::making;

/// The system's time: jobs wait for theirs.
#[derive(Debug)]
struct WallClock;

impl Clock for WallClock {
    fn now(&self) -> chrono::DateTime<chrono::Utc> {
        std::time::SystemTime::UNIX_EPOCH
            .elapsed()
            .map(|since| chrono::DateTime::UNIX_EPOCH + since)
            .unwrap()
    }
}

/// A running service. Dropped, it ends.
pub(crate) struct World {
    pub(crate) app: App,
    pub(crate) client: Client,
    address: SocketAddr,
    stop: Stop,
    _database: TestDatabase,
}

impl Drop for World {
    fn drop(&mut self) {
        self.stop.request();
    }
}

/// One world on each database that there is.
pub(crate) async fn worlds() -> Vec<World> {
    let mut worlds = vec![World::on(databases::sqlite()).await];
    if let Some(database) = databases::postgres().await {
        worlds.push(World::on(database).await);
    }
    worlds
}

/// The same of worlds that make plans.
pub(crate) async fn makers() -> Vec<World> {
    let mut worlds = vec![World::making_plans().await];
    if let Some(database) = databases::postgres().await {
        worlds.push(World::with(database, Making::Plans, Arc::new(Unmetered)).await);
    }
    worlds
}

/// What the worker does beside ranking.
#[derive(Debug, Clone, Copy)]
enum Making {
    Plans,
    Nothing,
}

impl World {
    pub(crate) async fn new() -> Self {
        Self::on(databases::sqlite()).await
    }

    /// One that makes plans, too.
    pub(crate) async fn making_plans() -> Self {
        Self::with(databases::sqlite(), Making::Plans, Arc::new(Unmetered)).await
    }

    async fn on(database: TestDatabase) -> Self {
        Self::with(database, Making::Nothing, Arc::new(Unmetered)).await
    }

    /// One whose plans are paid for.
    pub(crate) async fn metered(database: TestDatabase, credit: Arc<dyn Credit>) -> Self {
        Self::with(database, Making::Nothing, credit).await
    }

    async fn with(database: TestDatabase, making: Making, credit: Arc<dyn Credit>) -> Self {
        let store = Store::connect(database.url()).await.unwrap();
        store.migrate().await.unwrap();
        let clock: Arc<dyn Clock> = Arc::new(WallClock);
        let entropy: Arc<dyn Entropy> = Arc::new(TestEntropy::default());
        let stop = Stop::new();
        let pipeline = Pipeline::new(
            store.clone(),
            clock.clone(),
            entropy.clone(),
            making::settings(),
        );
        let more = match making {
            Making::Plans => making::handlers(&pipeline),
            Making::Nothing => Vec::new(),
        };
        let (service, wake) = service_and_worker(&store, &clock, &entropy, &stop, more);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let url = format!("http://{address}");
        let parts = Parts {
            accounts: accounts(&store, &clock, &entropy, &url),
            audit: Audit::new(
                store.clone(),
                clock.clone(),
                entropy.clone(),
                AuditSettings::default(),
            )
            .unwrap(),
            config: Config::new(url.parse().unwrap()),
            pipeline,
            service,
            wake,
            store,
            clock,
            entropy,
        };
        let app = App::metered(parts, credit);
        let ended = stop.clone();
        let router = web::router(&app);
        tokio::spawn(async move {
            web::serve(listener, router, async move { ended.requested().await }).await;
        });
        Self {
            client: Client::anonymous(&url),
            app,
            address,
            stop,
            _database: database,
        }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Somebody new with a key that may do all that the role allows.
    pub(crate) async fn user(&self, name: &str, role: Role) -> Client {
        self.client
            .with_key(&self.key(name, Scopes::of(role), role).await)
    }

    pub(crate) async fn key(&self, name: &str, scopes: Scopes, role: Role) -> String {
        let (now, bytes) = (self.app.clock.now(), self.app.entropy.bytes());
        let id = AccountId::new(now, std::array::from_fn(|i| bytes[i]));
        self.app.store.add_account(id, name, now).await.unwrap();
        self.app.store.set_role(id, role).await.unwrap();
        let caller = self.app.accounts.operator(id).await.unwrap().unwrap();
        let wish = KeyWish {
            name: "test".to_owned(),
            scopes,
            expires_at: None,
        };
        let made = self.app.accounts.create_key(&caller, &wish).await.unwrap();
        made.secret.expose().to_owned()
    }
}

fn service_and_worker(
    store: &Store,
    clock: &Arc<dyn Clock>,
    entropy: &Arc<dyn Entropy>,
    stop: &Stop,
    more: Vec<Arc<dyn queue::Handler>>,
) -> (Service, queue::Wake) {
    let nobody = |_: &str| false;
    let service = Service::new(
        store.clone(),
        clock.clone(),
        entropy.clone(),
        Models::offline(Arc::new(HashedNgrams::new(1, 2_000))),
        ServiceSettings {
            settle: Duration::from_millis(50),
            ..ServiceSettings::default()
        },
        arena::lease::Holder {
            token: "test".to_owned(),
            is_dead: Arc::new(nobody),
        },
    );
    let mut handlers = arena::work::handlers(&service, Vec::new());
    handlers.extend(more);
    let worker = Worker::new(
        store.clone(),
        clock.clone(),
        entropy.clone(),
        Settings {
            poll_max: Duration::from_millis(100),
            housekeeping: Duration::from_millis(100),
            ..Settings::default()
        },
        Holder {
            token: "test".to_owned(),
            is_dead: Arc::new(nobody),
        },
        handlers,
        Vec::new(),
    );
    let (wake, stop) = (worker.wake(), stop.clone());
    tokio::spawn(async move { worker.run(stop).await });
    (service, wake)
}

fn accounts(
    store: &Store,
    clock: &Arc<dyn Clock>,
    entropy: &Arc<dyn Entropy>,
    url: &str,
) -> Accounts {
    let many = NonZeroU32::new(1_000).unwrap();
    let settings = accounts::Settings {
        peppers: Peppers::new(vec![Secret::new("p".repeat(32))]).unwrap(),
        limits: Limits {
            ranks_per_minute: many,
            new_families_per_day: NonZeroU32::new(20).unwrap(),
            ..Limits::default()
        },
        login: LoginSettings {
            public_url: url.parse().unwrap(),
            providers: Vec::new(),
            admins: Vec::new(),
            dev_login: true,
        },
    };
    Accounts::new(store.clone(), clock.clone(), entropy.clone(), settings).unwrap()
}

/// A small plan of its own family.
pub(crate) fn plan(title: &str) -> Value {
    let words: Vec<String> = (0..60).map(|i| format!("{title}{i}")).collect();
    json!({
        "title": title,
        "prompt": format!("Build {title} by May 2027 for EUR 2 million. {}", words.join(" ")),
        "wbs": [{ "id": "a", "name": format!("Design {title}") }, { "id": "b", "name": format!("Build {title}") }],
    })
}

/// Asks until the answer is as wanted.
pub(crate) async fn until(client: &Client, path: &str, wanted: impl Fn(&Value) -> bool) -> Value {
    for _ in 0..300 {
        let answer = client.get(path).await.with(200).json();
        if wanted(&answer) {
            return answer;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("{path} never answered as wanted");
}

/// Waits until so many plans of as many owners are rated; returns the last owner.
pub(crate) async fn ranked(world: &World, plans: usize) -> Client {
    let names = ["alder", "birch", "cedar", "dogwood", "elm", "fir"];
    let mut last = world.client.clone();
    for name in &names[..plans] {
        last = world.user(name, Role::User).await;
        last.post_json("/api/rank", &plan(name)).await.with(202);
    }
    let path = "/api/leaderboard?standing=provisional";
    until(&world.client, path, |board| {
        let items = board["items"].as_array();
        items.is_some_and(|items| items.len() == plans)
    })
    .await;
    last
}
