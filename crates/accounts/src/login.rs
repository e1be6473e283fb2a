//! Login through a provider: `OpenID` Connect with any issuer, and GitHub's OAuth 2.
//!
//! [`Accounts::begin_login`] sends the browser to the provider; [`Accounts::finish_login`] takes
//! what it comes back with. Between the two, any replica can stand in for another.
//!
//! Invariants
//! - An attempt is used once, by the browser that began it, for the provider that it began with.
//!   The state travels through the provider; the *binding* stays in a cookie, and the nonce and
//!   the PKCE verifier are derived from it, so the database holds nothing that logs anyone in.
//! - An account is found by issuer and subject only. An email address proves who somebody was to
//!   some provider at some time: addresses are given to new people, and not every provider checks
//!   them, so finding accounts by it would let one provider's user into another's account.
//! - An email address is kept only when the provider says that it verified it.

mod attempt;
mod config;
mod github;
mod http;
mod oidc;

use std::fmt;

use serde::Deserialize;
use store::{Account, AccountId, Login, RoleAtLogin, StoreError};
use url::Url;

use crate::secret::id_bytes;
use crate::{Accounts, ReturnTo, Role, Secret, name};

pub use config::{
    AdminRule, GitHubSettings, LoginSettings, OidcSettings, ProviderSettings, is_loopback,
};

use attempt::Attempt;
use github::GitHub;
use oidc::Oidc;

/// Codes of real providers have under 1,000 characters.
const MAX_CODE_BYTES: usize = 4_000;
const MAX_EMAIL_BYTES: usize = 254;
const NAMELESS: &str = "Nameless";
pub(crate) const DEV_ISSUER: &str = "dev";

/// Why nobody was logged in.
#[derive(Debug, thiserror::Error)]
pub enum LoginError {
    #[error("there is no login provider of this name")]
    UnknownProvider,
    #[error(
        "this login is over, was finished already, or was begun in another browser: log in again"
    )]
    UnknownAttempt,
    #[error("{provider} did not log you in ({code}): try again, or use another account")]
    Denied { provider: String, code: String },
    #[error("{provider} could not be asked: {why}. Try again in a moment")]
    Unreachable { provider: String, why: String },
    #[error("what {provider} says about you cannot be trusted: {why}. Nobody was logged in")]
    Untrusted { provider: String, why: &'static str },
    #[error("this account is disabled: ask an administrator")]
    Disabled,
    #[error("the development login is switched off")]
    DevDisabled,
    #[error("{field}: {why}")]
    Invalid { field: &'static str, why: String },
    #[error("the login settings are wrong: {0}")]
    Settings(String),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A login that has begun: where to send the browser, and what to keep in its cookie (`HttpOnly`,
/// `Secure`, `SameSite=Lax`, ten minutes).
#[derive(Debug, Clone)]
pub struct LoginStart {
    pub authorize_url: Url,
    pub binding: Secret,
    pub max_age_secs: u64,
}

/// What a browser brings back from the provider, in the query of the callback.
#[derive(Clone, Default, Deserialize)]
pub struct Callback {
    pub code: Option<String>,
    pub state: Option<String>,
    pub error: Option<String>,
    /// Who answers, if the provider says so (RFC 9207).
    pub iss: Option<String>,
}

impl fmt::Debug for Callback {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Callback").finish_non_exhaustive()
    }
}

/// Somebody is logged in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoginDone {
    pub account: Account,
    /// Whether this login made the account.
    pub created: bool,
    pub return_to: ReturnTo,
}

/// A provider as the login page shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderInfo {
    pub name: String,
    pub label: String,
}

/// Somebody for whom a provider vouches. Not `Debug`: it is all personal.
pub(crate) struct Vouched {
    pub(crate) issuer: String,
    pub(crate) subject: String,
    pub(crate) name: Option<String>,
    pub(crate) verified_email: Option<String>,
}

/// The providers, ready to be used.
#[derive(Debug)]
pub(crate) struct Providers {
    settings: LoginSettings,
    all: Vec<Provider>,
}

#[derive(Debug)]
enum Provider {
    Oidc(Box<Oidc>),
    GitHub(Box<GitHub>),
}

impl Providers {
    pub(crate) fn new(settings: LoginSettings) -> Result<Self, LoginError> {
        settings.check()?;
        let build = |provider: &ProviderSettings| {
            let redirect = settings.redirect_url(provider.name())?;
            Ok(match provider {
                ProviderSettings::Oidc(own) => {
                    Provider::Oidc(Box::new(Oidc::new(own.clone(), redirect)?))
                }
                ProviderSettings::GitHub(own) => {
                    Provider::GitHub(Box::new(GitHub::new(own.clone(), redirect)?))
                }
            })
        };
        let all: Result<Vec<_>, LoginError> = settings.providers.iter().map(build).collect();
        let all = all?;
        Ok(Self { settings, all })
    }

    pub(crate) fn settings(&self) -> &LoginSettings {
        &self.settings
    }

    fn find(&self, name: &str) -> Result<&Provider, LoginError> {
        let named = self
            .settings
            .providers
            .iter()
            .position(|provider| provider.name() == name);
        named
            .map(|at| &self.all[at])
            .ok_or(LoginError::UnknownProvider)
    }
}

impl Accounts {
    /// The providers that the login page offers.
    pub fn providers(&self) -> Vec<ProviderInfo> {
        let info = |provider: &ProviderSettings| ProviderInfo {
            name: provider.name().to_owned(),
            label: provider.label().to_owned(),
        };
        self.logins.settings.providers.iter().map(info).collect()
    }

    /// Begins a login with the provider of this name.
    pub async fn begin_login(
        &self,
        provider: &str,
        return_to: ReturnTo,
    ) -> Result<LoginStart, LoginError> {
        let chosen = self.logins.find(provider)?;
        let now = self.clock.now();
        let attempt = Attempt::new(&*self.entropy);
        let authorize_url = match chosen {
            Provider::Oidc(oidc) => oidc.authorize_url(&attempt, now).await?,
            Provider::GitHub(github) => github.authorize_url(&attempt)?,
        };
        self.store
            .add_login_attempt(&attempt.row(provider, &return_to, now))
            .await?;
        Ok(LoginStart {
            authorize_url,
            binding: attempt.binding,
            max_age_secs: attempt::LIFETIME.num_seconds().unsigned_abs(),
        })
    }

    /// Finishes a login with what the browser brought back and what its cookie holds.
    pub async fn finish_login(
        &self,
        provider: &str,
        callback: &Callback,
        binding: &str,
    ) -> Result<LoginDone, LoginError> {
        let chosen = self.logins.find(provider)?;
        let now = self.clock.now();
        let state = callback.state.as_deref().unwrap_or_default();
        let (state_hash, binding_hash) = attempt::hashes(state, binding);
        let attempt = self
            .store
            .use_login_attempt(state_hash, binding_hash, provider, now)
            .await?;
        let return_to = attempt.ok_or(LoginError::UnknownAttempt)?;
        let code = code(provider, callback)?;
        let vouched = match chosen {
            Provider::Oidc(oidc) => {
                oidc.vouch(code, callback.iss.as_deref(), binding, now)
                    .await?
            }
            Provider::GitHub(github) => github.vouch(code, binding).await?,
        };
        let (account, created) = self.admit(&vouched).await?;
        Ok(LoginDone {
            account,
            created,
            return_to: ReturnTo::parse(&return_to).unwrap_or_default(),
        })
    }

    async fn admit(&self, vouched: &Vouched) -> Result<(Account, bool), LoginError> {
        let admins = &self.logins.settings.admins;
        let is_admin = admins.iter().any(|rule| rule.fits(vouched));
        let role = if is_admin {
            RoleAtLogin::Set(Role::Admin)
        } else {
            RoleAtLogin::Keep
        };
        self.log_in(vouched, role).await
    }

    pub(crate) async fn log_in(
        &self,
        vouched: &Vouched,
        role: RoleAtLogin,
    ) -> Result<(Account, bool), LoginError> {
        let now = self.clock.now();
        let mut display_name = name::clean(vouched.name.as_deref().unwrap_or_default());
        if display_name.is_empty() {
            NAMELESS.clone_into(&mut display_name);
        }
        let login = Login {
            issuer: &vouched.issuer,
            subject: &vouched.subject,
            account_id: AccountId::new(now, id_bytes(&*self.entropy)),
            display_name: &display_name,
            email: vouched.verified_email.as_deref(),
            role,
            now,
        };
        let done = self.store.log_in(&login).await?;
        if done.account.disabled_at.is_some() {
            return Err(LoginError::Disabled);
        }
        tracing::info!(account.id = %done.account.account_id, created = done.created, "logged in");
        Ok((done.account, done.created))
    }
}

/// The path to which a provider sends the browser back.
pub fn callback_path(provider: &str) -> String {
    format!("/login/{provider}/callback")
}

fn code<'a>(provider: &str, callback: &'a Callback) -> Result<&'a str, LoginError> {
    let denied = |code: &str| LoginError::Denied {
        provider: provider.to_owned(),
        code: plain(code),
    };
    if let Some(error) = &callback.error {
        return Err(denied(error));
    }
    let code = callback.code.as_deref();
    let code = code.filter(|code| (1..=MAX_CODE_BYTES).contains(&code.len()));
    code.ok_or_else(|| denied("no code"))
}

/// Bounded, and one address at most.
pub(crate) fn is_email(text: &str) -> bool {
    let plain = text.chars().all(|c| !c.is_control() && !c.is_whitespace());
    plain && text.len() <= MAX_EMAIL_BYTES && text.matches('@').count() == 1
}

/// An error code of a provider, fit for a message.
pub(crate) fn plain(code: &str) -> String {
    let allowed = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | ' ');
    code.chars().filter(allowed).take(60).collect()
}
