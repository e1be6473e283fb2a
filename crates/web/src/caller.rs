//! Who is asking: an API key (`Authorization: Bearer prk_live_…`) or the cookie of a session.
//!
//! Invariants: a key that opens nothing is 401 even where anybody may ask; a key counts before a
//! cookie; each request of a caller counts once towards the caller's limit; what a role or a key
//! doesn't allow is 403 and says what is missing.

use accounts::{Caller, Scope, Via};
use arena::views::Viewer;
use axum::extract::FromRequestParts;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use axum_extra::extract::CookieJar;

use crate::openapi::SESSION_COOKIE;
use crate::{App, Problem};

/// Whoever asks, known or not.
#[derive(Debug, Clone)]
pub struct MaybeCaller(pub Option<Caller>);

impl MaybeCaller {
    /// What may be shown. A key without the scope `read` shows what anybody sees.
    pub fn viewer(&self) -> Viewer {
        self.0.as_ref().map_or(Viewer::ANYBODY, viewer)
    }
}

/// What may be shown to somebody who is known.
pub fn viewer(caller: &Caller) -> Viewer {
    Viewer {
        account: Some(caller.account_id).filter(|_| caller.may(Scope::Read)),
        sees_all: caller.is_admin(),
    }
}

impl FromRequestParts<App> for MaybeCaller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        if let Some(known) = parts.extensions.get::<Self>() {
            return Ok(known.clone());
        }
        let caller = Self(identify(&parts.headers, app).await?);
        if let Some(caller) = &caller.0 {
            app.accounts.take_request(caller).await?;
        }
        parts.extensions.insert(caller.clone());
        Ok(caller)
    }
}

async fn identify(headers: &HeaderMap, app: &App) -> Result<Option<Caller>, Problem> {
    let mut shown = headers.get_all(AUTHORIZATION).iter();
    if let Some(value) = shown.next() {
        let key = value.to_str().ok().and_then(bearer);
        let key = key.filter(|_| shown.next().is_none());
        let key = key.ok_or_else(Problem::unauthenticated)?;
        let found = app.accounts.check_key(key).await?;
        return found.map(Some).map_err(|refusal| Problem {
            detail: refusal.to_string(),
            ..Problem::unauthenticated()
        });
    }
    let cookies = CookieJar::from_headers(headers);
    match cookies.get(SESSION_COOKIE) {
        Some(cookie) => Ok(app.accounts.by_session(cookie.value()).await?),
        None => Ok(None),
    }
}

/// The token of `Bearer token`; the scheme's name has no case (RFC 9110).
pub(crate) fn bearer(value: &str) -> Option<&str> {
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// Extractors of somebody who may: 401 for nobody, 403 for who may not.
macro_rules! permitted {
    ($($(#[$meta:meta])* $name:ident needs $scope:ident;)*) => {$(
        $(#[$meta])*
        #[derive(Debug, Clone)]
        pub struct $name(pub Caller);

        impl FromRequestParts<App> for $name {
            type Rejection = Problem;

            async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
                let MaybeCaller(caller) = MaybeCaller::from_request_parts(parts, app).await?;
                let caller = caller.ok_or_else(Problem::unauthenticated)?;
                allow(&caller, Scope::$scope)?;
                Ok(Self(caller))
            }
        }
    )*};
}

permitted! {
    /// Somebody who reads what is their own.
    Signed needs Read;
    /// Somebody who submits, withdraws and restores plans.
    Submitter needs Submit;
    /// Somebody who reviews judgements.
    Reviewer needs Audit;
    /// Somebody who runs the service.
    Admin needs Admin;
}

/// Somebody known, whatever they may.
#[derive(Debug, Clone)]
pub struct Known(pub Caller);

impl FromRequestParts<App> for Known {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let MaybeCaller(caller) = MaybeCaller::from_request_parts(parts, app).await?;
        caller.map(Self).ok_or_else(Problem::unauthenticated)
    }
}

/// Whether a caller may; the problem says what is missing.
pub fn allow(caller: &Caller, scope: Scope) -> Result<(), Problem> {
    if caller.may(scope) {
        return Ok(());
    }
    if accounts::Scopes::of(caller.role).contains(scope) && matches!(caller.via, Via::Key { .. }) {
        let detail = format!("this API key lacks the scope `{scope}`; make one that has it");
        let problem = Problem::new(StatusCode::FORBIDDEN, "insufficient_scope", detail);
        return Err(problem.field(scope.as_str()));
    }
    let who = if scope == Scope::Audit {
        "reviewers and administrators"
    } else {
        "administrators"
    };
    Err(Problem::forbidden(format!("this is for {who} only")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_bearer_token_is_one() {
        assert_eq!(bearer("Bearer prk_live_x"), Some("prk_live_x"));
        assert_eq!(bearer("bearer  prk_live_x"), Some("prk_live_x"));
        for other in ["", "Bearer", "Basic dTpw", "prk_live_x"] {
            assert_eq!(bearer(other), None, "{other}");
        }
    }
}
