//! The caller's own account.

pub(super) mod keys;

use accounts::Via;
use axum::Json;
use axum::extract::State;
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::problems::Guarded;
use super::types::{Wire, mirrored_words, mirrors};
use crate::caller::Known;
use crate::{App, Problem};

mirrored_words! {
    /// What an account is trusted with; each may do what those before it may.
    Role of store::Role { User, Reviewer, Admin, }
    /// One sort of permission; none includes another.
    Scope of accounts::Scope { Read, Submit, Audit, Admin, }
    /// What is limited.
    Rule of accounts::Rule { RanksPerMinute, NewFamiliesPerDay, RequestsPerMinute, LoginsPerMinute, }
}

/// How the caller proved who it is.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Proof {
    ApiKey,
    Session,
}

/// Who the caller is and what it may do.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AccountView {
    account_id: Uuid,
    display_name: String,
    email: Option<String>,
    role: Role,
    via: Proof,
    /// What this key or session may do.
    scopes: Vec<Scope>,
    quotas: Vec<Quota>,
}

mirrors! {
    /// How much of a limit is used. What was used comes back bit by bit, not at once.
    Quota of accounts::Quota {
        rule: Rule,
        used: u32,
        limit: u32,
        window_secs: u32,
        /// When nothing of it is used any more.
        resets_at: DateTime<Utc>,
    }
}

/// Says who the caller is, what it may do, and how much of its limits is used.
#[utoipa::path(get, path = "/api/account", tag = "account", operation_id = "get_account",
    security(("api_key" = []), ("session" = [])),
    responses((status = 200, body = AccountView), Guarded))]
pub(crate) async fn show(
    State(app): State<App>,
    Known(caller): Known,
) -> Result<Json<AccountView>, Problem> {
    let quotas = app.accounts.quotas(caller.account_id).await?;
    Ok(Json(AccountView {
        account_id: caller.account_id.0,
        role: Wire::wire(caller.role),
        via: match caller.via {
            Via::Key { .. } => Proof::ApiKey,
            Via::Session { .. } | Via::Operator => Proof::Session,
        },
        scopes: caller.scopes().iter().map(Scope::wire).collect(),
        quotas: Wire::wire(quotas),
        display_name: caller.display_name,
        email: caller.email,
    }))
}
