//! Sessions: one row per login on a browser, found by the hash of the token in its cookie.

use chrono::{DateTime, Utc};
use sea_orm::QueryResult;
use serde::Serialize;

use crate::accounts::Account;
use crate::sql::{FromRow, all, execute, from_row, get, hash_list, one, params};
use crate::{AccountId, Digest, SessionId, Store, StoreError};

/// A session to begin.
#[derive(Debug, Clone)]
pub struct NewSession {
    pub session_id: SessionId,
    pub account_id: AccountId,
    pub token_hash: Digest,
    /// The browser, as it calls itself.
    pub client: String,
    pub created_at: DateTime<Utc>,
    /// Unless it is used until then.
    pub expires_at: DateTime<Utc>,
    /// However it is used.
    pub ends_at: DateTime<Utc>,
}

/// A session as its owner sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Session {
    pub session_id: SessionId,
    pub client: String,
    pub created_at: DateTime<Utc>,
    pub last_seen_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
}

from_row!(Session {
    session_id,
    client,
    created_at,
    last_seen_at,
    expires_at
});

/// A session that was found by its token, with its account, which isn't disabled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundSession {
    pub session_id: SessionId,
    pub last_seen_at: DateTime<Utc>,
    pub ends_at: DateTime<Utc>,
    pub account: Account,
}

impl FromRow for FoundSession {
    fn from_row(row: &QueryResult) -> Result<Self, StoreError> {
        Ok(Self {
            session_id: get(row, "session_id")?,
            last_seen_at: get(row, "last_seen_at")?,
            ends_at: get(row, "ends_at")?,
            account: Account::from_row(row)?,
        })
    }
}

impl Store {
    /// Begins a session; `false` when the account is disabled or missing. Of one account the
    /// `most` newest sessions stay.
    pub async fn add_session(&self, session: &NewSession, most: u32) -> Result<bool, StoreError> {
        let write = self.write().await?;
        let sql = format!(
            "INSERT INTO session (session_id, account_id, token_hash, client, created_at, last_seen_at, expires_at, ends_at)
             SELECT $1, account_id, $3, $4, $5, $5, $6, $7 FROM account
             WHERE account_id = $2 AND kind = 'user' AND disabled_at IS NULL{}",
            self.backend().for_share()
        );
        let params = params![
            session.session_id,
            session.account_id,
            session.token_hash,
            session.client,
            session.created_at,
            session.expires_at,
            session.ends_at,
        ];
        let added = execute(&write.tx, &sql, params).await?;
        let sql = "DELETE FROM session WHERE account_id = $1 AND session_id NOT IN
                   (SELECT session_id FROM session WHERE account_id = $1 ORDER BY session_id DESC LIMIT $2)";
        execute(&write.tx, sql, params![session.account_id, i64::from(most)]).await?;
        write.commit().await?;
        Ok(added > 0)
    }

    /// The live session with one of these token hashes.
    pub async fn session_by_hash(
        &self,
        hashes: &[Digest],
        now: DateTime<Utc>,
    ) -> Result<Option<FoundSession>, StoreError> {
        let sql = format!(
            "SELECT s.session_id, s.last_seen_at, s.ends_at, a.account_id, a.kind, a.display_name, a.email,
                    a.role, a.disabled_at, a.last_login, a.created_at
             FROM session s JOIN account a ON a.account_id = s.account_id
             WHERE s.expires_at > $1 AND a.disabled_at IS NULL AND s.token_hash IN ({})",
            hash_list(2, hashes.len())
        );
        let mut params = params![now];
        params.extend(hashes.iter().flat_map(|hash| params![hash]));
        one(self.read(), &sql, params).await
    }

    /// Notes that a session was used, and moves its end.
    pub async fn touch_session(
        &self,
        id: SessionId,
        token_hash: Digest,
        now: DateTime<Utc>,
        expires_at: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let sql = "UPDATE session SET token_hash = $2, last_seen_at = $3, expires_at = $4
                   WHERE session_id = $1 AND last_seen_at < $3";
        let alone = self.alone().await;
        execute(alone.db, sql, params![id, token_hash, now, expires_at]).await?;
        Ok(())
    }

    /// An account's live sessions, newest first.
    pub async fn sessions(
        &self,
        account: AccountId,
        now: DateTime<Utc>,
    ) -> Result<Vec<Session>, StoreError> {
        let sql = "SELECT session_id, client, created_at, last_seen_at, expires_at FROM session
                   WHERE account_id = $1 AND expires_at > $2 ORDER BY session_id DESC";
        all(self.read(), sql, params![account, now]).await
    }

    /// Ends one session of an account; `false` when it has none such.
    pub async fn end_session(&self, account: AccountId, id: SessionId) -> Result<bool, StoreError> {
        let sql = "DELETE FROM session WHERE account_id = $1 AND session_id = $2";
        let alone = self.alone().await;
        Ok(execute(alone.db, sql, params![account, id]).await? > 0)
    }

    /// Ends all sessions of an account but `keep`, and tells how many.
    pub async fn end_sessions(
        &self,
        account: AccountId,
        keep: Option<SessionId>,
    ) -> Result<u64, StoreError> {
        let sql = "DELETE FROM session WHERE account_id = $1 AND ($2 IS NULL OR session_id <> $2)";
        let alone = self.alone().await;
        execute(alone.db, sql, params![account, keep]).await
    }

    /// Forgets up to `most` sessions that have ended.
    pub async fn sweep_sessions(&self, now: DateTime<Utc>, most: u32) -> Result<u64, StoreError> {
        let sql = "DELETE FROM session WHERE expires_at <= $1 AND session_id IN
                   (SELECT session_id FROM session WHERE expires_at <= $1 LIMIT $2)";
        let alone = self.alone().await;
        execute(alone.db, sql, params![now, i64::from(most)]).await
    }
}
