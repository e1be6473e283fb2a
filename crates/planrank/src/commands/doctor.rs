//! `planrank doctor`: checks a deployment from inside, or from outside by its address, or the KPIs
//! on a folder of runs.
//!
//! It ends with 0 when nothing failed (warnings may be there) and with 1 otherwise. It writes
//! nothing but one small file among the artifacts, always the same.

mod check;
mod configuration;
mod corpus;
mod database;
mod files;
mod logins;
mod models;
mod outside;

use arena::acceptance::acceptance;
use environment::Clock;

use crate::cli::{Doctor, Global};
use crate::exit::Exit;
use crate::output::{self, Align, Table};
use crate::system::SystemClock;
use crate::wiring::{DEFAULT_FILE, Database};
use check::{Check, Outcome};

/// Longer findings are cut on a line; `--json` has them whole.
const LINE: usize = 400;

pub(super) async fn run(global: &Global, args: &Doctor) -> anyhow::Result<Exit> {
    if let Some(folder) = &args.corpus {
        let found = acceptance(std::slice::from_ref(folder)).await?;
        if global.json {
            output::json(&found)?;
        } else {
            corpus::print(&found)?;
        }
        return Ok(if found.refused.is_empty() {
            Exit::Done
        } else {
            Exit::Partial
        });
    }
    let checks = match &args.url {
        Some(url) => outside::all(url, SystemClock.now()).await,
        None => inside(global, args).await,
    };
    if global.json {
        output::json(&checks)?;
    } else {
        output::line(&table(&checks).to_string())?;
    }
    if checks.iter().any(|check| check.outcome == Outcome::Failed) {
        anyhow::bail!("the set-up has problems, see above")
    }
    Ok(Exit::Done)
}

async fn inside(global: &Global, args: &Doctor) -> Vec<Check> {
    let database = Database::chosen(global, DEFAULT_FILE);
    let mut checks = database::all(&database, SystemClock.now()).await;
    checks.extend(configuration::all(&args.http, &args.login));
    checks.extend(logins::all(&args.login).await);
    checks.extend(models::all(args).await);
    checks.extend(files::all(global, args).await);
    checks
}

fn table(checks: &[Check]) -> Table {
    let mut table = Table::new(&[
        ("", Align::Left),
        ("check", Align::Left),
        ("finding", Align::Left),
    ]);
    for check in checks {
        let said = match &check.advice {
            Some(advice) => format!("{}; {advice}", check.finding),
            None => check.finding.clone(),
        };
        table.row([
            check.outcome.word().to_owned(),
            check.what.clone(),
            output::plain(&said, LINE),
        ]);
    }
    table
}
