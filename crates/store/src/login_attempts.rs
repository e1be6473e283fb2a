//! Logins that have begun and wait for the browser to come back from the provider, so that any
//! replica can finish what another began. Only hashes are here: the secrets are in the browser.

use chrono::{DateTime, Utc};

use crate::sql::{all, execute, from_row, params};
use crate::{Digest, Store, StoreError};

/// A login that begins.
#[derive(Debug, Clone)]
pub struct NewLoginAttempt {
    /// Of the value that goes through the provider.
    pub state_hash: Digest,
    /// Of the value that stays in the browser.
    pub binding_hash: Digest,
    pub provider: String,
    pub return_to: String,
    pub expires_at: DateTime<Utc>,
}

struct Attempt {
    return_to: String,
}

from_row!(Attempt { return_to });

impl Store {
    pub async fn add_login_attempt(&self, attempt: &NewLoginAttempt) -> Result<(), StoreError> {
        let sql =
            "INSERT INTO login_attempt (state_hash, binding_hash, provider, return_to, expires_at)
                   VALUES ($1, $2, $3, $4, $5)";
        let params = params![
            attempt.state_hash,
            attempt.binding_hash,
            attempt.provider,
            attempt.return_to,
            attempt.expires_at,
        ];
        let alone = self.alone().await;
        execute(alone.db, sql, params).await?;
        Ok(())
    }

    /// Uses up the attempt to which all of this belongs, and returns where its browser wants to
    /// go. `None`, and nothing is used up, when anything differs or its time is over.
    pub async fn use_login_attempt(
        &self,
        state_hash: Digest,
        binding_hash: Digest,
        provider: &str,
        now: DateTime<Utc>,
    ) -> Result<Option<String>, StoreError> {
        let sql = "DELETE FROM login_attempt
                   WHERE state_hash = $1 AND binding_hash = $2 AND provider = $3 AND expires_at > $4
                   RETURNING return_to";
        let params = params![state_hash, binding_hash, provider, now];
        let alone = self.alone().await;
        let used: Vec<Attempt> = all(alone.db, sql, params).await?;
        Ok(used.into_iter().next().map(|attempt| attempt.return_to))
    }

    /// Forgets up to `most` attempts whose time is over.
    pub async fn sweep_login_attempts(
        &self,
        now: DateTime<Utc>,
        most: u32,
    ) -> Result<u64, StoreError> {
        let sql = "DELETE FROM login_attempt WHERE state_hash IN
                   (SELECT state_hash FROM login_attempt WHERE expires_at <= $1 LIMIT $2)";
        let alone = self.alone().await;
        execute(alone.db, sql, params![now, i64::from(most)]).await
    }
}
