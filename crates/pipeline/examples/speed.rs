//! How fast plans are made, and how much memory many take at once, against a model server that
//! waits two seconds before every answer:
//!
//! ```text
//! cargo build --release -p testkit --bin scripted-model
//! cargo run --release -p pipeline --example speed
//! ```
//!
//! One full plan with 16 calls at once is held against its critical path and against one call after
//! another; then 50 plans are made at once. The server is a process of its own, and artifacts and
//! answers go to files, as a service keeps them elsewhere: what is measured is the worker. Ends with
//! an error when a promise isn't kept.

mod speed {
    pub(crate) mod disk;
    pub(crate) mod server;
}

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, NaiveDate, Utc};
use environment::Clock;
use futures::future::try_join_all;
use llm::{
    Budget, Client, HttpOptions, HttpProvider, Meter, ModelSpec, PricedProvider, ProviderKind,
    RetryPolicy, TokenPrice,
};
use pipeline::failure::Ended;
use pipeline::{Author, Checkpoints as _, Mode, RunSpec, Runner, Slots, Stages};
use queue::Stop;
use store::PlanId;
use tokio::time::Instant;

use speed::disk::Disk;
use speed::server::Server;

const LATENCY: Duration = Duration::from_secs(2);
const CALLS_AT_ONCE: usize = 16;
const PLANS: usize = 50;
const MOST_OF_CRITICAL_PATH: f64 = 1.15;
const LEAST_SPEED_UP: f64 = 4.0;
const MOST_MIB: f64 = 300.0;

const PROMPT: &str = "Open a bakery for sourdough bread in Aarhus, Denmark. The owner has baked at \
home for ten years and has signed a lease for a shop of 80 square metres. The budget is DKK 1,500,000. \
The shop must open by 2027-03-01 and serve 120 customers a day within six months. Neighbours may \
object to early work, and the food authority must approve the kitchen before it opens.";

#[derive(Debug)]
struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> DateTime<Utc> {
        std::time::SystemTime::UNIX_EPOCH
            .elapsed()
            .map_or(DateTime::UNIX_EPOCH, |since| DateTime::UNIX_EPOCH + since)
    }
}

/// What a plan took.
struct Plan {
    seconds: f64,
    calls: u32,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let stages = Stages::built_in()?;
    let server = Server::start(LATENCY)?;
    let folder = tempfile::tempdir()?;
    let path = critical_path(&stages)?;
    let one = plan(&stages, &server, &Disk::new(folder.path(), "one")?, 0).await?;
    let sequential = f64::from(one.calls) * LATENCY.as_secs_f64();
    let of_path = one.seconds / path;
    let speed_up = sequential / one.seconds;
    println!("| one plan, mode `all`, {CALLS_AT_ONCE} calls at once, 2 s per call | |\n|---|--:|");
    println!("| calls | {} |", one.calls);
    println!("| critical path | {path:.1} s |");
    println!("| wall time | {:.1} s |", one.seconds);
    println!("| wall time ÷ critical path (at most {MOST_OF_CRITICAL_PATH}) | {of_path:.2} |");
    println!("| one call after another | {sequential:.1} s |");
    println!("| times faster (at least {LEAST_SPEED_UP}) | {speed_up:.1} |\n");
    let before = peak_mib()?;
    let started = Instant::now();
    let disks: Result<Vec<Disk>, _> = (0..PLANS)
        .map(|at| Disk::new(folder.path(), &at.to_string()))
        .collect();
    let disks = disks?;
    let plans = disks.iter().enumerate();
    let made = try_join_all(plans.map(|(at, disk)| plan(&stages, &server, disk, at + 1))).await?;
    let seconds = started.elapsed().as_secs_f64();
    let peak = peak_mib()?;
    let calls: u32 = made.iter().map(|plan| plan.calls).sum();
    println!("| {PLANS} plans at once | |\n|---|--:|\n| calls | {calls} |");
    println!("| wall time | {seconds:.1} s |");
    println!("| peak memory before | {before:.0} MiB |");
    println!("| peak memory (at most {MOST_MIB}) | {peak:.0} MiB |");
    if of_path > MOST_OF_CRITICAL_PATH || speed_up < LEAST_SPEED_UP || peak > MOST_MIB {
        return Err("a promise is not kept".into());
    }
    Ok(())
}

/// The seconds of the longest chain of calls: functions count as nothing.
fn critical_path(stages: &Stages) -> Result<f64, Box<dyn Error>> {
    let graph = stages.graph(Mode::All)?;
    let nodes = graph.nodes().iter();
    let asks = nodes.map(|node| {
        stages
            .get(&node.stage)
            .is_some_and(|stage| stage.prompt().is_some())
    });
    let seconds: Vec<f64> = asks
        .map(|asks| if asks { LATENCY.as_secs_f64() } else { 0.0 })
        .collect();
    let path = graph.critical_path(&seconds);
    println!("Longest chain: {}\n", path.stages.join(" → "));
    Ok(path.seconds)
}

/// Makes one plan whose prompt differs from all others by its number.
async fn plan(
    stages: &Stages,
    server: &Server,
    disk: &Disk,
    number: usize,
) -> Result<Plan, Box<dyn Error>> {
    let spec = RunSpec {
        plan_id: PlanId(uuid::Uuid::from_u128(number as u128 + 1)),
        prompt: format!("{PROMPT} Its number on the street is {}.", number + 1),
        title: String::new(),
        mode: Mode::All,
        start_date: NaiveDate::from_ymd_opt(2026, 11, 23).ok_or("no date")?,
        nonce_secret: [7; 32],
        epoch: 0,
    };
    let author = author(server, disk)?;
    let runner = Runner {
        stages,
        author: &author,
        spec: &spec,
        checkpoints: disk,
        clock: &SystemClock,
        calls: Slots::new(CALLS_AT_ONCE),
        stop: &Stop::new(),
        release: &Stop::new(),
    };
    let started = Instant::now();
    match pipeline::run(&runner).await? {
        Ended::Completed => {}
        other => return Err(format!("plan {number}: {other:?}").into()),
    }
    let records = disk.records().await?;
    Ok(Plan {
        seconds: started.elapsed().as_secs_f64(),
        calls: records.iter().map(|record| record.calls_done).sum(),
    })
}

fn author(server: &Server, disk: &Disk) -> Result<Author, Box<dyn Error>> {
    let spec = ModelSpec {
        context_window: 1_000_000,
        max_output: 64_000,
        ..ModelSpec::unlisted(ProviderKind::Compatible, "scripted", TokenPrice::FREE)
    };
    let provider = HttpProvider::new(spec, Some(&server.base_url), None, HttpOptions::default())?;
    let client = Client::new(
        vec![PricedProvider::from(provider)],
        Arc::new(disk.journal()),
        Meter::new(Budget::default()),
        RetryPolicy::default(),
    )?;
    Ok(Author::Models(client))
}

/// The most memory that this process has had.
fn peak_mib() -> Result<f64, Box<dyn Error>> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = line
        .and_then(|line| line.trim().strip_suffix(" kB"))
        .ok_or("no VmHWM")?;
    Ok(kib.trim().parse::<f64>()? / 1_024.0)
}
