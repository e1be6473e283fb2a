//! What a finished run is worth to a reader: the reader of plans takes it whole, and the ranking
//! can measure it.

use std::path::Path;

use kpi::{Flag, Kpi, Kpis, Snapshot};
use llm::HashedNgrams;
use pipeline::checkpoints::MemoryCheckpoints;
use pipeline::failure::Ended;
use pipeline::{Author, Mode, Stages, bundle};
use plan::model::Plan;
use serde_json::Value;

use crate::support::{PROMPT, files, run, spec};

const BRIDGE: &str = "Replace the footbridge over the river Skell in Ripon, United Kingdom. The council \
owns the old timber bridge, which was closed in January 2026 after an inspection. Build a new bridge \
for walkers and cyclists, 42 metres long and 3 metres wide, that carries 900 crossings a day. Budget: \
GBP 1.8 million. It must open by 2028-06-30. Work in the river is allowed from May to September only, \
and anglers and residents of the east bank must be consulted.";
const SOFTWARE: &str = "Build an app with which the 40 volunteers of a food bank in Lyon, France, sign up \
for shifts. Today they use paper lists and phone calls, and one shift in six stays empty. Budget: \
EUR 25,000. Start in January 2027 and be in daily use by 2027-06-01. Personal data must stay in the EU, \
and half of the volunteers are older than 65.";

/// Every file of a draft without a model.
async fn draft(prompt: &str, mode: Mode) -> std::collections::BTreeMap<String, Vec<u8>> {
    let stages = Stages::built_in().unwrap();
    let checkpoints = MemoryCheckpoints::default();
    let ended = run(&stages, &Author::Offline, &spec(prompt, mode), &checkpoints).await;
    assert_eq!(ended, Ended::Completed, "{prompt}");
    files(&checkpoints).await
}

fn read(files: &std::collections::BTreeMap<String, Vec<u8>>) -> Plan {
    let files = files
        .iter()
        .map(|(name, bytes)| (name.as_str(), bytes.as_slice()));
    let zip = bundle::pack(files).unwrap();
    plan::read_zip(&zip, "draft.zip").unwrap()
}

/// Novelty against the example plans of this repository, each a family of its own.
fn novelty(plan: &Plan) -> Kpi {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/plans");
    let mut corpus = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|end| end == "json") {
            let example = plan::read_json(&std::fs::read(&path).unwrap(), "example.json").unwrap();
            corpus.push(vector(&example));
        }
    }
    let families = || corpus.iter().map(Vec::as_slice).enumerate();
    let snapshot = Snapshot::freeze(families()).unwrap();
    kpi::novelty(&vector(plan), families(), &snapshot)
}

fn vector(plan: &Plan) -> Vec<f32> {
    HashedNgrams::default().vector(&plan::card(plan).canonical_text())
}

#[tokio::test]
async fn a_generated_plan_is_read_without_warnings_and_all_five_kpis_are_known() {
    for (prompt, mode) in [
        (BRIDGE, Mode::All),
        (PROMPT, Mode::All),
        (SOFTWARE, Mode::All),
        (BRIDGE, Mode::Fast),
    ] {
        let files = draft(prompt, mode).await;
        let plan = read(&files);
        assert_eq!(plan.warnings, [], "{mode}: {prompt}");
        let novelty = novelty(&plan);
        let kpis = Kpis::extract(&plan, novelty, None, None);
        for (name, kpi) in kpis.iter() {
            eprintln!("{mode} {name}: {:?} {:?}", kpi.value, kpi.flags);
            let why = kpi.unknown_reason.as_deref();
            assert!(
                kpi.value.is_some(),
                "{name} of {prompt:.40}… ({mode}): {why:?}"
            );
        }
        let technical = &kpis.technical_completeness;
        for flag in [
            Flag::DependencyCycle,
            Flag::TemplatedExplanations,
            Flag::NearDuplicateTasks,
        ] {
            assert!(
                !technical.flags.contains(&flag),
                "{flag:?}: {}",
                technical.detail
            );
        }
        let least = if mode == Mode::All { 0.8 } else { 0.6 };
        assert!(technical.value > Some(least), "{}", technical.detail);
    }
}

/// What the sums of a draft come to is checked by the stage that checks them for everybody.
#[tokio::test]
async fn the_sums_of_a_draft_are_right() {
    let files = draft(BRIDGE, Mode::All).await;
    let report: Value = serde_json::from_slice(&files["arithmetic_check.json"]).unwrap();
    let wrong: Vec<&Value> = report["calculations"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|found| found["right"] == false)
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(report["right"].as_u64() > Some(40), "{report:#}");
    let shown = String::from_utf8_lossy(&files["report.md"]);
    assert!(
        !shown.contains("Not part of this plan"),
        "the report has every part"
    );
}

/// The money and the time of the prompt hold the draft.
#[tokio::test]
async fn a_draft_keeps_to_the_money_and_the_time_of_the_prompt() {
    let files = draft(BRIDGE, Mode::All).await;
    let costs: Value = serde_json::from_slice(&files["cost_breakdown.json"]).unwrap();
    assert_eq!(costs["currency"], "GBP");
    assert!(
        costs["total_with_contingency"].as_f64() <= Some(1_800_000.0),
        "{costs:#}"
    );
    assert!(costs["stated_total"].as_f64() >= Some(900_000.0));
    assert_eq!(costs["uncosted_tasks"], serde_json::json!([]));
    let schedule: Value = serde_json::from_slice(&files["schedule.json"]).unwrap();
    assert!(
        schedule["finish_date"].as_str() < Some("2028-06-30"),
        "{}",
        schedule["finish_date"]
    );
    assert!(schedule["total_days"].as_u64() < schedule["sequential_days"].as_u64());
    assert_eq!(schedule["without_estimate"], serde_json::json!([]));
}

/// Without money, place or date, with markup and template syntax, and as long as prompts get.
#[tokio::test]
async fn a_draft_of_a_bare_or_odd_prompt_is_read_without_warnings_too() {
    let long =
        "Renovate the <b>town library</b> with {{ shelves }} & \"reading\" garden 🌿. ".repeat(70);
    for prompt in ["Write and publish a cookbook about soups.", &long] {
        let plan = read(&draft(prompt, Mode::Fast).await);
        assert_eq!(plan.warnings, [], "{prompt:.60}");
        let technical = kpi::technical_completeness(&plan);
        assert!(technical.value > Some(0.6), "{}", technical.detail);
        let impact = kpi::impact_estimate(&plan, None);
        assert!(impact.value.is_some(), "{:?}", impact.unknown_reason);
    }
}
