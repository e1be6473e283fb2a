//! The board, best first.

use arena::views::{self, LeaderboardQuery, Scope};
use futures::FutureExt;
use schemars::JsonSchema;
use serde::Serialize;
use store::Standing;

use super::standing::Place;
use super::{Call, Definition, Done, Effect, result};
use crate::mcp::arguments::{Arguments, Field, Kind};
use crate::mcp::context::Context;
use crate::mcp::fault::Fault;
use crate::mcp::schema::output_schema;

/// So many rows stay under 10 kB in both views of a result.
const MAX_ROWS: i64 = 10;

pub(super) const TOOL: Definition = Definition {
    name: "leaderboard",
    title: "Leaderboard",
    description: "Plans by Elo, best first. Provisional plans, with few comparisons yet, are listed apart. public is \
                  free; mine and private need a key.",
    fields: &[
        Field::optional("scope", Kind::Word(&["public", "mine", "private"]), ""),
        Field::optional("standing", Kind::Word(&["established", "provisional"]), ""),
        Field::optional(
            "limit",
            Kind::Number {
                min: 1,
                max: MAX_ROWS,
                default: MAX_ROWS,
            },
            "",
        ),
        Field::optional("cursor", Kind::Cursor, ""),
    ],
    output: output_schema::<Board>,
    effect: Effect::Reads,
    scope: None,
    answer: |context: &Context, arguments: Arguments, _: Call| answer(context, arguments).boxed(),
};

#[derive(Debug, Serialize, JsonSchema)]
struct Board {
    plans: Vec<Place>,
    established: i64,
    provisional: i64,
    next_cursor: Option<String>,
    next_tool: &'static str,
}

async fn answer(context: &Context, arguments: Arguments) -> Result<Done, Fault> {
    let scope = match arguments.text("scope") {
        Some("mine") => Scope::Mine,
        Some("private") => Scope::Private,
        _ => Scope::Public,
    };
    if scope != Scope::Public {
        context.known(accounts::Scope::Read)?;
    }
    let query = LeaderboardQuery {
        scope,
        standing: match arguments.text("standing") {
            Some("provisional") => Standing::Provisional,
            _ => Standing::Established,
        },
        limit: arguments
            .number("limit")
            .and_then(|limit| u32::try_from(limit).ok())
            .unwrap_or(10),
        cursor: arguments.text("cursor").map(str::to_owned),
        ..LeaderboardQuery::default()
    };
    let page = views::leaderboard(&context.app.store, context.viewer(), &query).await;
    let page = page.map_err(|error| context.fault(error))?;
    let places = page.items.iter();
    Ok(result(&Board {
        plans: places.map(|row| Place::of(context, row)).collect(),
        established: page.contest.established,
        provisional: page.contest.provisional,
        next_cursor: page.next_cursor,
        next_tool: "plan_metrics",
    }))
}
