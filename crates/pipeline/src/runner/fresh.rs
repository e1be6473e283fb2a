//! Which stages are up to date: the hash over all that their outputs were made from.
//!
//! Equal inputs leave a stage alone, whatever ran again before it (early cut-off). Pure.

use std::collections::{BTreeMap, BTreeSet};

use sha2::{Digest, Sha256};

use crate::{ArtifactInfo, Graph, Mode, Stage, StageError, StageRecord, StageState, Stages};

/// What decides about the freshness of stages.
#[derive(Clone, Copy)]
pub(crate) struct Ledger<'a> {
    pub(crate) graph: &'a Graph,
    pub(crate) mode: Mode,
    pub(crate) epoch: u32,
    pub(crate) records: &'a BTreeMap<String, StageRecord>,
    pub(crate) files: &'a [ArtifactInfo],
}

impl Ledger<'_> {
    /// SHA-256 in hex over the stage, the mode, the epoch, and every input as it is now.
    pub(crate) fn inputs_hash(&self, stage: &Stage) -> String {
        let mut hash = Sha256::new();
        let mut add = |part: &str| {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part);
        };
        add(&stage.hash);
        add(self.mode.as_str());
        add(&self.epoch.to_string());
        for file in self.inputs(stage) {
            add(&file.file);
            add(&file.sha256);
        }
        if stage.reads_all() {
            self.provenance(stage).iter().for_each(|line| add(line));
        }
        hex::encode(hash.finalize())
    }

    /// The files that a stage reads, those that are there, by name.
    pub(crate) fn inputs(&self, stage: &Stage) -> impl Iterator<Item = &ArtifactInfo> {
        let named: BTreeSet<String> = stage.reads().map(str::to_owned).collect();
        let all: BTreeSet<String> = if stage.reads_all() {
            self.graph.needs(&stage.id).map(str::to_owned).collect()
        } else {
            BTreeSet::new()
        };
        let files = self.files.iter();
        files.filter(move |file| named.contains(&file.file) || all.contains(&file.stage))
    }

    /// What a stage that reads everything may print about where it comes from.
    fn provenance(&self, stage: &Stage) -> Vec<String> {
        let records = self
            .graph
            .needs(&stage.id)
            .filter_map(|id| self.records.get(id));
        records
            .map(|record| {
                let model = record.model.as_deref().unwrap_or_default();
                format!(
                    "{} {model} {} {}",
                    record.stage, record.calls_done, record.cost_nano_usd
                )
            })
            .collect()
    }

    /// Whether the stage needs no run: its outputs are there, and made from these inputs or edited
    /// by somebody, which counts until the edit is taken back.
    pub(crate) fn is_fresh(&self, stage: &Stage) -> bool {
        let Some(record) = self.done(&stage.id) else {
            return false;
        };
        let there = |output: &str| self.files.iter().any(|file| file.file == output);
        let whole = record.outputs.iter().all(|output| there(&output.file));
        if self.is_edited(&stage.id) {
            // The verdict is in the answer, and not in a file that somebody may have changed.
            return whole && stage.gate().is_none();
        }
        whole && record.inputs_hash == self.inputs_hash(stage)
    }

    fn done(&self, id: &str) -> Option<&StageRecord> {
        let record = self.records.get(id)?;
        matches!(record.state, StageState::Done | StageState::Stale).then_some(record)
    }

    fn is_edited(&self, id: &str) -> bool {
        self.files
            .iter()
            .any(|file| file.stage == id && file.edited)
    }
}

/// The ids of the stages that would run again, or might: those whose inputs have changed, and those
/// after them. In order; only stages that were done.
pub fn stale(
    stages: &Stages,
    mode: Mode,
    epoch: u32,
    records: &[StageRecord],
    files: &[ArtifactInfo],
) -> Result<Vec<String>, StageError> {
    let graph = stages.graph(mode)?;
    let by_id = records
        .iter()
        .map(|record| (record.stage.clone(), record.clone()));
    let ledger = Ledger {
        graph: &graph,
        mode,
        epoch,
        records: &by_id.collect(),
        files,
    };
    let mut stale: BTreeSet<&str> = BTreeSet::new();
    let mut found = Vec::new();
    for node in graph.nodes() {
        let id = node.stage.as_str();
        let Some(stage) = stages.get(id).filter(|_| ledger.done(id).is_some()) else {
            continue;
        };
        let after = graph.needs(id).any(|need| stale.contains(need));
        if !ledger.is_fresh(stage) || (after && !ledger.is_edited(id)) {
            stale.insert(id);
            found.push(id.to_owned());
        }
    }
    Ok(found)
}
