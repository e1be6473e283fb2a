//! `/account`: who I am, keys, sessions, quotas; and the page that shows a new key once.

use askama::Template;

use super::format::{Count, Moment};
use super::layout::Layout;
use super::parts::{FieldError, error_of};

#[derive(Debug, Template)]
#[template(path = "account.html")]
pub struct Account {
    pub layout: Layout,
    pub name: String,
    pub email: Option<String>,
    /// `user`, `reviewer`, `admin`
    pub role: String,
    /// Names of linked login providers.
    pub identities: Vec<String>,
    /// A key sees neither keys nor sessions.
    pub manages: bool,
    pub keys: Vec<KeyView>,
    pub key_form: KeyForm,
    pub sessions: Vec<SessionView>,
    pub quotas: Vec<QuotaView>,
    pub errors: Vec<FieldError>,
}

impl Account {
    pub fn error(&self, field: &str) -> Option<&str> {
        error_of(&self.errors, field)
    }
}

/// One API key, without its secret.
#[derive(Debug, Clone)]
pub struct KeyView {
    pub key_id: String,
    pub name: String,
    /// The start of it, by which its owner knows it.
    pub prefix: String,
    pub scopes: Vec<String>,
    pub created: Moment,
    pub last_used: Option<Moment>,
    pub expires: Option<Moment>,
    pub state: KeyState,
}

/// Whether a key still opens anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyState {
    Active,
    /// Replaced; works until it expires.
    Rotated,
    Expired,
    Revoked,
}

impl KeyState {
    pub fn label(self) -> &'static str {
        match self {
            Self::Active => "Active",
            Self::Rotated => "Being replaced",
            Self::Expired => "Expired",
            Self::Revoked => "Revoked",
        }
    }

    pub fn class(self) -> &'static str {
        match self {
            Self::Active => "good",
            Self::Rotated => "warn",
            Self::Expired | Self::Revoked => "neutral",
        }
    }

    pub fn works(self) -> bool {
        matches!(self, Self::Active | Self::Rotated)
    }
}

/// The form for a new key, as sent before if it was wrong.
#[derive(Debug, Clone, Default)]
pub struct KeyForm {
    pub name: String,
    pub scopes: Vec<ScopeChoice>,
    /// Days until it expires.
    pub expiries: Vec<ExpiryChoice>,
}

/// What a key may do.
#[derive(Debug, Clone)]
pub struct ScopeChoice {
    pub value: String,
    pub what: String,
    pub checked: bool,
}

/// How long a key lives.
#[derive(Debug, Clone)]
pub struct ExpiryChoice {
    /// Days; empty for never.
    pub value: String,
    pub label: String,
    pub selected: bool,
}

/// A browser that is logged in.
#[derive(Debug, Clone)]
pub struct SessionView {
    pub session_id: String,
    /// What the browser says it is.
    pub browser: String,
    pub started: Moment,
    pub last_seen: Moment,
    pub current: bool,
}

/// A limit and what of it is used.
#[derive(Debug, Clone)]
pub struct QuotaView {
    pub name: String,
    pub used: u64,
    pub limit: u64,
    pub resets: Option<Moment>,
}

impl QuotaView {
    pub fn used_text(&self) -> Count {
        Count(self.used)
    }

    pub fn limit_text(&self) -> Count {
        Count(self.limit)
    }

    pub fn is_spent(&self) -> bool {
        self.used >= self.limit
    }
}

/// Shown once, after a key was made or rotated. Must not be cached.
#[derive(Debug, Template)]
#[template(path = "key_created.html")]
pub struct KeyCreated {
    pub layout: Layout,
    pub name: String,
    pub key: String,
    pub scopes: Vec<String>,
    pub expires: Option<Moment>,
    /// Until when the replaced key works.
    pub old_works_until: Option<Moment>,
    pub base_url: String,
}
