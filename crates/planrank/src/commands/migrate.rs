//! `planrank migrate`: brings the schema up to date, or says what is missing.

use serde_json::json;

use crate::cli::{Global, Migrate};
use crate::exit::Exit;
use crate::output;
use crate::wiring::{DEFAULT_FILE, Database};

pub(super) async fn run(global: &Global, args: &Migrate) -> anyhow::Result<Exit> {
    let database = Database::chosen(global, DEFAULT_FILE);
    let (key, steps) = if args.status {
        (
            "pending",
            database.open_as_it_is().await?.pending_migrations().await?,
        )
    } else {
        ("applied", database.connect().await?.migrate().await?)
    };
    if global.json {
        output::json(&json!({ key: steps }))?;
    } else if steps.is_empty() {
        output::line("The schema is up to date.")?;
    } else {
        steps
            .iter()
            .try_for_each(|step| output::line(&format!("{key}: {step}")))?;
    }
    Ok(Exit::Done)
}
