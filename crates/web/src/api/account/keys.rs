//! API keys. They are made by somebody who is signed in: a key makes no keys, so that a stolen one
//! stays one key; it may rotate or revoke itself.

use accounts::{ApiKey, CreatedKey, KeyWish, Scopes};
use axum::Json as Answer;
use axum::extract::State;
use axum::http::StatusCode;
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use store::KeyId;
use utoipa::ToSchema;
use uuid::Uuid;

use super::Scope;
use crate::api::problems::{BadBody, Clash, Guarded, Missing};
use crate::api::types::Wire;
use crate::caller::Known;
use crate::extract::{Json, Path};
use crate::{App, Problem};

/// A key without its secret.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct KeyView {
    key_id: Uuid,
    name: String,
    /// The end of the key, by which its owner tells it from others.
    hint: String,
    scopes: Vec<Scope>,
    created_at: DateTime<Utc>,
    /// Null: never.
    expires_at: Option<DateTime<Utc>>,
    revoked_at: Option<DateTime<Utc>>,
    /// The key that followed it.
    replaced_by: Option<Uuid>,
    /// Written at most once a minute.
    last_used_at: Option<DateTime<Utc>>,
}

impl Wire<ApiKey> for KeyView {
    fn wire(key: ApiKey) -> Self {
        let scopes: Scopes = key.scopes.parse().unwrap_or(Scopes::NONE);
        Self {
            key_id: key.key_id.0,
            name: key.name,
            hint: key.hint,
            scopes: scopes.iter().map(Scope::wire).collect(),
            created_at: key.created_at,
            expires_at: key.expires_at,
            revoked_at: key.revoked_at,
            replaced_by: key.replaced_by.map(|id| id.0),
            last_used_at: key.last_used_at,
        }
    }
}

/// Keys, those that ended too, newest first.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Keys {
    items: Vec<KeyView>,
}

/// A key at the one moment at which it is shown.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct NewKey {
    /// Keep it: it is never shown again.
    #[schema(example = "prk_live_…")]
    secret: String,
    key: KeyView,
}

impl Wire<CreatedKey> for NewKey {
    fn wire(created: CreatedKey) -> Self {
        Self {
            secret: created.secret.expose().to_owned(),
            key: Wire::wire(created.key),
        }
    }
}

/// A wish for a key.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct WantedKey {
    #[schema(min_length = 1, max_length = 80, example = "nightly import")]
    name: String,
    /// At least one, and none that the role doesn't allow.
    #[schema(min_items = 1, max_items = 4)]
    scopes: Vec<Scope>,
    /// Never, when left out.
    expires_at: Option<DateTime<Utc>>,
}

/// How long the old key works beside the new one.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Rotation {
    #[schema(minimum = 0, maximum = 2_592_000, default = 86_400)]
    overlap_secs: Option<u32>,
}

const USUAL_OVERLAP_SECS: u32 = 86_400;

/// Lists the caller's keys, those that ended too.
#[utoipa::path(get, path = "/api/account/keys", tag = "account", operation_id = "list_keys",
    security(("session" = []), ("api_key" = [])), responses((status = 200, body = Keys), Guarded))]
pub(crate) async fn list(
    State(app): State<App>,
    Known(caller): Known,
) -> Result<Answer<Keys>, Problem> {
    let keys = app.accounts.keys(&caller).await?;
    Ok(Answer(Keys {
        items: Wire::wire(keys),
    }))
}

/// Makes a key. Its secret is in this answer and nowhere else.
#[utoipa::path(post, path = "/api/account/keys", tag = "account", operation_id = "create_key",
    request_body = WantedKey, security(("session" = []), ("api_key" = [])),
    responses((status = 201, body = NewKey), Guarded, BadBody, Clash))]
pub(crate) async fn create(
    State(app): State<App>,
    Known(caller): Known,
    Json(wanted): Json<WantedKey>,
) -> Result<(StatusCode, Answer<NewKey>), Problem> {
    let wish = KeyWish {
        name: wanted.name,
        scopes: wanted.scopes.into_iter().map(Scope::known).collect(),
        expires_at: wanted.expires_at,
    };
    let created = app.accounts.create_key(&caller, &wish).await?;
    Ok((StatusCode::CREATED, Answer(Wire::wire(created))))
}

/// Makes a key that follows another. The old one works for a while longer.
#[utoipa::path(post, path = "/api/account/keys/{key_id}/rotate", tag = "account", operation_id = "rotate_key",
    params(("key_id" = Uuid, Path)), request_body = Rotation,
    security(("session" = []), ("api_key" = [])),
    responses((status = 201, body = NewKey), Guarded, BadBody, Missing, Clash))]
pub(crate) async fn rotate(
    State(app): State<App>,
    Known(caller): Known,
    Path(id): Path<Uuid>,
    Json(rotation): Json<Rotation>,
) -> Result<(StatusCode, Answer<NewKey>), Problem> {
    let secs = rotation.overlap_secs.unwrap_or(USUAL_OVERLAP_SECS);
    let overlap = TimeDelta::seconds(i64::from(secs));
    let created = app.accounts.rotate_key(&caller, KeyId(id), overlap).await?;
    Ok((StatusCode::CREATED, Answer(Wire::wire(created))))
}

/// Ends a key at once.
#[utoipa::path(delete, path = "/api/account/keys/{key_id}", tag = "account", operation_id = "revoke_key",
    params(("key_id" = Uuid, Path)), security(("session" = []), ("api_key" = [])),
    responses((status = 204, description = "It works no longer"), Guarded, Missing))]
pub(crate) async fn revoke(
    State(app): State<App>,
    Known(caller): Known,
    Path(id): Path<Uuid>,
) -> Result<StatusCode, Problem> {
    app.accounts.revoke_key(&caller, KeyId(id)).await?;
    Ok(StatusCode::NO_CONTENT)
}

impl Scope {
    fn known(self) -> accounts::Scope {
        match self {
            Self::Read => accounts::Scope::Read,
            Self::Submit => accounts::Scope::Submit,
            Self::Audit => accounts::Scope::Audit,
            Self::Admin => accounts::Scope::Admin,
        }
    }
}
