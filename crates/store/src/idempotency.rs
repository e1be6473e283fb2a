//! Requests that a client may repeat: which were seen under a key, and what they were answered.
//!
//! Invariant: of any number of first uses at once exactly one is claimed; an answer is kept only
//! by the claim that still holds, and never replaced.

use chrono::{DateTime, Utc};
use sea_orm::ConnectionTrait;

use crate::sql::{all, execute, from_row, one, params};
use crate::{AccountId, Digest, Store, StoreError};

/// A request under a key.
#[derive(Debug, Clone)]
pub struct KeyUse<'a> {
    pub account_id: AccountId,
    pub key: &'a str,
    /// Of everything that the answer depends on.
    pub fingerprint: Digest,
    pub now: DateTime<Utc>,
    /// A claim from before then that has no answer may be taken over.
    pub stale_before: DateTime<Utc>,
    /// When the key is forgotten.
    pub expires_at: DateTime<Utc>,
}

/// What is known of a request under a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyState {
    /// Nobody answers it: the caller must, under this claim.
    Claimed {
        claim: i64,
    },
    Answered {
        answer: String,
    },
    /// Somebody else claimed it then and hasn't answered yet.
    InProgress {
        since: DateTime<Utc>,
    },
    /// The key was used for another request.
    OtherRequest,
}

struct Claimed {
    claim: i64,
}

from_row!(Claimed { claim });

struct Row {
    fingerprint: Digest,
    answer: Option<String>,
    claimed_at: DateTime<Utc>,
}

from_row!(Row {
    fingerprint,
    answer,
    claimed_at
});

impl Store {
    /// Claims a key for a request, or tells what became of the request that has it.
    pub async fn use_idempotency_key(&self, wish: &KeyUse<'_>) -> Result<KeyState, StoreError> {
        let write = self.write().await?;
        if let Some(claim) = claim(&write.tx, wish).await? {
            write.commit().await?;
            return Ok(KeyState::Claimed { claim });
        }
        let sql = "SELECT fingerprint, answer, claimed_at FROM idempotency_key
                   WHERE account_id = $1 AND key = $2";
        let row: Option<Row> = one(&write.tx, sql, params![wish.account_id, wish.key]).await?;
        write.commit().await?;
        Ok(match row {
            Some(row) if row.fingerprint != wish.fingerprint => KeyState::OtherRequest,
            Some(Row {
                answer: Some(answer),
                ..
            }) => KeyState::Answered { answer },
            Some(row) => KeyState::InProgress {
                since: row.claimed_at,
            },
            // Given up between the two statements: as good as just begun.
            None => KeyState::InProgress { since: wish.now },
        })
    }

    /// Keeps the answer to a claimed request; `false` when the claim is no longer the caller's.
    pub async fn keep_answer(
        &self,
        account: AccountId,
        key: &str,
        claim: i64,
        answer: &str,
    ) -> Result<bool, StoreError> {
        let sql = "UPDATE idempotency_key SET answer = $4
                   WHERE account_id = $1 AND key = $2 AND claim = $3 AND answer IS NULL";
        let alone = self.alone().await;
        Ok(execute(alone.db, sql, params![account, key, claim, answer]).await? > 0)
    }

    /// Gives a claim up, so that the next use of the key is a first one.
    pub async fn give_up_claim(
        &self,
        account: AccountId,
        key: &str,
        claim: i64,
    ) -> Result<(), StoreError> {
        let sql = "DELETE FROM idempotency_key
                   WHERE account_id = $1 AND key = $2 AND claim = $3 AND answer IS NULL";
        let alone = self.alone().await;
        execute(alone.db, sql, params![account, key, claim]).await?;
        Ok(())
    }

    /// Forgets up to `most` keys whose time is over.
    pub async fn sweep_idempotency_keys(
        &self,
        now: DateTime<Utc>,
        most: u32,
    ) -> Result<u64, StoreError> {
        let sql = "DELETE FROM idempotency_key WHERE expires_at <= $1 AND (account_id, key) IN
                   (SELECT account_id, key FROM idempotency_key WHERE expires_at <= $1 LIMIT $2)";
        let alone = self.alone().await;
        execute(alone.db, sql, params![now, i64::from(most)]).await
    }
}

async fn claim(on: &impl ConnectionTrait, wish: &KeyUse<'_>) -> Result<Option<i64>, StoreError> {
    let sql = "INSERT INTO idempotency_key (account_id, key, fingerprint, answer, claim, claimed_at, expires_at)
         VALUES ($1, $2, $3, NULL, 1, $4, $6)
         ON CONFLICT (account_id, key) DO UPDATE SET
             fingerprint = excluded.fingerprint, answer = NULL, claim = idempotency_key.claim + 1,
             claimed_at = excluded.claimed_at, expires_at = excluded.expires_at
         WHERE idempotency_key.expires_at <= $4
            OR (idempotency_key.answer IS NULL AND idempotency_key.claimed_at <= $5
                AND idempotency_key.fingerprint = excluded.fingerprint)
         RETURNING claim";
    let params = params![
        wish.account_id,
        wish.key,
        wish.fingerprint,
        wish.now,
        wish.stale_before,
        wish.expires_at,
    ];
    let claimed: Vec<Claimed> = all(on, sql, params).await?;
    Ok(claimed.first().map(|row| row.claim))
}
