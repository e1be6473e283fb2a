//! Which providers people may log in with, and who is an administrator from the start.

use std::str::FromStr;

use url::{Host, Url};

use super::{LoginError, Vouched, callback_path};
use crate::Secret;

/// Everything about logging in.
#[derive(Debug, Clone)]
pub struct LoginSettings {
    /// Where browsers find this service, such as `https://planrank.example`.
    pub public_url: Url,
    pub providers: Vec<ProviderSettings>,
    /// Who is given the role of administrator at login. Striking a rule takes no role away.
    pub admins: Vec<AdminRule>,
    /// Whether anybody may log in as anybody, by name alone.
    pub dev_login: bool,
}

/// One way to log in.
#[derive(Debug, Clone)]
pub enum ProviderSettings {
    Oidc(OidcSettings),
    GitHub(GitHubSettings),
}

/// An `OpenID` Connect issuer.
#[derive(Debug, Clone)]
pub struct OidcSettings {
    /// In addresses: lower-case letters, digits and hyphens.
    pub name: String,
    /// On the login page.
    pub label: String,
    pub issuer: String,
    pub client_id: String,
    pub client_secret: Option<Secret>,
    /// Besides `openid`; usually `email` and `profile`.
    pub scopes: Vec<String>,
}

/// GitHub, or a GitHub Enterprise server.
#[derive(Debug, Clone)]
pub struct GitHubSettings {
    pub name: String,
    pub label: String,
    pub client_id: String,
    pub client_secret: Secret,
    /// `https://github.com`.
    pub web_url: Url,
    /// `https://api.github.com`, or `https://HOST/api/v3`.
    pub api_url: Url,
}

impl ProviderSettings {
    pub fn name(&self) -> &str {
        match self {
            Self::Oidc(own) => &own.name,
            Self::GitHub(own) => &own.name,
        }
    }

    pub fn label(&self) -> &str {
        match self {
            Self::Oidc(own) => &own.label,
            Self::GitHub(own) => &own.label,
        }
    }
}

impl LoginSettings {
    /// Nobody can log in.
    pub fn none(public_url: Url) -> Self {
        Self {
            public_url,
            providers: Vec::new(),
            admins: Vec::new(),
            dev_login: false,
        }
    }

    pub(super) fn check(&self) -> Result<(), LoginError> {
        let names: Vec<&str> = self.providers.iter().map(ProviderSettings::name).collect();
        for (at, name) in names.iter().enumerate() {
            let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
            if name.is_empty() || !name.bytes().all(plain) {
                return Err(wrong(format!(
                    "the provider name {name:?} may hold a-z, 0-9 and hyphens only"
                )));
            }
            if names[..at].contains(name) {
                return Err(wrong(format!("two providers have the name {name:?}")));
            }
        }
        Ok(())
    }

    pub(super) fn redirect_url(&self, provider: &str) -> Result<Url, LoginError> {
        let joined = self.public_url.join(&callback_path(provider));
        joined.map_err(|_| wrong("the public URL must begin with https:// or http://".to_owned()))
    }
}

/// Whether an address is this machine's own.
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    }
}

/// Refuses what would send secrets in the clear: only this machine may be spoken to without TLS.
pub(super) fn check_base(url: &Url) -> Result<(), LoginError> {
    if url.scheme() == "https" || (url.scheme() == "http" && is_loopback(url)) {
        return Ok(());
    }
    let host = url.host_str().unwrap_or_default();
    Err(wrong(format!(
        "{host}: give an address that begins with https://"
    )))
}

fn wrong(why: String) -> LoginError {
    LoginError::Settings(why)
}

/// Whom the operator trusts with the role of administrator.
#[derive(Clone, PartialEq, Eq)]
pub enum AdminRule {
    /// Whoever has this address, verified by the provider. As good as the providers' checks.
    Email(String),
    Identity {
        issuer: String,
        subject: String,
    },
}

impl AdminRule {
    pub(super) fn fits(&self, vouched: &Vouched) -> bool {
        match self {
            Self::Email(email) => vouched
                .verified_email
                .as_ref()
                .is_some_and(|verified| verified.eq_ignore_ascii_case(email)),
            Self::Identity { issuer, subject } => {
                *issuer == vouched.issuer && *subject == vouched.subject
            }
        }
    }
}

impl std::fmt::Debug for AdminRule {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Email(_) => "Email([redacted])",
            Self::Identity { .. } => "Identity([redacted])",
        })
    }
}

impl FromStr for AdminRule {
    type Err = String;

    /// Reads `ada@example.org` or `https://issuer.example|subject`.
    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.trim();
        match text.split_once('|') {
            Some((issuer, subject)) if !issuer.is_empty() && !subject.is_empty() => {
                Ok(Self::Identity {
                    issuer: issuer.to_owned(),
                    subject: subject.to_owned(),
                })
            }
            None if text.contains('@') => Ok(Self::Email(text.to_owned())),
            _ => Err("an administrator is an email address or ISSUER|SUBJECT".to_owned()),
        }
    }
}
