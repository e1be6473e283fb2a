use std::fmt::Write;

use pipeline::Mode;
use pipeline::failure::RunFailure;
use pipeline::service::{Progress, RunCost};
use store::{AccountId, PlanId, Visibility};

use super::*;
use crate::mcp::schema::structured;

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_000_000 + seconds, 0).unwrap()
}

fn status(state: RunState) -> RunStatus {
    RunStatus {
        plan_id: PlanId(uuid::Uuid::from_u128(7)),
        owner_id: AccountId(uuid::Uuid::from_u128(8)),
        title: "Night buses".to_owned(),
        prompt: "…".to_owned(),
        prompt_excerpt: "…".to_owned(),
        mode: Mode::All,
        profile: "offline".to_owned(),
        start_date: at(0).date_naive(),
        visibility: Visibility::Public,
        state,
        failure: None,
        stop_requested: false,
        resume_count: 0,
        attempt: 1,
        progress: Progress {
            fraction: 0.4217,
            stages_done: 31,
            stages_total: 73,
            calls_done: 44,
            calls_expected: 110,
            current: vec!["Durations".to_owned()],
        },
        created_at: at(0),
        started_at: Some(at(2)),
        finished_at: state.is_final().then(|| at(90)),
        last_progress_at: at(80),
        elapsed_secs: 88,
        eta_secs: Some(120),
        cost: RunCost {
            spent_nano_usd: 123_456_789,
            estimated_nano_usd: 300_000_000,
            cap_nano_usd: None,
        },
        stages: Vec::new(),
        files_count: 52,
        ranked_plan_id: None,
        ranking_note: None,
        revision: 80,
        offline: false,
    }
}

fn failed(reason: FailureReason, recoverable: bool) -> RunStatus {
    RunStatus {
        failure: Some(RunFailure {
            reason,
            stage: Some("estimate_durations".to_owned()),
            message: "what happened, and what to do".to_owned(),
            recoverable,
        }),
        ..status(RunState::Failed)
    }
}

#[test]
fn every_state_has_one_obvious_next_step() {
    let cases = [
        status(RunState::Pending),
        status(RunState::Processing),
        status(RunState::Completed),
        status(RunState::Stopped),
        status(RunState::Stalled),
        failed(FailureReason::ModelFailed, true),
        failed(FailureReason::Refused, false),
        failed(FailureReason::UnderSpecified, false),
        failed(FailureReason::Internal, false),
    ];
    let mut told = String::new();
    for case in cases {
        let (tool, step) = next(&case);
        let why = case.failure.map_or("", |failure| failure.reason.as_str());
        writeln!(told, "{} {why} -> {tool}: {step}", case.state).unwrap();
    }
    insta::assert_snapshot!("next_steps", told);
}

#[test]
fn a_refused_prompt_is_told_what_it_lacks_and_shown_examples() {
    let fault = refused(&["no budget".to_owned(), "no place".to_owned()]);
    assert_eq!(fault.code, "PROMPT_REFUSED");
    assert_eq!(fault.expected.as_deref(), Some("no budget; no place"));
    assert_eq!(fault.next_tool, Some("example_prompts"));
}

#[test]
fn each_state_in_full() {
    let show =
        |status: &RunStatus| serde_json::to_string_pretty(&structured(&Run::of(status))).unwrap();
    insta::assert_snapshot!("processing", show(&status(RunState::Processing)));
    insta::assert_snapshot!("completed", show(&status(RunState::Completed)));
    insta::assert_snapshot!("stopped", show(&status(RunState::Stopped)));
    insta::assert_snapshot!("stalled", show(&status(RunState::Stalled)));
    insta::assert_snapshot!("failed", show(&failed(FailureReason::ModelFailed, true)));
}
