//! `planrank explain`: why a plan stands where it does, or why one beats another.

mod pair;
mod story;

use arena::explain::{find, pair_story, plan_story};

use crate::cli::{Explain, Global};
use crate::exit::Exit;
use crate::output;
use crate::wiring::{DEFAULT_FILE, Database};

pub(super) use pair::print_pair;

pub(super) async fn run(global: &Global, args: &Explain) -> anyhow::Result<Exit> {
    let store = Database::chosen(global, DEFAULT_FILE).open().await?;
    let plan = find(&store, &args.plan).await?;
    if let Some(other) = &args.other {
        let other = find(&store, other).await?;
        let pair = pair_story(&store, plan.plan_id, other.plan_id).await?;
        if global.json {
            output::json(&pair)?;
        } else {
            print_pair(&pair)?;
        }
    } else {
        let plan = plan_story(&store, plan).await?;
        if global.json {
            output::json(&plan)?;
        } else {
            story::print_story(&plan)?;
        }
    }
    Ok(Exit::Done)
}
