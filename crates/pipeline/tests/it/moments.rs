//! Kills a run at a chosen moment: before or after any write of a checkpoint or of the journal.

use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use llm::{Completion, Journal, JournalError, MemoryJournal, RequestKey};
use pipeline::checkpoints::MemoryCheckpoints;
use pipeline::{ArtifactInfo, CallRecord, CheckpointError, Checkpoints, StageRecord};
use tokio::sync::Notify;

/// Counts moments; at the fatal one it goes no further.
#[derive(Debug)]
pub(crate) struct Moments {
    passed: AtomicU64,
    fatal: u64,
    reached: Notify,
}

impl Moments {
    /// `u64::MAX` is never reached.
    pub(crate) fn until(fatal: u64) -> Self {
        Self {
            passed: AtomicU64::new(0),
            fatal,
            reached: Notify::new(),
        }
    }

    pub(crate) fn passed(&self) -> u64 {
        self.passed.load(Ordering::Relaxed)
    }

    /// Waits until the run is to be killed.
    pub(crate) async fn fatal(&self) {
        self.reached.notified().await;
    }

    async fn pass(&self) {
        let moment = self.passed.fetch_add(1, Ordering::Relaxed);
        if moment >= self.fatal {
            self.reached.notify_one();
            std::future::pending::<()>().await;
        }
    }
}

/// Checkpoints and a journal that outlive the runs, seen through the moments of one run.
#[derive(Debug)]
pub(crate) struct Watched<'a> {
    pub(crate) checkpoints: &'a MemoryCheckpoints,
    pub(crate) moments: &'a Moments,
}

#[async_trait]
impl Checkpoints for Watched<'_> {
    async fn records(&self) -> Result<Vec<StageRecord>, CheckpointError> {
        self.checkpoints.records().await
    }

    async fn read(&self, file: &str) -> Result<Option<Vec<u8>>, CheckpointError> {
        self.checkpoints.read(file).await
    }

    async fn files(&self) -> Result<Vec<ArtifactInfo>, CheckpointError> {
        self.checkpoints.files().await
    }

    async fn begin(
        &self,
        stage: &str,
        calls_total: u32,
        at: DateTime<Utc>,
    ) -> Result<(), CheckpointError> {
        self.moments.pass().await;
        let done = self.checkpoints.begin(stage, calls_total, at).await;
        self.moments.pass().await;
        done
    }

    async fn call_done(
        &self,
        stage: &str,
        call: &CallRecord,
        at: DateTime<Utc>,
    ) -> Result<(), CheckpointError> {
        self.moments.pass().await;
        let done = self.checkpoints.call_done(stage, call, at).await;
        self.moments.pass().await;
        done
    }

    async fn finish(
        &self,
        record: &StageRecord,
        outputs: &[(String, Vec<u8>)],
    ) -> Result<(), CheckpointError> {
        self.moments.pass().await;
        let done = self.checkpoints.finish(record, outputs).await;
        self.moments.pass().await;
        done
    }

    async fn fail(
        &self,
        stage: &str,
        error: &str,
        at: DateTime<Utc>,
    ) -> Result<(), CheckpointError> {
        self.checkpoints.fail(stage, error, at).await
    }
}

/// A journal that passes a moment after each record.
pub(crate) struct WatchedJournal {
    pub(crate) journal: std::sync::Arc<MemoryJournal>,
    pub(crate) moments: std::sync::Arc<Moments>,
}

#[async_trait]
impl Journal for WatchedJournal {
    async fn find(&self, key: &RequestKey) -> Result<Option<Completion>, JournalError> {
        self.journal.find(key).await
    }

    async fn record(
        &self,
        key: &RequestKey,
        completion: &Completion,
    ) -> Result<Completion, JournalError> {
        let kept = self.journal.record(key, completion).await;
        self.moments.pass().await;
        kept
    }
}
