//! `planrank doctor`: checks the set-up, or the KPIs on a folder of runs.

mod corpus;

use arena::acceptance::acceptance;
use serde::Serialize;

use crate::cli::{Doctor, Global};
use crate::exit::Exit;
use crate::output::{self, Align, Table};
use crate::wiring::{self, DEFAULT_FILE, Database};

/// One thing that was looked at.
#[derive(Debug, Serialize)]
struct Check {
    what: &'static str,
    ok: bool,
    /// What was found, or what to do.
    finding: String,
}

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
    let checks = checks(global, args).await;
    if global.json {
        output::json(&checks)?;
    } else {
        let mut table = Table::new(&[
            ("", Align::Left),
            ("check", Align::Left),
            ("finding", Align::Left),
        ]);
        for check in &checks {
            let mark = if check.ok { "ok" } else { "NOT OK" };
            table.row([
                mark.to_owned(),
                check.what.to_owned(),
                output::plain(&check.finding, 200),
            ]);
        }
        output::line(&table.to_string())?;
    }
    if checks.iter().all(|c| c.ok) {
        Ok(Exit::Done)
    } else {
        anyhow::bail!("the set-up has problems, see above")
    }
}

async fn checks(global: &Global, args: &Doctor) -> Vec<Check> {
    let database = Database::chosen(global, DEFAULT_FILE);
    let store = match database.open_as_it_is().await {
        Ok(store) => store,
        Err(error) => {
            return vec![Check {
                what: "database",
                ok: false,
                finding: format!("{error:#}"),
            }];
        }
    };
    let mut checks = vec![check(
        "database",
        store
            .ping()
            .await
            .map(|()| format!("{:?} answers", store.backend())),
    )];
    let schema = schema(&store, &database).await;
    let readable = schema.ok;
    checks.push(schema);
    if readable {
        checks.extend(contents(&store).await);
    }
    checks.push(check("models", wiring::describe_models(&args.model).await));
    checks
}

async fn contents(store: &store::Store) -> Vec<Check> {
    let mut checks = vec![check(
        "plans",
        store.count_plans().await.map(|n| format!("{n} stored")),
    )];
    let vectors = |fast: bool| if fast { "pgvector index" } else { "exact scan" }.to_owned();
    checks.push(check(
        "vector search",
        store.uses_pgvector().await.map(vectors),
    ));
    checks.push(check("judges", judges(store).await));
    checks
}

fn check<E: std::fmt::Display>(what: &'static str, outcome: Result<String, E>) -> Check {
    match outcome {
        Ok(finding) => Check {
            what,
            ok: true,
            finding,
        },
        Err(error) => Check {
            what,
            ok: false,
            finding: format!("{error:#}"),
        },
    }
}

async fn schema(store: &store::Store, database: &Database) -> Check {
    match store.pending_migrations().await {
        Ok(pending) if pending.is_empty() => Check {
            what: "schema",
            ok: true,
            finding: "up to date".into(),
        },
        Ok(pending) => Check {
            what: "schema",
            ok: false,
            finding: format!(
                "run `planrank migrate{}` ({} to apply)",
                database.hint(),
                pending.len()
            ),
        },
        Err(error) => check("schema", Err(error)),
    }
}

async fn judges(store: &store::Store) -> Result<String, String> {
    let judges = store.judges().await.map_err(|e| e.to_string())?;
    let suspended: Vec<String> = judges
        .iter()
        .filter_map(|j| {
            j.suspended_why
                .as_ref()
                .map(|why| format!("{} is suspended: {why}", j.name))
        })
        .collect();
    if suspended.is_empty() {
        Ok(format!("{} known, none suspended", judges.len()))
    } else {
        Err(suspended.join("; "))
    }
}
