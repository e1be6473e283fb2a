//! A run against the graph of its stages: its stages in order, progress, and what it will take.
//!
//! Time is counted along the critical path: a stage weighs the calls that it makes one after
//! another. Pure.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use llm::{Client, ModelSpec};
use store::{ArtifactRow, Generation, StageRow};

use super::types::{Estimate, Progress, StageStatus};
use super::{PipelineError, PipelineSettings};
use crate::checkpoints::{StageRecord, StageState, stored};
use crate::profiles::Offer;
use crate::stage::Work;
use crate::{Graph, Mode, Stage, Stages};

/// What one call takes, until a run knows better.
const SECONDS_PER_CALL: f64 = 12.0;
/// What a stage without a model takes, in calls.
const CODE_WEIGHT: f64 = 0.01;
/// Calls of a fan-out whose items aren't known yet.
const EXPECTED_FAN_OUT: u32 = 6;
/// Tokens that a call reads, and what part of the allowed answer it writes.
const INPUT_TOKENS: u64 = 9_000;
const OUTPUT_SHARE: u64 = 3;

/// Every stage of a run, in an order in which they can run.
pub(super) fn stages(
    stages: &Stages,
    mode: Mode,
    rows: Vec<StageRow>,
) -> Result<Vec<StageStatus>, PipelineError> {
    let graph = graph(stages, mode)?;
    let mut records = BTreeMap::new();
    for row in rows {
        let record = stored::record(row)?;
        records.insert(record.stage.clone(), record);
    }
    let nodes = graph.nodes().iter();
    let known = nodes.filter_map(|node| stages.get(&node.stage));
    let status = |stage: &Stage| status(stage, &graph, mode, records.remove(&stage.id));
    Ok(known.map(status).collect())
}

fn status(stage: &Stage, graph: &Graph, mode: Mode, record: Option<StageRecord>) -> StageStatus {
    let record = record.unwrap_or_default();
    let begun = record.calls_total > 0 || record.state == StageState::Done;
    StageStatus {
        id: stage.id.clone(),
        title: stage.title.clone(),
        phase: stage.phase.title().to_owned(),
        state: record.state,
        calls_done: record.calls_done,
        calls_total: if begun {
            record.calls_total
        } else {
            expected_calls(stage, mode)
        },
        cost_nano_usd: record.cost_nano_usd,
        model: record.model,
        started_at: record.started_at,
        finished_at: record.finished_at,
        error: record.error,
        needs: graph.needs(&stage.id).map(str::to_owned).collect(),
        outputs: stage.outputs.iter().map(|out| out.file.clone()).collect(),
    }
}

pub(super) fn mark_stale(stages: &mut [StageStatus], stale: &[String]) {
    for stage in stages {
        if stage.state == StageState::Done && stale.contains(&stage.id) {
            stage.state = StageState::Stale;
        }
    }
}

/// How far a run is, by what its critical path still takes.
pub(super) fn progress(
    of: &Stages,
    mode: Mode,
    stages: &[StageStatus],
) -> Result<Progress, PipelineError> {
    let graph = graph(of, mode)?;
    let whole: Vec<f64> = stages.iter().map(weight).collect();
    let open: Vec<f64> = stages.iter().map(open_weight).collect();
    let (all, left) = (longest(&graph, &whole), longest(&graph, &open));
    let done = |stage: &&StageStatus| matches!(stage.state, StageState::Done | StageState::Skipped);
    let running = stages.iter().filter(|s| s.state == StageState::Running);
    let count = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    Ok(Progress {
        fraction: if all > 0.0 { 1.0 - left / all } else { 0.0 },
        stages_done: count(stages.iter().filter(done).count()),
        stages_total: count(stages.len()),
        calls_done: stages.iter().map(|stage| stage.calls_done).sum(),
        calls_expected: stages.iter().map(|stage| stage.calls_total).sum(),
        current: running.map(|stage| stage.title.clone()).collect(),
    })
}

/// Seconds until the end: at the pace so far, once a tenth is done.
pub(super) fn eta(
    settings: &PipelineSettings,
    mode: Mode,
    run: &Generation,
    progress: &Progress,
    elapsed: TimeDelta,
) -> Option<u32> {
    let left = 1.0 - progress.fraction;
    let elapsed = elapsed.num_milliseconds() as f64 / 1_000.0;
    if progress.fraction >= 0.1 && run.resume_count == 0 {
        return whole(elapsed / progress.fraction * left);
    }
    let offer = settings.profiles.get(Some(&run.profile))?;
    let all = estimate(settings, offer, mode).ok()?.seconds;
    whole(f64::from(all) * left)
}

/// What a run takes, from its graph and the prices of its first model.
pub(super) fn estimate(
    settings: &PipelineSettings,
    offer: &Offer,
    mode: Mode,
) -> Result<Estimate, PipelineError> {
    let stages = stages(&settings.stages, mode, Vec::new())?;
    let calls = stages.iter().map(|stage| stage.calls_total).sum();
    let Some(model) = offer.client.as_ref().and_then(|c| Client::models(c).next()) else {
        return Ok(Estimate {
            calls: 0,
            cost_nano_usd: 0,
            seconds: 3,
        });
    };
    let graph = graph(&settings.stages, mode)?;
    let weights: Vec<f64> = stages.iter().map(weight).collect();
    let seconds = longest(&graph, &weights) * SECONDS_PER_CALL;
    Ok(Estimate {
        calls,
        cost_nano_usd: cost(&settings.stages, mode, model),
        seconds: whole(seconds).unwrap_or(0),
    })
}

fn cost(stages: &Stages, mode: Mode, model: &ModelSpec) -> i64 {
    let of_stage = |stage: &Stage| {
        let output = stage.prompt().map_or(0, |prompt| prompt.max_output_tokens);
        let output = u64::from(output) / OUTPUT_SHARE;
        let (input_price, output_price) = (model.price.input_pico_usd, model.price.output_pico_usd);
        let pico = input_price
            .saturating_mul(INPUT_TOKENS)
            .saturating_add(output_price.saturating_mul(output));
        (pico / 1_000).saturating_mul(u64::from(expected_calls(stage, mode)))
    };
    let sum = stages.of_mode(mode).map(of_stage);
    i64::try_from(sum.fold(0, u64::saturating_add)).unwrap_or(i64::MAX)
}

fn expected_calls(stage: &Stage, mode: Mode) -> u32 {
    match (&stage.work, stage.each()) {
        (Work::Code(_), _) => 0,
        (Work::Model(_), None) => 1,
        (Work::Model(_), Some(each)) => {
            let limit = each.limit.get(&mode).copied().unwrap_or(usize::MAX);
            u32::try_from(limit).map_or(EXPECTED_FAN_OUT, |limit| limit.min(EXPECTED_FAN_OUT))
        }
    }
}

fn weight(stage: &StageStatus) -> f64 {
    if stage.calls_total == 0 {
        CODE_WEIGHT
    } else {
        // The calls of a stage are made side by side; those of a large one in turns.
        1.0 + f64::from(stage.calls_total - 1) / 16.0
    }
}

fn open_weight(stage: &StageStatus) -> f64 {
    match stage.state {
        StageState::Done | StageState::Skipped => 0.0,
        StageState::Running => {
            let done = f64::from(stage.calls_done) / f64::from(stage.calls_total.max(1));
            weight(stage) * (1.0 - done).max(0.0)
        }
        StageState::Waiting | StageState::Failed | StageState::Stale => weight(stage),
    }
}

fn longest(graph: &Graph, weights: &[f64]) -> f64 {
    graph.remaining(weights).into_iter().fold(0.0, f64::max)
}

/// Whole seconds, if they are a number.
fn whole(seconds: f64) -> Option<u32> {
    let fits = seconds.is_finite() && (0.0..=f64::from(u32::MAX)).contains(&seconds);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "checked to be within range"
    )]
    fits.then(|| seconds.ceil() as u32)
}

/// Ids of the stages that would run again, or might.
pub(super) fn stale(
    stages: &Stages,
    mode: Mode,
    _attempt: i64,
    _records: &[StageRecord],
    files: &[ArtifactRow],
) -> Result<Vec<String>, PipelineError> {
    let graph = graph(stages, mode)?;
    let edited = files.iter().filter(|file| file.edited);
    let mut found: Vec<String> = edited
        .flat_map(|file| graph.descendants(&file.stage))
        .map(str::to_owned)
        .collect();
    found.sort();
    found.dedup();
    Ok(found)
}

/// Whether a file decides about whether the plan may be made.
pub(super) fn is_gate_file(stages: &Stages, mode: Mode, file: &str) -> Result<bool, PipelineError> {
    let graph = graph(stages, mode)?;
    let writer = graph.writer(file).and_then(|id| stages.get(id));
    Ok(writer.is_some_and(|stage| stage.gate().is_some()))
}

fn graph(stages: &Stages, mode: Mode) -> Result<Graph, PipelineError> {
    stages
        .graph(mode)
        .map_err(|error| PipelineError::PipelineVersionMismatch {
            why: error.to_string(),
        })
}
