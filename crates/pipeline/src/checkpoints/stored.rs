//! The progress of a run on the database, its files in the artifact store.
//!
//! Content is put before the transaction that names it: a crash in between leaves bytes that
//! nobody names, never a name without bytes.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use store::{NewArtifact, PlanId, StageCall, StageRow, Store};

use super::{ArtifactInfo, CallRecord, CheckpointError, Checkpoints, StageRecord, StageState};
use crate::artifacts::Artifacts;

/// The checkpoints of one run under one epoch.
#[derive(Debug, Clone)]
pub struct StoredCheckpoints {
    pub(crate) store: Store,
    pub(crate) artifacts: Artifacts,
    pub(crate) plan_id: PlanId,
    pub(crate) epoch: i64,
}

#[async_trait]
impl Checkpoints for StoredCheckpoints {
    async fn records(&self) -> Result<Vec<StageRecord>, CheckpointError> {
        let rows = self.store.generation_stages(&[self.plan_id]).await?;
        rows.into_iter().map(record).collect()
    }

    async fn read(&self, file: &str) -> Result<Option<Vec<u8>>, CheckpointError> {
        let Some(row) = self.store.artifact(self.plan_id, file).await? else {
            return Ok(None);
        };
        Ok(Some(self.artifacts.get(row.sha256).await?))
    }

    async fn files(&self) -> Result<Vec<ArtifactInfo>, CheckpointError> {
        let rows = self.store.artifacts(self.plan_id).await?;
        Ok(rows.into_iter().map(info).collect())
    }

    async fn begin(
        &self,
        stage: &str,
        calls_total: u32,
        at: DateTime<Utc>,
    ) -> Result<(), CheckpointError> {
        let total = i64::from(calls_total);
        let begun = self
            .store
            .begin_stage(self.plan_id, self.epoch, stage, total, at);
        held(begun.await?)
    }

    async fn call_done(
        &self,
        stage: &str,
        call: &CallRecord,
        at: DateTime<Utc>,
    ) -> Result<(), CheckpointError> {
        let call = StageCall {
            model: call.model.as_deref(),
            cost_nano_usd: call.cost_nano_usd,
            input_tokens: signed(call.input_tokens),
            output_tokens: signed(call.output_tokens),
        };
        let counted = self
            .store
            .count_stage_call(self.plan_id, self.epoch, stage, call, at);
        held(counted.await?)
    }

    async fn finish(
        &self,
        record: &StageRecord,
        outputs: &[(String, Vec<u8>)],
    ) -> Result<(), CheckpointError> {
        let mut files = Vec::with_capacity(outputs.len());
        for (file, bytes) in outputs {
            files.push(NewArtifact {
                file: file.clone(),
                sha256: self.artifacts.put(bytes).await?,
                size: signed(bytes.len() as u64),
            });
        }
        let row = row(self.plan_id, record);
        let at = record.finished_at.or(record.started_at);
        let at = at.unwrap_or(DateTime::UNIX_EPOCH);
        held(
            self.store
                .finish_stage(self.epoch, &row, &files, at)
                .await?,
        )
    }

    async fn fail(
        &self,
        stage: &str,
        error: &str,
        at: DateTime<Utc>,
    ) -> Result<(), CheckpointError> {
        let failed = self
            .store
            .fail_stage(self.plan_id, self.epoch, stage, error, at);
        held(failed.await?)
    }
}

fn held(is_held: bool) -> Result<(), CheckpointError> {
    is_held.then_some(()).ok_or(CheckpointError::Superseded)
}

/// A file as the database knows it.
pub(crate) fn info(row: store::ArtifactRow) -> ArtifactInfo {
    ArtifactInfo {
        file: row.file,
        sha256: row.sha256.to_string(),
        size: row.size.unsigned_abs(),
        stage: row.stage,
        edited: row.edited,
        updated_at: row.updated_at,
    }
}

/// A stage as the database knows it.
pub(crate) fn record(row: StageRow) -> Result<StageRecord, CheckpointError> {
    let outputs =
        serde_json::from_str(&row.outputs).map_err(|error| store::StoreError::Corrupt {
            column: "outputs".to_owned(),
            why: error.to_string(),
        })?;
    Ok(StageRecord {
        stage: row.stage,
        inputs_hash: row.inputs_hash,
        state: row.state.into(),
        model: row.model,
        calls_done: count(row.calls_done),
        calls_total: count(row.calls_total),
        cost_nano_usd: row.cost_nano_usd,
        input_tokens: row.input_tokens.unsigned_abs(),
        output_tokens: row.output_tokens.unsigned_abs(),
        started_at: row.started_at,
        finished_at: row.finished_at,
        error: row.error,
        outputs,
    })
}

fn row(plan_id: PlanId, record: &StageRecord) -> StageRow {
    StageRow {
        plan_id,
        stage: record.stage.clone(),
        state: record.state.into(),
        inputs_hash: record.inputs_hash.clone(),
        model: record.model.clone(),
        calls_done: record.calls_done.into(),
        calls_total: record.calls_total.into(),
        cost_nano_usd: record.cost_nano_usd,
        input_tokens: signed(record.input_tokens),
        output_tokens: signed(record.output_tokens),
        started_at: record.started_at,
        finished_at: record.finished_at,
        error: record.error.clone(),
        // Names and hashes always serialise.
        outputs: serde_json::to_string(&record.outputs).unwrap_or_else(|_| "[]".to_owned()),
    }
}

fn signed(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

fn count(stored: i64) -> u32 {
    u32::try_from(stored).unwrap_or(u32::MAX)
}

impl From<store::StageState> for StageState {
    fn from(state: store::StageState) -> Self {
        match state {
            store::StageState::Waiting => Self::Waiting,
            store::StageState::Running => Self::Running,
            store::StageState::Done => Self::Done,
            store::StageState::Failed => Self::Failed,
            store::StageState::Skipped => Self::Skipped,
            store::StageState::Stale => Self::Stale,
        }
    }
}

impl From<StageState> for store::StageState {
    fn from(state: StageState) -> Self {
        match state {
            StageState::Waiting => Self::Waiting,
            StageState::Running => Self::Running,
            StageState::Done => Self::Done,
            StageState::Failed => Self::Failed,
            StageState::Skipped => Self::Skipped,
            StageState::Stale => Self::Stale,
        }
    }
}
