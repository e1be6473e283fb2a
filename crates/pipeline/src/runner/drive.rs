//! One stage from its turn to its end: is it up to date, else work, then write.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use queue::Stop;
use serde_json::Value;
use tracing::{info, warn};

use super::Runner;
use super::fresh::Ledger;
use crate::author::{Fault, broken_stage};
use crate::checkpoints::OutputRecord;
use crate::failure::{FailureReason, RunFailure};
use crate::stage::{Gate, GateReason, Work};
use crate::{Facts, Graph, Stage, StageRecord, StageState, artifacts};

/// What all stages of one run share.
pub(super) struct Drive<'a> {
    pub(super) runner: &'a Runner<'a>,
    pub(super) graph: &'a Graph,
    pub(super) facts: &'a Facts,
    /// No call begins any more.
    pub(super) halt: &'a Stop,
    /// Seconds from the start of a stage to the end of the run, by position.
    remaining: Vec<f64>,
}

/// A stage whose inputs are there; the longest remaining path is the greatest.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ready {
    pub(super) at: usize,
    urgency: f64,
}

/// What a stage's work came to.
pub(super) struct Made {
    pub(super) record: StageRecord,
    pub(super) outputs: Vec<(String, Vec<u8>)>,
    /// Of a gate that closed.
    pub(super) closed: Option<RunFailure>,
}

impl<'a> Drive<'a> {
    pub(super) fn new(
        runner: &'a Runner<'a>,
        graph: &'a Graph,
        facts: &'a Facts,
        halt: &'a Stop,
    ) -> Self {
        let seconds = crate::progress::nominal_seconds(runner.stages, graph);
        Self {
            runner,
            graph,
            facts,
            halt,
            remaining: graph.remaining(&seconds),
        }
    }

    pub(super) fn ready(&self, at: usize) -> Ready {
        Ready {
            at,
            urgency: self.remaining[at],
        }
    }

    pub(super) fn urgency(&self, stage: &Stage) -> f64 {
        let at = self.graph.position(&stage.id);
        at.map_or(0.0, |at| self.remaining[at])
    }

    /// Does one stage, unless it is up to date.
    pub(super) async fn stage(&self, at: usize) -> Result<(), Fault> {
        let id = &self.graph.nodes()[at].stage;
        let Some(stage) = self.runner.stages.get(id) else {
            return Ok(());
        };
        let result = self.undisturbed(stage).await;
        if let Err(Fault::Failed(failure)) = &result {
            // A gate that closed is done: its answer is what the run ends with.
            if failure.stage.as_ref() == Some(id) && !is_verdict(failure) {
                warn!(plan.id = %self.runner.spec.plan_id, stage = id, reason = %failure.reason, "a stage failed");
                let now = self.runner.clock.now();
                self.runner
                    .checkpoints
                    .fail(id, &failure.message, now)
                    .await?;
            }
        }
        result
    }

    async fn undisturbed(&self, stage: &Stage) -> Result<(), Fault> {
        let records = self.runner.checkpoints.records().await?;
        let records: BTreeMap<String, StageRecord> = records
            .into_iter()
            .map(|record| (record.stage.clone(), record))
            .collect();
        let files = self.runner.checkpoints.files().await?;
        let ledger = Ledger {
            graph: self.graph,
            mode: self.runner.spec.mode,
            epoch: self.runner.spec.epoch,
            records: &records,
            files: &files,
        };
        if ledger.is_fresh(stage) {
            return self.still_open(stage).await;
        }
        let inputs_hash = ledger.inputs_hash(stage);
        let mut made = match &stage.work {
            Work::Code(name) => self.compute(stage, name, &ledger).await?,
            Work::Model(prompt) => {
                // What decided about freshness is not needed while the models think.
                drop((records, files));
                self.ask(stage, prompt).await?
            }
        };
        made.record.inputs_hash = inputs_hash;
        self.keep(made).await
    }

    async fn keep(&self, mut made: Made) -> Result<(), Fault> {
        let outputs = made.outputs.iter();
        made.record.outputs = outputs
            .map(|(file, bytes)| OutputRecord {
                file: file.clone(),
                sha256: artifacts::digest(bytes).to_string(),
            })
            .collect();
        made.record.state = StageState::Done;
        made.record.finished_at = Some(self.runner.clock.now());
        let checkpoints = self.runner.checkpoints;
        checkpoints.finish(&made.record, &made.outputs).await?;
        info!(plan.id = %self.runner.spec.plan_id, stage = made.record.stage, calls = made.record.calls_done, "a stage is done");
        made.closed
            .map_or(Ok(()), |failure| Err(Fault::Failed(failure)))
    }

    /// A gate that closed once stays closed.
    async fn still_open(&self, stage: &Stage) -> Result<(), Fault> {
        let Some(gate) = stage.gate() else {
            return Ok(());
        };
        let whole = |output: &&crate::stage::Output| output.pick.is_none() && !output.markdown;
        let Some(output) = stage.outputs.iter().find(whole) else {
            return Err(broken_stage(
                stage,
                "a gate must write its whole answer to a file",
            ));
        };
        let bytes = self.runner.checkpoints.read(&output.file).await?;
        let answer: Value = serde_json::from_slice(&bytes.unwrap_or_default())
            .map_err(|error| broken_stage(stage, &format!("{}: {error}", output.file)))?;
        verdict(stage, gate, &answer).map_or(Ok(()), |failure| Err(Fault::Failed(failure)))
    }
}

/// The failure that a gate's answer means, if it closes the gate.
pub(super) fn verdict(stage: &Stage, gate: &Gate, answer: &Value) -> Option<RunFailure> {
    let said = answer.pointer(&gate.pointer).and_then(Value::as_str)?;
    if gate.stop.iter().all(|stop| stop != said) {
        return None;
    }
    let words = gate
        .message
        .as_ref()
        .and_then(|pointer| answer.pointer(pointer));
    let words = words
        .and_then(Value::as_str)
        .map(|text| crate::facts::shortened(text, 600));
    let reason = match gate.reason {
        GateReason::Refused => FailureReason::Refused,
        GateReason::UnderSpecified => FailureReason::UnderSpecified,
    };
    Some(RunFailure {
        reason,
        stage: Some(stage.id.clone()),
        message: words
            .unwrap_or_else(|| format!("{} ended the run with the verdict {said}", stage.title)),
        recoverable: false,
    })
}

fn is_verdict(failure: &RunFailure) -> bool {
    let by_gate = matches!(
        failure.reason,
        FailureReason::Refused | FailureReason::UnderSpecified
    );
    by_gate && !failure.recoverable
}

impl Ord for Ready {
    fn cmp(&self, other: &Self) -> Ordering {
        let urgency = self.urgency.total_cmp(&other.urgency);
        urgency.then(other.at.cmp(&self.at))
    }
}

impl PartialOrd for Ready {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Ready {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Ready {}
