//! Settings that the server makes for itself once, such as its secret.

use chrono::{DateTime, Utc};

use crate::sql::{execute, params, scalar};
use crate::{Store, StoreError};

impl Store {
    pub async fn setting(&self, key: &str) -> Result<Option<String>, StoreError> {
        scalar(
            self.read(),
            "SELECT value FROM setting WHERE key = $1",
            params![key],
        )
        .await
    }

    /// Sets a value that nobody has set yet, and returns the one that holds: the first writer wins.
    pub async fn set_setting_once(
        &self,
        key: &str,
        value: &str,
        now: DateTime<Utc>,
    ) -> Result<String, StoreError> {
        let write = self.write().await?;
        let sql = "INSERT INTO setting (key, value, created_at) VALUES ($1, $2, $3) ON CONFLICT (key) DO NOTHING";
        execute(&write.tx, sql, params![key, value, now]).await?;
        let held = scalar(
            &write.tx,
            "SELECT value FROM setting WHERE key = $1",
            params![key],
        )
        .await?;
        write.commit().await?;
        held.ok_or_else(|| StoreError::NotFound {
            what: "setting",
            id: key.to_owned(),
        })
    }
}
