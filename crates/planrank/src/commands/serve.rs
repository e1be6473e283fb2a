//! `planrank serve`: pages, API and workers, until it is asked to stop.
//!
//! One process does all, or `--role` splits it. SIGTERM and Ctrl-C stop it in order: no new
//! connections and jobs, what is under way is finished or given back.

mod address;
mod plans;
mod signals;
mod sweeps;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use accounts::Accounts;
use anyhow::{Context, bail};
use arena::Service;
use arena::audit::{Audit, AuditSettings};
use pipeline::Pipeline;
use queue::{Schedule, Wake, Worker};
use store::{Backend, JobPriority, Store};
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use web::{App, Config, MetricsToken, Parts};

use crate::cli::{Global, HttpOptions, LoginOptions, Serve, WorkOptions};
use crate::exit::Exit;
use crate::system::{SystemClock, SystemEntropy};
use crate::wiring::{self, ArenaRanking, DEFAULT_FILE, Database};

pub(super) use address::{listen as listens_at, public as public_url};
pub(super) use plans::PlanWorker;
pub(super) use signals::stop_when_asked;

/// How often what has expired is cleared away.
const SWEEP_EVERY: Duration = Duration::from_mins(10);
/// How often somebody looks whether the corpus has outgrown its snapshot.
const SNAPSHOT_EVERY: Duration = Duration::from_hours(1);

pub(super) async fn run(global: &Global, args: &Serve) -> anyhow::Result<Exit> {
    let database = Database::chosen(global, DEFAULT_FILE);
    let store = open(&database, args.migrate).await?;
    web::metrics::install();
    let service = wiring::service(&store, &args.work, &args.model).await?;
    let stop = stop_when_asked();
    let mut running = JoinSet::new();
    if let Some(address) = args.http.metrics_listen {
        let listener = listen(address).await?;
        let stopped = stop.clone();
        running.spawn(async move {
            web::serve(listener, web::metrics_router(), stopped.requested()).await;
        });
    }
    let listener = if args.role.serves() {
        Some(listen(address::listen(&args.http)).await?)
    } else {
        None
    };
    let public_url = match &listener {
        Some(listener) => address::public(&args.http, listener.local_addr()?)?,
        None => address::public(&args.http, address::listen(&args.http))?,
    };
    let alone = args.role.serves() && args.role.works();
    if !alone && args.generation.artifacts.is_none() {
        tracing::warn!(
            folder = %global.data_dir.join(wiring::ARTIFACTS).display(),
            "the files of plans are in a folder of this machine: unless all processes share it, set PLANRANK_ARTIFACTS"
        );
    }
    let pipeline = wiring::pipeline(
        &store,
        &global.data_dir,
        &args.generation,
        &args.model,
        args.profile_default.as_deref(),
    )
    .await?;
    let accounts = wiring::accounts(&store, &args.login, &args.work, &public_url).await?;
    let (wake, pipeline) = if args.role.works() {
        let wake = start_worker(&mut running, &service, &accounts, &args.work, &stop);
        let ranking = ArenaRanking {
            service: service.clone(),
            accounts: Some(accounts.clone()),
            wake: wake.clone(),
        };
        let worker = PlanWorker {
            plans: args.plans,
            work: &args.work,
        };
        let pipeline = worker.start(&mut running, pipeline, ranking, &stop);
        (wake, pipeline)
    } else {
        (Wake::default(), pipeline)
    };
    if let Some(listener) = listener {
        tracing::info!(address = %listener.local_addr()?, public_url = %public_url, "listening");
        let config = config(&args.http, &args.login, public_url);
        let app = app(service, pipeline, accounts, config, wake)?;
        start_web(&mut running, listener, &app, &stop);
    }
    finish(running, &stop).await?;
    Ok(Exit::Done)
}

/// A part that ends before it is asked to takes the others with it.
pub(super) async fn finish(mut running: JoinSet<()>, stop: &queue::Stop) -> anyhow::Result<()> {
    while let Some(ended) = running.join_next().await {
        stop.request();
        ended.context("a part of the service ended by a panic")?;
    }
    Ok(())
}

/// Begins to answer requests.
pub(super) fn start_web(
    running: &mut JoinSet<()>,
    listener: TcpListener,
    app: &App,
    stop: &queue::Stop,
) {
    let (router, stopped) = (web::router(app), stop.clone());
    running.spawn(async move { web::serve(listener, router, stopped.requested()).await });
}

/// Begins to work on jobs.
pub(super) fn start_worker(
    running: &mut JoinSet<()>,
    service: &Service,
    accounts: &Accounts,
    options: &WorkOptions,
    stop: &queue::Stop,
) -> Wake {
    let holder = wiring::holder();
    let worker = Worker::new(
        service.store.clone(),
        Arc::new(SystemClock),
        Arc::new(SystemEntropy),
        queue::Settings {
            concurrency: options.jobs.into(),
            lease_secs: options.lease_secs,
            heartbeat: Duration::from_secs((options.lease_secs / 4).max(1).into()),
            ..queue::Settings::default()
        },
        queue::Holder {
            token: holder.token,
            is_dead: holder.is_dead,
        },
        arena::work::handlers(service, sweeps::all(accounts)),
        schedules(),
    );
    let (wake, stopped) = (worker.wake(), stop.clone());
    running.spawn(async move { worker.run(stopped).await });
    wake
}

fn schedules() -> Vec<Schedule> {
    let schedule = |kind, every| Schedule {
        kind,
        key: kind.to_owned(),
        every,
        priority: JobPriority::Low,
    };
    vec![
        schedule(arena::service::SWEEP, SWEEP_EVERY),
        schedule(arena::service::SNAPSHOT, SNAPSHOT_EVERY),
    ]
}

/// The state of the HTTP service.
pub(super) fn app(
    service: Service,
    pipeline: Pipeline,
    accounts: Accounts,
    config: Config,
    wake: Wake,
) -> anyhow::Result<App> {
    let (clock, entropy) = (Arc::new(SystemClock), Arc::new(SystemEntropy));
    let audit = Audit::new(
        service.store.clone(),
        clock.clone(),
        entropy.clone(),
        AuditSettings::default(),
    )?;
    Ok(App::new(Parts {
        store: service.store.clone(),
        clock,
        entropy,
        config,
        accounts,
        service,
        pipeline,
        audit,
        wake,
    }))
}

/// A SQLite file is brought up to date; Postgres only when asked, since other replicas may run.
async fn open(database: &Database, migrate: bool) -> anyhow::Result<Store> {
    let store = database.open_or_create().await?;
    if migrate {
        store.migrate().await?;
    }
    if store.backend() == Backend::Postgres && !store.pending_migrations().await?.is_empty() {
        bail!(
            "the database's schema isn't up to date; run `planrank migrate`, or serve with --migrate"
        );
    }
    Ok(store)
}

pub(super) async fn listen(address: SocketAddr) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address).await.with_context(|| {
        format!("can't listen on {address}; is another service there? choose one with --listen")
    })
}

fn config(http: &HttpOptions, login: &LoginOptions, public_url: url::Url) -> Config {
    let mut config = Config::new(public_url);
    config.metrics_token = http.metrics_token.clone().map(MetricsToken);
    config.dev_login = login.dev_login;
    config.trust_proxy = http.trust_proxy;
    config.mcp_hosts.clone_from(&http.mcp_hosts);
    let origins = http.mcp_origins.iter();
    config.mcp_origins = origins
        .map(|url| url.origin().ascii_serialization())
        .collect();
    config
}
