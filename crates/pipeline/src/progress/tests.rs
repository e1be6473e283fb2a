use std::collections::BTreeMap;

use chrono::TimeDelta;

use super::*;

/// A chain a → b → d with c beside b; b is a fan-out.
fn stages() -> Stages {
    let stage = |inputs: &str, file: &str, extra: &str| {
        format!(
            "---\ntitle: Stage {file}\nphase: planning\ninputs: [{inputs}]\noutputs: [{file}]\n\
             max_output_tokens: 1920\n{extra}schema: {{type: array}}\n---\n# System\nx\n# User\ny\n# Offline\n[]\n"
        )
    };
    let files = [
        ("_system", "rules".to_owned()),
        ("a", stage("", "a.json", "")),
        (
            "b",
            stage(
                "a.json",
                "b.json",
                "each: {from: a.json, path: \"*\", batch: 1}\n",
            ),
        ),
        ("c", stage("a.json", "c.json", "")),
        ("d", stage("b.json, c.json", "d.json", "")),
    ];
    let files = files.map(|(id, text)| (id.to_owned(), text.into_bytes()));
    Stages::of_files(BTreeMap::from(files)).unwrap()
}

fn record(stage: &str, state: StageState, calls: (u32, u32), seconds: i64) -> StageRecord {
    StageRecord {
        stage: stage.to_owned(),
        state,
        calls_done: calls.0,
        calls_total: calls.1,
        started_at: Some(DateTime::UNIX_EPOCH),
        finished_at: Some(DateTime::UNIX_EPOCH + TimeDelta::seconds(seconds)),
        ..StageRecord::default()
    }
}

fn seen(records: &[StageRecord]) -> Outlook {
    let stages = stages();
    let sighting = Sighting {
        graph: &stages.graph(Mode::All).unwrap(),
        mode: Mode::All,
        records,
        now: DateTime::UNIX_EPOCH,
        concurrency: 16,
    };
    outlook(&stages, &sighting)
}

#[test]
fn progress_grows_with_what_is_done_and_ends_at_one() {
    use StageState::{Done, Running};
    let a = record("a", Done, (1, 1), 10);
    let b = record("b", Done, (4, 4), 10);
    let c = record("c", Done, (1, 1), 10);
    let d = record("d", Done, (1, 1), 10);
    let moments: [Vec<StageRecord>; 6] = [
        vec![],
        vec![a.clone()],
        vec![a.clone(), record("b", Running, (1, 4), 0)],
        vec![a.clone(), b.clone()],
        vec![a.clone(), b.clone(), c.clone()],
        vec![a, b, c, d],
    ];
    let fractions: Vec<f64> = moments
        .iter()
        .map(|records| seen(records).progress.fraction)
        .collect();
    assert!(fractions.is_sorted(), "{fractions:?}");
    assert!(
        fractions[0].abs() < 1e-9 && (fractions[5] - 1.0).abs() < 1e-9,
        "{fractions:?}"
    );
    assert_eq!(seen(&moments[5]).eta_secs, 0);
    let running = seen(&moments[2]).progress;
    assert_eq!(running.current, ["Stage b.json"]);
    assert_eq!((running.stages_done, running.stages_total), (1, 4));
    assert_eq!(
        (running.calls_done, running.calls_expected),
        (2, 1 + 4 + 1 + 1)
    );
}

#[test]
fn the_time_left_follows_what_stages_took_so_far() {
    let nominal = 10;
    let on_time = seen(&[record("a", StageState::Done, (1, 1), nominal)]);
    let slow = seen(&[record("a", StageState::Done, (1, 1), 3 * nominal)]);
    assert_eq!(on_time.eta_secs, 20);
    assert_eq!(slow.eta_secs, 60);
    assert_eq!(seen(&[]).eta_secs, 30);
}

#[test]
fn a_stage_that_went_stale_counts_as_not_done() {
    let stale = seen(&[record("a", StageState::Stale, (1, 1), 10)]);
    assert!(stale.progress.fraction.abs() < 1e-9);
    assert_eq!(stale.progress.stages_done, 0);
}
