//! `/account`: who I am, keys, sessions, limits.

use accounts::{AccountsError, Caller, CreatedKey, KeyId, KeyWish, Scopes, SessionId, Via};
use axum::extract::State;
use axum::http::header::SET_COOKIE;
use axum::http::{StatusCode, header};
use axum::response::Response;
use chrono::{DateTime, TimeDelta, Utc};
use serde::Deserialize;
use uuid::Uuid;

use super::convert::account as told;
use super::form::Form;
use super::frame::{Frame, done, render, sentence};
use super::notice::Done;
use super::session::forgotten;
use crate::extract::Path;
use crate::view::account::{Account, KeyCreated, KeyForm};
use crate::view::format::Moment;
use crate::view::layout::Section;
use crate::view::parts::FieldError;
use crate::{App, Problem};

/// The form for a new key, as sent.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct WantedKey {
    name: String,
    scopes: Vec<String>,
    expires_days: String,
}

pub(super) async fn show(State(app): State<App>, frame: Frame) -> Result<Response, Problem> {
    let caller = frame.signed()?;
    let form = told::key_form(caller.role);
    page(&app, &frame, caller, form, Vec::new()).await
}

async fn page(
    app: &App,
    frame: &Frame,
    caller: &Caller,
    key_form: KeyForm,
    errors: Vec<FieldError>,
) -> Result<Response, Problem> {
    let now = app.clock.now();
    let quotas = app.accounts.quotas(caller.account_id).await?;
    let identities = app.accounts.identities(caller).await?;
    // A key sees neither keys nor sessions.
    let manages = caller.manages_credentials();
    let (keys, sessions) = if manages {
        let keys = app.accounts.keys(caller).await?;
        (keys, app.accounts.sessions(caller).await?)
    } else {
        Default::default()
    };
    let current = match caller.via {
        Via::Session { session_id } => Some(session_id),
        Via::Key { .. } | Via::Operator => None,
    };
    let providers = app.accounts.providers();
    render(&Account {
        layout: frame.layout("Account", Section::Account),
        name: caller.display_name.clone(),
        email: caller.email.clone(),
        role: caller.role.to_string(),
        identities: identities
            .iter()
            .map(|identity| told::provider(&identity.issuer, &providers))
            .collect(),
        manages,
        keys: keys.into_iter().map(|key| told::key(key, now)).collect(),
        key_form,
        sessions: sessions
            .iter()
            .map(|session| told::session(session, current, now))
            .collect(),
        quotas: quotas.iter().map(|quota| told::quota(quota, now)).collect(),
        errors,
    })
}

pub(super) async fn create_key(
    State(app): State<App>,
    frame: Frame,
    Form(wanted): Form<WantedKey>,
) -> Result<Response, Problem> {
    let caller = frame.signed()?;
    let made = match wanted.wish(app.clock.now()) {
        Ok(wish) => app.accounts.create_key(caller, &wish).await,
        Err(error) => Err(error),
    };
    match made {
        Ok(created) => created_page(&app, &frame, created, None),
        Err(error) => {
            let error = field_error(error)?;
            let form = told::key_form_again(
                caller.role,
                &wanted.name,
                &wanted.scopes,
                &wanted.expires_days,
            );
            let mut response = page(&app, &frame, caller, form, vec![error]).await?;
            *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
            Ok(response)
        }
    }
}

impl WantedKey {
    fn wish(&self, now: DateTime<Utc>) -> Result<KeyWish, AccountsError> {
        let scopes: Result<Scopes, String> = self
            .scopes
            .iter()
            .map(|scope| scope.parse::<accounts::Scope>())
            .collect();
        let scopes = scopes.map_err(|why| invalid("scopes", why))?;
        let days: Option<i64> = match self.expires_days.as_str() {
            "" => None,
            text => {
                let days = text.parse().ok().filter(|days| (1..=3_650).contains(days));
                Some(days.ok_or_else(|| invalid("expires", "choose one of the list".to_owned()))?)
            }
        };
        Ok(KeyWish {
            name: self.name.trim().to_owned(),
            scopes,
            expires_at: days.map(|days| now + TimeDelta::days(days)),
        })
    }
}

fn invalid(field: &'static str, why: String) -> AccountsError {
    AccountsError::Invalid { field, why }
}

/// What a person can mend is said beside its field.
fn field_error(error: AccountsError) -> Result<FieldError, Problem> {
    let (field, message) = match error {
        AccountsError::Invalid { field, why } => (field, why),
        error @ AccountsError::TooManyKeys { .. } => ("name", error.to_string()),
        other => return Err(other.into()),
    };
    let field = match field {
        "scopes" => "scopes",
        "expires" | "expires_at" => "expires",
        _ => "key_name",
    };
    Ok(FieldError {
        field: field.to_owned(),
        message: sentence(&message),
    })
}

/// The one page on which a key is shown; nothing keeps it.
fn created_page(
    app: &App,
    frame: &Frame,
    created: CreatedKey,
    old_works_until: Option<DateTime<Utc>>,
) -> Result<Response, Problem> {
    let now = app.clock.now();
    let moment = |at| Moment::new(at, now);
    let mut response = render(&KeyCreated {
        layout: frame.layout("Your new key", Section::Account),
        key: created.secret.expose().to_owned(),
        scopes: told::scopes(&created.key.scopes),
        expires: created.key.expires_at.map(moment),
        old_works_until: old_works_until.map(moment),
        base_url: app.config.origin(),
        name: created.key.name,
    })?;
    let no_store = header::HeaderValue::from_static("no-store");
    response
        .headers_mut()
        .insert(header::CACHE_CONTROL, no_store);
    Ok(response)
}

#[derive(Debug, Deserialize)]
pub(super) struct Rotation {
    #[serde(default)]
    overlap_hours: u16,
}

pub(super) async fn rotate_key(
    State(app): State<App>,
    frame: Frame,
    Path(id): Path<Uuid>,
    Form(rotation): Form<Rotation>,
) -> Result<Response, Problem> {
    let caller = frame.signed()?;
    let overlap = TimeDelta::hours(i64::from(rotation.overlap_hours));
    let created = app.accounts.rotate_key(caller, KeyId(id), overlap).await?;
    let until = (rotation.overlap_hours > 0).then(|| app.clock.now() + overlap);
    created_page(&app, &frame, created, until)
}

pub(super) async fn revoke_key(
    State(app): State<App>,
    frame: Frame,
    Path(id): Path<Uuid>,
) -> Result<Response, Problem> {
    app.accounts.revoke_key(frame.signed()?, KeyId(id)).await?;
    Ok(done("/account", Done::KeyRevoked))
}

pub(super) async fn end_session(
    State(app): State<App>,
    frame: Frame,
    Path(id): Path<Uuid>,
) -> Result<Response, Problem> {
    let caller = frame.signed()?;
    let id = SessionId(id);
    app.accounts.end_session(caller, id).await?;
    if matches!(caller.via, Via::Session { session_id } if session_id == id) {
        return Ok(logged_out(&app, Done::LoggedOut));
    }
    Ok(done("/account", Done::SessionEnded))
}

pub(super) async fn end_sessions(
    State(app): State<App>,
    frame: Frame,
) -> Result<Response, Problem> {
    app.accounts.end_all_sessions(frame.signed()?).await?;
    Ok(logged_out(&app, Done::SessionsEnded))
}

fn logged_out(app: &App, what: Done) -> Response {
    let mut response = done("/", what);
    response.headers_mut().append(SET_COOKIE, forgotten(app));
    response
}
