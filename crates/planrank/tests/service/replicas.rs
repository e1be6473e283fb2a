//! Two web replicas and three workers on one Postgres, workers killed again and again: every plan
//! is rated once, no comparison is made twice, no job is lost, and the ratings are those of one
//! undisturbed process.
//!
//! Ranking is held back until all plans are measured. Then the database is copied: a single
//! `planrank rank` ranks the copy, the workers rank the original under kills, and both exports are
//! compared bit by bit, ids and times of rows included where they are the same by right.

use std::collections::BTreeMap;
use std::time::Duration;

use futures::future::join_all;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::Value;
use testkit::databases::{TestDatabase, postgres};
use testkit::service::{Client, Launcher, Role, Service};
use tokio::time::{Instant, sleep};

use crate::support::plans::generated;
use crate::support::{launcher, plan_id, program, submit, user};

/// How many plans, when not 100: 500 take four minutes on two cores.
const PLANS_VARIABLE: &str = "PLANRANK_TEST_REPLICA_PLANS";
const ACCOUNTS: usize = 20;
const WORKERS: usize = 3;
/// All calls divided by plans. More would measure the machine's patience, not the queue.
const CALLS: &str = "4";
const SEED: u64 = 7;
/// Between two kills.
const PAUSE: std::ops::Range<u64> = 1_500..3_500;
const PATIENCE: Duration = Duration::from_mins(8);

fn plans() -> u64 {
    std::env::var(PLANS_VARIABLE).map_or(100, |count| count.parse().expect("a number of plans"))
}

/// Workers that are killed now and then, and at once replaced.
struct Crew<'a> {
    launcher: &'a Launcher,
    workers: Vec<Service>,
    random: StdRng,
    kills: u32,
}

impl<'a> Crew<'a> {
    async fn start(launcher: &'a Launcher, seed: u64) -> Self {
        let workers = (0..WORKERS).map(|_| launcher.start(Role::Worker));
        Self {
            launcher,
            workers: join_all(workers).await,
            random: StdRng::seed_from_u64(seed),
            kills: 0,
        }
    }

    /// Kills one after the other until `is_done`.
    async fn work_until(&mut self, is_done: impl AsyncFn() -> bool) {
        let deadline = Instant::now() + PATIENCE;
        while !is_done().await {
            let logs = || {
                self.workers
                    .iter()
                    .map(Service::log)
                    .collect::<Vec<_>>()
                    .join("\n--\n")
            };
            assert!(
                Instant::now() < deadline,
                "the work doesn't end:\n{}",
                logs()
            );
            let pause = self.random.random_range(PAUSE);
            sleep(Duration::from_millis(pause)).await;
            let victim = self.random.random_range(0..WORKERS);
            self.workers[victim].kill();
            self.kills += 1;
            self.workers[victim] = self.launcher.start(Role::Worker).await;
        }
    }

    async fn stop(self) {
        for worker in self.workers {
            let ended = worker.stop().await;
            assert_eq!(ended.code, Some(0), "{}", ended.log);
        }
    }
}

/// Jobs of that state, as an operator sees them.
async fn jobs(launcher: &Launcher, state: &str) -> Vec<Value> {
    let said = launcher
        .run(&[
            "admin", "jobs", "--state", state, "--limit", "1000", "--json",
        ])
        .await;
    let jobs: Value = serde_json::from_str(&said).unwrap();
    jobs["items"].as_array().unwrap().clone()
}

/// Whether no job of that kind waits or runs.
async fn is_idle(launcher: &Launcher, kind: &str) -> bool {
    for state in ["waiting", "running"] {
        if jobs(launcher, state)
            .await
            .iter()
            .any(|job| job["kind"] == kind)
        {
            return false;
        }
    }
    true
}

/// All plans at once, by twenty accounts, through both replicas in turn.
async fn submit_all(clients: &[Client], replicas: &[Service]) -> Vec<String> {
    let submitted = generated(plans());
    let share = |(index, client): (usize, &Client)| {
        let own: Vec<Value> = submitted
            .iter()
            .skip(index)
            .step_by(ACCOUNTS)
            .cloned()
            .collect();
        let client = client.at(&replicas[index % replicas.len()].url());
        async move {
            let mut ids = Vec::new();
            for plan in own {
                ids.push(submit_patiently(&client, &plan).await);
            }
            ids
        }
    };
    let all = clients.iter().enumerate().map(share);
    join_all(all).await.concat()
}

/// A machine that can't keep up says so (503) and when to come back, and nothing else is forgiven.
async fn submit_patiently(client: &Client, plan: &Value) -> String {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let reply = submit(client, plan, "public").await;
        if reply.status != 503 || Instant::now() > deadline {
            return plan_id(&reply);
        }
        let problem = reply.any_problem();
        let again = problem["retry_after_secs"]
            .as_u64()
            .expect("when to return");
        sleep(Duration::from_secs(again)).await;
    }
}

async fn clients(launcher: &Launcher, at: &Service) -> Vec<Client> {
    let mut clients = Vec::new();
    for number in 0..ACCOUNTS {
        clients.push(user(launcher, at, &format!("account {number}"), "user").await);
    }
    clients
}

/// Everything that was submitted is measured, and nothing is ranked yet.
async fn measured_under_kills(launcher: &Launcher) -> u32 {
    launcher.run(&["migrate"]).await;
    launcher.run(&["admin", "pause", "rank"]).await;
    // One snapshot of the whole corpus, instead of one whenever it has doubled.
    launcher.run(&["admin", "pause", "snapshot"]).await;
    let replicas = [
        launcher.start(Role::Web).await,
        launcher.start(Role::Web).await,
    ];
    let clients = clients(launcher, &replicas[0]).await;
    let mut crew = Crew::start(launcher, SEED).await;
    let ids = submit_all(&clients, &replicas).await;
    let distinct: std::collections::BTreeSet<_> = ids.iter().collect();
    assert_eq!(
        distinct.len() as u64,
        plans(),
        "each plan has an id of its own"
    );
    crew.work_until(async || is_idle(launcher, "extract").await)
        .await;
    launcher.run(&["admin", "resume", "snapshot"]).await;
    crew.work_until(async || {
        is_idle(launcher, "snapshot").await && is_idle(launcher, "extract").await
    })
    .await;
    let kills = crew.kills;
    crew.stop().await;
    for replica in replicas {
        assert_eq!(replica.stop().await.code, Some(0));
    }
    kills
}

async fn ranked_under_kills(launcher: &Launcher) -> u32 {
    launcher.run(&["admin", "resume", "rank"]).await;
    let mut crew = Crew::start(launcher, SEED + 1).await;
    crew.work_until(async || is_idle(launcher, "rank").await)
        .await;
    let kills = crew.kills;
    crew.stop().await;
    kills
}

async fn export(database: &TestDatabase) -> Value {
    let launcher = Launcher::new(program(), database.url());
    let said = launcher.run(&["export", "--comparisons"]).await;
    serde_json::from_str(&said).unwrap()
}

/// Ids and times that each run makes anew; plans have theirs from before the copy.
const MADE_ANEW: [&str; 6] = [
    "comparison_id",
    "judge_id",
    "created_at",
    "finished_at",
    "rated_at",
    "request_hash",
];

fn strip(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            for name in MADE_ANEW {
                fields.remove(name);
            }
            fields.values_mut().for_each(strip);
        }
        Value::Array(items) => items.iter_mut().for_each(strip),
        _ => {}
    }
}

#[track_caller]
fn assert_equal(ours: &mut Value, theirs: &mut Value) {
    strip(ours);
    strip(theirs);
    for list in ["plans", "comparisons"] {
        let (a, b) = (
            ours[list].as_array().unwrap(),
            theirs[list].as_array().unwrap(),
        );
        assert_eq!(a.len(), b.len(), "number of {list}");
        for (index, (a, b)) in a.iter().zip(b).enumerate() {
            assert_eq!(a, b, "{list} {index}");
        }
    }
    assert_eq!(ours, theirs);
}

/// Every plan is rated, and no question was put to the judge twice.
fn assert_whole(export: &Value) {
    let plans = export["plans"].as_array().unwrap();
    assert_eq!(plans.len() as u64, self::plans());
    assert!(
        plans.iter().all(|plan| plan["elo"].is_number()),
        "a plan has no rating"
    );
    let mut times: BTreeMap<String, u32> = BTreeMap::new();
    for comparison in export["comparisons"].as_array().unwrap() {
        assert_eq!(comparison["state"], "done", "{comparison}");
        let question =
            ["first_hash", "second_hash", "variant"].map(|key| comparison[key].to_string());
        *times.entry(question.join(" ")).or_default() += 1;
    }
    let twice: Vec<_> = times.iter().filter(|(_, n)| **n > 1).collect();
    assert!(twice.is_empty(), "judged twice: {twice:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn plans_through_replicas_under_kills_rank_as_in_one_process() {
    let Some(database) = postgres().await else {
        return;
    };
    let began = Instant::now();
    let launcher = launcher(&database).serving(&["--calls", CALLS, "--lease-secs", "5"]);
    let first_kills = measured_under_kills(&launcher).await;
    let copy = database.copied().await;
    println!(
        "submitted and measured after {:?}, {first_kills} kills",
        began.elapsed()
    );

    Launcher::new(program(), copy.url())
        .run(&["rank", "--calls", CALLS])
        .await;
    let mut expected = export(&copy).await;
    assert_whole(&expected);
    println!("one process has ranked after {:?}", began.elapsed());

    let kills = ranked_under_kills(&launcher).await;
    println!(
        "three workers have ranked after {:?}, {kills} kills",
        began.elapsed()
    );
    assert!(first_kills > 0 && kills > 0, "nothing was disturbed");
    assert_eq!(jobs(&launcher, "dead").await, Vec::<Value>::new());
    let mut found = export(&database).await;
    assert_whole(&found);
    assert_equal(&mut found, &mut expected);
}
