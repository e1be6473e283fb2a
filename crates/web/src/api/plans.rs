//! One plan, and the caller's plans.

use arena::custody::{self, CustodyError};
use arena::status::plan_status;
use arena::views;
use axum::Json;
use axum::extract::State;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use store::PlanId;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::params::{Cursor, Limit, Page};
use super::problems::{BadParameter, Clash, Guarded, Missing, Open};
use super::types::{
    Advice, BetterNearby, Comparisons, HistoryPoint, Kpi, Metrics, OwnPlans, Pair, PlanHead,
    PlanState, PlanStatus, RatedPlan, Wire,
};
use crate::caller::{MaybeCaller, Signed, Submitter};
use crate::extract::{Path, Query};
use crate::{App, Problem};

/// Where to ask how far a plan is.
pub(crate) fn status_url(plan: PlanId) -> String {
    format!("/api/plans/{plan}")
}

/// A plan, how far it is, and its place.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PlanView {
    plan: PlanHead,
    status: PlanStatus,
    rating: RatedPlan,
    /// Empty until they are measured.
    kpis: Vec<Kpi>,
    kpis_extracted_at: Option<DateTime<Utc>>,
}

/// Which of the caller's plans to list.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub(crate) struct OwnPlansQuery {
    #[param(inline)]
    state: Option<PlanState>,
    #[param(value_type = u16, minimum = 1, maximum = 200, default = 50)]
    limit: Limit,
    #[param(value_type = Option<String>, min_length = 1, max_length = 512)]
    cursor: Option<Cursor>,
}

/// A plan's ratings, oldest first; at most 200, the first and the last among them.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct History {
    items: Vec<HistoryPoint>,
}

/// Advice about a plan.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Guidance {
    advice: Advice,
    better_nearby: BetterNearby,
}

/// Lists the caller's plans in whatever state, newest first.
#[utoipa::path(get, path = "/api/plans", tag = "plans", operation_id = "list_plans",
    params(OwnPlansQuery), security(("api_key" = []), ("session" = [])),
    responses((status = 200, body = OwnPlans), Guarded, BadParameter))]
pub(crate) async fn list(
    State(app): State<App>,
    Signed(caller): Signed,
    Query(query): Query<OwnPlansQuery>,
) -> Result<Json<OwnPlans>, Problem> {
    let cursor = query.cursor.as_ref().map(|cursor| cursor.0.as_str());
    let limit = u32::from(query.limit.0);
    let state = query.state.map(PlanState::stored);
    let plans = views::my_plans(&app.store, caller.account_id, cursor, limit, state).await?;
    Ok(Json(Wire::wire(plans)))
}

impl PlanState {
    fn stored(self) -> store::PlanState {
        match self {
            Self::Active => store::PlanState::Active,
            Self::Withdrawn => store::PlanState::Withdrawn,
            Self::Quarantined => store::PlanState::Quarantined,
        }
    }
}

/// Tells how far a plan is, its rating, and its KPIs with their evidence.
#[utoipa::path(get, path = "/api/plans/{plan_id}", tag = "plans", operation_id = "get_plan",
    params(("plan_id" = Uuid, Path)), security((), ("api_key" = []), ("session" = [])),
    responses((status = 200, body = PlanView), Open, Missing))]
pub(crate) async fn show(
    State(app): State<App>,
    caller: MaybeCaller,
    Path(id): Path<Uuid>,
) -> Result<Json<PlanView>, Problem> {
    let view = views::plan(&app.store, caller.viewer(), PlanId(id)).await?;
    let status = plan_status(&app.store, PlanId(id)).await?;
    let mut status = status.ok_or_else(|| Problem::not_found("plan"))?;
    // A plan's job may say why it failed in words that are its owner's business.
    if !view.plan.mine && !caller.viewer().sees_all {
        status.detail = None;
    }
    Ok(Json(PlanView {
        plan: Wire::wire(view.plan),
        status: Wire::wire(status),
        rating: Wire::wire(view.standing),
        kpis: Wire::wire(view.kpis),
        kpis_extracted_at: view.kpis_extracted_at,
    }))
}

/// Lists what judges said of a plan and others, newest first, with reasons and quotes.
#[utoipa::path(get, path = "/api/plans/{plan_id}/comparisons", tag = "plans", operation_id = "list_comparisons",
    params(("plan_id" = Uuid, Path), Page), security((), ("api_key" = []), ("session" = [])),
    responses((status = 200, body = Comparisons), Open, Missing, BadParameter))]
pub(crate) async fn comparisons(
    State(app): State<App>,
    caller: MaybeCaller,
    Path(id): Path<Uuid>,
    Query(page): Query<Page>,
) -> Result<Json<Comparisons>, Problem> {
    let (viewer, id) = (caller.viewer(), PlanId(id));
    let found = views::comparisons_of(&app.store, viewer, id, page.cursor(), page.limit());
    Ok(Json(Wire::wire(found.await?)))
}

/// Lists a plan's ratings over time.
#[utoipa::path(get, path = "/api/plans/{plan_id}/history", tag = "plans", operation_id = "get_history",
    params(("plan_id" = Uuid, Path)), security((), ("api_key" = []), ("session" = [])),
    responses((status = 200, body = History), Open, Missing))]
pub(crate) async fn history(
    State(app): State<App>,
    caller: MaybeCaller,
    Path(id): Path<Uuid>,
) -> Result<Json<History>, Problem> {
    let points = views::history(&app.store, caller.viewer(), PlanId(id)).await?;
    Ok(Json(History {
        items: Wire::wire(points),
    }))
}

/// Says what could be done about a plan, and which near plans are better, and in what.
#[utoipa::path(get, path = "/api/plans/{plan_id}/advice", tag = "plans", operation_id = "get_advice",
    params(("plan_id" = Uuid, Path)), security((), ("api_key" = []), ("session" = [])),
    responses((status = 200, body = Guidance), Open, Missing))]
pub(crate) async fn advice(
    State(app): State<App>,
    caller: MaybeCaller,
    Path(id): Path<Uuid>,
) -> Result<Json<Guidance>, Problem> {
    let (viewer, id) = (caller.viewer(), PlanId(id));
    Ok(Json(Guidance {
        advice: Wire::wire(views::advice(&app.store, viewer, id).await?),
        better_nearby: Wire::wire(views::better_nearby(&app.store, viewer, id).await?),
    }))
}

/// Everything raw about a plan's rating: extractions of every version, each comparison with its
/// verdict, tokens and cost.
#[utoipa::path(get, path = "/api/plan_metrics/{plan_id}", tag = "plans", operation_id = "get_plan_metrics",
    params(("plan_id" = Uuid, Path), Page), security((), ("api_key" = []), ("session" = [])),
    responses((status = 200, body = Metrics), Open, Missing, BadParameter))]
pub(crate) async fn metrics(
    State(app): State<App>,
    caller: MaybeCaller,
    Path(id): Path<Uuid>,
    Query(page): Query<Page>,
) -> Result<Json<Metrics>, Problem> {
    let (viewer, id) = (caller.viewer(), PlanId(id));
    let found = views::metrics(&app.store, viewer, id, page.cursor(), page.limit());
    Ok(Json(Wire::wire(found.await?)))
}

/// Puts two plans side by side.
#[utoipa::path(get, path = "/api/compare/{a}/{b}", tag = "plans", operation_id = "compare_plans",
    params(("a" = Uuid, Path), ("b" = Uuid, Path)), security((), ("api_key" = []), ("session" = [])),
    responses((status = 200, body = Pair), Open, Missing, Clash))]
pub(crate) async fn compare(
    State(app): State<App>,
    caller: MaybeCaller,
    Path((a, b)): Path<(Uuid, Uuid)>,
) -> Result<Json<Pair>, Problem> {
    let pair = views::compare(&app.store, caller.viewer(), PlanId(a), PlanId(b)).await?;
    Ok(Json(Wire::wire(pair)))
}

/// Hides one of the caller's plans. Its comparisons stay in the ratings.
#[utoipa::path(post, path = "/api/plans/{plan_id}/withdraw", tag = "plans", operation_id = "withdraw_plan",
    params(("plan_id" = Uuid, Path)), security(("api_key" = []), ("session" = [])),
    responses((status = 200, body = PlanStatus), Guarded, Missing, Clash))]
pub(crate) async fn withdraw(
    State(app): State<App>,
    Submitter(caller): Submitter,
    Path(id): Path<Uuid>,
) -> Result<Json<PlanStatus>, Problem> {
    custody::withdraw(&app.service, caller.account_id, PlanId(id)).await?;
    changed(&app, PlanId(id)).await
}

/// Lists a plan again that its owner has withdrawn.
#[utoipa::path(post, path = "/api/plans/{plan_id}/restore", tag = "plans", operation_id = "restore_plan",
    params(("plan_id" = Uuid, Path)), security(("api_key" = []), ("session" = [])),
    responses((status = 200, body = PlanStatus), Guarded, Missing, Clash))]
pub(crate) async fn restore(
    State(app): State<App>,
    Submitter(caller): Submitter,
    Path(id): Path<Uuid>,
) -> Result<Json<PlanStatus>, Problem> {
    custody::restore(&app.service, caller.account_id, PlanId(id)).await?;
    changed(&app, PlanId(id)).await
}

/// Moves a private plan into the public ranking, for good.
#[utoipa::path(post, path = "/api/plans/{plan_id}/publish", tag = "plans", operation_id = "publish_plan",
    params(("plan_id" = Uuid, Path)), security(("api_key" = []), ("session" = [])),
    responses((status = 200, body = PlanStatus), Guarded, Missing, Clash))]
pub(crate) async fn publish(
    State(app): State<App>,
    Submitter(caller): Submitter,
    Path(id): Path<Uuid>,
) -> Result<Json<PlanStatus>, Problem> {
    custody::publish_plan(&app.service, caller.account_id, PlanId(id)).await?;
    changed(&app, PlanId(id)).await
}

/// What is on the board has changed: readers here see it at once, and the worker sets to work.
pub(crate) async fn changed(app: &App, plan: PlanId) -> Result<Json<PlanStatus>, Problem> {
    app.board().forget();
    app.wake.notify();
    let status = plan_status(&app.store, plan).await?;
    let status = status.ok_or_else(|| Problem::not_found("plan"))?;
    Ok(Json(Wire::wire(status)))
}

impl From<CustodyError> for Problem {
    fn from(error: CustodyError) -> Self {
        let detail = error.to_string();
        match error {
            CustodyError::NotFound(_) => Self::not_found("plan"),
            CustodyError::Already(_) => Self::conflict("already", detail),
            CustodyError::Quarantined(_) => Self::conflict("quarantined", detail),
            CustodyError::WithdrawnByOperator => Self::conflict("withdrawn_by_operator", detail),
            CustodyError::AlreadyPublic => Self::conflict("already_public", detail),
            CustodyError::Store(error) => error.into(),
        }
    }
}
