//! `/plans/{id}`: why a plan stands where it does.

use arena::status::plan_status;
use arena::views::{self, PlanView, ViewError};
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use store::{PlanId, PlanState, Visibility};
use uuid::Uuid;

use super::convert::board::flagged;
use super::convert::comparison::meeting;
use super::convert::judge::JudgeNames;
use super::convert::kpi::kpi;
use super::convert::{self, count};
use super::frame::{Frame, render, see_other, sentence};
use crate::extract::{Path, Query};
use crate::view::format::Moment;
use crate::view::layout::Section;
use crate::view::parts::Pager;
use crate::view::plan::{MEETINGS_PER_PAGE, OwnerActions, PlanPage};
use crate::{App, Problem, generation};

/// Which page of the comparisons.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Paged {
    pub(super) cursor: Option<String>,
}

pub(super) async fn show(
    State(app): State<App>,
    frame: Frame,
    Path(id): Path<Uuid>,
    Query(paged): Query<Paged>,
) -> Result<Response, Problem> {
    let (id, viewer, now) = (PlanId(id), frame.caller.viewer(), app.clock.now());
    let run = app
        .pipeline
        .status(generation::viewer(&frame.caller), id)
        .await;
    let view = match views::plan(&app.store, viewer, id).await {
        // It is being made, or never entered the ranking.
        Err(ViewError::NotFound) if run.is_ok() => {
            return Ok(see_other(&format!("/plans/{id}/run")));
        }
        view => view?,
    };
    let status = plan_status(&app.store, id).await?;
    let status = status.ok_or_else(|| Problem::not_found("plan"))?;
    let cursor = paged.cursor.as_deref();
    let meetings = views::comparisons_of(&app.store, viewer, id, cursor, MEETINGS_PER_PAGE).await?;
    let history = views::history(&app.store, viewer, id).await?;
    let better = views::better_nearby(&app.store, viewer, id).await?;
    let advice = views::advice(&app.store, viewer, id).await?;
    let judges = JudgeNames::read(&app.store).await?;
    let own_elo = view.standing.elo;
    // A job may say why it failed in words that are the owner's business.
    let is_insider = view.plan.mine || viewer.sees_all;
    render(&PlanPage {
        layout: frame.layout(view.plan.title.clone(), Section::Rankings),
        plan_id: id.to_string(),
        private: view.plan.visibility == Visibility::Private,
        submitted: Moment::new(view.plan.submitted_at, now),
        phase: convert::plan::phase(status.phase),
        progress: convert::plan::progress(&status),
        phase_detail: status
            .detail
            .filter(|_| is_insider)
            .map(|text| sentence(&text)),
        standing: convert::plan::standing(&view.standing, &view.contest),
        flagged: flagged(&view.standing),
        integrity: convert::plan::notices(&view.plan),
        made_here: run.is_ok(),
        history: convert::plan::history(history, now),
        meetings_total: count(view.standing.num_comparisons),
        pager: pager(id, &paged, meetings.next_cursor.as_deref()),
        meetings: meetings
            .items
            .into_iter()
            .map(|comparison| meeting(comparison, &judges, now))
            .collect(),
        better: better
            .items
            .into_iter()
            .filter_map(|plan| convert::plan::better(plan, own_elo))
            .collect(),
        advice: advice.items.iter().map(convert::plan::advice).collect(),
        owner: owner_actions(&frame, &view),
        title: view.plan.title,
        domain: view.plan.domain,
        external_id: view.plan.external_id,
        kpis: view.kpis.into_iter().map(kpi).collect(),
    })
}

/// Cursors lead on; back to the start leads the first page.
fn pager(id: PlanId, paged: &Paged, next: Option<&str>) -> Pager {
    let first = paged.cursor.as_ref();
    Pager {
        first: first.map(|_| format!("/plans/{id}#comparisons")),
        next: next.map(|cursor| format!("/plans/{id}?cursor={cursor}#comparisons")),
        ..Pager::default()
    }
}

fn owner_actions(frame: &Frame, view: &PlanView) -> Option<OwnerActions> {
    let caller = frame.caller.0.as_ref()?;
    let is_active = view.plan.state == PlanState::Active;
    let may = view.plan.mine && caller.may(accounts::Scope::Submit);
    may.then_some(OwnerActions {
        can_withdraw: is_active,
        can_restore: view.plan.state == PlanState::Withdrawn,
        can_publish: is_active && view.plan.visibility == Visibility::Private,
    })
}
