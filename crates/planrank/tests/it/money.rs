//! What a ranking costs: told to the nano-dollar, never above the cap, never paid twice; and
//! settings of the model that are wrong, before anything is spent.

use std::path::Path;

use serde_json::Value;
use store::Store;
use testkit::{FaultKind, Faults, ModelServer, ServerOptions};

use crate::support::{
    Ended, Place, STEADY, judged_by, server, server_with, standings, with_faults,
};

/// Prices at which a call costs a fraction of a cent that is no round number.
const PRICES: &str = r#"
as_of = "2026-01-01"

[[model]]
provider = "compatible"
id = "scripted"
family = "none"
context_window = 200000
max_output = 32000
accepts_sampling = true
input = "0.370001"
cached_input = "0.030007"
output = "1.130003"
"#;

fn demo(place: &Place, server: &ModelServer, options: &[&str]) -> Vec<String> {
    let prices = place.path("models.toml");
    std::fs::write(&prices, PRICES).unwrap();
    let prices = prices.display().to_string();
    let all = ["demo", "--once", "--calls", "6", "--models", &prices];
    let all = all
        .into_iter()
        .chain(options.iter().copied())
        .map(str::to_owned);
    all.chain(judged_by(server)).collect()
}

/// What the journal of paid answers adds up to: calls, nano-USD.
async fn paid(place: &Place) -> (i64, i64) {
    let store = Store::connect(&place.database()).await.unwrap();
    let spent = store.spend(None, None).await.unwrap();
    store.close().await.unwrap();
    (spent.calls, spent.cost_nano_usd)
}

/// What reading the plans cost, as each plan's evidence tells.
async fn extraction_cost(place: &Place) -> i64 {
    let store = Store::connect(&place.database()).await.unwrap();
    let mut sum = 0;
    for plan in store
        .list_plans(&store::PlanFilter {
            limit: 1000,
            ..Default::default()
        })
        .await
        .unwrap()
    {
        let kpis = store.kpis(plan.plan_id).await.unwrap().unwrap();
        let evidence: Value = serde_json::from_str(&kpis.evidence).unwrap();
        sum += evidence["model_cost_nano_usd"]
            .as_str()
            .unwrap()
            .parse::<i64>()
            .unwrap();
    }
    store.close().await.unwrap();
    sum
}

#[tokio::test(flavor = "multi_thread")]
async fn the_cost_told_is_the_sum_of_the_answers_paid_for() {
    let content_faults = [
        FaultKind::BrokenJson,
        FaultKind::Fences,
        FaultKind::Truncated,
        FaultKind::WrongSchema,
    ];
    for faults in [Faults::default(), Faults::new(&content_faults, 0.3, 5)] {
        let place = Place::new();
        let server = server_with(STEADY, with_faults(faults)).await;
        let told = place
            .run(&demo(&place, &server, &["--json"]))
            .await
            .with(0)
            .json();
        let spent = &told["report"]["spent"];
        let (calls, nano_usd) = paid(&place).await;
        assert!(nano_usd > 0);
        assert_eq!(spent["cost_nano_usd"], nano_usd, "{spent}");
        assert_eq!(spent["calls"], calls, "{spent}");
        assert_eq!(told["leaderboard"]["spent"]["cost_nano_usd"], nano_usd);
        assert_eq!(server.log().answered, calls.unsigned_abs());
        let explained = standings(&place).await.cost_nano_usd() + extraction_cost(&place).await;
        assert_eq!(explained, nano_usd, "call by call");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn people_read_the_cost_in_dollars() {
    let place = Place::new();
    let server = server(STEADY).await;
    let ended = place.run(&demo(&place, &server, &[])).await.with(0);
    let (calls, nano_usd) = paid(&place).await;
    let ten_thousandths = nano_usd.unsigned_abs().div_ceil(100_000);
    let dollars = format!(
        "${}.{:04}",
        ten_thousandths / 10_000,
        ten_thousandths % 10_000
    );
    for part in [format!("{calls} model calls, "), dollars] {
        assert!(
            ended.stdout.contains(&part),
            "{part} is not in\n{}",
            ended.stdout
        );
    }
}

/// The whole run costs some 0.17 USD at these prices, and a call 0.01 at the worst.
#[tokio::test(flavor = "multi_thread")]
async fn a_run_stopped_by_its_cap_goes_on_to_the_same_end() {
    let unlimited = Place::new();
    let server_of_unlimited = server(STEADY).await;
    unlimited
        .run(&demo(&unlimited, &server_of_unlimited, &[]))
        .await
        .with(0);

    let place = Place::new();
    let server = server(STEADY).await;
    let mut before = 0;
    let mut stops = 0;
    loop {
        let ended = place
            .run(&demo(&place, &server, &["--max-cost", "0.06"]))
            .await;
        let (_, now) = paid(&place).await;
        assert!(
            now - before <= 60_000_000,
            "{} nano-USD spent",
            now - before
        );
        if ended.code == Some(0) {
            break;
        }
        says_how_to_go_on(ended);
        assert!(now > before, "nothing was done");
        (before, stops) = (now, stops + 1);
    }
    assert!(stops >= 2, "stopped {stops} times");
    assert_eq!(server.log().repeated_answers(), 0);
    assert_eq!(paid(&place).await, paid(&unlimited).await);
    standings(&place)
        .await
        .assert_equal(&standings(&unlimited).await);
}

fn says_how_to_go_on(ended: Ended) {
    let ended = ended.with(4);
    for part in ["Stopped: ", "Nothing is lost", "planrank rank"] {
        assert!(ended.stdout.contains(part), "{}", ended.stdout);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cap_below_one_call_spends_nothing() {
    let place = Place::new();
    let server = server(STEADY).await;
    let ended = place
        .run(&demo(&place, &server, &["--max-cost", "0.0001"]))
        .await;
    says_how_to_go_on(ended);
    assert_eq!(server.log().received, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cap_on_tokens_stops_too() {
    let place = Place::new();
    let server = server(STEADY).await;
    let ended = place
        .run(&demo(&place, &server, &["--max-tokens", "200000"]))
        .await;
    says_how_to_go_on(ended);
    let store = Store::connect(&place.database()).await.unwrap();
    let spent = store.spend(None, None).await.unwrap();
    assert!(
        spent.input_tokens + spent.output_tokens <= 200_000,
        "{spent:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_asks_nobody() {
    let place = Place::new();
    let server = server(STEADY).await;
    place
        .run(&["import", &crate::support::examples().display().to_string()])
        .await
        .with(0);
    let mut arguments = demo(&place, &server, &["--json", "--dry-run"]);
    arguments.splice(..2, ["rank".to_owned()]);
    let told = place.run(&arguments).await.with(0).json();
    assert_eq!(told["plans"], 14);
    assert_eq!(told["comparisons"], 14 * 6);
    assert_eq!(told["extraction_calls"], 14 * 2, "nothing has been read");
    assert!(
        told["cost_nano_usd"]
            .as_str()
            .unwrap()
            .parse::<i64>()
            .unwrap()
            > 0,
        "{told}"
    );
    assert_eq!(server.log().received, 0);
}

/// A failure that names the setting, tells no key, and leaves a database that works.
async fn fails_cleanly(options: ServerOptions, arguments: &[&str], words: &[&str]) {
    let place = Place::new();
    let server = server_with(STEADY, options).await;
    place
        .run(&demo(&place, &server, arguments))
        .await
        .fails_saying(words);
    assert_eq!(paid(&place).await, (0, 0));
    let comparisons = place.run(&["export", "--comparisons"]).await.with(0).json();
    assert_eq!(comparisons["comparisons"].as_array().unwrap().len(), 0);
    place.run(&["demo", "--once", "--calls", "2"]).await.with(0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_key_is_said_to_be_wrong_and_not_shown() {
    let options = || ServerOptions {
        required_key: Some("right".to_owned()),
        ..ServerOptions::default()
    };
    let wrong = ["--llm-api-key", "sk-wrong-4711"];
    fails_cleanly(
        options(),
        &wrong,
        &["PLANRANK_LLM_API_KEY", "refused our credentials"],
    )
    .await;
    let place = Place::new();
    let server = server_with(STEADY, options()).await;
    let ended = place.run(&demo(&place, &server, &wrong)).await.with(1);
    assert!(!ended.stderr.contains("4711"), "{}", ended.stderr);
    place
        .run(&demo(&place, &server, &["--llm-api-key", "right"]))
        .await
        .with(0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_model_is_named_with_its_setting() {
    let options = ServerOptions {
        known_models: vec!["another".to_owned()],
        ..ServerOptions::default()
    };
    fails_cleanly(options, &[], &["PLANRANK_LLM_MODEL", "scripted"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_that_cannot_work_are_refused_before_anything_is_read() {
    let missing = Path::new("no").join("models.toml").display().to_string();
    let table: [(&[&str], &[&str]); 6] = [
        (
            &["--llm-provider", "openia"],
            &["openia", "PLANRANK_LLM_PROVIDER"],
        ),
        (&["--llm-provider", "compatible"], &["PLANRANK_LLM_MODEL"]),
        (&["--llm-provider", "openai"], &["PLANRANK_LLM_API_KEY"]),
        (
            &["--llm-provider", "openai", "--llm-model", "new"],
            &["price", "PLANRANK_MODELS"],
        ),
        (&["--models", &missing], &["models.toml"]),
        (&["--max-cost", "lots"], &["--max-cost"]),
    ];
    let place = Place::new();
    for (options, words) in table {
        let mut arguments = vec!["demo", "--once"];
        arguments.extend(options);
        place.run(&arguments).await.fails_saying(words);
    }
}
