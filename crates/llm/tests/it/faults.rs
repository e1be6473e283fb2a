//! Each fault alone, and all of them together.

use std::sync::Arc;
use std::time::{Duration, Instant};

use llm::{Budget, HttpOptions, LlmError, MemoryJournal, ProviderKind};
use rstest::rstest;
use testkit::{FaultKind, Faults, SchemaResponder, ServerOptions};

use crate::support::{
    anything, client, client_with, faulty, provider, provider_with, request, serving,
};

/// Transport faults strike the first three attempts, then the answer comes.
#[rstest]
#[case(FaultKind::Slow, 1)]
#[case(FaultKind::ServerError, 4)]
#[case(FaultKind::BrokenBody, 4)]
#[case(FaultKind::Reset, 4)]
#[tokio::test]
async fn transport_faults_are_outlived(#[case] kind: FaultKind, #[case] requests: u64) {
    let server = faulty(Faults::new(&[kind], 1.0, 0)).await;
    let client = client(vec![provider(
        ProviderKind::OpenAi,
        "m",
        &server.base_url(),
    )]);

    let answer = client.structured(&request("?"), &anything).await.unwrap();

    assert_eq!(answer.calls, 1, "only the answered call counts");
    let log = server.log();
    assert_eq!((log.received, log.answered), (requests, 1));
}

#[tokio::test]
async fn a_rate_limit_waits_as_long_as_it_says() {
    let faults = Faults {
        retry_after: "1".into(),
        ..Faults::new(&[FaultKind::RateLimit], 0.5, 3)
    };
    // The seed lets the first attempt fail and the second pass.
    let server = faulty(faults).await;
    let client = client(vec![provider(
        ProviderKind::OpenAi,
        "m",
        &server.base_url(),
    )]);
    let start = now();

    client
        .structured(&request("wait 0"), &anything)
        .await
        .unwrap();

    let limited = server.log().faults["429"];
    assert!(limited >= 1);
    // Own delays are at most 10 ms each, so the whole second is Retry-After's.
    let waited = start.elapsed();
    assert!(
        waited >= Duration::from_secs(limited),
        "{waited:?} for {limited}"
    );
}

#[tokio::test]
async fn a_provider_that_asks_for_too_long_a_pause_is_left_for_the_next() {
    let faults = Faults {
        retry_after: "3600".into(),
        ..Faults::new(&[FaultKind::RateLimit], 1.0, 0)
    };
    let (limited, healthy) = (faulty(faults).await, faulty(Faults::default()).await);
    let client = client(vec![
        provider(ProviderKind::OpenAi, "first", &limited.base_url()),
        provider(ProviderKind::OpenAi, "second", &healthy.base_url()),
    ]);

    let answer = client.structured(&request("?"), &anything).await.unwrap();

    assert_eq!(answer.model, "second");
    assert_eq!(limited.log().received, 1);
}

/// Content faults strike a request by its bytes: a repair, having other bytes, may pass.
#[rstest]
#[case::fences(FaultKind::Fences, None)]
#[case::broken_json(FaultKind::BrokenJson, Some(("isn't JSON", 2)))]
#[case::wrong_schema(FaultKind::WrongSchema, Some(("doesn't match the schema", 2)))]
#[case::truncated(FaultKind::Truncated, Some(("cut off at 400 tokens", 2)))]
#[case::refusal(FaultKind::Refusal, Some(("refused", 1)))]
#[tokio::test]
async fn content_faults_are_repaired_once_and_then_named(
    #[case] kind: FaultKind,
    #[case] failure: Option<(&str, u32)>,
    #[values(ProviderKind::OpenAi, ProviderKind::Anthropic, ProviderKind::Gemini)]
    provider_kind: ProviderKind,
) {
    let server = faulty(Faults::new(&[kind], 1.0, 0)).await;
    let client = client(vec![provider(provider_kind, "m", &server.base_url())]);

    let result = client.structured(&request("?"), &anything).await;

    let Some((words, expected_calls)) = failure else {
        assert_eq!(result.unwrap().calls, 1);
        return;
    };
    let Err(LlmError::NoAnswer { reasons, calls, .. }) = result else {
        panic!("{result:?}");
    };
    assert!(reasons[0].message.contains(words), "{reasons:?}");
    assert_eq!(calls, expected_calls);
}

#[rstest]
#[case(FaultKind::BrokenJson)]
#[case(FaultKind::WrongSchema)]
#[case(FaultKind::Truncated)]
#[tokio::test]
async fn a_second_try_that_succeeds_is_used(#[case] kind: FaultKind) {
    // At this rate some first answers are bad and some second ones good.
    let server = faulty(Faults::new(&[kind], 0.5, 1)).await;
    let client = client(vec![provider(
        ProviderKind::OpenAi,
        "m",
        &server.base_url(),
    )]);
    let mut repaired = 0;
    for i in 0..20 {
        if let Ok(answer) = client
            .structured(&request(&format!("question {i}")), &anything)
            .await
        {
            repaired += u32::from(answer.calls == 2);
        }
    }
    assert!(repaired >= 2, "{repaired} of 20 repaired");
}

#[tokio::test]
async fn a_refusal_goes_to_the_next_model() {
    let refusing = faulty(Faults::new(&[FaultKind::Refusal], 1.0, 0)).await;
    let healthy = faulty(Faults::default()).await;
    let client = client(vec![
        provider(ProviderKind::Anthropic, "first", &refusing.base_url()),
        provider(ProviderKind::Gemini, "second", &healthy.base_url()),
    ]);
    let answer = client.structured(&request("?"), &anything).await.unwrap();
    assert_eq!((answer.model.as_str(), answer.calls), ("second", 2));
}

#[tokio::test]
async fn an_answer_too_late_is_a_timeout_that_may_cost() {
    let options = ServerOptions {
        latency: Duration::from_secs(5),
        ..ServerOptions::default()
    };
    let server = serving(Arc::new(SchemaResponder), options).await;
    let http = HttpOptions {
        timeout: Duration::from_millis(30),
        ..HttpOptions::default()
    };
    let model = provider_with(ProviderKind::OpenAi, "m", &server.base_url(), http);
    let client = client(vec![model]);

    let error = client
        .structured(&request("?"), &anything)
        .await
        .unwrap_err();

    assert!(error.to_string().contains("no answer in time"), "{error}");
    let spent = client.spent();
    assert_eq!((spent.calls, spent.unconfirmed_calls), (0, 6));
    assert!(spent.unconfirmed_nano_usd > 0);
}

#[tokio::test]
async fn all_faults_together_end_and_repeat_exactly() {
    let run = || async {
        let faults = Faults {
            slow: Duration::from_millis(5),
            retry_after: "0".into(),
            ..Faults::new(&FaultKind::ALL, 0.5, 42)
        };
        let server = faulty(faults).await;
        let model = provider(ProviderKind::OpenAi, "m", &server.base_url());
        let client = client_with(
            vec![model],
            Arc::new(MemoryJournal::default()),
            Budget::default(),
        );
        let asked = (0..60).map(|i| {
            let client = client.clone();
            async move {
                let answer = client
                    .structured(&request(&format!("pair {i}")), &anything)
                    .await;
                answer
                    .map(|answer| (answer.calls, answer.cost_nano_usd))
                    .ok()
            }
        });
        let answers = futures::future::join_all(asked).await;
        (answers, client.spent(), server.log())
    };
    let (answers, spent, log) = run().await;

    let good = answers.iter().flatten().count();
    assert!((40..60).contains(&good), "{good} of 60 usable");
    assert_eq!(
        log.faults.len(),
        FaultKind::ALL.len(),
        "every fault struck: {:?}",
        log.faults
    );
    assert_eq!(
        spent.calls, log.answered,
        "every answer is paid, no answer twice"
    );
    assert_eq!(log.repeated_answers(), 0);
    let (again, spent_again, _) = run().await;
    assert_eq!((answers, spent), (again, spent_again));
}

#[expect(clippy::disallowed_methods, reason = "the test measures a real wait")]
fn now() -> Instant {
    Instant::now()
}
