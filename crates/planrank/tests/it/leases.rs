//! Two programs on one database: one of them ranks, the other is told so.

use crate::support::{Place, STEADY, judged_by, server, server_with, standings, with_latency};

#[tokio::test(flavor = "multi_thread")]
async fn a_second_program_that_wants_to_rank_is_told_that_another_does() {
    let place = Place::new();
    let slow = server_with(STEADY, with_latency(60)).await;
    let demo = ["demo", "--once", "--calls", "6"].map(str::to_owned);
    let arguments: Vec<String> = demo.into_iter().chain(judged_by(&slow)).collect();
    let mut first = place.start(&arguments);
    first.until(|| slow.log().received > 40).await;

    let quick = server(STEADY).await;
    let rank = ["rank", "--calls", "6"].map(str::to_owned);
    let rank: Vec<String> = rank.into_iter().chain(judged_by(&quick)).collect();
    place
        .run(&rank)
        .await
        .fails_saying(&["another planrank process", "wait for it, or stop it"]);
    assert_eq!(quick.log().received, 0, "and has asked nobody");
    place.run(&["leaderboard"]).await.with(0);

    first.end().await.with(0);
    assert_eq!(slow.log().repeated_answers(), 0);
    let after_first = standings(&place).await;
    after_first.assert_each_counted_once();
    place.run(&rank).await.with(0);
    standings(&place).await.assert_equal(&after_first);
}
