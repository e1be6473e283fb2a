//! Limits hold whatever runs at once.

use std::sync::Arc;
use std::time::Duration;

use futures::future::join_all;
use llm::{Budget, LlmError, NoJournal, ProviderKind, Spend};
use proptest::prelude::*;
use testkit::ServerOptions;

use crate::support::{anything, client_with, provider, request, server};

async fn spend_under(budget: Budget, calls: usize) -> (Spend, usize) {
    let options = ServerOptions {
        latency: Duration::from_millis(2),
        ..ServerOptions::default()
    };
    let server = server(options).await;
    let model = provider(ProviderKind::OpenAi, "m", &server.base_url());
    let client = client_with(vec![model], Arc::new(NoJournal), budget);
    let asked = (0..calls).map(|i| {
        let client = client.clone();
        async move {
            client
                .structured(&request(&format!("pair {i:03}")), &anything)
                .await
        }
    });
    let results = join_all(asked).await;
    let refused = results.iter().filter(|result| match result {
        Ok(_) => false,
        Err(LlmError::BudgetExhausted { .. }) => true,
        Err(other) => panic!("{other}"),
    });
    (client.spent(), refused.count())
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(4)
        .enable_all()
        .build()
        .unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn fifty_calls_at_once_never_pass_a_limit(
        calls in 0_u64..60, tokens in 0_u64..30_000, money in 0_i64..8_000_000
    ) {
        let budget = Budget { max_calls: Some(calls), max_tokens: Some(tokens), max_cost_nano_usd: Some(money) };
        let (spent, _) = runtime().block_on(spend_under(budget, 50));
        prop_assert!(spent.calls <= calls);
        prop_assert!(spent.input_tokens + spent.output_tokens <= tokens);
        prop_assert!(spent.cost_nano_usd <= money);
    }
}

#[tokio::test]
async fn how_many_calls_fit_does_not_depend_on_how_many_run_at_once() {
    let budget = Budget {
        max_calls: Some(17),
        ..Budget::default()
    };
    let (spent, refused) = spend_under(budget, 50).await;
    assert_eq!((spent.calls, refused), (17, 33));
    // Each call reserves about 800 tokens and uses 16: waiting for others to settle lets
    // far more than one through.
    let budget = Budget {
        max_tokens: Some(1_000),
        ..Budget::default()
    };
    let (spent, refused) = spend_under(budget, 50).await;
    assert!(
        spent.calls > 5 && refused > 0,
        "{spent:?}, {refused} refused"
    );
}

#[tokio::test]
async fn the_error_names_the_limit_and_how_to_raise_it() {
    let cases = [
        (
            Budget {
                max_calls: Some(0),
                ..Budget::default()
            },
            "--max-calls",
        ),
        (
            Budget {
                max_tokens: Some(10),
                ..Budget::default()
            },
            "--max-tokens",
        ),
        (
            Budget {
                max_cost_nano_usd: Some(10),
                ..Budget::default()
            },
            "--max-cost",
        ),
    ];
    let server = server(ServerOptions::default()).await;
    for (budget, option) in cases {
        let model = provider(ProviderKind::OpenAi, "m", &server.base_url());
        let client = client_with(vec![model], Arc::new(NoJournal), budget);
        let error = client
            .structured(&request("?"), &anything)
            .await
            .unwrap_err()
            .to_string();
        assert!(error.contains(option), "{error}");
    }
    assert_eq!(server.log().received, 0, "nothing is sent that doesn't fit");
}

#[tokio::test]
async fn a_cancelled_call_stays_on_the_books() {
    let options = ServerOptions {
        latency: Duration::from_secs(30),
        ..ServerOptions::default()
    };
    let server = server(options).await;
    let model = provider(ProviderKind::OpenAi, "m", &server.base_url());
    let client = client_with(vec![model], Arc::new(NoJournal), Budget::default());
    let asked = client.clone();
    let task = tokio::spawn(async move { asked.structured(&request("?"), &anything).await });
    while server.log().in_flight == 0 {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    task.abort();
    assert!(task.await.unwrap_err().is_cancelled());
    assert_eq!(client.spent().unconfirmed_calls, 1);
}
