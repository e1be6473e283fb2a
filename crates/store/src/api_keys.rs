//! API keys: found by a keyed hash of the key, which itself is nowhere.
//!
//! A key works until it is revoked or expires. One that was rotated expires when its overlap ends
//! and names its successor.

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, QueryResult};
use serde::Serialize;

use crate::accounts::Account;
use crate::sql::{FromRow, all, execute, from_row, get, hash_list, one, params, scalar};
use crate::{AccountId, Digest, KeyId, Store, StoreError};

/// A key to be known.
#[derive(Debug, Clone)]
pub struct NewApiKey {
    pub key_id: KeyId,
    pub account_id: AccountId,
    pub name: String,
    /// The end of the key, by which its owner tells it from others.
    pub hint: String,
    pub secret_hash: Digest,
    /// Words with spaces between them.
    pub scopes: String,
    pub created_at: DateTime<Utc>,
    pub expires_at: Option<DateTime<Utc>>,
}

/// A key as its owner sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ApiKey {
    pub key_id: KeyId,
    pub name: String,
    pub hint: String,
    pub scopes: String,
    pub created_at: DateTime<Utc>,
    pub expires_at: Option<DateTime<Utc>>,
    pub revoked_at: Option<DateTime<Utc>>,
    pub replaced_by: Option<KeyId>,
    pub last_used_at: Option<DateTime<Utc>>,
}

from_row!(ApiKey {
    key_id,
    name,
    hint,
    scopes,
    created_at,
    expires_at,
    revoked_at,
    replaced_by,
    last_used_at
});

impl ApiKey {
    pub fn works_at(&self, now: DateTime<Utc>) -> bool {
        self.revoked_at.is_none() && self.expires_at.is_none_or(|end| now < end)
    }
}

/// A key that was found by its secret, in whatever state, with its account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundKey {
    pub key_id: KeyId,
    pub name: String,
    pub scopes: String,
    pub secret_hash: Digest,
    pub expires_at: Option<DateTime<Utc>>,
    pub revoked_at: Option<DateTime<Utc>>,
    pub last_used_at: Option<DateTime<Utc>>,
    pub account: Account,
}

impl FromRow for FoundKey {
    fn from_row(row: &QueryResult) -> Result<Self, StoreError> {
        Ok(Self {
            key_id: get(row, "key_id")?,
            name: get(row, "name")?,
            scopes: get(row, "scopes")?,
            secret_hash: get(row, "secret_hash")?,
            expires_at: get(row, "expires_at")?,
            revoked_at: get(row, "revoked_at")?,
            last_used_at: get(row, "last_used_at")?,
            account: Account::from_row(row)?,
        })
    }
}

/// What became of a wish for a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyAdded {
    Added,
    /// The account has as many working keys as it may.
    TooMany,
    /// The account is missing or disabled, or the key to be replaced no longer works.
    Gone,
}

const COLUMNS: &str =
    "key_id, name, hint, scopes, created_at, expires_at, revoked_at, replaced_by, last_used_at";

const WORKS: &str = "revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $2)";

impl Store {
    /// Adds a key unless the account has `most` working ones.
    pub async fn add_api_key(&self, key: &NewApiKey, most: u32) -> Result<KeyAdded, StoreError> {
        let write = self.write().await?;
        let outcome = insert(self, &write.tx, key, most).await?;
        if outcome == KeyAdded::Added {
            write.commit().await?;
        }
        Ok(outcome)
    }

    /// Adds a key in the place of `old`, which works until `old_until` and no longer.
    pub async fn replace_api_key(
        &self,
        old: KeyId,
        old_until: DateTime<Utc>,
        key: &NewApiKey,
        most: u32,
    ) -> Result<KeyAdded, StoreError> {
        let write = self.write().await?;
        let sql = format!(
            "UPDATE api_key SET replaced_by = $4, expires_at =
                 CASE WHEN expires_at IS NULL OR expires_at > $5 THEN $5 ELSE expires_at END
             WHERE key_id = $1 AND account_id = $3 AND replaced_by IS NULL AND {WORKS}"
        );
        let params = params![old, key.created_at, key.account_id, key.key_id, old_until];
        if execute(&write.tx, &sql, params).await? == 0 {
            return Ok(KeyAdded::Gone);
        }
        let outcome = insert(self, &write.tx, key, most).await?;
        if outcome == KeyAdded::Added {
            write.commit().await?;
        }
        Ok(outcome)
    }

    /// Ends a key at once; `false` when the account has no working key of this id.
    pub async fn revoke_api_key(
        &self,
        account: AccountId,
        id: KeyId,
        now: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let sql = format!(
            "UPDATE api_key SET revoked_at = $2 WHERE key_id = $1 AND account_id = $3 AND {WORKS}"
        );
        let alone = self.alone().await;
        Ok(execute(alone.db, &sql, params![id, now, account]).await? > 0)
    }

    /// The key with one of these hashes, whether it works or not.
    pub async fn api_key_by_hash(&self, hashes: &[Digest]) -> Result<Option<FoundKey>, StoreError> {
        let sql = format!(
            "SELECT k.key_id, k.name, k.scopes, k.secret_hash, k.expires_at, k.revoked_at, k.last_used_at,
                    a.account_id, a.kind, a.display_name, a.email, a.role, a.disabled_at, a.last_login,
                    a.created_at
             FROM api_key k JOIN account a ON a.account_id = k.account_id WHERE k.secret_hash IN ({})",
            hash_list(1, hashes.len())
        );
        let params = hashes.iter().flat_map(|hash| params![hash]).collect();
        one(self.read(), &sql, params).await
    }

    /// Notes that a key was used, and keeps its hash under the newest pepper.
    pub async fn touch_api_key(
        &self,
        id: KeyId,
        secret_hash: Digest,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let sql = "UPDATE api_key SET secret_hash = $2, last_used_at = $3
                   WHERE key_id = $1 AND (last_used_at IS NULL OR last_used_at < $3)";
        let alone = self.alone().await;
        execute(alone.db, sql, params![id, secret_hash, now]).await?;
        Ok(())
    }

    /// An account's keys, those that ended too, newest first.
    pub async fn api_keys(&self, account: AccountId) -> Result<Vec<ApiKey>, StoreError> {
        let sql =
            format!("SELECT {COLUMNS} FROM api_key WHERE account_id = $1 ORDER BY key_id DESC");
        all(self.read(), &sql, params![account]).await
    }

    pub async fn api_key(
        &self,
        account: AccountId,
        id: KeyId,
    ) -> Result<Option<ApiKey>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM api_key WHERE account_id = $1 AND key_id = $2");
        one(self.read(), &sql, params![account, id]).await
    }

    /// Forgets up to `most` keys that ended before then.
    pub async fn sweep_api_keys(
        &self,
        ended_before: DateTime<Utc>,
        most: u32,
    ) -> Result<u64, StoreError> {
        let sql = "DELETE FROM api_key WHERE key_id IN
                   (SELECT key_id FROM api_key WHERE revoked_at <= $1 OR expires_at <= $1 LIMIT $2)";
        let alone = self.alone().await;
        execute(alone.db, sql, params![ended_before, i64::from(most)]).await
    }
}

/// Counts and inserts while the account's row is locked, so that the count holds.
async fn insert(
    store: &Store,
    on: &impl ConnectionTrait,
    key: &NewApiKey,
    most: u32,
) -> Result<KeyAdded, StoreError> {
    let sql = format!(
        "SELECT account_id AS value FROM account
         WHERE account_id = $1 AND kind = 'user' AND disabled_at IS NULL{}",
        store.backend().for_update()
    );
    let account: Option<AccountId> = scalar(on, &sql, params![key.account_id]).await?;
    if account.is_none() {
        return Ok(KeyAdded::Gone);
    }
    let sql = format!("SELECT COUNT(*) AS value FROM api_key WHERE account_id = $1 AND {WORKS}");
    let working: Option<i64> = scalar(on, &sql, params![key.account_id, key.created_at]).await?;
    if working.unwrap_or(0) >= i64::from(most) {
        return Ok(KeyAdded::TooMany);
    }
    let sql = "INSERT INTO api_key (key_id, account_id, name, hint, secret_hash, scopes, created_at, expires_at)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    let params = params![
        key.key_id,
        key.account_id,
        key.name,
        key.hint,
        key.secret_hash,
        key.scopes,
        key.created_at,
        key.expires_at,
    ];
    execute(on, sql, params).await?;
    Ok(KeyAdded::Added)
}
