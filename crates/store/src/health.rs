//! What an operator asks of the database itself.

use chrono::{DateTime, Utc};

use crate::dialect::Backend;
use crate::sql::{execute, params, scalar};
use crate::{Store, StoreError};

impl Store {
    /// The database server's clock; `None` where it is this machine's own.
    pub async fn server_clock(&self) -> Result<Option<DateTime<Utc>>, StoreError> {
        match self.backend() {
            Backend::Sqlite => Ok(None),
            Backend::Postgres => {
                scalar(self.read(), "SELECT clock_timestamp() AS value", params![]).await
            }
        }
    }

    /// Fails unless rows can be written; leaves none.
    pub async fn check_writable(&self, now: DateTime<Utc>) -> Result<(), StoreError> {
        let write = self.write().await?;
        let sql = "INSERT INTO setting (key, value, created_at) VALUES ($1, $2, $3)";
        execute(&write.tx, sql, params!["writable?", "", now]).await?;
        // Dropped without a commit, the transaction leaves nothing.
        drop(write);
        Ok(())
    }
}
