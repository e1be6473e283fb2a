//! `planrank mcp`: the MCP server over standard input and output, for one account of this machine.
//!
//! The same tools as `POST /mcp`, on the same database. Plans are made and ranked by this process
//! while it runs, unless another does that. Standard output belongs to the protocol: nothing else
//! is written there.

use accounts::Role;
use anyhow::Context;
use queue::Wake;
use tokio::task::JoinSet;
use url::Url;
use web::Config;
use web::mcp::{Server, serve_stdio};

use super::serve::{self, PlanWorker};
use crate::cli::{Global, Mcp};
use crate::exit::Exit;
use crate::wiring::{self, ArenaRanking, DEFAULT_FILE, Database};

/// Plans that are made at once.
const PLANS: u16 = 2;

pub(super) async fn run(global: &Global, args: &Mcp) -> anyhow::Result<Exit> {
    let store = Database::chosen(global, DEFAULT_FILE)
        .open_or_create()
        .await?;
    let service = wiring::service(&store, &args.work, &args.model).await?;
    let pipeline = wiring::pipeline(
        &store,
        &global.data_dir,
        &args.generation,
        &args.model,
        None,
    )
    .await?;
    let accounts = wiring::accounts_of_operator(&store, &args.secret).await?;
    let caller = accounts.local_account(&args.account, Role::User).await?;
    let (mut running, stop) = (JoinSet::new(), queue::Stop::new());
    let (wake, pipeline) = if args.no_work {
        (Wake::default(), pipeline)
    } else {
        let wake = serve::start_worker(&mut running, &service, &accounts, &args.work, &stop);
        let ranking = ArenaRanking {
            service: service.clone(),
            accounts: Some(accounts.clone()),
            wake: wake.clone(),
        };
        let worker = PlanWorker {
            plans: PLANS,
            work: &args.work,
        };
        let pipeline = worker.start(&mut running, pipeline, ranking, &stop);
        (wake, pipeline)
    };
    let public_url = args.public_url.clone().map_or_else(
        || Url::parse("http://127.0.0.1:8080/").context("the default address"),
        Ok,
    )?;
    let app = serve::app(service, pipeline, accounts, Config::new(public_url), wake)?;
    let served = serve_stdio(Server::local(app, caller)).await;
    stop.request();
    serve::finish(running, &stop).await?;
    served?;
    Ok(Exit::Done)
}
