//! Sessions: a browser that is logged in, known by a random token in its cookie.
//!
//! A session ends after 14 days without use, and after 90 days however it is used.

use chrono::{DateTime, TimeDelta, Utc};
use store::{AccountId, FoundSession, NewSession, Session, SessionId};

use crate::keys::USE_NOTED_EVERY;
use crate::secret::{Purpose, id_bytes, random_bytes};
use crate::{Accounts, AccountsError, Caller, Secret, Via, key_format, name};

/// How long a session lives without being used.
pub const IDLE: TimeDelta = TimeDelta::days(14);
/// How long a session lives at most.
pub const LONGEST: TimeDelta = TimeDelta::days(90);
/// Sessions per account; beginning one more ends the oldest.
const MAX_SESSIONS: u32 = 50;
const TOKEN_DIGITS: usize = 43;

/// A session that has begun. The token goes into a cookie and is nowhere else.
#[derive(Debug, Clone)]
pub struct SessionToken {
    pub session_id: SessionId,
    pub token: Secret,
    /// For the cookie's `Max-Age`.
    pub max_age_secs: u64,
}

impl Accounts {
    /// Begins a session. Call it only after a login, and end the session that the browser had.
    pub async fn start_session(
        &self,
        account_id: AccountId,
        client: &str,
    ) -> Result<SessionToken, AccountsError> {
        let now = self.clock.now();
        let token = Secret::new(key_format::base62(
            &random_bytes(&*self.entropy),
            TOKEN_DIGITS,
        ));
        let session = NewSession {
            session_id: SessionId::new(now, id_bytes(&*self.entropy)),
            account_id,
            token_hash: self.settings.peppers.sign(Purpose::Session, token.expose()),
            client: name::clean(client),
            created_at: now,
            expires_at: now + IDLE,
            ends_at: now + LONGEST,
        };
        if !self.store.add_session(&session, MAX_SESSIONS).await? {
            return Err(AccountsError::NotFound("account that may log in"));
        }
        Ok(SessionToken {
            session_id: session.session_id,
            token,
            max_age_secs: LONGEST.num_seconds().unsigned_abs(),
        })
    }

    /// Whose session has this token.
    pub async fn by_session(&self, cookie: &str) -> Result<Option<Caller>, AccountsError> {
        if cookie.len() != TOKEN_DIGITS || !cookie.bytes().all(|b| b.is_ascii_alphanumeric()) {
            return Ok(None);
        }
        let now = self.clock.now();
        let hashes = self.settings.peppers.hashes(Purpose::Session, cookie);
        let Some(found) = self.store.session_by_hash(&hashes, now).await? else {
            return Ok(None);
        };
        if now - found.last_seen_at >= USE_NOTED_EVERY {
            self.move_end(&found, hashes[0], now).await;
        }
        let session_id = found.session_id;
        Ok(Some(Caller::new(
            found.account,
            Via::Session { session_id },
        )))
    }

    /// A use that can't be written down is still a use.
    async fn move_end(&self, found: &FoundSession, hash: store::Digest, now: DateTime<Utc>) {
        let end = found.ends_at.min(now + IDLE);
        let id = found.session_id;
        if let Err(error) = self.store.touch_session(id, hash, now, end).await {
            tracing::warn!(session.id = %id, %error, "the use of a session was not noted");
        }
    }

    /// The caller's live sessions, newest first.
    pub async fn sessions(&self, caller: &Caller) -> Result<Vec<Session>, AccountsError> {
        check_manages(caller)?;
        let now = self.clock.now();
        Ok(self.store.sessions(caller.account_id, now).await?)
    }

    /// Ends one of the caller's sessions.
    pub async fn end_session(&self, caller: &Caller, id: SessionId) -> Result<(), AccountsError> {
        check_manages(caller)?;
        if self.store.end_session(caller.account_id, id).await? {
            return Ok(());
        }
        Err(AccountsError::NotFound("session"))
    }

    /// Logs out: ends the session that the caller came with, if it came with one.
    pub async fn log_out(&self, caller: &Caller) -> Result<(), AccountsError> {
        if let Via::Session { session_id } = caller.via {
            self.store
                .end_session(caller.account_id, session_id)
                .await?;
        }
        Ok(())
    }

    /// Ends all of the caller's sessions, the present one too, and tells how many.
    pub async fn end_all_sessions(&self, caller: &Caller) -> Result<u64, AccountsError> {
        check_manages(caller)?;
        Ok(self.store.end_sessions(caller.account_id, None).await?)
    }
}

fn check_manages(caller: &Caller) -> Result<(), AccountsError> {
    if caller.manages_credentials() {
        return Ok(());
    }
    Err(AccountsError::Forbidden(
        "an API key cannot manage sessions: log in and use the account page",
    ))
}
