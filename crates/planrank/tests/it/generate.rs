//! `planrank generate`: a plan from a prompt, whole and ranked; killed at any moment and resumed, the
//! same plan, and no answer that was kept is paid again.

use std::path::Path;
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use store::{AccountId, GenerationState, PlanId, Store};
use testkit::ModelServer;
use tokio::time::sleep;

use crate::support::{Place, Program, judged_by, server_with, with_latency};

const PROMPT: &str = "Open a bakery for sourdough bread in Aarhus, Denmark. The owner has baked at \
home for ten years and has signed a lease for a shop of 80 square metres. The budget is DKK 1,500,000, \
of which 300,000 are for ovens. The shop must open by 2027-03-01 and serve 120 customers a day within \
six months. Neighbours may object to early work, and the food authority must approve the kitchen.";
const CALLS_AT_ONCE: u64 = 6;
const KILLS: u64 = 30;

/// A plan of one place, by the models of `server`.
fn arguments(place: &Place, server: &ModelServer, what: &[&str]) -> Vec<String> {
    let artifacts = place.path("artifacts").display().to_string();
    let calls = CALLS_AT_ONCE.to_string();
    let mut arguments: Vec<String> = [
        "generate",
        "--artifacts",
        &artifacts,
        "--plan-calls",
        &calls,
        "--max-plan-cost",
        "50",
    ]
    .map(str::to_owned)
    .to_vec();
    arguments.extend(what.iter().map(|&word| word.to_owned()));
    arguments.extend(judged_by(server));
    arguments
}

fn new_plan(place: &Place, server: &ModelServer, more: &[&str]) -> Vec<String> {
    let what = [PROMPT, "--mode", "fast", "--start-date", "2026-11-23"];
    arguments(place, server, &[&what, more].concat())
}

async fn store(place: &Place) -> Option<Store> {
    Path::new(&place.database()).exists().then_some(())?;
    Store::connect(&place.database()).await.ok()
}

/// The only run of a place, once there is one.
async fn the_run(place: &Place) -> Option<(PlanId, GenerationState)> {
    let store = store(place).await?;
    let runs = store.list_generations(AccountId::SYSTEM, None, 2).await;
    store.close().await.unwrap();
    let runs = runs.ok()?;
    assert!(runs.len() < 2, "one wish is one run");
    runs.first().map(|run| (run.plan_id, run.state))
}

/// Answers that the journal keeps.
async fn kept_answers(place: &Place) -> u64 {
    let Some(store) = store(place).await else {
        return 0;
    };
    let spent = store.spend(None, None).await.map_or(0, |spend| spend.calls);
    store.close().await.unwrap();
    spent.unsigned_abs()
}

/// Names and contents of all files of the run.
async fn files(place: &Place) -> Vec<(String, String)> {
    let (id, state) = the_run(place).await.unwrap();
    assert_eq!(state, GenerationState::Completed);
    let store = store(place).await.unwrap();
    let rows = store.artifacts(id).await.unwrap();
    store.close().await.unwrap();
    rows.into_iter()
        .map(|row| (row.file, row.sha256.to_string()))
        .collect()
}

async fn settled(server: &ModelServer) -> u64 {
    loop {
        let log = server.log();
        if log.in_flight == 0 {
            return log.answered;
        }
        sleep(Duration::from_millis(2)).await;
    }
}

/// What is to be started next: a new run, or the one that there is; `None` when it is complete.
async fn next(place: &Place, server: &ModelServer) -> Option<Vec<String>> {
    match the_run(place).await {
        None => Some(new_plan(place, server, &["--no-rank"])),
        Some((_, GenerationState::Completed)) => None,
        Some((id, _)) => {
            let id = id.to_string();
            Some(arguments(place, server, &["--resume", &id, "--no-rank"]))
        }
    }
}

/// Lets the program run for a seeded while, then kills it; `false` when it had ended by itself.
async fn killed(program: &mut Program, server: &ModelServer, random: &mut StdRng) -> bool {
    let (before, more) = (server.log().received, random.random_range(0..10));
    while more > 0 && server.log().received < before + more {
        if program.has_ended() {
            return false;
        }
        sleep(Duration::from_millis(1)).await;
    }
    let pause = if more == 0 { 300 } else { 45 };
    sleep(Duration::from_millis(random.random_range(0..pause))).await;
    if program.has_ended() {
        return false;
    }
    program.kill();
    true
}

/// A plan that is killed up to `kills` times, as long as it isn't complete. Tells its files, how
/// often it was killed, and how many answers were lost on their way to the journal.
async fn disturbed(kills: u64, seed: u64) -> (Vec<(String, String)>, u64, u64) {
    let place = Place::new();
    let server = server_with("planner", with_latency(15 + seed % 25)).await;
    let mut random = StdRng::seed_from_u64(seed);
    let (mut killed_times, mut lost) = (0, 0);
    while killed_times < kills {
        let Some(arguments) = next(&place, &server).await else {
            break;
        };
        let mut program = place.start(&arguments);
        if !killed(&mut program, &server, &mut random).await {
            program.end().await.with(0);
            break;
        }
        killed_times += 1;
        let lost_now = settled(&server).await - kept_answers(&place).await - lost;
        assert!(
            lost_now <= CALLS_AT_ONCE,
            "one kill lost {lost_now} answers"
        );
        lost += lost_now;
    }
    if let Some(arguments) = next(&place, &server).await {
        place.run(&arguments).await.with(0);
    }
    let log = server.log();
    assert_eq!(log.answered - kept_answers(&place).await, lost);
    assert_eq!(
        log.repeated_answers(),
        lost,
        "only what never reached the journal is asked again"
    );
    assert!(log.max_in_flight <= CALLS_AT_ONCE);
    (files(&place).await, killed_times, lost)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_killed_thirty_times_is_the_plan_that_nobody_disturbed() {
    let (expected, kills, lost) = disturbed(0, 1).await;
    assert_eq!((kills, lost), (0, 0));
    assert!(expected.iter().any(|(file, _)| file == "report.html"));
    let (mut total, mut lost) = (0, 0);
    for seed in 2.. {
        if total == KILLS {
            break;
        }
        let (files, kills, lost_now) = disturbed(KILLS - total, seed).await;
        assert_eq!(files, expected, "after {kills} kills with the seed {seed}");
        total += kills;
        lost += lost_now;
    }
    println!("{total} kills, {lost} answers lost on their way");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_without_a_model_is_written_ranked_and_read_back() {
    let place = Place::new();
    let (zip, report) = (place.path("plan.zip"), place.path("report.html"));
    let artifacts = place.path("artifacts").display().to_string();
    let prompt = place.path("prompt.txt");
    std::fs::write(&prompt, PROMPT).unwrap();
    let ended = place
        .run(&[
            "generate",
            "--file",
            prompt.to_str().unwrap(),
            "--artifacts",
            &artifacts,
            "--out",
            zip.to_str().unwrap(),
            "--report",
            report.to_str().unwrap(),
            "--json",
        ])
        .await
        .with(0);
    let status = ended.json();
    assert_eq!(status["state"], "completed");
    assert_eq!(status["offline"], true);
    assert_eq!(status["cost"]["spent_nano_usd"], 0);
    assert_eq!(status["ranked_plan_id"], status["plan_id"]);
    let plan = plan::read_zip(&std::fs::read(&zip).unwrap(), "plan").unwrap();
    assert_eq!(
        plan.warnings,
        [],
        "our own reader finds nothing to complain about"
    );
    assert!(
        std::fs::read_to_string(&report)
            .unwrap()
            .contains("</html>")
    );
    // Resumed when all is done, it delivers again.
    let id = status["plan_id"].as_str().unwrap();
    let folder = place.path("files");
    let again = [
        "generate",
        "--artifacts",
        &artifacts,
        "--resume",
        id,
        "--no-rank",
        "--out",
    ];
    let again = [again.as_slice(), &[folder.to_str().unwrap()]].concat();
    place.run(&again).await.with(1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_planned_is_told_so_before_anything_is_stored() {
    let place = Place::new();
    let artifacts = place.path("artifacts").display().to_string();
    let refused = place
        .run(&["generate", "x", "--artifacts", &artifacts])
        .await;
    refused.fails_saying(&["nothing can be planned"]);
    assert_eq!(the_run(&place).await, None);
    let none = place.run(&["generate", "--artifacts", &artifacts]).await;
    none.fails_saying(&["give a prompt"]);
    let profile = [
        "generate",
        PROMPT,
        "--profile",
        "golden",
        "--artifacts",
        &artifacts,
    ];
    place
        .run(&profile)
        .await
        .fails_saying(&["golden", "offline"]);
}
