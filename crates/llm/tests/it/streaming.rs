//! Streamed answers: the same as whole ones, and given up when they stall.

use std::sync::Arc;
use std::time::Duration;

use llm::{
    Budget, Client, Journal, LlmError, MemoryJournal, NoJournal, ProviderKind, ReasonKind, Request,
};
use rstest::rstest;
use testkit::{ChatRequest, FaultKind, Faults, ModelServer, Responder, ServerOptions};

use crate::support::{anything, client_with, faulty, provider, request, server, serving};

const STALL: Duration = Duration::from_millis(300);

fn whole(kind: ProviderKind, server: &ModelServer, journal: Arc<dyn Journal>) -> Client {
    let model = provider(kind, "m", &server.base_url());
    client_with(vec![model], journal, Budget::default())
}

fn streaming(kind: ProviderKind, server: &ModelServer) -> Client {
    whole(kind, server, Arc::new(NoJournal)).with_stall_timeout(STALL)
}

/// A text that is cut into pieces at every kind of character.
fn prose(_: &ChatRequest) -> String {
    "Zwölf Brücken über die Aare, 12 × 4 m.\r\n\n🌉 data: none\n".repeat(20)
}

#[rstest]
#[case(ProviderKind::OpenAi)]
#[case(ProviderKind::OpenRouter)]
#[case(ProviderKind::Ollama)]
#[case(ProviderKind::Compatible)]
#[case(ProviderKind::Anthropic)]
#[case(ProviderKind::Gemini)]
#[tokio::test]
async fn a_streamed_answer_is_the_whole_one(#[case] kind: ProviderKind) {
    let responder: Arc<dyn Responder> = Arc::new(prose);
    let server = serving(responder, ServerOptions::default()).await;
    let request = Request {
        schema: None,
        ..request("?")
    };

    let expected = whole(kind, &server, Arc::new(NoJournal))
        .text(&request)
        .await;
    let streamed = streaming(kind, &server).text(&request).await;

    let streamed = streamed.unwrap();
    assert_eq!(streamed, expected.unwrap(), "text, usage and cost");
    assert!(streamed.cost_nano_usd > 0);
    assert_eq!(server.log().answered, 2);
}

#[rstest]
#[tokio::test]
async fn endings_are_told_apart(
    #[values(ProviderKind::OpenAi, ProviderKind::Anthropic, ProviderKind::Gemini)]
    kind: ProviderKind,
    #[values((FaultKind::Refusal, "refused"), (FaultKind::Truncated, "cut off at 400 tokens"))]
    (fault, words): (FaultKind, &str),
) {
    let server = faulty(Faults::new(&[fault], 1.0, 0)).await;
    let error = streaming(kind, &server)
        .structured(&request("?"), &anything)
        .await
        .unwrap_err();
    assert!(error.to_string().contains(words), "{error}");
}

/// Faults strike the first three attempts, then the answer comes.
#[rstest]
#[tokio::test]
async fn faults_in_a_stream_are_outlived_and_may_cost(
    #[values(ProviderKind::OpenAi, ProviderKind::Anthropic, ProviderKind::Gemini)]
    kind: ProviderKind,
    #[values(
        FaultKind::StallFirst,
        FaultKind::StallMidway,
        FaultKind::Cut,
        FaultKind::GarbageEvent,
        FaultKind::ErrorEvent
    )]
    fault: FaultKind,
) {
    let server = faulty(Faults::new(&[fault], 1.0, 0)).await;
    let client = streaming(kind, &server);

    let answer = client.structured(&request("?"), &anything).await.unwrap();

    assert_eq!(answer.calls, 1, "only the answered call counts");
    let log = server.log();
    assert_eq!((log.received, log.answered), (4, 1));
    assert_eq!(log.faults[fault.name()], 3);
    let spent = client.spent();
    assert_eq!((spent.calls, spent.unconfirmed_calls), (1, 3));
}

/// A server that accepts and says nothing is stalled from the start.
#[rstest]
#[case(ProviderKind::OpenAi)]
#[case(ProviderKind::Anthropic)]
#[case(ProviderKind::Gemini)]
#[tokio::test]
async fn a_model_that_never_speaks_is_called_stalled(#[case] kind: ProviderKind) {
    let options = ServerOptions {
        latency: Duration::from_mins(1),
        ..ServerOptions::default()
    };
    let server = server(options).await;
    let client =
        whole(kind, &server, Arc::new(NoJournal)).with_stall_timeout(Duration::from_millis(20));

    let error = client
        .structured(&request("?"), &anything)
        .await
        .unwrap_err();

    assert!(error.settled().is_none(), "asking again may help");
    let LlmError::NoAnswer { reasons, .. } = &error else {
        panic!("{error}");
    };
    assert_eq!(reasons[0].kind, ReasonKind::Stalled);
    assert!(
        error.to_string().contains("nothing came for 0.02 seconds"),
        "{error}"
    );
    let spent = client.spent();
    assert_eq!((spent.calls, spent.unconfirmed_calls), (0, 6));
    assert!(spent.unconfirmed_nano_usd > 0);
}

#[tokio::test]
async fn a_stalled_model_is_left_for_the_next() {
    let options = ServerOptions {
        latency: Duration::from_mins(1),
        ..ServerOptions::default()
    };
    let silent = server(options).await;
    let healthy = server(ServerOptions::default()).await;
    let models = vec![
        provider(ProviderKind::OpenAi, "first", &silent.base_url()),
        provider(ProviderKind::Gemini, "second", &healthy.base_url()),
    ];
    let client = client_with(models, Arc::new(NoJournal), Budget::default())
        .with_stall_timeout(Duration::from_millis(200));

    let answer = client.structured(&request("?"), &anything).await.unwrap();

    assert_eq!(answer.model, "second");
}

#[rstest]
#[case(ProviderKind::OpenAi)]
#[case(ProviderKind::Anthropic)]
#[case(ProviderKind::Gemini)]
#[tokio::test]
async fn a_slow_stream_takes_longer_than_the_stall_timeout(#[case] kind: ProviderKind) {
    let options = ServerOptions {
        event_delay: Duration::from_millis(30),
        ..ServerOptions::default()
    };
    let responder: Arc<dyn Responder> = Arc::new(prose);
    let server = serving(responder, options).await;
    let request = Request {
        schema: None,
        ..request("?")
    };
    let answer = streaming(kind, &server).text(&request).await.unwrap();
    assert_eq!(answer.text, prose(&ChatRequest::default()));
    assert_eq!(server.log().received, 1, "it was not given up");
}

#[rstest]
#[case(ProviderKind::OpenAi)]
#[case(ProviderKind::Anthropic)]
#[case(ProviderKind::Gemini)]
#[tokio::test]
async fn a_server_that_answers_in_one_piece_is_understood(#[case] kind: ProviderKind) {
    let options = ServerOptions {
        never_streams: true,
        ..ServerOptions::default()
    };
    let server = server(options).await;
    let client = streaming(kind, &server);
    let answer = client.structured(&request("?"), &anything).await.unwrap();
    assert_eq!((answer.calls, client.spent().unconfirmed_calls), (1, 0));
}

/// A run that is continued with the option switched over pays for nothing twice.
#[tokio::test]
async fn streamed_and_whole_answers_share_the_journal() {
    let server = server(ServerOptions::default()).await;
    let journal = Arc::new(MemoryJournal::default());
    let whole = whole(ProviderKind::Anthropic, &server, journal);
    let streaming = whole.with_stall_timeout(STALL);

    let first = whole.structured(&request("a"), &anything).await.unwrap();
    let again = streaming
        .structured(&request("a"), &anything)
        .await
        .unwrap();
    let second = streaming
        .structured(&request("b"), &anything)
        .await
        .unwrap();
    let back = whole.structured(&request("b"), &anything).await.unwrap();

    let replayed = [first, again, second, back].map(|answer| answer.replayed);
    assert_eq!(replayed, [0, 1, 0, 1]);
    assert_eq!(server.log().received, 2);
}
