//! An answered request is paid once, however often the run is killed.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use llm::{
    Budget, Client, Completion, Journal, JournalError, LlmError, MemoryJournal, ProviderKind,
    Request, RequestKey,
};
use testkit::{FaultKind, Faults, ModelServer, ServerOptions};

use crate::support::{anything, client_with, faulty, provider, request, server};

fn client_on(server: &ModelServer, journal: &Arc<MemoryJournal>) -> Client {
    let model = provider(ProviderKind::OpenAi, "m", &server.base_url());
    client_with(
        vec![model],
        Arc::clone(journal) as Arc<dyn Journal>,
        Budget::default(),
    )
}

#[tokio::test]
async fn a_second_run_replays_and_pays_nothing() {
    let server = server(ServerOptions::default()).await;
    let journal = Arc::new(MemoryJournal::default());
    let first = client_on(&server, &journal)
        .structured(&request("?"), &anything)
        .await
        .unwrap();
    let again = client_on(&server, &journal);
    let second = again.structured(&request("?"), &anything).await.unwrap();

    assert_eq!(second.value, first.value);
    assert_eq!((second.calls, second.replayed), (1, 1));
    assert_eq!(
        second.cost_nano_usd, first.cost_nano_usd,
        "what the answer cost, whoever paid"
    );
    assert_eq!(again.spent(), llm::Spend::default());
    assert_eq!(server.log().received, 1);
}

#[tokio::test]
async fn unusable_answers_are_kept_too() {
    let server = faulty(Faults::new(&[FaultKind::WrongSchema], 1.0, 0)).await;
    let journal = Arc::new(MemoryJournal::default());
    for _ in 0..2 {
        let result = client_on(&server, &journal)
            .structured(&request("?"), &anything)
            .await;
        assert!(
            matches!(result, Err(LlmError::NoAnswer { calls: 2, .. })),
            "{result:?}"
        );
    }
    assert_eq!(
        server.log().answered,
        2,
        "the bad answer and its repair, once each"
    );
}

#[tokio::test]
async fn a_run_killed_at_any_moment_pays_only_for_what_was_in_flight() {
    let options = ServerOptions {
        latency: Duration::from_millis(4),
        ..ServerOptions::default()
    };
    let server = server(options).await;
    let journal = Arc::new(MemoryJournal::default());
    let mut in_flight_at_kills = 0;
    for kill_after in [1, 3, 6, 9, 13, 21] {
        let run = tokio::spawn(run(client_on(&server, &journal)));
        tokio::time::sleep(Duration::from_millis(kill_after)).await;
        run.abort();
        assert!(run.await.is_err());
        // The questions are asked one after the other, so one at most is under way.
        in_flight_at_kills += 1;
    }
    run(client_on(&server, &journal)).await;
    let log = server.log();
    assert!(log.answered - 20 <= in_flight_at_kills, "{log:?}");
    assert_eq!(log.answered - 20, log.repeated_answers());
    assert_eq!(journal.len(), 20);
}

async fn run(client: Client) {
    for i in 0..20 {
        client
            .structured(&request(&format!("pair {i}")), &anything)
            .await
            .unwrap();
    }
}

struct BrokenJournal;

#[async_trait]
impl Journal for BrokenJournal {
    async fn find(&self, _: &RequestKey) -> Result<Option<Completion>, JournalError> {
        Ok(None)
    }

    async fn record(&self, _: &RequestKey, _: &Completion) -> Result<Completion, JournalError> {
        Err(JournalError("disk full".into()))
    }
}

/// Another process has answered and recorded while this one was asking.
struct LostRace;

#[async_trait]
impl Journal for LostRace {
    async fn find(&self, _: &RequestKey) -> Result<Option<Completion>, JournalError> {
        Ok(None)
    }

    async fn record(
        &self,
        _: &RequestKey,
        completion: &Completion,
    ) -> Result<Completion, JournalError> {
        Ok(Completion {
            text: r#"{"of_the": "first"}"#.into(),
            ..completion.clone()
        })
    }
}

#[tokio::test]
async fn the_answer_that_the_journal_keeps_is_the_one_used() {
    let server = server(ServerOptions::default()).await;
    let model = provider(ProviderKind::OpenAi, "m", &server.base_url());
    let client = client_with(vec![model], Arc::new(LostRace), Budget::default());
    let plain = Request {
        schema: None,
        ..request("?")
    };
    let answer = client.text(&plain).await.unwrap();
    assert_eq!(answer.text, r#"{"of_the": "first"}"#);
    assert_eq!((answer.calls, answer.replayed), (1, 0));
}

#[tokio::test]
async fn an_answer_that_cannot_be_kept_is_not_used() {
    let server = server(ServerOptions::default()).await;
    let model = provider(ProviderKind::OpenAi, "m", &server.base_url());
    let client = client_with(vec![model], Arc::new(BrokenJournal), Budget::default());
    let error = client
        .structured(&request("?"), &anything)
        .await
        .unwrap_err();
    assert!(error.to_string().contains("disk full"), "{error}");
}

#[test]
fn the_key_covers_provider_model_and_every_part_of_the_request() {
    let base = request("?");
    let key = |kind, model: &str, request: &llm::Request| RequestKey::new(kind, model, request);
    let original = key(ProviderKind::OpenAi, "m", &base);
    assert_eq!(original, key(ProviderKind::OpenAi, "m", &base.clone()));
    assert_eq!(original.as_str().len(), 64);
    let changed = [
        key(ProviderKind::Gemini, "m", &base),
        key(ProviderKind::OpenAi, "n", &base),
        key(ProviderKind::OpenAi, "m", &request("!")),
        key(
            ProviderKind::OpenAi,
            "m",
            &llm::Request {
                seed: Some(8),
                ..base.clone()
            },
        ),
        key(
            ProviderKind::OpenAi,
            "m",
            &llm::Request {
                schema: None,
                ..base.clone()
            },
        ),
        key(
            ProviderKind::OpenAi,
            "m",
            &llm::Request {
                max_output_tokens: 1,
                ..base
            },
        ),
    ];
    for (at, other) in changed.iter().enumerate() {
        assert_ne!(&original, other, "change {at}");
    }
}
