//! `planrank admin`: keys, accounts and jobs, for whoever runs the service.

mod jobs;

use accounts::{KeyWish, Role, Scope, Scopes};
use anyhow::Context;
use chrono::TimeDelta;
use environment::Clock;
use serde_json::json;
use store::Store;

use crate::cli::{Admin, AdminCommand, CreateKey, Global, RoleName};
use crate::exit::Exit;
use crate::output;
use crate::system::SystemClock;
use crate::wiring::{self, DEFAULT_FILE, Database};

pub(super) async fn run(global: &Global, args: &Admin) -> anyhow::Result<Exit> {
    let store = Database::chosen(global, DEFAULT_FILE).open().await?;
    match &args.command {
        AdminCommand::CreateKey(wish) => create_key(global, &store, wish).await?,
        AdminCommand::SetRole { account, role } => set_role(&store, account, *role).await?,
        AdminCommand::Jobs { state, limit } => jobs::list(global, &store, state, *limit).await?,
        AdminCommand::RetryJob { job } => jobs::retry(&store, job).await?,
        AdminCommand::DiscardJob { job } => jobs::discard(&store, job).await?,
        AdminCommand::Pause { kind, reason } => jobs::pause(&store, kind, reason).await?,
        AdminCommand::Resume { kind } => jobs::resume(&store, kind).await?,
    }
    Ok(Exit::Done)
}

async fn create_key(global: &Global, store: &Store, args: &CreateKey) -> anyhow::Result<()> {
    let accounts = wiring::accounts_of_operator(store, &args.secret).await?;
    let role = Role::from(args.role);
    let caller = accounts.local_account(&args.account, role).await?;
    let wish = KeyWish {
        name: args.name.clone(),
        scopes: scopes(&args.scopes, role)?,
        expires_at: args
            .days
            .map(|days| SystemClock.now() + TimeDelta::days(days.into())),
    };
    let made = accounts.create_key(&caller, &wish).await?;
    if global.json {
        return output::json(&json!({
            "account_id": caller.account_id,
            "key_id": made.key.key_id,
            "key": made.secret.expose(),
        }));
    }
    output::line(made.secret.expose())?;
    output::say!(
        "This key is shown this once. It belongs to the account {}.",
        caller.account_id
    );
    Ok(())
}

fn scopes(names: &[String], role: Role) -> anyhow::Result<Scopes> {
    if names.is_empty() {
        return Ok(Scopes::of(role));
    }
    let parsed: Result<Vec<Scope>, _> = names.iter().map(|name| name.trim().parse()).collect();
    Ok(parsed.map_err(anyhow::Error::msg)?.into_iter().collect())
}

async fn set_role(store: &Store, account: &str, role: RoleName) -> anyhow::Result<()> {
    let id = account.parse().context("an account's id is a UUID")?;
    anyhow::ensure!(
        store.set_role(id, role.into()).await?,
        "there is no account {id}"
    );
    output::line(&format!("{id} is now {}", Role::from(role)))
}

impl From<RoleName> for Role {
    fn from(name: RoleName) -> Self {
        match name {
            RoleName::User => Self::User,
            RoleName::Reviewer => Self::Reviewer,
            RoleName::Admin => Self::Admin,
        }
    }
}
