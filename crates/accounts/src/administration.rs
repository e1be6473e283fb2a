//! What administrators do with accounts: list, give roles, disable, enable.
//!
//! Nobody changes their own role or disables themselves, so one administrator always remains.

use store::{Account, AccountFilter, AccountId, Role};

use crate::{Accounts, AccountsError, Caller, Via};

/// Accounts on a page of the list at most.
pub const MAX_PAGE: u16 = 200;

/// One page of the list of accounts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountPage {
    pub items: Vec<Account>,
    /// Where the next page begins.
    pub next: Option<AccountId>,
}

impl Accounts {
    /// A page of accounts, newest first. `search` is part of a name or an email address.
    pub async fn list_accounts(
        &self,
        caller: &Caller,
        before: Option<AccountId>,
        search: Option<&str>,
        limit: u16,
    ) -> Result<AccountPage, AccountsError> {
        check_admin(caller)?;
        let limit = limit.clamp(1, MAX_PAGE);
        let search = search.map(str::trim).filter(|search| !search.is_empty());
        let filter = AccountFilter {
            search: search.map(|search| search.chars().take(MAX_SEARCH_CHARS).collect()),
            before,
            limit: limit + 1,
        };
        let mut items = self.store.accounts(&filter).await?;
        let more = items.len() > usize::from(limit);
        items.truncate(usize::from(limit));
        let next = items.last().map(|account| account.account_id);
        let next = next.filter(|_| more);
        Ok(AccountPage { items, next })
    }

    pub async fn set_role(
        &self,
        caller: &Caller,
        account: AccountId,
        role: Role,
    ) -> Result<(), AccountsError> {
        check_admin_of_others(caller, account)?;
        found(self.store.set_role(account, role).await?)?;
        tracing::info!(account.id = %account, by = %caller.account_id, %role, "role set");
        Ok(())
    }

    /// Shuts an account out: its sessions end, its keys stop working, nobody logs in to it.
    pub async fn disable_account(
        &self,
        caller: &Caller,
        account: AccountId,
    ) -> Result<(), AccountsError> {
        check_admin_of_others(caller, account)?;
        let now = self.clock.now();
        found(self.store.disable_account(account, now).await?)?;
        tracing::info!(account.id = %account, by = %caller.account_id, "account disabled");
        Ok(())
    }

    /// Lets a disabled account in again. Its keys work again, its sessions don't.
    pub async fn enable_account(
        &self,
        caller: &Caller,
        account: AccountId,
    ) -> Result<(), AccountsError> {
        check_admin_of_others(caller, account)?;
        found(self.store.enable_account(account).await?)?;
        tracing::info!(account.id = %account, by = %caller.account_id, "account enabled");
        Ok(())
    }

    /// The account of somebody at the machine of the service, who needs no proof. Only for the
    /// command line.
    pub async fn operator(&self, account: AccountId) -> Result<Option<Caller>, AccountsError> {
        let account = self.store.account(account).await?;
        let account = account.filter(|account| account.disabled_at.is_none());
        Ok(account.map(|account| Caller::new(account, Via::Operator)))
    }
}

const MAX_SEARCH_CHARS: usize = 100;

fn check_admin(caller: &Caller) -> Result<(), AccountsError> {
    if caller.is_admin() {
        return Ok(());
    }
    Err(AccountsError::Forbidden("only administrators may do that"))
}

fn check_admin_of_others(caller: &Caller, account: AccountId) -> Result<(), AccountsError> {
    check_admin(caller)?;
    if caller.account_id == account {
        return Err(AccountsError::Refused(
            "ask another administrator: nobody changes their own role or access",
        ));
    }
    Ok(())
}

fn found(found: bool) -> Result<(), AccountsError> {
    if found {
        return Ok(());
    }
    Err(AccountsError::NotFound("account"))
}
