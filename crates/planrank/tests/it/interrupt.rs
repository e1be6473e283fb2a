//! Ctrl-C: calls under way are finished and kept, and the next run goes on.

use std::time::Duration;

use store::Store;
use tokio::time::timeout;

use crate::support::{Place, STEADY, judged_by, server, server_with, standings, with_latency};

fn demo(server: &testkit::ModelServer) -> Vec<String> {
    let demo = ["demo", "--once", "--calls", "8", "--concurrency", "4"].map(str::to_owned);
    demo.into_iter().chain(judged_by(server)).collect()
}

/// After this many requests, in the extraction (28 calls at most) or among the comparisons.
#[tokio::test(flavor = "multi_thread")]
async fn ctrl_c_finishes_the_calls_under_way_and_the_next_run_goes_on() {
    let undisturbed = Place::new();
    let quick = server(STEADY).await;
    undisturbed.run(&demo(&quick)).await.with(0);
    let expected = standings(&undisturbed).await;
    for requests in [6, 60] {
        let place = Place::new();
        let server = server_with(STEADY, with_latency(80)).await;
        let mut program = place.start(&demo(&server));
        program
            .until(|| server.log().received >= requests && server.log().in_flight > 0)
            .await;
        program.interrupt();
        let ended = program.end().await.with(130);
        assert!(
            ended.stderr.contains("stopping after the calls under way"),
            "{}",
            ended.stderr
        );
        assert!(
            ended
                .stdout
                .contains("to go on, give the same command again"),
            "{}",
            ended.stdout
        );

        let log = server.log();
        assert_eq!(
            (log.aborted, log.in_flight),
            (0, 0),
            "every call under way was finished"
        );
        let store = Store::connect(&place.database()).await.unwrap();
        let kept = store.spend(None, None).await.unwrap().calls;
        assert_eq!(kept.unsigned_abs(), log.answered, "and kept");
        store.close().await.unwrap();

        place.run(&demo(&server)).await.with(0);
        assert_eq!(server.log().repeated_answers(), 0);
        standings(&place).await.assert_equal(&expected);
    }
}

/// Someone who presses twice doesn't want to wait for a slow model.
#[tokio::test(flavor = "multi_thread")]
async fn a_second_ctrl_c_ends_the_program_at_once() {
    let place = Place::new();
    let server = server_with(STEADY, with_latency(60_000)).await;
    let mut program = place.start(&demo(&server));
    program.until(|| server.log().in_flight > 0).await;
    program.interrupt();
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert!(!program.has_ended(), "it waits for the calls under way");
    program.interrupt();
    let ended = timeout(Duration::from_secs(10), program.end()).await;
    ended.expect("it ends at once").with(130);
}

/// Verdicts written between two polls of the calls under way waited for the writer of the
/// database, which could be a call that was not polled meanwhile.
#[tokio::test(flavor = "multi_thread")]
async fn writing_verdicts_between_polls_of_calls_under_way_does_not_deadlock() {
    let place = Place::new();
    let server = server_with(STEADY, with_latency(1)).await;
    let demo = ["demo", "--once", "--calls", "12", "--concurrency", "64"].map(str::to_owned);
    let arguments: Vec<String> = demo.into_iter().chain(judged_by(&server)).collect();
    let ended = timeout(Duration::from_mins(1), place.run(&arguments)).await;
    ended
        .expect("a ranking of 168 quick calls takes seconds")
        .with(0);
    assert_eq!(standings(&place).await.comparisons().len(), 14 * 12);
}
