//! Accounts: who owns plans. The system account comes with the schema.

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::sql::{execute, from_row, one, params, text_enum};
use crate::{AccountId, Store, StoreError};

text_enum! {
    /// Whether an account is the server itself or somebody.
    AccountKind { System = "system", User = "user" }
}

/// One account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Account {
    pub account_id: AccountId,
    pub kind: AccountKind,
    pub display_name: String,
    pub created_at: DateTime<Utc>,
}

from_row!(Account {
    account_id,
    kind,
    display_name,
    created_at
});

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
        execute(
            &write.tx,
            sql,
            params![id, AccountKind::User, display_name, now],
        )
        .await?;
        write.commit().await
    }

    pub async fn account(&self, id: AccountId) -> Result<Option<Account>, StoreError> {
        let sql =
            "SELECT account_id, kind, display_name, created_at FROM account WHERE account_id = $1";
        one(self.read(), sql, params![id]).await
    }
}
