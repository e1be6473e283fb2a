//! Plans to look at: the best public ones.

use arena::views::{self, BoardRow, LeaderboardQuery};
use futures::FutureExt;
use pipeline::Download;
use pipeline::service::Viewer;
use schemars::JsonSchema;
use serde::Serialize;
use store::Standing;

use super::standing::TITLE;
use super::{Call, Definition, Done, Effect, cut, result};
use crate::mcp::arguments::Arguments;
use crate::mcp::context::Context;
use crate::mcp::fault::Fault;
use crate::mcp::schema::output_schema;

const SHOWN: u32 = 5;

pub(super) const TOOL: Definition = Definition {
    name: "example_plans",
    title: "Example plans",
    description: "The best public plans, to show what a plan is like. Free.",
    fields: &[],
    output: output_schema::<Plans>,
    effect: Effect::Reads,
    scope: None,
    answer: |context: &Context, _: Arguments, _: Call| answer(context).boxed(),
};

#[derive(Debug, Serialize, JsonSchema)]
struct Plans {
    plans: Vec<Example>,
    next_tool: &'static str,
}

#[derive(Debug, Serialize, JsonSchema)]
struct Example {
    title: String,
    plan_id: String,
    report_url: String,
    /// Of plans that were made here.
    zip_url: Option<String>,
}

async fn answer(context: &Context) -> Result<Done, Fault> {
    let mut rows = best(context, Standing::Established).await?;
    if rows.is_empty() {
        rows = best(context, Standing::Provisional).await?;
    }
    let mut plans = Vec::with_capacity(rows.len());
    for row in rows {
        plans.push(example(context, row).await);
    }
    Ok(result(&Plans {
        plans,
        next_tool: "plan_metrics",
    }))
}

async fn best(context: &Context, standing: Standing) -> Result<Vec<BoardRow>, Fault> {
    let query = LeaderboardQuery {
        standing,
        limit: SHOWN,
        ..LeaderboardQuery::default()
    };
    let page = views::leaderboard(&context.app.store, views::Viewer::ANYBODY, &query).await;
    Ok(page.map_err(|error| context.fault(error))?.items)
}

/// With its report where it was made here; else its page in the ranking.
async fn example(context: &Context, row: BoardRow) -> Example {
    let runs = &context.app.pipeline;
    let made_here = runs
        .download(Viewer::ANYBODY, row.plan_id, Download::Report)
        .await;
    let page = format!("plans/{}", row.plan_id);
    let (report, zip) = match made_here {
        Ok(_) => (
            format!("{page}/report"),
            Some(format!("{page}/download/zip")),
        ),
        Err(_) => (page, None),
    };
    Example {
        title: cut(&row.title, TITLE),
        plan_id: row.plan_id.to_string(),
        report_url: context.url(&report),
        zip_url: zip.map(|path| context.url(&path)),
    }
}
