//! Where to fetch a plan's report or files.

use accounts::Scope;
use chrono::{DateTime, Utc};
use futures::FutureExt;
use pipeline::Download;
use pipeline::service::PipelineError;
use schemars::JsonSchema;
use serde::Serialize;

use super::{Call, Definition, Done, Effect, cut, of_pipeline, result};
use crate::mcp::arguments::{Arguments, Field, Kind};
use crate::mcp::context::Context;
use crate::mcp::fault::Fault;
use crate::mcp::schema::output_schema;

pub(super) const TOOL: Definition = Definition {
    name: "plan_file_info",
    title: "Download a plan",
    description: "A signed link, for anybody who has it until it expires, to the report (HTML), its markdown, or the \
                  zip of all files.",
    fields: &[
        Field::required("plan_id", Kind::PlanId, ""),
        Field::optional("artifact", Kind::Word(&["report", "markdown", "zip"]), ""),
    ],
    output: output_schema::<Found>,
    effect: Effect::Reads,
    scope: Some(Scope::Read),
    answer: |context: &Context, arguments: Arguments, _: Call| answer(context, arguments).boxed(),
};

#[derive(Debug, Serialize, JsonSchema)]
struct Found {
    ready: bool,
    reason: Option<String>,
    file_name: Option<String>,
    content_type: Option<String>,
    sha256: Option<String>,
    download_size: Option<u64>,
    download_url: Option<String>,
    expires_at: Option<DateTime<Utc>>,
    next_tool: &'static str,
}

async fn answer(context: &Context, arguments: Arguments) -> Result<Done, Fault> {
    let id = arguments.plan_id()?;
    let what = match arguments.text("artifact") {
        Some("zip") => Download::Zip,
        Some("markdown") => Download::Markdown,
        _ => Download::Report,
    };
    let runs = &context.app.pipeline;
    let info = match runs.download(context.run_viewer(), id, what).await {
        Ok(info) => info,
        Err(PipelineError::NotReady { reason }) => return Ok(result(&not_ready(&reason))),
        Err(error) => return Err(of_pipeline(context, error)),
    };
    let link = runs.link(id, what);
    Ok(result(&Found {
        ready: true,
        reason: None,
        file_name: Some(info.file_name),
        content_type: Some(info.content_type.to_owned()),
        sha256: Some(info.sha256),
        download_size: Some(info.size),
        download_url: Some(context.url(&link.path)),
        expires_at: Some(link.expires_at),
        next_tool: "plan_metrics",
    }))
}

fn not_ready(reason: &str) -> Found {
    Found {
        ready: false,
        reason: Some(cut(reason, 300)),
        file_name: None,
        content_type: None,
        sha256: None,
        download_size: None,
        download_url: None,
        expires_at: None,
        next_tool: "plan_wait",
    }
}
