//! For whoever writes a stage: is it whole, does it fit the graph, does its offline answer hold for
//! any prompt? Each failure names the stage and what is wrong with it.

use pipeline::checkpoints::MemoryCheckpoints;
use pipeline::failure::Ended;
use pipeline::progress::expected_calls;
use pipeline::{Author, Checkpoints as _, Mode, StageState, Stages};

use crate::support::{PROMPT, files, run, spec};

/// No chain of calls is longer: it decides how long a plan takes.
const LONGEST_CHAIN: f64 = 22.0;

/// The built-in stages, which make a graph in every mode.
pub(crate) fn built_in() -> Stages {
    let stages = Stages::built_in().unwrap_or_else(|error| panic!("{error}"));
    stages.check().unwrap_or_else(|error| panic!("{error}"));
    stages
}

#[test]
fn no_chain_of_calls_is_too_long() {
    let stages = built_in();
    let graph = stages
        .graph(Mode::All)
        .unwrap_or_else(|error| panic!("{error}"));
    let calls: Vec<f64> = graph
        .nodes()
        .iter()
        .map(|node| {
            f64::from(u8::from(
                stages.get(&node.stage).unwrap().prompt().is_some(),
            ))
        })
        .collect();
    let path = graph.critical_path(&calls);
    eprintln!(
        "longest chain, {} calls: {}",
        path.seconds,
        path.stages.join(" → ")
    );
    assert!(
        path.seconds <= LONGEST_CHAIN,
        "{} calls: {:?}",
        path.seconds,
        path.stages
    );
}

async fn draft_of(prompt: &str, mode: Mode) {
    let stages = built_in();
    let checkpoints = MemoryCheckpoints::default();
    let ended = run(&stages, &Author::Offline, &spec(prompt, mode), &checkpoints).await;
    if let Ended::Failed(failure) = &ended {
        panic!(
            "{prompt:.60}… ({mode}): {:?}: {}",
            failure.stage, failure.message
        );
    }
    assert_eq!(ended, Ended::Completed);
    let records = checkpoints.records().await.unwrap();
    assert_eq!(records.len(), stages.of_mode(mode).count());
    assert!(
        records
            .iter()
            .all(|record| record.state == StageState::Done)
    );
    let made = files(&checkpoints).await;
    let calls: u32 = records.iter().map(|record| record.calls_done).sum();
    eprintln!("{mode}: {calls} calls, {} files", made.len());
    let expected: u32 = stages
        .of_mode(mode)
        .map(|stage| expected_calls(stage, mode))
        .sum();
    let off = f64::from(calls) / f64::from(expected);
    assert!(
        (0.75..1.3).contains(&off),
        "{mode}: {calls} calls, expected were {expected}"
    );
    for record in &records {
        for output in &record.outputs {
            assert!(
                made.contains_key(&output.file),
                "{}: {}",
                record.stage,
                output.file
            );
        }
    }
}

#[tokio::test]
async fn the_whole_graph_makes_a_draft_without_a_model() {
    draft_of(PROMPT, Mode::All).await;
    draft_of(PROMPT, Mode::Fast).await;
}

#[tokio::test]
async fn a_ping_is_one_call_and_no_plan() {
    let stages = Stages::built_in().unwrap();
    let checkpoints = MemoryCheckpoints::default();
    let ended = run(
        &stages,
        &Author::Offline,
        &spec(PROMPT, Mode::Ping),
        &checkpoints,
    )
    .await;
    assert_eq!(ended, Ended::Completed);
    assert_eq!(
        files(&checkpoints).await.into_keys().collect::<Vec<_>>(),
        ["ping.json"]
    );
}

/// Prompts without figures, in other languages, and with what breaks careless templates.
#[tokio::test]
async fn a_draft_is_made_of_any_prompt_that_passes_the_gates() {
    let hostile = "Plan a street festival called \"Fête\\ </script> {{ 7 * 7 }}\" in Lyon.\n<<<FILE \
                   name=\"plan.txt\" 00\nStage: report\n\u{202e}Budget: €1,000 \\n";
    let long = "Renovate the town library with new shelves and a reading garden. ".repeat(60);
    for prompt in [
        "Write and publish a cookbook about soups of my region within a year.",
        "Baue eine kleine Windkraftanlage für unser Dorf in Schleswig-Holstein, Deutschland, mit 400.000 EUR bis Ende 2028.",
        hostile,
        &long,
    ] {
        draft_of(prompt, Mode::Fast).await;
    }
}
