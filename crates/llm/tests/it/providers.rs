//! The three wire formats, prices, and keys.

use std::sync::{Arc, Mutex};

use llm::{HttpOptions, LlmError, NoJournal, ProviderKind, Settings};
use rstest::rstest;
use serde_json::{Value, json};
use testkit::{ChatRequest, Responder, SchemaResponder, ServerOptions};

use crate::support::{
    KEY, PRICE, anything, client, provider, provider_with, request, schema, server, serving,
};

/// Remembers the requests as the server understood them.
#[derive(Default)]
struct Recorder(Mutex<Vec<ChatRequest>>);

impl Responder for Recorder {
    fn answer(&self, request: &ChatRequest) -> String {
        self.0.lock().unwrap().push(request.clone());
        SchemaResponder.answer(&ChatRequest {
            schema: Some(schema()),
            ..request.clone()
        })
    }
}

#[rstest]
#[case(ProviderKind::OpenAi, "openai")]
#[case(ProviderKind::OpenRouter, "openai")]
#[case(ProviderKind::Ollama, "openai")]
#[case(ProviderKind::LmStudio, "openai")]
#[case(ProviderKind::Vllm, "openai")]
#[case(ProviderKind::LlamaCpp, "openai")]
#[case(ProviderKind::Compatible, "openai")]
#[case(ProviderKind::Anthropic, "anthropic")]
#[case(ProviderKind::Gemini, "gemini")]
#[tokio::test]
async fn every_provider_carries_the_whole_request(#[case] kind: ProviderKind, #[case] wire: &str) {
    let recorder = Arc::new(Recorder::default());
    let server = serving(
        Arc::clone(&recorder) as Arc<dyn Responder>,
        ServerOptions::default(),
    )
    .await;
    let client = client(vec![provider(kind, "m", &server.base_url())]);

    let answer = client
        .structured(&request("Which is better?"), &anything)
        .await
        .unwrap();

    assert_eq!(
        answer.value,
        json!({"overall": 1, "reasons": ["xxx", "xxx"]})
    );
    assert_eq!(
        (answer.calls, answer.replayed, answer.model.as_str()),
        (1, 0, "m")
    );
    let seen = recorder.0.lock().unwrap().remove(0);
    assert_eq!(seen.wire, wire);
    assert_eq!(seen.model, "m");
    assert_eq!(seen.system, "You compare plans.");
    assert_eq!(seen.user, "Which is better?");
    assert_eq!(seen.max_output_tokens, Some(200));
    assert_eq!(seen.temperature, Some(0.0));
    // Anthropic has no seed.
    assert_eq!(seen.seed, (wire != "anthropic").then_some(7));
    let sent_schema = seen.schema.unwrap();
    assert_eq!(sent_schema["required"], json!(["overall", "reasons"]));
    let bounds_sent = sent_schema["properties"]["overall"]
        .get("minimum")
        .is_some();
    assert_eq!(bounds_sent, wire != "anthropic", "Anthropic refuses bounds");
}

#[rstest]
#[case(ProviderKind::OpenAi)]
#[case(ProviderKind::Anthropic)]
#[case(ProviderKind::Gemini)]
#[tokio::test]
async fn a_repair_shows_the_model_its_answer_and_what_was_wrong(#[case] kind: ProviderKind) {
    let recorder = Arc::new(Recorder::default());
    let server = serving(
        Arc::clone(&recorder) as Arc<dyn Responder>,
        ServerOptions::default(),
    )
    .await;
    let client = client(vec![provider(kind, "m", &server.base_url())]);
    let never = |_: &Value| Err("the quote isn't in the plan".to_owned());

    let error = client.structured(&request("?"), &never).await.unwrap_err();

    let LlmError::NoAnswer {
        calls,
        cost_nano_usd,
        reasons,
        ..
    } = error
    else {
        panic!("{error}");
    };
    assert_eq!(calls, 2, "one repair and no more");
    assert_eq!(cost_nano_usd, client.spent().cost_nano_usd);
    assert!(
        reasons[0].message.contains("the quote isn't in the plan"),
        "{reasons:?}"
    );
    let second = recorder.0.lock().unwrap().remove(1);
    let roles: Vec<&str> = second
        .history
        .iter()
        .map(|turn| turn.role.as_str())
        .collect();
    assert_eq!(roles, ["assistant", "user"]);
    assert!(second.history[0].text.contains("overall"));
    assert!(
        second.history[1]
            .text
            .contains("the quote isn't in the plan")
    );
}

#[tokio::test]
async fn a_call_costs_its_tokens_to_the_nano() {
    let server = server(ServerOptions::default()).await;
    let client = client(vec![provider(
        ProviderKind::OpenAi,
        "m",
        &server.base_url(),
    )]);

    let answer = client
        .structured(&request(&"x".repeat(4_001)), &anything)
        .await
        .unwrap();

    // The server counts bytes ÷ 4 rounded up: 18 → 5, 4001 → 1001; the answer's 37 → 10.
    assert_eq!(answer.usage.input_tokens, 1_006);
    assert_eq!(answer.usage.output_tokens, 10);
    // 1006 · 150,000 + 10 · 600,000 pico-USD.
    assert_eq!(answer.cost_nano_usd, 156_900);
    assert_eq!(answer.cost_nano_usd, PRICE.cost_nano_usd(answer.usage));
    let spent = client.spent();
    assert_eq!((spent.calls, spent.cost_nano_usd), (1, 156_900));
}

#[tokio::test]
async fn what_openrouter_says_it_charged_wins_over_the_price_list() {
    let server = server(ServerOptions::default()).await;
    let client = client(vec![provider(
        ProviderKind::OpenRouter,
        "m",
        &server.base_url(),
    )]);

    let answer = client.structured(&request("?"), &anything).await.unwrap();

    // The server charges 10⁻⁷ USD per input and 4·10⁻⁷ per output token.
    let tokens = answer.usage.input_tokens + 4 * answer.usage.output_tokens;
    assert_eq!(answer.cost_nano_usd, i64::try_from(tokens * 100).unwrap());
    assert_ne!(answer.cost_nano_usd, PRICE.cost_nano_usd(answer.usage));
}

#[rstest]
#[case(ProviderKind::OpenAi)]
#[case(ProviderKind::Anthropic)]
#[case(ProviderKind::Gemini)]
#[tokio::test]
async fn a_wrong_key_is_a_clear_error_that_never_shows_it(#[case] kind: ProviderKind) {
    let server = server(ServerOptions {
        required_key: Some("another".into()),
        ..ServerOptions::default()
    })
    .await;
    let client = client(vec![provider(kind, "m", &server.base_url())]);

    let error = client
        .structured(&request("?"), &anything)
        .await
        .unwrap_err();

    let shown = format!("{error} {error:?} {client:?}");
    assert!(shown.contains("PLANRANK_LLM_API_KEY"), "{shown}");
    assert!(
        shown.contains("Incorrect API key provided: [redacted]"),
        "{shown}"
    );
    assert!(!shown.contains(KEY), "{shown}");
    assert_eq!(server.log().received, 1, "no retry can cure it");
}

#[tokio::test]
async fn the_right_key_is_sent_as_each_provider_wants_it() {
    let options = ServerOptions {
        required_key: Some(KEY.into()),
        ..ServerOptions::default()
    };
    let server = server(options).await;
    for kind in ProviderKind::ALL {
        let client = client(vec![provider(kind, "m", &server.base_url())]);
        let answer = client.structured(&request("?"), &anything).await;
        assert!(answer.is_ok(), "{}: {answer:?}", kind.name());
    }
}

#[tokio::test]
async fn an_unknown_model_names_the_setting_to_fix() {
    let server = server(ServerOptions {
        known_models: vec!["other".into()],
        ..ServerOptions::default()
    })
    .await;
    let client = client(vec![provider(
        ProviderKind::Ollama,
        "nope",
        &server.base_url(),
    )]);
    let error = client
        .structured(&request("?"), &anything)
        .await
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("\"nope\"") && error.contains("PLANRANK_LLM_MODEL"),
        "{error}"
    );
}

#[tokio::test]
async fn a_closed_port_names_the_address() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let base_url = format!("http://{}/v1", listener.local_addr().unwrap());
    drop(listener);
    let client = client(vec![provider(ProviderKind::Ollama, "m", &base_url)]);
    let error = client
        .structured(&request("?"), &anything)
        .await
        .unwrap_err()
        .to_string();
    assert!(
        error.contains(&base_url) && error.contains("PLANRANK_LLM_BASE_URL"),
        "{error}"
    );
    assert_eq!(
        client.spent(),
        llm::Spend::default(),
        "nothing was sent, so nothing is owed"
    );
}

#[tokio::test]
async fn an_endless_answer_is_cut_off() {
    let long = |_: &ChatRequest| "x".repeat(100_000);
    let server = serving(Arc::new(long), ServerOptions::default()).await;
    let http = HttpOptions {
        max_response_bytes: 10_000,
        ..HttpOptions::default()
    };
    let model = provider_with(ProviderKind::OpenAi, "m", &server.base_url(), http);
    let error = client(vec![model])
        .structured(&request("?"), &anything)
        .await
        .unwrap_err();
    assert!(
        error.to_string().contains("larger than 10000 bytes"),
        "{error}"
    );
}

#[tokio::test]
async fn a_text_request_needs_no_schema() {
    let server = server(ServerOptions::default()).await;
    let client = client(vec![provider(
        ProviderKind::OpenAi,
        "m",
        &server.base_url(),
    )]);
    let plain = llm::Request {
        schema: None,
        ..request("Say OK.")
    };
    assert_eq!(client.text(&plain).await.unwrap().text, "OK.");
    let error = client
        .structured(&plain, &anything)
        .await
        .unwrap_err()
        .to_string();
    assert!(error.contains("schema"), "{error}");
}

#[tokio::test]
async fn settings_make_a_client_that_works_and_jurors_that_share_its_budget() {
    let server = server(ServerOptions::default()).await;
    let settings = Settings {
        provider: Some("compatible".into()),
        model: Some("one, two".into()),
        base_url: Some(server.base_url()),
        ..Settings::default()
    };
    let budget = llm::Budget {
        max_calls: Some(2),
        ..llm::Budget::default()
    };
    let client = llm::Client::from_settings(&settings, Arc::new(NoJournal), budget)
        .unwrap()
        .unwrap();
    for (juror, name) in client.jurors().iter().zip(["one", "two"]) {
        let answer = juror.structured(&request("?"), &anything).await.unwrap();
        assert_eq!(answer.model, name);
    }
    let error = client
        .structured(&request("?"), &anything)
        .await
        .unwrap_err();
    assert!(matches!(error, LlmError::BudgetExhausted { .. }), "{error}");

    let offline = llm::Client::from_settings(&Settings::default(), Arc::new(NoJournal), budget);
    assert!(offline.unwrap().is_none());
}

#[rstest]
#[case(ProviderKind::OpenAi)]
#[case(ProviderKind::Anthropic)]
#[case(ProviderKind::Gemini)]
#[tokio::test]
async fn whether_a_provider_takes_our_key_is_told_without_a_call(#[case] kind: ProviderKind) {
    for (required, accepted) in [(KEY, true), ("another", false)] {
        let server = server(ServerOptions {
            required_key: Some(required.into()),
            ..ServerOptions::default()
        })
        .await;
        let client = client(vec![provider(kind, "m", &server.base_url())]);
        let (model, reached) = client.reach().await.remove(0);
        assert_eq!((model.as_str(), reached.is_ok()), ("m", accepted));
        assert_eq!(client.spent().calls, 0);
    }
}
