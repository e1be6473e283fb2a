//! Identities: who vouches for an account. An account is found by issuer and subject, and by
//! nothing else: an email address proves only that some provider once believed it.

use chrono::{DateTime, Utc};
use sea_orm::ConnectionTrait;
use serde::Serialize;

use crate::accounts::{Account, AccountKind, COLUMNS, Role};
use crate::sql::{all, execute, from_row, one, params};
use crate::{AccountId, Store, StoreError};

/// Somebody whom a provider has vouched for.
#[derive(Debug, Clone)]
pub struct Login<'a> {
    pub issuer: &'a str,
    pub subject: &'a str,
    /// Counts only when the identity is new, as does the name.
    pub account_id: AccountId,
    pub display_name: &'a str,
    pub email: Option<&'a str>,
    pub role: RoleAtLogin,
    pub now: DateTime<Utc>,
}

/// What a login does to the role of its account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RoleAtLogin {
    /// A new account is a user's; a known one keeps its role.
    Keep,
    Set(Role),
}

/// One way in which an account logs in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Identity {
    pub issuer: String,
    pub subject: String,
    pub created_at: DateTime<Utc>,
}

from_row!(Identity {
    issuer,
    subject,
    created_at
});

/// The account of a login, and whether it was made by it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoggedIn {
    pub account: Account,
    pub created: bool,
}

impl Store {
    /// Finds or makes the account of an identity, and brings its email, role and last login up to
    /// date. A disabled account is returned as it is.
    pub async fn log_in(&self, login: &Login<'_>) -> Result<LoggedIn, StoreError> {
        loop {
            if let Some(account) = self.known_identity(login).await? {
                let created = false;
                return Ok(LoggedIn { account, created });
            }
            // Lost only to another first login of the same identity, which is then known.
            if let Some(account) = self.new_identity(login).await? {
                let created = true;
                return Ok(LoggedIn { account, created });
            }
        }
    }

    async fn known_identity(&self, login: &Login<'_>) -> Result<Option<Account>, StoreError> {
        let write = self.write().await?;
        let sql = "UPDATE account SET email = $3, role = COALESCE($4, role), last_login = $5
                   WHERE disabled_at IS NULL AND account_id =
                       (SELECT account_id FROM identity WHERE issuer = $1 AND subject = $2)";
        let role = match login.role {
            RoleAtLogin::Keep => None,
            RoleAtLogin::Set(role) => Some(role),
        };
        let params = params![login.issuer, login.subject, login.email, role, login.now];
        execute(&write.tx, sql, params).await?;
        let account = find(&write.tx, login.issuer, login.subject).await?;
        write.commit().await?;
        Ok(account)
    }

    async fn new_identity(&self, login: &Login<'_>) -> Result<Option<Account>, StoreError> {
        let write = self.write().await?;
        let sql = "INSERT INTO account (account_id, kind, display_name, email, role, last_login, created_at)
                   VALUES ($1, $2, $3, $4, $5, $6, $6)";
        let role = match login.role {
            RoleAtLogin::Keep => Role::User,
            RoleAtLogin::Set(role) => role,
        };
        let params = params![
            login.account_id,
            AccountKind::User,
            login.display_name,
            login.email,
            role,
            login.now,
        ];
        execute(&write.tx, sql, params).await?;
        let sql = "INSERT INTO identity (issuer, subject, account_id, created_at)
                   VALUES ($1, $2, $3, $4) ON CONFLICT (issuer, subject) DO NOTHING";
        let params = params![login.issuer, login.subject, login.account_id, login.now];
        if execute(&write.tx, sql, params).await? == 0 {
            return Ok(None);
        }
        let account = find(&write.tx, login.issuer, login.subject).await?;
        write.commit().await?;
        Ok(account)
    }

    /// The ways in which an account logs in.
    pub async fn identities(&self, account: AccountId) -> Result<Vec<Identity>, StoreError> {
        let sql = "SELECT issuer, subject, created_at FROM identity WHERE account_id = $1
                   ORDER BY issuer, subject";
        all(self.read(), sql, params![account]).await
    }
}

async fn find(
    on: &impl ConnectionTrait,
    issuer: &str,
    subject: &str,
) -> Result<Option<Account>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM account WHERE account_id =
             (SELECT account_id FROM identity WHERE issuer = $1 AND subject = $2)"
    );
    one(on, &sql, params![issuer, subject]).await
}
