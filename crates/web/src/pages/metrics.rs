//! `/metrics/{id}`: everything stored about a plan, raw.

use arena::views::{self, ViewError};
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use store::{ComparisonId, PlanId};
use uuid::Uuid;

use super::convert::judge::{JudgeNames, nano_usd};
use super::convert::{self, count};
use super::frame::{Frame, render};
use crate::extract::{Path, Query};
use crate::view::layout::Section;
use crate::view::metrics::{Metrics, RawCall};
use crate::view::parts::Pager;
use crate::{App, Problem};

const ROWS: u32 = 20;

/// Which page of the comparisons, and which one is open.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    cursor: Option<String>,
    comparison: Option<Uuid>,
}

pub(super) async fn show(
    State(app): State<App>,
    frame: Frame,
    Path(id): Path<Uuid>,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let (id, viewer, now) = (PlanId(id), frame.caller.viewer(), app.clock.now());
    let cursor = asked.cursor.as_deref();
    let raw = views::metrics(&app.store, viewer, id, cursor, ROWS).await?;
    let judges = JudgeNames::read(&app.store).await?;
    let opened = match asked.comparison {
        Some(comparison) => Some(opened(&app, &frame, &raw, ComparisonId(comparison)).await?),
        None => None,
    };
    let newest = raw.extractions.first();
    // A page that shows a call's texts leaves those of the KPIs out.
    let kpis = newest.filter(|_| opened.is_none());
    render(&Metrics {
        layout: frame.layout(
            format!("Raw metrics: {}", raw.plan.title),
            Section::Rankings,
        ),
        plan_id: id.to_string(),
        fields: convert::metrics::fields(&raw),
        kpis: kpis
            .map(|e| convert::metrics::kpis(e, now))
            .unwrap_or_default(),
        comparisons_total: count(raw.totals.scheduled + raw.totals.done + raw.totals.void),
        pager: pager(id, &asked, raw.next_cursor.as_deref()),
        opened,
        tokens_in: count(raw.totals.input_tokens),
        tokens_out: count(raw.totals.output_tokens),
        cost: nano_usd(raw.totals.cost_nano_usd.as_deref()),
        title: raw.plan.title,
        comparisons: raw
            .comparisons
            .iter()
            .map(|c| convert::metrics::comparison(id, c, &judges, now))
            .collect(),
    })
}

fn pager(id: PlanId, asked: &Asked, next: Option<&str>) -> Pager {
    let first = asked.cursor.as_ref();
    Pager {
        first: first.map(|_| format!("/metrics/{id}#comparisons")),
        next: next.map(|cursor| format!("/metrics/{id}?cursor={cursor}#comparisons")),
        ..Pager::default()
    }
}

/// The question behind a comparison, which has to be one of this plan's that the reader may see.
async fn opened(
    app: &App,
    frame: &Frame,
    raw: &views::RawMetrics,
    id: ComparisonId,
) -> Result<RawCall, Problem> {
    let known = raw.comparisons.iter().find(|c| c.comparison_id == id);
    let prompt = views::judge_prompt(&app.store, frame.caller.viewer(), id).await;
    let prompt = match prompt {
        Ok(prompt) => Some(prompt),
        // The opponent is hidden: what stands in this plan's own list may still be told.
        Err(ViewError::NotFound) if known.is_some() => None,
        Err(ViewError::NotFound) => return Err(Problem::not_found("comparison")),
        Err(other) => return Err(other.into()),
    };
    Ok(convert::metrics::call(id, known, prompt))
}
