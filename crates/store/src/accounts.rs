//! Accounts: who owns plans, and what they may do. The system account comes with the schema.

use std::fmt;

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::sql::{all, execute, from_row, one, params, text_enum};
use crate::{AccountId, Store, StoreError};

text_enum! {
    /// Whether an account is the server itself or somebody.
    AccountKind { System = "system", User = "user" }
}

text_enum! {
    /// What an account is trusted with; each may do what those before it may.
    Role { User = "user", Reviewer = "reviewer", Admin = "admin" }
}

/// One account. `Debug` shows neither name nor email, so that logs can't.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct Account {
    pub account_id: AccountId,
    pub kind: AccountKind,
    pub display_name: String,
    /// Verified by whoever vouched for the last login.
    pub email: Option<String>,
    pub role: Role,
    pub disabled_at: Option<DateTime<Utc>>,
    pub last_login: Option<DateTime<Utc>>,
    pub created_at: DateTime<Utc>,
}

from_row!(Account {
    account_id,
    kind,
    display_name,
    email,
    role,
    disabled_at,
    last_login,
    created_at
});

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Account")
            .field("account_id", &self.account_id)
            .field("kind", &self.kind)
            .field("role", &self.role)
            .field("disabled_at", &self.disabled_at)
            .finish_non_exhaustive()
    }
}

/// Which accounts to list: users only, newest first.
#[derive(Debug, Clone, Default)]
pub struct AccountFilter {
    /// Part of a name or an email address; ASCII letters match in either case.
    pub search: Option<String>,
    /// Those made before this one.
    pub before: Option<AccountId>,
    pub limit: u16,
}

pub(crate) const COLUMNS: &str =
    "account_id, kind, display_name, email, role, disabled_at, last_login, created_at";

impl Store {
    /// Adds a user's account; one that exists already is left as it is.
    pub async fn add_account(
        &self,
        id: AccountId,
        display_name: &str,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let write = self.write().await?;
        let sql = "INSERT INTO account (account_id, kind, display_name, created_at)
                   VALUES ($1, $2, $3, $4) ON CONFLICT (account_id) DO NOTHING";
        let params = params![id, AccountKind::User, display_name, now];
        execute(&write.tx, sql, params).await?;
        write.commit().await
    }

    pub async fn account(&self, id: AccountId) -> Result<Option<Account>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM account WHERE account_id = $1");
        one(self.read(), &sql, params![id]).await
    }

    /// A page of users.
    pub async fn accounts(&self, filter: &AccountFilter) -> Result<Vec<Account>, StoreError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM account
             WHERE kind = 'user' AND ($1 IS NULL OR account_id < $1)
               AND ($2 IS NULL OR LOWER(display_name) LIKE $2 ESCAPE '!' OR LOWER(email) LIKE $2 ESCAPE '!')
             ORDER BY account_id DESC LIMIT $3"
        );
        let pattern = filter.search.as_deref().map(contains);
        let params = params![filter.before, pattern, i64::from(filter.limit)];
        all(self.read(), &sql, params).await
    }

    /// Gives a user a role; `false` when there is no such user.
    pub async fn set_role(&self, id: AccountId, role: Role) -> Result<bool, StoreError> {
        let write = self.write().await?;
        let sql = "UPDATE account SET role = $2 WHERE account_id = $1 AND kind = 'user'";
        let changed = execute(&write.tx, sql, params![id, role]).await?;
        write.commit().await?;
        Ok(changed > 0)
    }

    /// Shuts a user out and ends all sessions; keys stay, and work again once it is enabled.
    /// `false` when there is no such user. The first time stays.
    pub async fn disable_account(
        &self,
        id: AccountId,
        now: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let write = self.write().await?;
        let sql = "UPDATE account SET disabled_at = COALESCE(disabled_at, $2)
                   WHERE account_id = $1 AND kind = 'user'";
        let changed = execute(&write.tx, sql, params![id, now]).await?;
        let sql = "DELETE FROM session WHERE account_id = $1";
        execute(&write.tx, sql, params![id]).await?;
        write.commit().await?;
        Ok(changed > 0)
    }

    /// Lets a disabled user in again; `false` when there is no such user.
    pub async fn enable_account(&self, id: AccountId) -> Result<bool, StoreError> {
        let write = self.write().await?;
        let sql = "UPDATE account SET disabled_at = NULL WHERE account_id = $1 AND kind = 'user'";
        let changed = execute(&write.tx, sql, params![id]).await?;
        write.commit().await?;
        Ok(changed > 0)
    }
}

/// A LIKE pattern for text that holds `part`; `!` escapes.
fn contains(part: &str) -> String {
    let mut pattern = String::from("%");
    for c in part.chars().map(|c| c.to_ascii_lowercase()) {
        if matches!(c, '%' | '_' | '!') {
            pattern.push('!');
        }
        pattern.push(c);
    }
    pattern.push('%');
    pattern
}
