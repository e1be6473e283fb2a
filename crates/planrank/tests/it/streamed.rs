//! Plans are made by answers that are streamed, so that a model that falls silent is noticed.

use testkit::{FaultKind, Faults};

use crate::support::{Place, judged_by, server_with, with_faults};

/// Only a request for a stream suffers this fault.
#[tokio::test(flavor = "multi_thread")]
async fn the_answers_of_stages_are_streamed_and_one_that_is_cut_is_asked_for_again() {
    let place = Place::new();
    let faults = Faults::new(&[FaultKind::Cut], 1.0, 0);
    let server = server_with("schema", with_faults(faults)).await;
    let prompt = "A village library in Powys, GBP 250,000, open by May 2028.";
    let arguments = ["generate", "--mode", "ping", prompt].map(str::to_owned);
    let arguments: Vec<String> = arguments.into_iter().chain(judged_by(&server)).collect();

    place.run(&arguments).await.with(0);

    let log = server.log();
    assert_eq!((log.faults["cut"], log.answered), (3, 1), "{log:?}");
}
