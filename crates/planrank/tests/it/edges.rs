//! What each command leaves alone: databases that it only reads, budgets, options that it can't use.

use std::fs;

use crate::support::{Place, Program, STEADY, examples, judged_by, server};

#[tokio::test]
async fn a_database_in_memory_is_ranked_and_forgotten() {
    let demo = [
        "demo",
        "--once",
        "--json",
        "--calls",
        "2",
        "--db",
        "sqlite::memory:",
    ];
    let told = Program::start(&demo).end().await.with(0).json();
    assert_eq!(told["report"]["comparisons"], 14 * 2);
}

/// Each of them migrated the database that it should only have read.
#[tokio::test]
async fn commands_that_read_ask_for_a_migration_and_make_none() {
    let place = Place::new();
    fs::write(place.path("planrank.db"), "").unwrap();
    let commands: [&[&str]; 3] = [&["leaderboard"], &["explain", "x"], &["export"]];
    for command in commands {
        let ended = place.run(command).await;
        ended.fails_saying(&["run `planrank migrate --db"]);
    }
    let doctor = place.run(&["doctor"]).await.with(1);
    assert!(
        doctor.stdout.contains("planrank migrate"),
        "{}",
        doctor.stdout
    );
    let pending = ["migrate", "--status", "--json"];
    let told = place.run(&pending).await.with(0).json();
    assert_ne!(
        told["pending"],
        serde_json::json!([]),
        "nothing was applied"
    );
}

/// The demo ended with 0, as if it had read everything.
#[tokio::test]
async fn a_demo_that_refused_plans_says_so_in_its_exit_code() {
    let place = Place::new();
    let folder = place.path("runs");
    fs::create_dir(&folder).unwrap();
    for name in ["village-library-powys", "vineyard-organic-rioja"] {
        let file = format!("{name}.json");
        fs::copy(examples().join(&file), folder.join(&file)).unwrap();
    }
    fs::write(folder.join("broken.json"), "{").unwrap();
    let folder = folder.display().to_string();
    let demo = ["demo", "--once", "--calls", "2", "--data", &folder];
    let ended = place.run(&demo).await.with(3);
    assert!(ended.stderr.contains("refused"), "{}", ended.stderr);
}

#[tokio::test]
async fn plain_elo_of_a_domain_is_refused() {
    let place = Place::new();
    place.run(&["migrate"]).await.with(0);
    let elo = ["leaderboard", "--rating", "elo", "--domain", "energy"];
    place.run(&elo).await.fails_saying(&["--domain"]);
}

/// The limit's message named an option that didn't exist.
#[tokio::test(flavor = "multi_thread")]
async fn a_cap_on_calls_stops_too() {
    let place = Place::new();
    let server = server(STEADY).await;
    let demo = ["demo", "--once", "--calls", "2", "--max-calls", "30"].map(str::to_owned);
    let arguments: Vec<String> = demo.into_iter().chain(judged_by(&server)).collect();
    let ended = place.run(&arguments).await.with(4);
    assert!(
        ended.stdout.contains("raise --max-calls"),
        "{}",
        ended.stdout
    );
    assert_eq!(server.log().answered, 30);

    // Planned comparisons that have not been made counted as done.
    let store = store::Store::connect(&place.database()).await.unwrap();
    let filter = store::ComparisonFilter {
        state: Some(store::ComparisonState::Done),
        ..Default::default()
    };
    let public = store::Contest::Public;
    let done = store.comparisons(public, &filter).await.unwrap().len();
    store.close().await.unwrap();
    let dry_run = ["rank", "--dry-run", "--calls", "2", "--json"].map(str::to_owned);
    let dry_run: Vec<String> = dry_run.into_iter().chain(judged_by(&server)).collect();
    let told = place.run(&dry_run).await.with(0).json();
    assert!(done < 14 * 2);
    assert_eq!(told["comparisons"], 14 * 2 - done);
    assert_eq!(told["extraction_calls"], 0, "every plan has been read");
}

/// A model without a provider was ignored, and the offline judge asked instead.
#[tokio::test(flavor = "multi_thread")]
async fn a_model_without_a_provider_is_refused() {
    let place = Place::new();
    place.run(&["demo", "--once", "--calls", "1"]).await.with(0);
    for flags in [
        ["--llm-model", "gpt"],
        ["--llm-base-url", "http://127.0.0.1:9/v1"],
    ] {
        let ended = place
            .run(&[&["demo", "--once"][..], &flags[..]].concat())
            .await
            .with(1);
        assert!(ended.stderr.contains("--llm-provider"), "{}", ended.stderr);
    }
}
