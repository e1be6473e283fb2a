//! API keys: made and shown once, rotated with an overlap, revoked, and checked at each request.
//!
//! Invariant: a key never does more than its account's role allows at that moment, and nothing
//! when the account is disabled.

use chrono::{DateTime, TimeDelta, Utc};
use store::{AccountId, ApiKey, FoundKey, KeyAdded, KeyId, NewApiKey};

use crate::secret::{Purpose, id_bytes, random_bytes};
use crate::{Accounts, AccountsError, Caller, KeyRefusal, Scopes, Secret, Via, key_format};

/// Working keys per account.
pub const MAX_KEYS: u32 = 20;
/// Characters of a key's name.
pub const MAX_NAME_CHARS: usize = 80;
/// How long the old key may work beside the new one.
pub const MAX_OVERLAP: TimeDelta = TimeDelta::days(30);
/// The last use is written at most so often.
pub(crate) const USE_NOTED_EVERY: TimeDelta = TimeDelta::minutes(1);

/// A wish for a key.
#[derive(Debug, Clone)]
pub struct KeyWish {
    pub name: String,
    pub scopes: Scopes,
    /// Never, when absent.
    pub expires_at: Option<DateTime<Utc>>,
}

/// A key at the one moment at which it can be shown.
#[derive(Debug, Clone)]
pub struct CreatedKey {
    pub secret: Secret,
    pub key: ApiKey,
}

impl Accounts {
    /// Makes a key for the caller's account.
    pub async fn create_key(
        &self,
        caller: &Caller,
        wish: &KeyWish,
    ) -> Result<CreatedKey, AccountsError> {
        let now = self.clock.now();
        check_manages(caller)?;
        check_wish(caller, wish, now)?;
        let (secret, new) = self.new_key(caller.account_id, wish, now);
        let added = self.store.add_api_key(&new, MAX_KEYS).await?;
        self.added(added, secret, new).await
    }

    /// The caller's keys, those that ended too, newest first.
    pub async fn keys(&self, caller: &Caller) -> Result<Vec<ApiKey>, AccountsError> {
        check_manages(caller)?;
        Ok(self.store.api_keys(caller.account_id).await?)
    }

    /// Makes a key with the name, the scopes and the lifetime of `id`, which works for `overlap`
    /// more. A key may rotate itself.
    pub async fn rotate_key(
        &self,
        caller: &Caller,
        id: KeyId,
        overlap: TimeDelta,
    ) -> Result<CreatedKey, AccountsError> {
        check_manages_or_is(caller, id)?;
        if overlap < TimeDelta::zero() || overlap > MAX_OVERLAP {
            return Err(invalid("overlap", "give 0 to 30 days"));
        }
        let now = self.clock.now();
        let old = self.store.api_key(caller.account_id, id).await?;
        let old = old.ok_or(AccountsError::NotFound("API key"))?;
        let wish = successor(&old, caller, now)?;
        let (secret, new) = self.new_key(caller.account_id, &wish, now);
        let until = now + overlap;
        let added = self
            .store
            .replace_api_key(id, until, &new, MAX_KEYS)
            .await?;
        self.added(added, secret, new).await
    }

    /// Ends a key at once. A key may end itself.
    pub async fn revoke_key(&self, caller: &Caller, id: KeyId) -> Result<(), AccountsError> {
        check_manages_or_is(caller, id)?;
        let now = self.clock.now();
        if self
            .store
            .revoke_api_key(caller.account_id, id, now)
            .await?
        {
            tracing::info!(account.id = %caller.account_id, key.id = %id, "API key revoked");
            return Ok(());
        }
        Err(AccountsError::NotFound("working API key"))
    }

    /// Who presents this key, if it opens anything.
    pub async fn by_key(&self, presented: &str) -> Result<Option<Caller>, AccountsError> {
        Ok(self.check_key(presented).await?.ok())
    }

    /// Who presents this key, or why it opens nothing.
    pub async fn check_key(
        &self,
        presented: &str,
    ) -> Result<Result<Caller, KeyRefusal>, AccountsError> {
        if let Err(refusal) = key_format::check(presented) {
            return Ok(Err(refusal));
        }
        let hashes = self.settings.peppers.hashes(Purpose::Key, presented);
        let Some(found) = self.store.api_key_by_hash(&hashes).await? else {
            return Ok(Err(KeyRefusal::Unknown));
        };
        let now = self.clock.now();
        if let Some(refusal) = refusal(&found, now) {
            return Ok(Err(refusal));
        }
        self.note_use(&found, hashes[0], now).await;
        let scopes = found.scopes.parse().unwrap_or(Scopes::NONE);
        let (key_id, name) = (found.key_id, found.name);
        let via = Via::Key {
            key_id,
            name,
            scopes,
        };
        Ok(Ok(Caller::new(found.account, via)))
    }

    /// A use that can't be written down is still a use.
    async fn note_use(&self, found: &FoundKey, hash: store::Digest, now: DateTime<Utc>) {
        let fresh = found
            .last_used_at
            .is_some_and(|at| now - at < USE_NOTED_EVERY);
        if fresh && found.secret_hash == hash {
            return;
        }
        if let Err(error) = self.store.touch_api_key(found.key_id, hash, now).await {
            tracing::warn!(key.id = %found.key_id, %error, "the use of an API key was not noted");
        }
    }

    fn new_key(
        &self,
        account_id: AccountId,
        wish: &KeyWish,
        now: DateTime<Utc>,
    ) -> (Secret, NewApiKey) {
        let secret = key_format::write(random_bytes(&*self.entropy));
        let new = NewApiKey {
            key_id: KeyId::new(now, id_bytes(&*self.entropy)),
            account_id,
            name: wish.name.trim().to_owned(),
            hint: key_format::hint(&secret),
            secret_hash: self.settings.peppers.sign(Purpose::Key, secret.expose()),
            scopes: wish.scopes.to_string(),
            created_at: now,
            expires_at: wish.expires_at,
        };
        (secret, new)
    }

    async fn added(
        &self,
        outcome: KeyAdded,
        secret: Secret,
        new: NewApiKey,
    ) -> Result<CreatedKey, AccountsError> {
        match outcome {
            KeyAdded::TooMany => return Err(AccountsError::TooManyKeys { limit: MAX_KEYS }),
            KeyAdded::Gone => return Err(AccountsError::NotFound("account or working API key")),
            KeyAdded::Added => {}
        }
        tracing::info!(account.id = %new.account_id, key.id = %new.key_id, "API key made");
        let key = self.store.api_key(new.account_id, new.key_id).await?;
        let key = key.ok_or(AccountsError::NotFound("API key"))?;
        Ok(CreatedKey { secret, key })
    }
}

fn refusal(found: &FoundKey, now: DateTime<Utc>) -> Option<KeyRefusal> {
    if found.revoked_at.is_some() {
        return Some(KeyRefusal::Revoked);
    }
    if found.expires_at.is_some_and(|end| end <= now) {
        return Some(KeyRefusal::Expired);
    }
    found
        .account
        .disabled_at
        .map(|_| KeyRefusal::AccountDisabled)
}

/// What the key after `old` should be.
fn successor(old: &ApiKey, caller: &Caller, now: DateTime<Utc>) -> Result<KeyWish, AccountsError> {
    if !old.works_at(now) {
        return Err(AccountsError::Refused(
            "the API key no longer works, so nothing can follow it: make a new one",
        ));
    }
    if old.replaced_by.is_some() {
        return Err(AccountsError::Refused(
            "the API key was rotated already: rotate the one that followed it",
        ));
    }
    let scopes: Scopes = old.scopes.parse().unwrap_or(Scopes::NONE);
    let scopes = scopes.intersect(Scopes::of(caller.role));
    if scopes.is_empty() {
        return Err(AccountsError::Refused(
            "your role allows none of the API key's scopes any more",
        ));
    }
    let lifetime = old.expires_at.map(|end| end - old.created_at);
    let expires_at = lifetime.map(|lifetime| now + lifetime);
    let name = old.name.clone();
    Ok(KeyWish {
        name,
        scopes,
        expires_at,
    })
}

fn check_wish(caller: &Caller, wish: &KeyWish, now: DateTime<Utc>) -> Result<(), AccountsError> {
    let name = wish.name.trim();
    if name.is_empty() || name.chars().count() > MAX_NAME_CHARS {
        return Err(invalid("name", "give a name of 1 to 80 characters"));
    }
    if crate::name::clean(name) != name {
        return Err(invalid(
            "name",
            "use plain text without control, invisible or direction characters",
        ));
    }
    if wish.scopes.is_empty() {
        return Err(invalid("scopes", "give at least one"));
    }
    if !wish.scopes.is_subset(caller.scopes()) {
        let allowed = caller.scopes();
        return Err(invalid("scopes", &format!("your role allows: {allowed}")));
    }
    if wish.expires_at.is_some_and(|end| end <= now) {
        return Err(invalid("expires_at", "give a time to come, or none"));
    }
    Ok(())
}

fn check_manages(caller: &Caller) -> Result<(), AccountsError> {
    if caller.manages_credentials() {
        return Ok(());
    }
    Err(AccountsError::Forbidden(
        "an API key cannot manage API keys: log in and use the account page",
    ))
}

fn check_manages_or_is(caller: &Caller, id: KeyId) -> Result<(), AccountsError> {
    match &caller.via {
        Via::Key { key_id, .. } if *key_id == id => Ok(()),
        _ => check_manages(caller),
    }
}

fn invalid(field: &'static str, why: &str) -> AccountsError {
    let why = why.to_owned();
    AccountsError::Invalid { field, why }
}
