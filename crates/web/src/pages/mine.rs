//! `/plans`: the caller's own plans, and what an owner does with one.

use arena::custody;
use arena::status::plan_status;
use arena::views;
use axum::extract::State;
use axum::response::Response;
use pipeline::service::RunSummary;
use serde::Deserialize;
use store::{AccountId, PlanId, Visibility};
use uuid::Uuid;

use super::convert::{count, plan as told, run as told_run};
use super::frame::{Frame, done, render, sentence};
use super::notice::Done;
use crate::caller::Submitter;
use crate::extract::{Path, Query};
use crate::view::format::{Moment, Percent};
use crate::view::layout::Section;
use crate::view::parts::Pager;
use crate::view::plans::{MyPlan, MyRun, Plans};
use crate::{App, Problem};

const ROWS: u32 = 25;
const RUNS: u32 = 10;

/// Which page of the plans, and of the runs.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Pages {
    cursor: Option<String>,
    runs: Option<String>,
}

pub(super) async fn show(
    State(app): State<App>,
    frame: Frame,
    Query(paged): Query<Pages>,
) -> Result<Response, Problem> {
    let owner = frame.permitted(accounts::Scope::Read)?.account_id;
    let cursor = paged.cursor.as_deref();
    let plans = views::my_plans(&app.store, owner, cursor, ROWS, None).await?;
    let mut rows = Vec::with_capacity(plans.items.len());
    for plan in plans.items {
        rows.extend(row(&app, plan).await?);
    }
    let (runs, next_runs) = runs(&app, owner, &paged).await?;
    render(&Plans {
        layout: frame.layout("My plans", Section::Plans),
        runs,
        next_runs,
        rows,
        pager: Pager {
            first: paged.cursor.as_ref().map(|_| "/plans".to_owned()),
            next: plans
                .next_cursor
                .map(|cursor| format!("/plans?cursor={cursor}")),
            ..Pager::default()
        },
        refresh_url: frame.path().to_owned(),
    })
}

/// The caller's runs; on further pages of plans there are none.
async fn runs(
    app: &App,
    owner: AccountId,
    paged: &Pages,
) -> Result<(Vec<MyRun>, Option<String>), Problem> {
    if paged.cursor.is_some() {
        return Ok((Vec::new(), None));
    }
    let viewer = pipeline::service::Viewer::of(owner);
    let page = app
        .pipeline
        .list(viewer, RUNS, paged.runs.as_deref())
        .await?;
    let next = page
        .next_cursor
        .map(|cursor| format!("/plans?runs={cursor}"));
    let now = app.clock.now();
    let row = |run: RunSummary| MyRun {
        plan_id: run.plan_id.to_string(),
        private: run.visibility == Visibility::Private,
        state: told_run::state(run.state),
        share: Percent(run.fraction.clamp(0.0, 1.0)),
        cost: told_run::money(run.spent_nano_usd),
        created: Moment::new(run.created_at, now),
        ranked_plan_id: run.ranked_plan_id.map(|plan| plan.to_string()),
        title: run.title,
    };
    Ok((page.runs.into_iter().map(row).collect(), next))
}

async fn row(app: &App, plan: views::MyPlan) -> Result<Option<MyPlan>, Problem> {
    let now = app.clock.now();
    let Some(status) = plan_status(&app.store, plan.row.plan_id).await? else {
        return Ok(None);
    };
    Ok(Some(MyPlan {
        plan_id: plan.row.plan_id.to_string(),
        private: plan.row.visibility == Visibility::Private,
        phase: told::phase(status.phase),
        progress: told::progress(&status),
        detail: status.detail.map(|detail| sentence(&detail)),
        rank: plan.row.rank.filter(|_| !plan.row.provisional).map(count),
        elo: plan.row.elo,
        submitted: Moment::new(plan.row.submitted_at, now),
        title: plan.row.title,
        external_id: plan.row.external_id,
    }))
}

pub(super) async fn withdraw(
    State(app): State<App>,
    Submitter(caller): Submitter,
    Path(id): Path<Uuid>,
) -> Result<Response, Problem> {
    custody::withdraw(&app.service, caller.account_id, PlanId(id)).await?;
    Ok(changed(&app, PlanId(id), Done::Withdrawn))
}

pub(super) async fn restore(
    State(app): State<App>,
    Submitter(caller): Submitter,
    Path(id): Path<Uuid>,
) -> Result<Response, Problem> {
    custody::restore(&app.service, caller.account_id, PlanId(id)).await?;
    Ok(changed(&app, PlanId(id), Done::Restored))
}

pub(super) async fn publish(
    State(app): State<App>,
    Submitter(caller): Submitter,
    Path(id): Path<Uuid>,
) -> Result<Response, Problem> {
    custody::publish_plan(&app.service, caller.account_id, PlanId(id)).await?;
    Ok(changed(&app, PlanId(id), Done::Published))
}

/// Readers here see it at once, and the worker sets to work.
fn changed(app: &App, plan: PlanId, what: Done) -> Response {
    app.board().forget();
    app.wake.notify();
    done(&format!("/plans/{plan}"), what)
}
