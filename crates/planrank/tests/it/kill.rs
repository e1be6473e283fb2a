//! Killed at any moment and started again, a ranking ends exactly where an undisturbed one
//! ends, and pays again for no more than the calls that were under way.

use std::time::Duration;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use store::Store;
use testkit::databases::{TestDatabase, postgres, sqlite};
use testkit::{LogSnapshot, ModelServer};
use tokio::time::sleep;

use crate::support::{
    Program, STEADY, Standings, judged_by, server_with, standings_at, with_latency,
};

const CONCURRENCY: u64 = 4;

/// A ranking of the examples that is long enough to be killed many times.
fn arguments(database: &TestDatabase, server: &ModelServer) -> Vec<String> {
    let concurrency = CONCURRENCY.to_string();
    let ranking = [
        "demo",
        "--once",
        "--calls",
        "20",
        "--concurrency",
        &concurrency,
    ];
    let mut arguments: Vec<String> = ranking.map(str::to_owned).to_vec();
    arguments.extend(["--db".to_owned(), database.url().to_owned()]);
    arguments.extend(judged_by(server));
    arguments
}

/// What the kills did.
#[derive(Debug, Default)]
struct Damage {
    kills: u64,
    /// Calls that the server was answering when the program died.
    under_way: u64,
    /// Answers that were handed out and never stored, after each kill.
    lost: Vec<u64>,
}

/// Waits until the model server has noticed that its client is gone.
async fn settled(server: &ModelServer) -> LogSnapshot {
    loop {
        let log = server.log();
        if log.in_flight == 0 {
            return log;
        }
        sleep(Duration::from_millis(2)).await;
    }
}

/// Answers that the database keeps; 0 before its schema is there.
async fn stored_answers(database: &TestDatabase) -> u64 {
    let store = Store::connect(database.url()).await.unwrap();
    let spent = store.spend(None, None).await.map_or(0, |spend| spend.calls);
    store.close().await.unwrap();
    spent.unsigned_abs()
}

/// Kills at a seeded moment: after some more requests and some more milliseconds, or during
/// the start. Tells how many calls were under way; `None` when the program was done before.
async fn killed(program: &mut Program, server: &ModelServer, random: &mut StdRng) -> Option<u64> {
    let more = random.random_range(0..8);
    let before = server.log().received;
    while more > 0 && server.log().received < before + more {
        if program.has_ended() {
            return None;
        }
        sleep(Duration::from_millis(1)).await;
    }
    let pause = if more == 0 { 300 } else { 45 };
    sleep(Duration::from_millis(random.random_range(0..pause))).await;
    if program.has_ended() {
        return None;
    }
    let under_way = server.log().in_flight;
    program.kill();
    Some(under_way)
}

/// A ranking that is killed up to `kills` times, as long as it isn't done, and then finished.
async fn disturbed(database: &TestDatabase, kills: u64, seed: u64) -> (Standings, Damage) {
    let server = server_with(STEADY, with_latency(20 + seed % 31)).await;
    let arguments = arguments(database, &server);
    let mut random = StdRng::seed_from_u64(seed);
    let mut damage = Damage::default();
    while damage.kills < kills {
        let mut program = Program::start(&arguments);
        let Some(under_way) = killed(&mut program, &server, &mut random).await else {
            break;
        };
        damage.kills += 1;
        damage.under_way += under_way;
        let answered = settled(&server).await.answered;
        let lost = answered - stored_answers(database).await - damage.lost.iter().sum::<u64>();
        assert!(lost <= CONCURRENCY, "one kill lost {lost} answers");
        damage.lost.push(lost);
    }
    Program::start(&arguments).end().await.with(0);
    let log = server.log();
    let lost: u64 = damage.lost.iter().sum();
    assert_eq!(log.answered - stored_answers(database).await, lost);
    assert_eq!(
        log.repeated_answers(),
        lost,
        "only what was lost is asked for again"
    );
    assert!(log.max_in_flight <= CONCURRENCY);
    println!(
        "{} kills, {} calls under way at them, {} answers lost and bought again, {} in all",
        damage.kills, damage.under_way, lost, log.answered
    );
    (standings_at(database.url()).await, damage)
}

async fn undisturbed(database: &TestDatabase) -> Standings {
    let server = server_with(STEADY, with_latency(1)).await;
    Program::start(&arguments(database, &server))
        .end()
        .await
        .with(0);
    let log = server.log();
    assert_eq!(log.repeated_answers(), 0);
    assert_eq!(log.answered, stored_answers(database).await);
    standings_at(database.url()).await
}

/// Every ordered pair of 14 plans, ten canaries, and pairs of plans with cleaned copies.
fn assert_whole(standings: &Standings) {
    standings.assert_each_counted_once();
    assert_eq!(standings.plans().len(), 14);
    let pairs = standings
        .comparisons()
        .iter()
        .filter(|c| c["variant"] == "");
    assert_eq!(pairs.count(), 14 * 13);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ranking_killed_fifty_times_ends_where_an_undisturbed_one_ends() {
    let expected = undisturbed(&sqlite()).await;
    assert_whole(&expected);
    let mut total = Damage::default();
    for seed in 1.. {
        let left = 50 - total.kills;
        if left == 0 {
            break;
        }
        let (standings, damage) = disturbed(&sqlite(), left.min(17), seed).await;
        assert_whole(&standings);
        standings.assert_equal(&expected);
        total.kills += damage.kills;
        total.under_way += damage.under_way;
        total.lost.extend(damage.lost);
    }
    let lost: u64 = total.lost.iter().sum();
    println!(
        "in all {} kills, {} calls under way, {lost} answers lost",
        total.kills, total.under_way
    );
    assert!(total.under_way > 0, "no kill met a call");
    assert!(lost <= CONCURRENCY * total.kills);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ranking_on_postgres_survives_kills_and_equals_one_on_sqlite() {
    let Some(database) = postgres().await else {
        return;
    };
    let (standings, damage) = disturbed(&database, 8, 3).await;
    assert!(damage.kills > 0);
    assert_whole(&standings);
    standings.assert_equal(&undisturbed(&sqlite()).await);
}
