//! `/plans`: the caller's own plans, and what an owner does with one.

use arena::custody;
use arena::status::plan_status;
use arena::views;
use axum::extract::State;
use axum::response::Response;
use store::{PlanId, Visibility};
use uuid::Uuid;

use super::convert::{count, plan as told};
use super::frame::{Frame, done, render, sentence};
use super::notice::Done;
use super::plan::Paged;
use crate::caller::Submitter;
use crate::extract::{Path, Query};
use crate::view::format::Moment;
use crate::view::layout::Section;
use crate::view::parts::Pager;
use crate::view::plans::{MyPlan, Plans};
use crate::{App, Problem};

const ROWS: u32 = 25;

pub(super) async fn show(
    State(app): State<App>,
    frame: Frame,
    Query(paged): Query<Paged>,
) -> Result<Response, Problem> {
    let owner = frame.permitted(accounts::Scope::Read)?.account_id;
    let cursor = paged.cursor.as_deref();
    let plans = views::my_plans(&app.store, owner, cursor, ROWS, None).await?;
    let mut rows = Vec::with_capacity(plans.items.len());
    for plan in plans.items {
        rows.extend(row(&app, plan).await?);
    }
    render(&Plans {
        layout: frame.layout("My plans", Section::Plans),
        rows,
        pager: Pager {
            first: paged.cursor.map(|_| "/plans".to_owned()),
            next: plans
                .next_cursor
                .map(|cursor| format!("/plans?cursor={cursor}")),
            ..Pager::default()
        },
        refresh_url: frame.path().to_owned(),
    })
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
