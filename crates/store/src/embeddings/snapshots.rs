//! Frozen corpus snapshots, against which novelty is measured. The body is opaque here.

use chrono::{DateTime, Utc};

use crate::sql::{execute, from_row, one, params};
use crate::{Store, StoreError};

/// One snapshot; never changed once stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    pub snapshot_id: String,
    /// The embedding model that its vectors came from.
    pub model: String,
    pub created_at: DateTime<Utc>,
    pub body: Vec<u8>,
}

from_row!(Snapshot {
    snapshot_id,
    model,
    created_at,
    body
});

impl Store {
    /// Stores a snapshot; one of the same id is left as it is (`false`).
    pub async fn put_snapshot(&self, snapshot: &Snapshot) -> Result<bool, StoreError> {
        let write = self.write().await?;
        let sql = "INSERT INTO corpus_snapshot (snapshot_id, model, created_at, body) VALUES ($1, $2, $3, $4)
                   ON CONFLICT (snapshot_id) DO NOTHING";
        let params = params![
            snapshot.snapshot_id,
            snapshot.model,
            snapshot.created_at,
            snapshot.body
        ];
        let created = execute(&write.tx, sql, params).await? > 0;
        write.commit().await?;
        Ok(created)
    }

    pub async fn snapshot(&self, id: &str) -> Result<Option<Snapshot>, StoreError> {
        let sql = "SELECT snapshot_id, model, created_at, body FROM corpus_snapshot WHERE snapshot_id = $1";
        one(self.read(), sql, params![id]).await
    }

    /// The newest snapshot of a model.
    pub async fn latest_snapshot(&self, model: &str) -> Result<Option<Snapshot>, StoreError> {
        let sql = "SELECT snapshot_id, model, created_at, body FROM corpus_snapshot
                   WHERE model = $1 ORDER BY created_at DESC, snapshot_id DESC LIMIT 1";
        one(self.read(), sql, params![model]).await
    }
}
