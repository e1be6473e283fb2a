//! The ranking as a file for other programs, streamed.

use std::pin::Pin;

use arena::export::{ExportQuery, Format, export as export_stream};
use arena::views::{Scope, ViewError, Viewer};
use axum::body::Body;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use futures::{Stream, StreamExt, TryStreamExt, stream};
use serde::Deserialize;
use store::AccountId;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::leaderboard::{BoardScope, check_domain};
use super::problems::{BadParameter, Guarded};
use crate::caller::{MaybeCaller, allow};
use crate::extract::Query;
use crate::{App, Problem};

const MAX_PLANS: u32 = 1_000_000;
/// What nobody in particular may take at once.
const MAX_ANONYMOUS_PLANS: u32 = 1_000;

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ExportFormat {
    /// One object.
    #[default]
    Json,
    /// One object a line, its kind in `type`.
    Ndjson,
    /// The plans alone.
    Csv,
}

/// What to export.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub(crate) struct WantedExport {
    #[param(inline, default = "json")]
    format: ExportFormat,
    #[param(inline, default = "public")]
    scope: BoardScope,
    /// With `scope=private`, whose private contest; for administrators.
    account: Option<Uuid>,
    /// The best so many; without a key or session at most 1,000.
    #[param(minimum = 1, maximum = 1_000_000)]
    top: Option<u32>,
    /// Every comparison among these plans as well; CSV has none.
    #[param(default = false)]
    comparisons: bool,
    #[param(max_length = 200, min_length = 1)]
    domain: Option<String>,
    /// Submitted at or after this time …
    since: Option<DateTime<Utc>>,
    /// … and before this one.
    until: Option<DateTime<Utc>>,
    flagged: Option<bool>,
}

/// Exports the best plans with KPIs and ratings: established ones by rank, then provisional ones.
///
/// The answer is streamed. Without a key or session the public ranking is given, at most 1,000
/// plans of it. Others' private plans are given to administrators only.
#[utoipa::path(get, path = "/api/export", tag = "ranking", operation_id = "export",
    params(WantedExport), security((), ("api_key" = []), ("session" = [])),
    responses(
        (status = 200, description = "The export", headers(("Content-Disposition" = String)), content(
            (Object = "application/json"), (String = "application/x-ndjson"), (String = "text/csv"))),
        Guarded, BadParameter))]
pub(crate) async fn export(
    State(app): State<App>,
    caller: MaybeCaller,
    Query(wanted): Query<WantedExport>,
) -> Result<Response, Problem> {
    let viewer = wanted.viewer(&caller)?;
    let query = wanted.query(&caller)?;
    let format = query.format;
    let place = app.exports().try_acquire_owned().map_err(|_| busy())?;
    let chunks = export_stream(app.store.clone(), viewer, query)?;
    let chunks = begun(Box::pin(chunks)).await?;
    let body = chunks
        .inspect_err(|error| tracing::error!(%error, "an export broke off"))
        .map(move |chunk| {
            // Held until the last chunk is out, or the reader has gone.
            let _ = &place;
            chunk
        });
    let (media_type, file) = match format {
        Format::Json => ("application/json", "planrank.json"),
        Format::Ndjson => ("application/x-ndjson", "planrank.ndjson"),
        Format::Csv => ("text/csv; charset=utf-8", "planrank.csv"),
    };
    let head = [
        (header::CONTENT_TYPE, media_type.to_owned()),
        (
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"{file}\""),
        ),
    ];
    Ok((head, Body::from_stream(body)).into_response())
}

type Chunks = Pin<Box<dyn Stream<Item = Result<String, ViewError>> + Send>>;

/// Reads the head and the first page, so that what fails at once is answered by a problem.
async fn begun(mut chunks: Chunks) -> Result<Chunks, Problem> {
    let mut first = Vec::new();
    for _ in 0..2 {
        if let Some(chunk) = chunks.try_next().await? {
            first.push(Ok(chunk));
        }
    }
    Ok(Box::pin(stream::iter(first).chain(chunks)))
}

fn busy() -> Problem {
    let detail = "too many exports at once; try again in a moment";
    Problem::new(StatusCode::SERVICE_UNAVAILABLE, "busy", detail).retry_after(10)
}

impl WantedExport {
    /// Who is shown the export: the caller, or an administrator in the place of an account.
    fn viewer(&self, caller: &MaybeCaller) -> Result<Viewer, Problem> {
        let Some(account) = self.account else {
            return Ok(caller.viewer());
        };
        let known = caller.0.as_ref().ok_or_else(Problem::unauthenticated)?;
        allow(known, accounts::Scope::Admin)?;
        if self.scope != BoardScope::Private {
            let detail = "an account goes with `scope=private` only";
            return Err(Problem::invalid("account", detail));
        }
        Ok(Viewer {
            account: Some(AccountId(account)),
            sees_all: true,
        })
    }

    fn query(self, caller: &MaybeCaller) -> Result<ExportQuery, Problem> {
        if let Some(domain) = &self.domain {
            check_domain(domain)?;
        }
        let most = match caller.0 {
            Some(_) => MAX_PLANS,
            None => MAX_ANONYMOUS_PLANS,
        };
        if self.top.is_some_and(|top| !(1..=MAX_PLANS).contains(&top)) {
            return Err(Problem::invalid("top", "give 1 to 1000000"));
        }
        Ok(ExportQuery {
            scope: Scope::from(self.scope),
            domain: self.domain,
            since: self.since,
            until: self.until,
            flagged: self.flagged,
            top: Some(self.top.unwrap_or(most).min(most)),
            comparisons: self.comparisons,
            format: match self.format {
                ExportFormat::Json => Format::Json,
                ExportFormat::Ndjson => Format::Ndjson,
                ExportFormat::Csv => Format::Csv,
            },
        })
    }
}
