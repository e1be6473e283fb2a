//! Checkpoints in memory, for tests and trials.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::{ArtifactInfo, CallRecord, CheckpointError, Checkpoints, StageRecord, StageState};
use crate::artifacts::digest;

/// Keeps a run for as long as the process lives.
#[derive(Debug, Default)]
pub struct MemoryCheckpoints(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    records: BTreeMap<String, StageRecord>,
    files: BTreeMap<String, File>,
}

#[derive(Debug)]
struct File {
    stage: String,
    generated: Vec<u8>,
    edited: Option<Vec<u8>>,
    updated_at: DateTime<Utc>,
}

impl File {
    fn present(&self) -> &[u8] {
        self.edited.as_deref().unwrap_or(&self.generated)
    }
}

impl MemoryCheckpoints {
    /// Changes a file as a user would; `None` goes back to what the stage wrote. `false` when there
    /// is no such file.
    pub fn edit(&self, file: &str, bytes: Option<&[u8]>) -> bool {
        let mut state = self.lock();
        let found = state.files.get_mut(file);
        found
            .map(|file| file.edited = bytes.map(<[u8]>::to_vec))
            .is_some()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Each method leaves the maps whole at every point where it could panic.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Checkpoints for MemoryCheckpoints {
    async fn records(&self) -> Result<Vec<StageRecord>, CheckpointError> {
        Ok(self.lock().records.values().cloned().collect())
    }

    async fn read(&self, file: &str) -> Result<Option<Vec<u8>>, CheckpointError> {
        Ok(self
            .lock()
            .files
            .get(file)
            .map(|file| file.present().to_vec()))
    }

    async fn files(&self) -> Result<Vec<ArtifactInfo>, CheckpointError> {
        let state = self.lock();
        let infos = state.files.iter().map(|(name, file)| ArtifactInfo {
            file: name.clone(),
            sha256: digest(file.present()).to_string(),
            size: file.present().len() as u64,
            stage: file.stage.clone(),
            edited: file.edited.is_some(),
            updated_at: file.updated_at,
        });
        Ok(infos.collect())
    }

    async fn begin(
        &self,
        stage: &str,
        calls_total: u32,
        at: DateTime<Utc>,
    ) -> Result<(), CheckpointError> {
        let mut state = self.lock();
        let before = state.records.remove(stage).unwrap_or_default();
        let record = StageRecord {
            stage: stage.to_owned(),
            state: StageState::Running,
            calls_total,
            started_at: Some(at),
            outputs: before.outputs,
            ..StageRecord::default()
        };
        state.records.insert(stage.to_owned(), record);
        Ok(())
    }

    async fn call_done(
        &self,
        stage: &str,
        call: &CallRecord,
        _at: DateTime<Utc>,
    ) -> Result<(), CheckpointError> {
        if let Some(record) = self.lock().records.get_mut(stage) {
            record.add(call);
        }
        Ok(())
    }

    async fn finish(
        &self,
        record: &StageRecord,
        outputs: &[(String, Vec<u8>)],
    ) -> Result<(), CheckpointError> {
        let mut state = self.lock();
        let kept = |name: &str| outputs.iter().any(|(file, _)| file == name);
        state
            .files
            .retain(|name, file| file.stage != record.stage || file.edited.is_some() || kept(name));
        for (name, bytes) in outputs {
            let edited = state.files.remove(name).and_then(|file| file.edited);
            let file = File {
                stage: record.stage.clone(),
                generated: bytes.clone(),
                edited,
                updated_at: record.finished_at.unwrap_or_default(),
            };
            state.files.insert(name.clone(), file);
        }
        state.records.insert(record.stage.clone(), record.clone());
        Ok(())
    }

    async fn fail(
        &self,
        stage: &str,
        error: &str,
        at: DateTime<Utc>,
    ) -> Result<(), CheckpointError> {
        let mut state = self.lock();
        let record = state.records.entry(stage.to_owned()).or_default();
        stage.clone_into(&mut record.stage);
        record.state = StageState::Failed;
        record.error = Some(error.to_owned());
        record.finished_at = Some(at);
        Ok(())
    }
}
