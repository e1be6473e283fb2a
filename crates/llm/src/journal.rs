//! Keeps answered requests, so that each is paid for once.

use std::collections::BTreeMap;
use std::sync::Mutex;

use async_trait::async_trait;

use crate::{Completion, JournalError, RequestKey};

/// Where answered requests are kept. Every answer is recorded before it is used, also one
/// that turns out to be unusable.
#[async_trait]
pub trait Journal: Send + Sync {
    async fn find(&self, key: &RequestKey) -> Result<Option<Completion>, JournalError>;
    /// What the journal holds from now on: of two processes that asked at once, the first's
    /// completion stays, and both go on with it.
    async fn record(
        &self,
        key: &RequestKey,
        completion: &Completion,
    ) -> Result<Completion, JournalError>;
}

/// Remembers nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoJournal;

#[async_trait]
impl Journal for NoJournal {
    async fn find(&self, _key: &RequestKey) -> Result<Option<Completion>, JournalError> {
        Ok(None)
    }

    async fn record(
        &self,
        _: &RequestKey,
        completion: &Completion,
    ) -> Result<Completion, JournalError> {
        Ok(completion.clone())
    }
}

/// Remembers for as long as the process lives.
#[derive(Debug, Default)]
pub struct MemoryJournal {
    entries: Mutex<BTreeMap<RequestKey, Completion>>,
}

impl MemoryJournal {
    pub fn len(&self) -> usize {
        self.lock().len()
    }

    pub fn is_empty(&self) -> bool {
        self.lock().is_empty()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<RequestKey, Completion>> {
        // Each change is one map operation, so a panic elsewhere leaves the map whole.
        self.entries
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

#[async_trait]
impl Journal for MemoryJournal {
    async fn find(&self, key: &RequestKey) -> Result<Option<Completion>, JournalError> {
        Ok(self.lock().get(key).cloned())
    }

    async fn record(
        &self,
        key: &RequestKey,
        completion: &Completion,
    ) -> Result<Completion, JournalError> {
        let mut entries = self.lock();
        let kept = entries.entry(key.clone());
        Ok(kept.or_insert_with(|| completion.clone()).clone())
    }
}
