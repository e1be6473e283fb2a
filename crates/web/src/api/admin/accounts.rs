//! Accounts as administrators see them.

use accounts::Account;
use axum::Json as Answer;
use axum::extract::State;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use store::AccountId;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::api::account::Role;
use crate::api::params::{Cursor, Limit};
use crate::api::problems::{BadBody, BadParameter, Clash, Guarded, Missing};
use crate::api::types::Wire;
use crate::caller::Admin;
use crate::extract::{Json, Path, Query};
use crate::{App, Problem};

const MAX_SEARCH_CHARS: usize = 100;

/// One account.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AccountRow {
    account_id: Uuid,
    display_name: String,
    email: Option<String>,
    role: Role,
    disabled_at: Option<DateTime<Utc>>,
    last_login: Option<DateTime<Utc>>,
    created_at: DateTime<Utc>,
}

impl Wire<Account> for AccountRow {
    fn wire(account: Account) -> Self {
        Self {
            account_id: account.account_id.0,
            display_name: account.display_name,
            email: account.email,
            role: Wire::wire(account.role),
            disabled_at: account.disabled_at,
            last_login: account.last_login,
            created_at: account.created_at,
        }
    }
}

/// Accounts, newest first.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AccountList {
    items: Vec<AccountRow>,
    next_cursor: Option<String>,
}

/// Which accounts to list.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub(crate) struct AccountsQuery {
    /// Part of a name or an email address.
    #[param(max_length = 100)]
    search: Option<String>,
    #[param(value_type = u16, minimum = 1, maximum = 200, default = 50)]
    limit: Limit,
    #[param(value_type = Option<String>, min_length = 1, max_length = 512)]
    cursor: Option<Cursor>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewRole {
    role: Role,
}

/// Lists accounts, newest first.
#[utoipa::path(get, path = "/api/admin/accounts", tag = "admin", operation_id = "list_accounts",
    params(AccountsQuery), security(("api_key" = []), ("session" = [])),
    responses((status = 200, body = AccountList), Guarded, BadParameter))]
pub(crate) async fn list(
    State(app): State<App>,
    Admin(caller): Admin,
    Query(query): Query<AccountsQuery>,
) -> Result<Answer<AccountList>, Problem> {
    let search = query.search.as_deref();
    if search.is_some_and(|text| text.chars().count() > MAX_SEARCH_CHARS) {
        return Err(Problem::invalid("search", "give at most 100 characters"));
    }
    let before = query.cursor.as_ref().map(Cursor::id).transpose()?;
    let page = app
        .accounts
        .list_accounts(&caller, before, search, query.limit.0);
    let page = page.await?;
    Ok(Answer(AccountList {
        items: Wire::wire(page.items),
        next_cursor: page.next.map(|id| id.to_string()),
    }))
}

/// Gives an account a role. Nobody changes their own.
#[utoipa::path(post, path = "/api/admin/accounts/{account_id}/role", tag = "admin", operation_id = "set_role",
    params(("account_id" = Uuid, Path)), request_body = NewRole,
    security(("api_key" = []), ("session" = [])),
    responses((status = 200, body = AccountRow), Guarded, BadBody, Missing, Clash))]
pub(crate) async fn set_role(
    State(app): State<App>,
    Admin(caller): Admin,
    Path(id): Path<Uuid>,
    Json(wanted): Json<NewRole>,
) -> Result<Answer<AccountRow>, Problem> {
    let role = match wanted.role {
        Role::User => store::Role::User,
        Role::Reviewer => store::Role::Reviewer,
        Role::Admin => store::Role::Admin,
    };
    let id = AccountId(id);
    app.accounts.set_role(&caller, id, role).await?;
    account(&app, id).await
}

/// Shuts an account out: its sessions end, its keys stop working.
#[utoipa::path(post, path = "/api/admin/accounts/{account_id}/disable", tag = "admin", operation_id = "disable_account",
    params(("account_id" = Uuid, Path)), security(("api_key" = []), ("session" = [])),
    responses((status = 200, body = AccountRow), Guarded, Missing, Clash))]
pub(crate) async fn disable(
    State(app): State<App>,
    Admin(caller): Admin,
    Path(id): Path<Uuid>,
) -> Result<Answer<AccountRow>, Problem> {
    let id = AccountId(id);
    app.accounts.disable_account(&caller, id).await?;
    account(&app, id).await
}

/// Lets a disabled account in again. Its keys work again, its sessions don't.
#[utoipa::path(post, path = "/api/admin/accounts/{account_id}/enable", tag = "admin", operation_id = "enable_account",
    params(("account_id" = Uuid, Path)), security(("api_key" = []), ("session" = [])),
    responses((status = 200, body = AccountRow), Guarded, Missing, Clash))]
pub(crate) async fn enable(
    State(app): State<App>,
    Admin(caller): Admin,
    Path(id): Path<Uuid>,
) -> Result<Answer<AccountRow>, Problem> {
    let id = AccountId(id);
    app.accounts.enable_account(&caller, id).await?;
    account(&app, id).await
}

async fn account(app: &App, id: AccountId) -> Result<Answer<AccountRow>, Problem> {
    let account = app.accounts.account(id).await?;
    let account = account.ok_or_else(|| Problem::not_found("account"))?;
    Ok(Answer(Wire::wire(account)))
}
