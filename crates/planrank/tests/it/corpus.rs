//! Real plans: the 35 runs of 2025 and PlanExe-web's catalogue, where they are beside the
//! checkout; and the KPIs that both they and the examples must have.

use std::collections::BTreeMap;

use serde_json::Value;
use store::{PlanFilter, Store};

use crate::support::{Place, Program, corpus, examples};

#[tokio::test]
async fn every_run_of_the_corpus_is_imported_and_described_by_the_catalogue() {
    let Some(corpus) = corpus() else { return };
    let place = Place::new();
    let catalogue = corpus.join("examples.yml").display().to_string();
    let report = place
        .run(&["import", &catalogue, "--json"])
        .await
        .with(0)
        .json();
    let imported = report["imported"].as_array().unwrap();
    assert_eq!(imported.len(), 35);
    assert!(imported.iter().all(|i| i["created"] == true));
    assert_eq!(report["runs_without_entry"].as_array().unwrap().len(), 4);
    assert_eq!(report["entries_without_run"], serde_json::json!([]));

    let store = Store::connect(&place.database()).await.unwrap();
    let all = PlanFilter {
        limit: 1000,
        ..PlanFilter::default()
    };
    let (mut matched, mut differing) = (0, 0);
    for plan in store.list_plans(&all).await.unwrap() {
        let Some(entry) = &plan.source_catalogue else {
            continue;
        };
        let entry: Value = serde_json::from_str(entry).unwrap();
        matched += 1;
        assert_eq!(plan.title, entry["title"].as_str().unwrap().trim());
        let prompt = store
            .plan_document(plan.plan_id)
            .await
            .unwrap()
            .unwrap()
            .prompt;
        assert!(!prompt.is_empty());
        differing += usize::from(words(&prompt) != words(entry["prompt"].as_str().unwrap()));
    }
    store.close().await.unwrap();
    assert_eq!(matched, 31);
    assert!(
        differing > 0,
        "where the catalogue's prompt differs, the run's own is kept"
    );

    let again = place
        .run(&["import", &corpus.display().to_string()])
        .await
        .with(0);
    assert!(
        again.stdout.contains("0 new, 35 known before"),
        "{}",
        again.stdout
    );
}

fn words(text: &str) -> Vec<&str> {
    text.split_whitespace().collect()
}

/// The KPI table of a folder, one line for each KPI by its name.
async fn kpi_table(folder: &std::path::Path) -> (Value, BTreeMap<String, Value>) {
    let folder = folder.display().to_string();
    let table = Program::start(&["doctor", "--json", "--corpus", &folder])
        .end()
        .await
        .with(0)
        .json();
    let lines = table["summary"].as_array().unwrap().clone();
    let by_name = lines
        .into_iter()
        .map(|line| (line["name"].as_str().unwrap().to_owned(), line));
    (table, by_name.collect())
}

#[tokio::test]
async fn the_kpis_of_real_runs_are_known_where_they_can_be_and_spread() {
    let Some(corpus) = corpus() else { return };
    let (table, kpis) = kpi_table(&corpus.join("runs")).await;
    for name in ["prompt_quality", "technical_completeness"] {
        let line = &kpis[name];
        assert_eq!(line["known"], 35, "{line}");
        assert!(
            line["interquartile_range"].as_f64().unwrap() >= 0.10,
            "{line}"
        );
        assert!(line["distinct"].as_u64().unwrap() >= 8, "{line}");
    }
    assert_eq!(kpis["novelty_score"]["known"], 35);
    assert!(
        table["novelty_stability"].as_f64().unwrap() >= 0.8,
        "{}",
        table["novelty_stability"]
    );
    // These runs state no independent costs or benefits.
    for name in ["feasibility", "impact_estimate"] {
        assert_eq!(
            (&kpis[name]["known"], &kpis[name]["unknown"]),
            (&0.into(), &35.into())
        );
    }
    let folder = corpus.join("runs").display().to_string();
    let words = Program::start(&["doctor", "--corpus", &folder])
        .end()
        .await
        .with(0)
        .stdout;
    assert!(
        words.contains("Spearman") && words.contains("unknown"),
        "{words}"
    );
}

/// Those that the examples' page calls excellent, and those called good whose numbers hold.
#[tokio::test]
async fn feasibility_and_impact_are_known_for_the_examples_that_state_both() {
    let (table, kpis) = kpi_table(&examples()).await;
    let plans = table["plans"].as_array().unwrap();
    let value = |name: &str, kpi: &str| {
        let plan = plans.iter().find(|p| p["name"] == name).unwrap();
        plan["kpis"][kpi]["value"].as_f64()
    };
    for name in [
        "district-heating-aarhus",
        "flood-park-recife",
        "school-meals-kisumu",
        "sepsis-alerts-lyon",
        "solar-coop-thrissur",
    ] {
        for kpi in [
            "feasibility",
            "impact_estimate",
            "technical_completeness",
            "prompt_quality",
        ] {
            assert!(value(name, kpi).is_some(), "{name}: {kpi}");
        }
    }
    for name in [
        "ai-solves-everything",
        "crypto-metropolis",
        "ecommerce-relaunch-austin",
    ] {
        assert_eq!(value(name, "feasibility"), None, "{name}");
        assert_eq!(value(name, "impact_estimate"), None, "{name}");
    }
    assert_eq!(kpis["prompt_quality"]["known"], 14);
}

#[tokio::test]
async fn a_small_simulation_tells_its_figures_as_json() {
    let simulate = [
        "simulate", "--plans", "60", "--calls", "8", "--reps", "2", "--json",
    ];
    let ended = Program::start(&simulate).end().await.with(0);
    let again = Program::start(&simulate).end().await.with(0);
    assert_eq!(
        ended.stdout, again.stdout,
        "the same seed gives the same figures"
    );
    let reports = ended.json();
    let worlds: Vec<&str> = reports
        .as_array()
        .unwrap()
        .iter()
        .map(|r| r["config"]["world"].as_str().unwrap())
        .collect();
    assert_eq!(worlds, ["standard", "heavy-tailed", "sharp"]);
    for report in reports.as_array().unwrap() {
        for method in report["methods"].as_array().unwrap() {
            let tau = method["kendall_tau"]["mean"].as_f64().unwrap();
            assert!((0.4..1.0).contains(&tau), "{method}");
        }
    }
    let unknown = ["simulate", "--methods", "dice"];
    Program::start(&unknown)
        .end()
        .await
        .fails_saying(&["dice", "planexe-elo"]);
}
