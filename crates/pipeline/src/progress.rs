//! How far a run is, and how long it will take: by critical path, since that is what nobody can wait
//! less than.
//!
//! Pure: from the graph, the records of the stages, and the time. Nominal seconds come from what a
//! stage may write; what was observed in the run scales them.

use chrono::{DateTime, Utc};

use crate::service::Progress;
use crate::stage::{Each, Work};
use crate::{Graph, Mode, Stage, StageRecord, StageState, Stages};

/// What a function takes.
const CODE_SECONDS: f64 = 0.05;
/// Before a model begins to write.
const FIRST_WORD_SECONDS: f64 = 2.0;
/// A hosted model writes about 80 tokens a second, and an answer is a third of what it may be.
const BOUND_TOKENS_PER_SECOND: f64 = 240.0;
/// Items of a fan-out that isn't begun: a plan has five phases with six tasks each, or so.
const ITEMS_IN_BRIEF: u32 = 4;
const ITEMS: u32 = 6;

/// What is known of a run at one moment.
#[derive(Debug, Clone, Copy)]
pub struct Sighting<'a> {
    pub graph: &'a Graph,
    pub mode: Mode,
    pub records: &'a [StageRecord],
    pub now: DateTime<Utc>,
    /// Calls at once.
    pub concurrency: usize,
}

/// How far a run is, and the seconds that it will still take.
#[derive(Debug, Clone, PartialEq)]
pub struct Outlook {
    pub progress: Progress,
    pub eta_secs: u32,
}

/// Calls that a stage is expected to make.
pub fn expected_calls(stage: &Stage, mode: Mode) -> u32 {
    let Work::Model(prompt) = &stage.work else {
        return 0;
    };
    prompt
        .each
        .as_ref()
        .map_or(1, |each| expected_batches(each, mode))
}

fn expected_batches(each: &Each, mode: Mode) -> u32 {
    let items = if mode.is_brief() {
        ITEMS_IN_BRIEF
    } else {
        ITEMS
    };
    let nested = each.path.matches('*').count().saturating_sub(1);
    let items = items.saturating_mul(items.saturating_pow(u32::try_from(nested).unwrap_or(8)));
    let batches = items.div_ceil(u32::try_from(each.batch).unwrap_or(u32::MAX).max(1));
    let limit = each
        .limit
        .get(&mode)
        .copied()
        .and_then(|limit| u32::try_from(limit).ok());
    limit.map_or(batches, |limit| batches.min(limit))
}

/// What one call of a stage takes, before anything was observed.
pub fn nominal_call_seconds(stage: &Stage) -> f64 {
    match &stage.work {
        Work::Code(_) => CODE_SECONDS,
        Work::Model(prompt) => {
            let tokens = prompt.tier.tokens(prompt.max_output_tokens);
            FIRST_WORD_SECONDS + f64::from(tokens) / BOUND_TOKENS_PER_SECOND
        }
    }
}

/// What each stage of a graph takes, by position, with all its calls at once.
pub(crate) fn nominal_seconds(stages: &Stages, graph: &Graph) -> Vec<f64> {
    let each = graph.nodes().iter();
    each.map(|node| stages.get(&node.stage).map_or(0.0, nominal_call_seconds))
        .collect()
}

/// How far the run is.
pub fn outlook(stages: &Stages, sighting: &Sighting<'_>) -> Outlook {
    let nominal = nominal_seconds(stages, sighting.graph);
    let rows: Vec<Row<'_>> = rows(stages, sighting, &nominal);
    let left: Vec<f64> = rows
        .iter()
        .map(|row| row.nominal * (1.0 - row.share_done))
        .collect();
    let total = sighting.graph.critical_path(&nominal).seconds;
    let ahead = sighting.graph.critical_path(&left).seconds;
    let fraction = if total > 0.0 {
        1.0 - ahead / total
    } else {
        0.0
    };
    let done = rows.iter().filter(|row| row.share_done >= 1.0).count();
    let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    let all_done = done == rows.len();
    let progress = Progress {
        fraction: if all_done {
            1.0
        } else {
            fraction.clamp(0.0, 0.99)
        },
        stages_done: count(done),
        stages_total: count(rows.len()),
        calls_done: rows.iter().map(|row| row.calls_done).sum(),
        calls_expected: rows.iter().map(|row| row.calls).sum(),
        current: rows
            .iter()
            .filter(|row| row.running)
            .map(|row| row.title.to_owned())
            .collect(),
    };
    Outlook {
        progress,
        eta_secs: if all_done {
            0
        } else {
            eta(&rows, &left, ahead, sighting)
        },
    }
}

/// One stage as it stands.
struct Row<'a> {
    title: &'a str,
    nominal: f64,
    calls: u32,
    calls_done: u32,
    share_done: f64,
    running: bool,
    /// Seconds that it took, once done.
    took: Option<f64>,
}

fn rows<'a>(stages: &'a Stages, sighting: &Sighting<'_>, nominal: &[f64]) -> Vec<Row<'a>> {
    let nodes = sighting.graph.nodes().iter().zip(nominal);
    nodes
        .filter_map(|(node, nominal)| {
            let stage = stages.get(&node.stage)?;
            let record = sighting
                .records
                .iter()
                .find(|record| record.stage == stage.id);
            Some(row(stage, record, *nominal, sighting))
        })
        .collect()
}

fn row<'a>(
    stage: &'a Stage,
    record: Option<&StageRecord>,
    nominal: f64,
    sighting: &Sighting<'_>,
) -> Row<'a> {
    let state = record.map_or(StageState::Waiting, |record| record.state);
    let begun = record.filter(|_| matches!(state, StageState::Running | StageState::Done));
    let calls = begun.map_or_else(|| expected_calls(stage, sighting.mode), |r| r.calls_total);
    let calls_done = begun.map_or(0, |record| record.calls_done);
    let share_done = match state {
        StageState::Done | StageState::Skipped => 1.0,
        // A call that is nearly there looks like one that has begun.
        StageState::Running => f64::from(calls_done) / f64::from(calls.max(1)) * 0.95,
        StageState::Waiting | StageState::Failed | StageState::Stale => 0.0,
    };
    let took = record
        .filter(|_| state == StageState::Done && calls_done > 0)
        .and_then(|record| {
            let span = record.finished_at? - record.started_at?;
            Some(span.as_seconds_f64().max(0.0))
        });
    Row {
        title: &stage.title,
        nominal,
        calls,
        calls_done,
        share_done,
        running: state == StageState::Running,
        took,
    }
}

/// The longer of two ways: the critical path, and all calls that are left through the slots there
/// are; both scaled by what stages have taken so far.
fn eta(rows: &[Row<'_>], left: &[f64], ahead: f64, sighting: &Sighting<'_>) -> u32 {
    let observed: f64 = rows.iter().filter_map(|row| row.took).sum();
    let expected: f64 = rows
        .iter()
        .filter(|row| row.took.is_some())
        .map(|row| row.nominal)
        .sum();
    let pace = if expected > 0.0 && observed > 0.0 {
        observed / expected
    } else {
        1.0
    };
    let calls: f64 = rows
        .iter()
        .zip(left)
        .map(|(row, left)| left * f64::from(row.calls))
        .sum();
    let through_slots = calls / (sighting.concurrency.max(1) as f64);
    let seconds = (ahead.max(through_slots) * pace).ceil().clamp(1.0, 1e9);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "clamped above to what fits"
    )]
    let seconds = seconds as u32;
    seconds
}

#[cfg(test)]
mod tests;
