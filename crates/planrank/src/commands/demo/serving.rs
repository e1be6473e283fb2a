//! After its leaderboard the demo serves the pages, to this machine only, and signs its user in.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;

use accounts::Role;
use anyhow::Context;
use environment::Entropy;
use store::Store;
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use url::Url;
use web::{Config, SignInLink};

use crate::cli::{Demo, GenerationOptions, LoginOptions, WorkOptions};
use crate::commands::serve;
use crate::output;
use crate::system::SystemEntropy;
use crate::wiring::{self, ArenaRanking};

const PORT: u16 = 8080;
/// Plans made at once.
const PLANS: u16 = 2;

/// Serves pages and works on what is submitted, until Ctrl-C.
pub(super) async fn serve(store: &Store, data_dir: &Path, args: &Demo) -> anyhow::Result<()> {
    let listener = listener().await?;
    let public_url = Url::parse(&format!(
        "http://localhost:{}/",
        listener.local_addr()?.port()
    ))?;
    let work = WorkOptions::like(&args.ranking);
    let service = wiring::service(store, &work, &args.model).await?;
    let plans = GenerationOptions::usual();
    let pipeline = wiring::pipeline(store, data_dir, &plans, &args.model, None).await?;
    let accounts = wiring::accounts(store, &LoginOptions::none(), &work, &public_url).await?;
    let visitor = accounts.local_account("demo", Role::Admin).await?;
    let link = SignInLink {
        token: token(),
        account: visitor.account_id,
    };
    let address = public_url.join(&link.path())?;
    let mut config = Config::new(public_url);
    config.sign_in_link = Some(link);
    let stop = serve::stop_when_asked();
    let mut running = JoinSet::new();
    let wake = serve::start_worker(&mut running, &service, &accounts, &work, &stop);
    let ranking = ArenaRanking {
        service: service.clone(),
        accounts: Some(accounts.clone()),
        wake: wake.clone(),
    };
    let plans = serve::PlanWorker {
        plans: PLANS,
        work: &work,
    };
    let pipeline = plans.start(&mut running, pipeline, ranking, &stop);
    let app = serve::app(service, pipeline, accounts, config, wake)?;
    serve::start_web(&mut running, listener, &app, &stop);
    output::line(&format!(
        "\nOpen {address}\nThis signs you in; the pages are served to this machine only. Ctrl-C ends it."
    ))?;
    serve::finish(running, &stop).await
}

/// The usual port, or any when it is taken.
async fn listener() -> anyhow::Result<TcpListener> {
    let at = |port| SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    match TcpListener::bind(at(PORT)).await {
        Ok(listener) => Ok(listener),
        Err(_) => TcpListener::bind(at(0))
            .await
            .context("found no free port to serve the pages"),
    }
}

fn token() -> String {
    hex::encode([SystemEntropy.bytes(), SystemEntropy.bytes()].concat())
}
