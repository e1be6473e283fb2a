//! Runs: how they are told to people.

use chrono::{DateTime, Utc};
use pipeline::checkpoints::StageState as Stage;
use pipeline::failure::{FailureReason, RunFailure};
use pipeline::service::{Estimate, RunState as State, RunStatus, StageStatus};

use super::capital;
use crate::pages::frame::sentence;
use crate::view::charts::StageGraph;
use crate::view::format::{Moment, NanoUsd};
use crate::view::new_plan::EstimateView;
use crate::view::run::{
    Outcome, PhaseGroup, RunCost, RunProgress, RunState, StageState, StageView, Trouble,
};

/// Of a message that is shown whole.
const MAX_ERROR_CHARS: usize = 400;

pub(in crate::pages) fn state(state: State) -> RunState {
    match state {
        State::Pending => RunState::Pending,
        State::Processing => RunState::Processing,
        State::Completed => RunState::Completed,
        State::Failed => RunState::Failed,
        State::Stopped => RunState::Stopped,
        State::Stalled => RunState::Stalled,
    }
}

fn stage_state(state: Stage) -> StageState {
    match state {
        Stage::Waiting => StageState::Waiting,
        Stage::Running => StageState::Running,
        Stage::Done => StageState::Done,
        Stage::Failed => StageState::Failed,
        Stage::Skipped => StageState::Skipped,
        Stage::Stale => StageState::Stale,
    }
}

pub(in crate::pages) fn money(nano_usd: i64) -> NanoUsd {
    NanoUsd(i128::from(nano_usd))
}

pub(in crate::pages) fn estimate(estimate: Estimate) -> EstimateView {
    EstimateView {
        calls: u64::from(estimate.calls),
        cost: money(estimate.cost_nano_usd),
        secs: u64::from(estimate.seconds),
    }
}

pub(in crate::pages) fn mode(mode: pipeline::Mode) -> &'static str {
    match mode {
        pipeline::Mode::Ping => "one call, no plan",
        pipeline::Mode::Fast => "in brief",
        pipeline::Mode::All => "in full",
    }
}

pub(in crate::pages) fn progress(run: &RunStatus) -> RunProgress {
    let progress = &run.progress;
    RunProgress {
        fraction: progress.fraction,
        stages_done: u64::from(progress.stages_done),
        stages_total: u64::from(progress.stages_total),
        calls_done: u64::from(progress.calls_done),
        calls_expected: u64::from(progress.calls_expected),
        current: progress.current.clone(),
        elapsed_secs: run.elapsed_secs,
        eta_secs: run
            .eta_secs
            .filter(|_| !run.state.is_final())
            .map(u64::from),
    }
}

pub(in crate::pages) fn cost(run: &RunStatus) -> RunCost {
    RunCost {
        spent: money(run.cost.spent_nano_usd),
        estimated: money(run.cost.estimated_nano_usd),
        cap: run.cost.cap_nano_usd.map(money),
    }
}

/// Why a run isn't going on, and the one thing that its reader can do.
pub(in crate::pages) fn outcome(run: &RunStatus, is_owner: bool) -> Option<Outcome> {
    let (heading, reason, next, link) = match (run.state, &run.failure) {
        (State::Failed, Some(failure)) => failed(run, failure),
        (State::Failed, None) => ("The plan failed", String::new(), RESUME, None),
        (State::Stopped, _) => ("The plan was stopped", STOPPED.to_owned(), RESUME, None),
        (State::Stalled, _) => ("The plan has stalled", STALLED.to_owned(), RESUME, None),
        (State::Pending | State::Processing | State::Completed, _) => return None,
    };
    let next = if is_owner { next } else { "its owner decides." };
    Some(Outcome {
        heading: heading.to_owned(),
        reason,
        next: next.to_owned(),
        link: link.filter(|_| is_owner),
    })
}

const STOPPED: &str = "Its owner stopped it. Calls that were under way were finished.";
const STALLED: &str =
    "Nothing has come of it for a while: its worker has gone, or its models answer no more.";
const RESUME: &str = "resume it below. What is finished is kept and not paid again.";

type Told = (&'static str, String, &'static str, Option<(String, String)>);

fn failed(run: &RunStatus, failure: &RunFailure) -> Told {
    let again = |text: &str| Some((format!("/plans/new?from={}", run.plan_id), text.to_owned()));
    let reason = sentence(&bounded(&failure.message));
    let (heading, next, link) = match failure.reason {
        FailureReason::Refused => (
            "The plan was refused",
            "begin with another prompt.",
            again("Change the prompt"),
        ),
        FailureReason::UnderSpecified => (
            "The prompt says too little",
            "say more, and begin anew.",
            again("Complete the prompt"),
        ),
        FailureReason::ModelFailed | FailureReason::Stalled => (
            "The models gave no usable answer",
            "resume it below, perhaps with another profile. What is finished is kept.",
            None,
        ),
        FailureReason::BudgetExhausted => (
            "The spending limit is reached",
            "resume it below with a cheaper profile, or begin anew with a higher limit.",
            again("Begin anew"),
        ),
        FailureReason::BadStage | FailureReason::Internal if failure.recoverable => {
            ("The plan failed", RESUME, None)
        }
        FailureReason::BadStage | FailureReason::Internal => (
            "The plan failed",
            "tell whoever runs this service; it is not your prompt's fault.",
            None,
        ),
    };
    (heading, reason, next, link)
}

/// Messages of models and providers may be long.
fn bounded(text: &str) -> String {
    if text.chars().count() <= MAX_ERROR_CHARS {
        return text.to_owned();
    }
    let start: String = text.chars().take(MAX_ERROR_CHARS).collect();
    format!("{start}…")
}

/// Stages by phase, in the order in which phases begin, and their graph.
pub(in crate::pages) fn stages(run: &RunStatus) -> (Vec<PhaseGroup>, StageGraph) {
    let mut names: Vec<&str> = Vec::new();
    for stage in &run.stages {
        if !names.contains(&stage.phase.as_str()) {
            names.push(&stage.phase);
        }
    }
    let of = |phase: &str| -> Vec<&StageStatus> {
        let here = run.stages.iter().filter(|stage| stage.phase == phase);
        here.collect()
    };
    let ordered: Vec<&StageStatus> = names.iter().flat_map(|name| of(name)).collect();
    let place = |id: &String| ordered.iter().position(|stage| stage.id == *id);
    let needs: Vec<Vec<usize>> = ordered
        .iter()
        .map(|stage| stage.needs.iter().filter_map(place).collect())
        .collect();
    let group = |name: &&str| PhaseGroup {
        name: capital(name),
        stages: of(name).into_iter().map(|s| stage(s, run)).collect(),
    };
    let phases: Vec<PhaseGroup> = names.iter().map(group).collect();
    let graph = StageGraph::new(&phases, &needs);
    (phases, graph)
}

fn stage(stage: &StageStatus, run: &RunStatus) -> StageView {
    let title = |id: &String| {
        let known = run.stages.iter().find(|stage| stage.id == *id);
        known.map_or_else(|| id.clone(), |stage| stage.title.clone())
    };
    StageView {
        id: stage.id.clone(),
        title: stage.title.clone(),
        state: stage_state(stage.state),
        calls_done: u64::from(stage.calls_done),
        calls_total: u64::from(stage.calls_total),
        cost: money(stage.cost_nano_usd),
        model: stage.model.clone(),
        needs: stage.needs.iter().map(title).collect(),
        outputs: if stage.finished_at.is_some() {
            stage.outputs.clone()
        } else {
            Vec::new()
        },
    }
}

/// Stages that went wrong, the latest first.
pub(in crate::pages) fn troubles(run: &RunStatus, now: DateTime<Utc>) -> Vec<Trouble> {
    let then = |stage: &StageStatus| match stage.state {
        Stage::Done | Stage::Stale => "Tried again, and done.",
        Stage::Running | Stage::Waiting if !run.state.is_final() => "Being tried again.",
        _ => "Not done.",
    };
    let told = |stage: &StageStatus| {
        stage.error.as_ref().map(|error| Trouble {
            stage: stage.title.clone(),
            error: bounded(error),
            then: then(stage).to_owned(),
            at: stage.finished_at.map(|at| Moment::new(at, now)),
        })
    };
    let mut troubles: Vec<Trouble> = run.stages.iter().filter_map(told).collect();
    troubles.sort_by_key(|trouble| std::cmp::Reverse(trouble.at.map(|moment| moment.at)));
    troubles
}
