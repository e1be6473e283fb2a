//! Reports and files of plans as resources.
//!
//! `planrank://plans/{plan_id}/{file}` is one file of a plan, while it is being made too. The list
//! has the reports of the caller's completed plans; whose a plan is decides what is found.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use pipeline::service::{Artifact, PipelineError, RunState, RunSummary, Viewer};
use rmcp::ErrorData;
use rmcp::model::{
    CacheScope, ErrorCode, ListResourceTemplatesResult, ListResourcesResult, ReadResourceResult,
    Resource, ResourceContents, ResourceTemplate,
};
use serde_json::json;
use store::PlanId;

use super::context::Context;
use super::fault::Fault;
use super::server::{LISTS_FRESH_MS, bad_cursor, invalid};
use super::tools::{cut, of_pipeline};

const SCHEME: &str = "planrank://plans/";
const TEMPLATE: &str = "planrank://plans/{plan_id}/{file}";
/// Plans on a page of the list.
const PAGE: u32 = 10;
/// A larger file is fetched by its link.
const MAX_BYTES: usize = 2 * 1024 * 1024;

pub(crate) fn templates() -> ListResourceTemplatesResult {
    let template = ResourceTemplate::new(TEMPLATE, "plan file")
        .with_title("A file of a plan")
        .with_description("report.md, report.html, or any file that plan_status names");
    ListResourceTemplatesResult::with_all_items(vec![template])
        .with_ttl_ms(LISTS_FRESH_MS)
        .with_cache_scope(CacheScope::Public)
}

pub(crate) async fn list(
    context: &Context,
    cursor: Option<&str>,
) -> Result<ListResourcesResult, ErrorData> {
    let mut list = ListResourcesResult::with_all_items(Vec::new())
        .with_ttl_ms(0)
        .with_cache_scope(CacheScope::Private);
    let known = context.known(accounts::Scope::Read).ok();
    let Some(caller) = known else {
        return cursor.map_or(Ok(list), |_| Err(invalid(&bad_cursor())));
    };
    let viewer = Viewer::of(caller.account_id);
    let page = context.app.pipeline.list(viewer, PAGE, cursor).await;
    let page = page.map_err(|error| match error {
        PipelineError::InvalidArgument { .. } => invalid(&bad_cursor()),
        error => failed(context, error),
    })?;
    list.next_cursor = page.next_cursor;
    let done = page
        .runs
        .iter()
        .filter(|run| run.state == RunState::Completed);
    list.resources = done.flat_map(reports).collect();
    Ok(list)
}

fn reports(run: &RunSummary) -> [Resource; 2] {
    let report = |file: &str, about: &str, media: &str| {
        Resource::new(format!("{SCHEME}{}/{file}", run.plan_id), file)
            .with_title(cut(&run.title, 90))
            .with_description(about)
            .with_mime_type(media)
    };
    [
        report("report.md", "The report for agents", "text/markdown"),
        report("report.html", "The report for people", "text/html"),
    ]
}

pub(crate) async fn read(context: &Context, uri: &str) -> Result<ReadResourceResult, ErrorData> {
    let Some((plan, file)) = parse(uri) else {
        return Err(not_found(uri));
    };
    let read = context
        .app
        .pipeline
        .read(context.run_viewer(), plan, file)
        .await;
    let artifact = read.map_err(|error| match error {
        PipelineError::NotFound | PipelineError::NotReady { .. } => not_found(uri),
        error => failed(context, error),
    })?;
    if artifact.bytes.len() > MAX_BYTES {
        let message = "the file is too large for a message: fetch it by the link of plan_file_info";
        return Err(invalid(
            &Fault::new("TOO_LARGE", message).next("plan_file_info"),
        ));
    }
    let contents = vec![contents(uri, artifact)];
    Ok(ReadResourceResult::new(contents)
        .with_ttl_ms(0)
        .with_cache_scope(CacheScope::Private))
}

fn contents(uri: &str, artifact: Artifact) -> ResourceContents {
    let contents = match String::from_utf8(artifact.bytes) {
        Ok(text) => ResourceContents::text(text, uri),
        Err(bytes) => ResourceContents::blob(STANDARD.encode(bytes.as_bytes()), uri),
    };
    contents.with_mime_type(artifact.content_type)
}

fn parse(uri: &str) -> Option<(PlanId, &str)> {
    let (plan, file) = uri.strip_prefix(SCHEME)?.split_once('/')?;
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    let is_file = (1..=200).contains(&file.len()) && file.chars().all(is_name);
    is_file.then_some(())?;
    Some((plan.parse().ok()?, file))
}

/// Older versions of the protocol have a code of their own for this; the server sees to it.
fn not_found(uri: &str) -> ErrorData {
    let message =
        "there is no such resource, or it isn't yours: read planrank://plans/{plan_id}/{file}";
    // What was asked for goes back in data only, where the protocol wants it.
    let data =
        json!({ "uri": cut(uri, 300), "code": "RESOURCE_NOT_FOUND", "next_tool": "plan_list" });
    ErrorData::new(ErrorCode::RESOURCE_NOT_FOUND, message, Some(data))
}

fn failed(context: &Context, error: PipelineError) -> ErrorData {
    let fault = of_pipeline(context, error);
    ErrorData::internal_error(fault.message.clone(), Some(fault.to_data()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_files_of_plans_have_an_address() {
        let id = "01936b2e-7c1f-7d3a-8f10-2b6f5a0c9d11";
        assert!(parse(&format!("planrank://plans/{id}/report.md")).is_some());
        for wrong in [
            format!("planrank://plans/{id}/../x"),
            format!("planrank://plans/{id}/a/b"),
            format!("planrank://plans/{id}/"),
            format!("file:///plans/{id}/report.md"),
            "planrank://plans/x/report.md".to_owned(),
        ] {
            assert!(parse(&wrong).is_none(), "{wrong}");
        }
    }
}
