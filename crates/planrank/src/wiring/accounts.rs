//! Accounts from the command line's options: peppers, limits, login providers, administrators.

use std::num::NonZeroU32;
use std::sync::Arc;

use accounts::{Accounts, Limits, Peppers, Secret, Settings, is_loopback};
use accounts::{GitHubSettings, LoginSettings, OidcSettings, ProviderSettings};
use anyhow::{Context, bail};
use store::Store;
use url::Url;

use crate::cli::{LoginOptions, WorkOptions};
use crate::system::{SystemClock, SystemEntropy};

/// Google's issuer.
pub(crate) const GOOGLE: &str = "https://accounts.google.com";
const GITHUB: &str = "https://github.com";
const GITHUB_API: &str = "https://api.github.com";

/// The accounts of a service that people reach at `public_url`.
pub(crate) async fn accounts(
    store: &Store,
    login: &LoginOptions,
    work: &WorkOptions,
    public_url: &Url,
) -> anyhow::Result<Accounts> {
    if login.dev_login && !is_loopback(public_url) {
        bail!("--dev-login lets anybody in: it is for a service on this machine only");
    }
    let settings = Settings {
        peppers: peppers(store, &login.secret, is_loopback(public_url)).await?,
        limits: limits(work)?,
        login: logins(login, public_url)?,
    };
    build(store, settings)
}

/// The accounts as the command line on the machine of the service works on them.
pub(crate) async fn accounts_of_operator(
    store: &Store,
    secrets: &[String],
) -> anyhow::Result<Accounts> {
    let nowhere = Url::parse("http://localhost/").context("an address")?;
    let settings = Settings {
        peppers: peppers(store, secrets, true).await?,
        limits: Limits::default(),
        login: LoginSettings::none(nowhere),
    };
    build(store, settings)
}

fn build(store: &Store, settings: Settings) -> anyhow::Result<Accounts> {
    let (clock, entropy) = (Arc::new(SystemClock), Arc::new(SystemEntropy));
    Ok(Accounts::new(store.clone(), clock, entropy, settings)?)
}

/// As given. Without any, a service on this machine takes the database's own secret, which
/// protects nothing from whoever copies the database.
async fn peppers(store: &Store, given: &[String], local: bool) -> anyhow::Result<Peppers> {
    let secrets: Vec<Secret> = if given.is_empty() {
        if !local {
            bail!(
                "this service can be reached from other machines: set PLANRANK_SECRET to 32 random characters or \
                 more (such as `openssl rand -hex 32` prints), the same for all replicas"
            );
        }
        vec![Secret::new(hex::encode(super::server_secret(store).await?))]
    } else {
        given.iter().map(Secret::new).collect()
    };
    Peppers::new(secrets).context("PLANRANK_SECRET")
}

fn limits(work: &WorkOptions) -> anyhow::Result<Limits> {
    let number = |n: u32, flag: &str| {
        NonZeroU32::new(n).with_context(|| format!("{flag} has to be at least 1"))
    };
    Ok(Limits {
        ranks_per_minute: number(work.ranks_per_minute, "--ranks-per-minute")?,
        new_families_per_day: number(work.families_per_day, "--families-per-day")?,
        requests_per_minute: number(work.requests_per_minute, "--requests-per-minute")?,
        ..Limits::default()
    })
}

fn logins(options: &LoginOptions, public_url: &Url) -> anyhow::Result<LoginSettings> {
    let admins = options.admins.iter().map(|rule| rule.parse());
    let admins: Result<Vec<_>, String> = admins.collect();
    Ok(LoginSettings {
        public_url: public_url.clone(),
        providers: providers(options)?,
        admins: admins.map_err(anyhow::Error::msg).context("--admin")?,
        dev_login: options.dev_login,
    })
}

fn providers(options: &LoginOptions) -> anyhow::Result<Vec<ProviderSettings>> {
    let mut providers = Vec::new();
    if let (Some(issuer), Some(id)) = (&options.oidc_issuer, &options.oidc_client_id) {
        let issuer = issuer.as_str().trim_end_matches('/');
        let secret = options.oidc_client_secret.as_ref();
        providers.push(oidc("oidc", &options.oidc_label, issuer, id, secret));
    }
    if let Some(id) = &options.google_client_id {
        let secret = options.google_client_secret.as_ref();
        providers.push(oidc("google", "Google", GOOGLE, id, secret));
    }
    if let (Some(id), Some(secret)) = (&options.github_client_id, &options.github_client_secret) {
        providers.push(github(options.github_url.as_ref(), id, secret)?);
    }
    Ok(providers)
}

fn oidc(
    name: &str,
    label: &str,
    issuer: &str,
    client_id: &str,
    client_secret: Option<&String>,
) -> ProviderSettings {
    ProviderSettings::Oidc(OidcSettings {
        name: name.to_owned(),
        label: label.to_owned(),
        issuer: issuer.to_owned(),
        client_id: client_id.to_owned(),
        client_secret: client_secret.map(Secret::new),
        scopes: vec!["email".to_owned(), "profile".to_owned()],
    })
}

fn github(enterprise: Option<&Url>, id: &str, secret: &str) -> anyhow::Result<ProviderSettings> {
    let (web_url, api_url) = match enterprise {
        Some(url) => (url.clone(), url.join("/api/v3")?),
        None => (Url::parse(GITHUB)?, Url::parse(GITHUB_API)?),
    };
    Ok(ProviderSettings::GitHub(GitHubSettings {
        name: "github".to_owned(),
        label: "GitHub".to_owned(),
        client_id: id.to_owned(),
        client_secret: Secret::new(secret),
        web_url,
        api_url,
    }))
}
