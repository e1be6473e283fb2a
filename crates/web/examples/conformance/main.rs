//! A server for the MCP conformance suite: its fixture tools, prompts and resources behind the same
//! gate and layers as the service's own endpoint. For tests; it never ships.
//!
//! `conformance` listens on a free port of the loopback and prints the endpoint's URL. Its data is in
//! a temporary SQLite database. `conformance --service DATABASE` has the service's own endpoint on a
//! database that is there, to be measured.

mod handler;
mod inputs;
mod tools;

use std::sync::Arc;

use accounts::{Accounts, Limits, LoginSettings, Peppers, Secret};
use arena::audit::{Audit, AuditSettings};
use arena::models::Models;
use arena::{Service, ServiceSettings};
use environment::{Clock, Entropy};
use llm::HashedNgrams;
use pipeline::Pipeline;
use store::Store;
use testkit::TestEntropy;
use testkit::databases;
use tokio::net::TcpListener;
use web::{App, Config, Parts};

use handler::Fixture;

#[derive(Debug)]
struct WallClock;

impl Clock for WallClock {
    fn now(&self) -> chrono::DateTime<chrono::Utc> {
        let since = std::time::SystemTime::UNIX_EPOCH.elapsed();
        chrono::DateTime::UNIX_EPOCH + since.expect("a clock after 1970")
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}", listener.local_addr()?);
    let temporary = databases::sqlite();
    let (database, is_service) = match arguments.as_slice() {
        [flag, database] if flag == "--service" => (database.as_str(), true),
        [] => (temporary.url(), false),
        _ => return Err("conformance [--service DATABASE]".into()),
    };
    let app = App::new(parts(database, &url).await?);
    let router = if is_service {
        web::router(&app)
    } else {
        let fixture = Fixture::default();
        let agents = web::mcp::endpoint(&app, |_, _| false, move || fixture.clone());
        web::router_with(&app, agents)
    };
    println!("{url}/mcp");
    web::serve(listener, router, std::future::pending()).await;
    Ok(())
}

async fn parts(database: &str, url: &str) -> Result<Parts, Box<dyn std::error::Error>> {
    let store = Store::connect(database).await?;
    store.migrate().await?;
    let clock: Arc<dyn Clock> = Arc::new(WallClock);
    let entropy: Arc<dyn Entropy> = Arc::new(TestEntropy::default());
    let (c, e) = (|| clock.clone(), || entropy.clone());
    let settings = accounts::Settings {
        peppers: Peppers::new(vec![Secret::new("p".repeat(32))])?,
        limits: Limits::default(),
        login: LoginSettings::none(url.parse()?),
    };
    let service = Service::new(
        store.clone(),
        c(),
        e(),
        Models::offline(Arc::new(HashedNgrams::new(1, 2_000))),
        ServiceSettings::default(),
        arena::lease::Holder {
            token: "conformance".to_owned(),
            is_dead: Arc::new(|_| false),
        },
    );
    Ok(Parts {
        accounts: Accounts::new(store.clone(), c(), e(), settings)?,
        audit: Audit::new(store.clone(), c(), e(), AuditSettings::default())?,
        pipeline: Pipeline::offline(store.clone(), c(), e())?,
        config: Config::new(url.parse()?),
        service,
        wake: queue::Wake::default(),
        clock: c(),
        entropy: e(),
        store,
    })
}
