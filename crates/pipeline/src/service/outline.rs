//! A run against the graph of its stages: its stages in order, how far it is, what it will take.
//! Pure.

use std::collections::{BTreeMap, BTreeSet};

use llm::{Client, ModelSpec};
use store::ArtifactRow;

use super::types::{Estimate, StageStatus};
use super::{PipelineError, PipelineSettings};
use crate::checkpoints::{StageRecord, StageState, stored};
use crate::profiles::Offer;
use crate::progress::{self, Outlook, Sighting};
use crate::{Graph, Mode, Stage, Stages, runner};

/// Tokens that a call reads, and what part of the allowed answer it writes.
const INPUT_TOKENS: u64 = 9_000;
const OUTPUT_SHARE: u64 = 3;
/// What a draft without a model takes.
const OFFLINE_SECONDS: u32 = 3;

/// Every stage of a run, in an order in which they can run; `stale` ones are shown as such.
pub(super) fn stages(
    stages: &Stages,
    graph: &Graph,
    mode: Mode,
    records: &[StageRecord],
    stale: &[String],
) -> Vec<StageStatus> {
    let records: BTreeMap<&str, &StageRecord> = records
        .iter()
        .map(|record| (record.stage.as_str(), record))
        .collect();
    let stale: BTreeSet<&str> = stale.iter().map(String::as_str).collect();
    let nodes = graph.nodes().iter();
    let known = nodes.filter_map(|node| stages.get(&node.stage));
    let status = known.map(|stage| {
        let record = records.get(stage.id.as_str()).copied();
        let mut status = status(stage, graph, mode, record);
        if status.state == StageState::Done && stale.contains(stage.id.as_str()) {
            status.state = StageState::Stale;
        }
        status
    });
    status.collect()
}

fn status(stage: &Stage, graph: &Graph, mode: Mode, record: Option<&StageRecord>) -> StageStatus {
    let begun = record.filter(|record| record.state != StageState::Waiting);
    let record = record.cloned().unwrap_or_default();
    StageStatus {
        id: stage.id.clone(),
        title: stage.title.clone(),
        phase: stage.phase.title().to_owned(),
        state: record.state,
        calls_done: record.calls_done,
        calls_total: begun.map_or_else(
            || progress::expected_calls(stage, mode),
            |record| record.calls_total,
        ),
        cost_nano_usd: record.cost_nano_usd,
        model: record.model,
        started_at: record.started_at,
        finished_at: record.finished_at,
        error: record.error,
        needs: graph.needs(&stage.id).map(str::to_owned).collect(),
        outputs: stage.outputs.iter().map(|out| out.file.clone()).collect(),
    }
}

/// How far a run is, stale stages counted as still to be done.
pub(super) fn outlook(
    settings: &PipelineSettings,
    graph: &Graph,
    mode: Mode,
    records: Vec<StageRecord>,
    stale: &[String],
    now: chrono::DateTime<chrono::Utc>,
) -> Outlook {
    let mut records = records;
    for record in &mut records {
        if record.state == StageState::Done && stale.contains(&record.stage) {
            record.state = StageState::Stale;
        }
    }
    let sighting = Sighting {
        graph,
        mode,
        records: &records,
        now,
        concurrency: settings.concurrency,
    };
    progress::outlook(&settings.stages, &sighting)
}

/// What a run takes, from its graph and the prices of its first model.
pub(super) fn estimate(
    settings: &PipelineSettings,
    offer: &Offer,
    mode: Mode,
) -> Result<Estimate, PipelineError> {
    let model = offer.client.as_ref().and_then(|c| Client::models(c).next());
    let Some(model) = model else {
        return Ok(Estimate {
            seconds: OFFLINE_SECONDS,
            ..Estimate::default()
        });
    };
    let stages = &settings.stages;
    let graph = graph(stages, mode)?;
    let calls = stages
        .of_mode(mode)
        .map(|stage| progress::expected_calls(stage, mode));
    Ok(Estimate {
        calls: calls.sum(),
        cost_nano_usd: cost(stages, mode, model),
        seconds: outlook(
            settings,
            &graph,
            mode,
            Vec::new(),
            &[],
            chrono::DateTime::UNIX_EPOCH,
        )
        .eta_secs,
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
        let calls = progress::expected_calls(stage, mode);
        (pico / 1_000).saturating_mul(u64::from(calls))
    };
    let sum = stages.of_mode(mode).map(of_stage);
    i64::try_from(sum.fold(0, u64::saturating_add)).unwrap_or(i64::MAX)
}

/// Ids of the stages that would run again, or might.
pub(super) fn stale(
    stages: &Stages,
    mode: Mode,
    attempt: i64,
    records: &[StageRecord],
    files: Vec<ArtifactRow>,
) -> Result<Vec<String>, PipelineError> {
    let files: Vec<_> = files.into_iter().map(stored::info).collect();
    let attempt = u32::try_from(attempt).unwrap_or(u32::MAX);
    runner::stale(stages, mode, attempt, records, &files).map_err(|error| broken(&error))
}

/// Whether a file decides about whether the plan may be made, or is made from all the others.
pub(super) fn is_for_stages_only(
    stages: &Stages,
    mode: Mode,
    file: &str,
) -> Result<bool, PipelineError> {
    let graph = graph(stages, mode)?;
    let writer = graph.writer(file).and_then(|id| stages.get(id));
    Ok(writer.is_some_and(|stage| stage.gate().is_some() || stage.reads_all()))
}

pub(super) fn graph(stages: &Stages, mode: Mode) -> Result<Graph, PipelineError> {
    stages.graph(mode).map_err(|error| broken(&error))
}

fn broken(error: &crate::StageError) -> PipelineError {
    PipelineError::PipelineVersionMismatch {
        why: error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::is_for_stages_only;
    use crate::{Mode, Stages};

    #[test]
    fn what_decides_and_what_is_made_from_all_files_is_no_hands_to_write() {
        let stages = Stages::built_in().expect("the stages are sound");
        for (file, expected) in [
            ("report.md", true),
            ("redline_gate.json", true),
            ("project_plan.md", false),
            ("wbs_level2.json", false),
        ] {
            let found = is_for_stages_only(&stages, Mode::All, file).expect("there is a graph");
            assert_eq!(found, expected, "{file}");
        }
    }
}
