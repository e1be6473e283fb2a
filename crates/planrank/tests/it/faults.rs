//! A ranking through a model server that misbehaves: it ends all the same, and says what was
//! void, what contradicts, and who may no longer judge.

use std::time::Duration;

use serde_json::Value;
use testkit::{FaultKind, Faults, ModelServer};
use tokio::task::JoinSet;

use crate::support::{
    Place, STEADY, Standings, judged_by, server, server_with, standings, with_faults,
};

fn faults(kinds: &[FaultKind]) -> Faults {
    Faults {
        slow: Duration::from_millis(50),
        retry_after: "1".into(),
        ..Faults::new(kinds, 0.2, 3)
    }
}

async fn rank(place: &Place, server: &ModelServer, options: &[&str]) -> (Value, Standings) {
    let demo = ["demo", "--once", "--json"].map(str::to_owned);
    let options = options.iter().map(|&o| o.to_owned());
    let arguments: Vec<String> = demo
        .into_iter()
        .chain(options)
        .chain(judged_by(server))
        .collect();
    let report = place.run(&arguments).await.with(0).json();
    let standings = standings(place).await;
    standings.assert_each_counted_once();
    (report["report"].clone(), standings)
}

/// Ranks with few calls through these faults, and checks what is reported.
async fn survives(kinds: Vec<FaultKind>) -> (String, Standings) {
    let name = if let [kind] = kinds[..] {
        kind.name()
    } else {
        "all"
    };
    let place = Place::new();
    let server = server_with(STEADY, with_faults(faults(&kinds))).await;
    let (report, standings) = rank(&place, &server, &["--calls", "6"]).await;
    assert_eq!(report["end"]["kind"], "complete", "{name}: {report}");
    assert_eq!(report["comparisons"], 14 * 6, "{name}: {report}");
    assert_eq!(
        report["voids"],
        standings.in_state("void").len(),
        "{name}: {report}"
    );
    let log = server.log();
    let struck: u64 = log.faults.values().sum();
    assert!(struck > 0, "{name}: no request suffered");
    assert_eq!(
        log.repeated_answers(),
        0,
        "{name}: no answer is bought twice"
    );
    (name.to_owned(), standings)
}

#[tokio::test(flavor = "multi_thread")]
async fn each_fault_alone_and_all_together_are_survived() {
    let undisturbed = {
        let place = Place::new();
        let server = server(STEADY).await;
        rank(&place, &server, &["--calls", "6"]).await.1
    };
    let mut tasks = JoinSet::new();
    let each = FaultKind::ALL.map(|kind| vec![kind]);
    for kinds in each.into_iter().chain([FaultKind::ALL.to_vec()]) {
        tasks.spawn(survives(kinds));
    }
    for (name, standings) in tasks.join_all().await {
        let voids = standings.in_state("void").len();
        match name.as_str() {
            // The transport repeats or the text is repaired: the same verdicts come through.
            "slow" | "429" | "500" | "broken-body" | "reset" | "fences" => {
                assert_eq!(voids, 0, "{name}");
                without_usage(&standings).assert_equal(&without_usage(&undisturbed));
            }
            "refusal" => {
                assert!(voids > 0, "a model that refuses gives no verdict");
                let why = "the model refused to judge";
                assert!(
                    standings
                        .in_state("void")
                        .iter()
                        .all(|c| c["void_reason"] == why)
                );
            }
            _ => {}
        }
    }
}

/// A fenced answer has more tokens than a bare one, and the same meaning.
fn without_usage(standings: &Standings) -> Standings {
    let mut standings = standings.clone();
    let comparisons = standings.0["comparisons"].as_array_mut().unwrap();
    for field in ["output_tokens", "input_tokens", "calls"] {
        for comparison in comparisons.iter_mut() {
            comparison[field] = Value::Null;
        }
    }
    standings
}

#[tokio::test(flavor = "multi_thread")]
async fn invented_quotes_are_void_and_asked_for_once_more() {
    let place = Place::new();
    let server = server("judge:noise=0.3,fabricated=1").await;
    let (report, standings) = rank(&place, &server, &["--calls", "2"]).await;
    // The scripted judge corrects itself when it is told: every verdict took two calls.
    assert_eq!(report["voids"], 0, "{report}");
    assert!(standings.comparisons().iter().all(|c| c["calls"] == 2));
}

#[tokio::test(flavor = "multi_thread")]
async fn verdicts_that_change_with_the_order_are_flagged_and_stay_in_the_fit() {
    let place = Place::new();
    let server = server("judge:flip=0.5,noise=0.1,position=0").await;
    // With more calls it would be suspended: 50 pairs in both orders decide that.
    let (report, standings) = rank(&place, &server, &["--calls", "6"]).await;
    assert_eq!(report["end"]["kind"], "complete");
    let flagged: Vec<&Value> = standings
        .comparisons()
        .iter()
        .filter(|c| {
            c["flags"]
                .as_array()
                .is_some_and(|f| f.iter().any(|f| f == "contradicted"))
        })
        .collect();
    assert!(!flagged.is_empty(), "half of the pairs contradict");
    assert!(flagged.iter().all(|c| c["state"] == "done"));
    for one in &flagged {
        let other = flagged.iter().find(|o| {
            o["first_hash"] == one["second_hash"] && o["second_hash"] == one["first_hash"]
        });
        let other = other.expect("both orders are flagged");
        let levels = [one, *other].map(|c| c["level"].as_i64().unwrap().signum());
        assert_eq!(levels[0], levels[1], "both times the same place won");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_judge_that_follows_the_order_is_suspended_and_the_board_says_so() {
    for script in ["judge:flip=1,noise=0.1", "judge:position=50"] {
        let place = Place::new();
        let server = server(script).await;
        let demo = ["demo", "--once", "--calls", "40"].map(str::to_owned);
        let arguments: Vec<String> = demo.into_iter().chain(judged_by(&server)).collect();
        let ended = place.run(&arguments).await.with(5);
        assert!(
            ended.stdout.contains("no judge may judge"),
            "{}",
            ended.stdout
        );
        let asked = server.log().received;

        assert!(
            ended.stdout.contains("choose another model"),
            "{}",
            ended.stdout
        );
        let again = place.run(&arguments).await.with(5);
        assert!(again.stdout.contains("SUSPENDED"), "{}", again.stdout);
        assert_eq!(
            server.log().received,
            asked,
            "a suspended judge is not asked"
        );

        let board = place.run(&["leaderboard"]).await.with(0).stdout;
        assert!(
            board.contains("SUSPENDED: its verdict flips with the order"),
            "{board}"
        );
        let board = place.run(&["leaderboard", "--json"]).await.with(0).json();
        assert!(board["judges"][0]["suspended_why"].is_string(), "{board}");
        place.run(&["doctor"]).await.with(1);
    }
}
