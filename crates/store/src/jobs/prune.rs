//! Forgetting jobs that ended well, or were discarded, long ago. Dead ones stay until somebody
//! decides about them.

use chrono::{DateTime, Utc};

use crate::sql::{execute, params};
use crate::{Store, StoreError};

impl Store {
    /// Deletes up to `limit` jobs that were done or discarded before `before`, oldest first, and
    /// returns how many.
    pub async fn prune_jobs(&self, before: DateTime<Utc>, limit: u16) -> Result<u64, StoreError> {
        let sql = "DELETE FROM job WHERE job_id IN
                   (SELECT job_id FROM job WHERE state IN ('done', 'discarded') AND finished_at < $1
                    ORDER BY finished_at LIMIT $2)";
        let write = self.write().await?;
        let pruned = execute(&write.tx, sql, params![before, limit]).await?;
        write.commit().await?;
        Ok(pruned)
    }
}
