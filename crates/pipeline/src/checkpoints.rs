//! What a run has done so far, and where that is kept.
//!
//! Invariants: a stage's outputs and the record that it is done are written together or not at
//! all; a file that somebody edited is never overwritten; whoever no longer holds the run writes
//! nothing ([`CheckpointError::Superseded`]).

mod memory;
pub(crate) mod stored;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

pub use memory::MemoryCheckpoints;
pub use stored::StoredCheckpoints;

/// Where a stage stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StageState {
    /// For its inputs, or for its turn.
    #[default]
    Waiting,
    Running,
    Done,
    Failed,
    /// Its mode leaves it out.
    Skipped,
    /// Done, from inputs that have changed since.
    Stale,
}

/// A file that a stage wrote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutputRecord {
    pub file: String,
    /// In hex.
    pub sha256: String,
}

/// What is known of one stage of a run.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StageRecord {
    pub stage: String,
    /// Of everything that the outputs depend on, in hex; empty before the stage is done.
    pub inputs_hash: String,
    pub state: StageState,
    /// The model that answered last; `None` for code and without a model.
    pub model: Option<String>,
    pub calls_done: u32,
    pub calls_total: u32,
    pub cost_nano_usd: i64,
    pub input_tokens: u64,
    pub output_tokens: u64,
    pub started_at: Option<DateTime<Utc>>,
    pub finished_at: Option<DateTime<Utc>>,
    pub error: Option<String>,
    pub outputs: Vec<OutputRecord>,
}

/// One answered question of a stage: the calls that it took, retries and repairs included.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallRecord {
    pub model: Option<String>,
    pub cost_nano_usd: i64,
    pub input_tokens: u64,
    pub output_tokens: u64,
    /// Wholly from the journal: nothing was paid now.
    pub replayed: bool,
}

/// A file of a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ArtifactInfo {
    pub file: String,
    /// In hex.
    pub sha256: String,
    /// In bytes.
    pub size: u64,
    /// Who wrote it.
    pub stage: String,
    /// Somebody changed it by hand.
    pub edited: bool,
    pub updated_at: DateTime<Utc>,
}

/// Why progress could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum CheckpointError {
    /// Another worker, or another attempt, has the run now.
    #[error("the run was taken over: this worker must stop")]
    Superseded,
    #[error(transparent)]
    Store(#[from] store::StoreError),
    #[error(transparent)]
    Artifacts(#[from] crate::artifacts::ArtifactError),
    #[error(transparent)]
    Journal(#[from] llm::JournalError),
}

impl StageRecord {
    /// Counts one more question.
    pub fn add(&mut self, call: &CallRecord) {
        self.calls_done += 1;
        self.cost_nano_usd = self.cost_nano_usd.saturating_add(call.cost_nano_usd);
        self.input_tokens = self.input_tokens.saturating_add(call.input_tokens);
        self.output_tokens = self.output_tokens.saturating_add(call.output_tokens);
        self.model = call.model.clone().or(self.model.take());
    }
}

/// Where the progress of one run is kept.
#[async_trait]
pub trait Checkpoints: Send + Sync {
    async fn records(&self) -> Result<Vec<StageRecord>, CheckpointError>;

    async fn read(&self, file: &str) -> Result<Option<Vec<u8>>, CheckpointError>;

    async fn files(&self) -> Result<Vec<ArtifactInfo>, CheckpointError>;

    /// The stage makes its calls from now on.
    async fn begin(
        &self,
        stage: &str,
        calls_total: u32,
        at: DateTime<Utc>,
    ) -> Result<(), CheckpointError>;

    async fn call_done(
        &self,
        stage: &str,
        call: &CallRecord,
        at: DateTime<Utc>,
    ) -> Result<(), CheckpointError>;

    /// Keeps the outputs and the record, both or neither.
    async fn finish(
        &self,
        record: &StageRecord,
        outputs: &[(String, Vec<u8>)],
    ) -> Result<(), CheckpointError>;

    async fn fail(
        &self,
        stage: &str,
        error: &str,
        at: DateTime<Utc>,
    ) -> Result<(), CheckpointError>;
}
