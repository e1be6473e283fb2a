//! An account with its keys, sessions and limits.

use accounts::ProviderInfo;
use accounts::{ApiKey, Quota, Role, Rule, Scope, Scopes, Session, SessionId};
use chrono::{DateTime, Utc};

use crate::view::account::{
    ExpiryChoice, KeyForm, KeyState, KeyView, QuotaView, ScopeChoice, SessionView,
};
use crate::view::format::Moment;

/// Days, and how the form says them.
const EXPIRIES: [(&str, &str); 4] = [
    ("30", "in 30 days"),
    ("90", "in 90 days"),
    ("365", "in a year"),
    ("", "never"),
];
const USUAL_EXPIRY: &str = "90";

pub(in crate::pages) fn key_form(role: Role) -> KeyForm {
    key_form_again(role, "", &["read".to_owned()], USUAL_EXPIRY)
}

/// The form as it was sent.
pub(in crate::pages) fn key_form_again(
    role: Role,
    name: &str,
    scopes: &[String],
    expires_days: &str,
) -> KeyForm {
    let scope = |scope: Scope| ScopeChoice {
        value: scope.as_str().to_owned(),
        what: allows(scope).to_owned(),
        checked: scopes.iter().any(|chosen| chosen == scope.as_str()),
    };
    let expiry = |(value, label): (&str, &str)| ExpiryChoice {
        value: value.to_owned(),
        label: label.to_owned(),
        selected: value == expires_days,
    };
    KeyForm {
        name: name.to_owned(),
        scopes: Scopes::of(role).iter().map(scope).collect(),
        expiries: EXPIRIES.into_iter().map(expiry).collect(),
    }
}

fn allows(scope: Scope) -> &'static str {
    match scope {
        Scope::Read => "results and lists",
        Scope::Submit => "submit, withdraw and restore plans",
        Scope::Audit => "review judgements",
        Scope::Admin => "run the service",
    }
}

pub(in crate::pages) fn scopes(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_owned).collect()
}

pub(in crate::pages) fn key(key: ApiKey, now: DateTime<Utc>) -> KeyView {
    KeyView {
        key_id: key.key_id.to_string(),
        state: state(&key, now),
        name: key.name,
        prefix: key.hint,
        scopes: scopes(&key.scopes),
        created: Moment::new(key.created_at, now),
        last_used: key.last_used_at.map(|at| Moment::new(at, now)),
        expires: key.expires_at.map(|at| Moment::new(at, now)),
    }
}

fn state(key: &ApiKey, now: DateTime<Utc>) -> KeyState {
    if key.revoked_at.is_some() {
        KeyState::Revoked
    } else if key.expires_at.is_some_and(|at| at <= now) {
        KeyState::Expired
    } else if key.replaced_by.is_some() {
        KeyState::Rotated
    } else {
        KeyState::Active
    }
}

pub(in crate::pages) fn session(
    session: &Session,
    current: Option<SessionId>,
    now: DateTime<Utc>,
) -> SessionView {
    SessionView {
        session_id: session.session_id.to_string(),
        browser: session.client.clone(),
        started: Moment::new(session.created_at, now),
        last_seen: Moment::new(session.last_seen_at, now),
        current: current == Some(session.session_id),
    }
}

pub(in crate::pages) fn quota(quota: &Quota, now: DateTime<Utc>) -> QuotaView {
    let name = match quota.rule {
        Rule::RanksPerMinute => "Submissions a minute",
        Rule::NewFamiliesPerDay => "New families of plans a day",
        Rule::RequestsPerMinute => "Requests a minute",
        Rule::LoginsPerMinute => "Logins a minute",
    };
    QuotaView {
        name: name.to_owned(),
        used: u64::from(quota.used),
        limit: u64::from(quota.limit),
        resets: (quota.used > 0).then(|| Moment::new(quota.resets_at, now)),
    }
}

/// An issuer as people know it.
pub(in crate::pages) fn provider(issuer: &str, providers: &[ProviderInfo]) -> String {
    if issuer == "dev" {
        return "development login".to_owned();
    }
    let host = issuer.trim_start_matches("https://");
    let known = providers.iter().find(|provider| {
        let name = provider.name.to_lowercase();
        host.split(['.', '/']).any(|part| part == name)
    });
    known.map_or_else(|| host.to_owned(), |provider| provider.label.clone())
}
