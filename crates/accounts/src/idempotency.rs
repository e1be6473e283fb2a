//! Requests that a client may repeat under an idempotency key, and be answered once.
//!
//! The first use of a key is claimed; whoever claims it must `remember` the answer or `give_up`.
//! Others that use the key meanwhile are told that it is in progress. A claim that was left
//! (its process died) is taken over after a minute; a key is forgotten after 24 hours.

use chrono::TimeDelta;
use store::{AccountId, Digest, KeyState, KeyUse};

use crate::{Accounts, AccountsError};

/// How long an answer is kept.
pub const KEPT: TimeDelta = TimeDelta::hours(24);
/// How long a claim without an answer keeps others away.
pub const CLAIM: TimeDelta = TimeDelta::minutes(1);
/// Characters of a key.
pub const MAX_KEY_CHARS: usize = 255;

/// The duty to answer a request.
#[derive(Debug, PartialEq, Eq)]
#[must_use = "a claim that is neither remembered nor given up keeps others away for a minute"]
pub struct Claim {
    account_id: AccountId,
    key: String,
    number: i64,
}

/// What is known of a request.
#[derive(Debug, PartialEq, Eq)]
pub enum Repeat {
    /// It is new: do it, then remember the answer under the claim.
    Fresh(Claim),
    /// It was answered like this.
    Same(String),
    /// It is being answered: ask again after so many seconds.
    InProgress { retry_after_secs: u64 },
    /// The key belongs to another request.
    Conflict,
}

impl Accounts {
    /// Whether the request with this fingerprint may be done under this key, or was already.
    /// The fingerprint is a hash of everything that the answer depends on.
    pub async fn idempotent(
        &self,
        account_id: AccountId,
        key: &str,
        fingerprint: Digest,
    ) -> Result<Repeat, AccountsError> {
        check_key(key)?;
        let now = self.clock.now();
        let wish = KeyUse {
            account_id,
            key,
            fingerprint,
            now,
            stale_before: now - CLAIM,
            expires_at: now + KEPT,
        };
        Ok(match self.store.use_idempotency_key(&wish).await? {
            KeyState::Claimed { claim } => Repeat::Fresh(Claim {
                account_id,
                key: key.to_owned(),
                number: claim,
            }),
            KeyState::Answered { answer } => Repeat::Same(answer),
            KeyState::OtherRequest => Repeat::Conflict,
            KeyState::InProgress { since } => {
                let wait = (since + CLAIM - now).num_seconds();
                let retry_after_secs = u64::try_from(wait).unwrap_or(0).clamp(1, 5);
                Repeat::InProgress { retry_after_secs }
            }
        })
    }

    /// Keeps the answer (JSON) for those who repeat the request. `false` when the claim was taken
    /// over, whose answer counts then.
    pub async fn remember(&self, claim: Claim, answer: &str) -> Result<bool, AccountsError> {
        let Claim {
            account_id,
            key,
            number,
        } = claim;
        let kept = self.store.keep_answer(account_id, &key, number, answer);
        Ok(kept.await?)
    }

    /// Gives a claim up, because the request failed in a way that a repetition may cure.
    pub async fn give_up(&self, claim: Claim) -> Result<(), AccountsError> {
        let Claim {
            account_id,
            key,
            number,
        } = claim;
        Ok(self.store.give_up_claim(account_id, &key, number).await?)
    }
}

fn check_key(key: &str) -> Result<(), AccountsError> {
    let visible = key.bytes().all(|b| matches!(b, b' '..=b'~'));
    if visible && (1..=MAX_KEY_CHARS).contains(&key.len()) {
        return Ok(());
    }
    Err(AccountsError::Invalid {
        field: "Idempotency-Key",
        why: "give 1 to 255 printable ASCII characters, such as a UUID".to_owned(),
    })
}
