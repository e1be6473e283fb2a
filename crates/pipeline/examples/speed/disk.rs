//! Checkpoints and a journal whose bytes are in files.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use llm::{Completion, Journal, JournalError, RequestKey};
use pipeline::{
    ArtifactInfo, CallRecord, CheckpointError, Checkpoints, StageRecord, StageState, artifacts,
};

/// One run's folder; what is small stays in memory, as a database's cache would.
pub(crate) struct Disk {
    folder: PathBuf,
    rows: Mutex<Rows>,
}

#[derive(Default)]
struct Rows {
    records: BTreeMap<String, StageRecord>,
    files: BTreeMap<String, ArtifactInfo>,
}

impl Disk {
    pub(crate) fn new(parent: &Path, name: &str) -> std::io::Result<Self> {
        let folder = parent.join(name);
        std::fs::create_dir_all(folder.join("journal"))?;
        Ok(Self {
            folder,
            rows: Mutex::default(),
        })
    }

    pub(crate) fn journal(&self) -> DiskJournal {
        DiskJournal(Arc::from(self.folder.join("journal")))
    }

    fn rows(&self) -> MutexGuard<'_, Rows> {
        self.rows.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn storage(error: &std::io::Error) -> CheckpointError {
    CheckpointError::Journal(JournalError(error.to_string()))
}

#[async_trait]
impl Checkpoints for Disk {
    async fn records(&self) -> Result<Vec<StageRecord>, CheckpointError> {
        Ok(self.rows().records.values().cloned().collect())
    }

    async fn read(&self, file: &str) -> Result<Option<Vec<u8>>, CheckpointError> {
        let bytes = std::fs::read(self.folder.join(file)).map_err(|error| storage(&error))?;
        Ok(Some(bytes))
    }

    async fn files(&self) -> Result<Vec<ArtifactInfo>, CheckpointError> {
        Ok(self.rows().files.values().cloned().collect())
    }

    async fn begin(
        &self,
        stage: &str,
        calls_total: u32,
        at: DateTime<Utc>,
    ) -> Result<(), CheckpointError> {
        let record = StageRecord {
            stage: stage.to_owned(),
            state: StageState::Running,
            calls_total,
            started_at: Some(at),
            ..StageRecord::default()
        };
        self.rows().records.insert(stage.to_owned(), record);
        Ok(())
    }

    async fn call_done(
        &self,
        stage: &str,
        call: &CallRecord,
        _at: DateTime<Utc>,
    ) -> Result<(), CheckpointError> {
        if let Some(record) = self.rows().records.get_mut(stage) {
            record.add(call);
        }
        Ok(())
    }

    async fn finish(
        &self,
        record: &StageRecord,
        outputs: &[(String, Vec<u8>)],
    ) -> Result<(), CheckpointError> {
        for (file, bytes) in outputs {
            std::fs::write(self.folder.join(file), bytes).map_err(|error| storage(&error))?;
            let info = ArtifactInfo {
                file: file.clone(),
                sha256: artifacts::digest(bytes).to_string(),
                size: bytes.len() as u64,
                stage: record.stage.clone(),
                edited: false,
                updated_at: record.finished_at.unwrap_or_default(),
            };
            self.rows().files.insert(file.clone(), info);
        }
        self.rows()
            .records
            .insert(record.stage.clone(), record.clone());
        Ok(())
    }

    async fn fail(
        &self,
        stage: &str,
        error: &str,
        _at: DateTime<Utc>,
    ) -> Result<(), CheckpointError> {
        eprintln!("{stage}: {error}");
        Ok(())
    }
}

/// Keeps answers in files by request.
pub(crate) struct DiskJournal(Arc<Path>);

#[async_trait]
impl Journal for DiskJournal {
    async fn find(&self, key: &RequestKey) -> Result<Option<Completion>, JournalError> {
        let Ok(bytes) = std::fs::read(self.0.join(key.as_str())) else {
            return Ok(None);
        };
        serde_json::from_slice(&bytes)
            .map(Some)
            .map_err(|error| JournalError(error.to_string()))
    }

    async fn record(
        &self,
        key: &RequestKey,
        completion: &Completion,
    ) -> Result<Completion, JournalError> {
        let bytes =
            serde_json::to_vec(completion).map_err(|error| JournalError(error.to_string()))?;
        std::fs::write(self.0.join(key.as_str()), bytes)
            .map_err(|error| JournalError(error.to_string()))?;
        Ok(completion.clone())
    }
}
