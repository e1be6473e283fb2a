//! Use cases of accounts: login, sessions, API keys, roles, limits, repeated requests.
//!
//! It stands on `store` and is called by `web` and the binary; it knows neither HTTP requests nor
//! pages. Start at [`Accounts`].
//!
//! Invariants
//! - Secrets (keys, session tokens, login state) exist in the clear only where they are handed
//!   out; the database has hashes of them. Nothing here prints one, nor a name or an email address.
//! - What a caller may do is read at each request: a role that was lowered or an account that was
//!   disabled counts at once, on every replica.
//! - An account is found by issuer and subject, never by email.
//!
//! Deliberately absent: passwords; caches of who may do what.

mod administration;
mod caller;
mod dev;
mod error;
mod idempotency;
mod key_format;
mod keys;
mod limits;
mod local;
mod login;
mod name;
mod return_to;
mod scope;
mod secret;
mod sessions;
mod sweep;

use std::sync::Arc;

use environment::{Clock, Entropy};
use store::Store;

use login::Providers;

pub use administration::{AccountPage, MAX_PAGE};
pub use caller::{Caller, Via};
pub use error::{AccountsError, KeyRefusal};
pub use idempotency::{CLAIM, Claim, KEPT, MAX_KEY_CHARS, Repeat};
pub use keys::{CreatedKey, KeyWish, MAX_KEYS, MAX_NAME_CHARS, MAX_OVERLAP};
pub use limits::{Limits, Quota, Rule, Subject, TooMany};
pub use login::{
    AdminRule, Callback, GitHubSettings, LoginDone, LoginError, LoginSettings, LoginStart,
    OidcSettings, ProviderInfo, ProviderSettings, callback_path, is_loopback,
};
pub use return_to::ReturnTo;
pub use scope::{Scope, Scopes};
pub use secret::{Peppers, Secret};
pub use sessions::{IDLE, LONGEST, SessionToken};
pub use store::{Account, AccountId, ApiKey, Identity, KeyId, Role, Session, SessionId};
pub use sweep::Swept;

/// What the operator decides.
#[derive(Debug, Clone)]
pub struct Settings {
    pub peppers: Peppers,
    pub limits: Limits,
    pub login: LoginSettings,
}

/// The use cases of accounts; clones share everything.
#[derive(Debug, Clone)]
pub struct Accounts {
    store: Store,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    settings: Arc<Settings>,
    logins: Arc<Providers>,
}

impl Accounts {
    /// Fails when the login settings are wrong; asks no provider anything yet.
    pub fn new(
        store: Store,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
        settings: Settings,
    ) -> Result<Self, LoginError> {
        let logins = Arc::new(Providers::new(settings.login.clone())?);
        Ok(Self {
            store,
            clock,
            entropy,
            settings: Arc::new(settings),
            logins,
        })
    }

    /// The account with this id.
    pub async fn account(&self, id: AccountId) -> Result<Option<Account>, AccountsError> {
        Ok(self.store.account(id).await?)
    }

    /// A key for what the service hands out and gets back, the same on all replicas; another for
    /// each purpose. It changes with the newest pepper.
    pub fn signing_key(&self, purpose: &str) -> [u8; 32] {
        let peppers = &self.settings.peppers;
        peppers.sign(secret::Purpose::Signing, purpose).0
    }

    /// The ways in which the caller logs in.
    pub async fn identities(&self, caller: &Caller) -> Result<Vec<Identity>, AccountsError> {
        Ok(self.store.identities(caller.account_id).await?)
    }
}
