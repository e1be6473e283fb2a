//! Anybody's plans, in an operator's name.

use arena::custody;
use axum::Json as Answer;
use axum::extract::State;
use store::{PlanId, StateChange};
use uuid::Uuid;

use super::Reason;
use crate::api::plans::changed;
use crate::api::problems::{BadBody, Clash, Guarded, Missing};
use crate::api::types::PlanStatus;
use crate::caller::Admin;
use crate::extract::{Json, Path};
use crate::{App, Problem};

/// Hides a plan against its owner's wish; the owner sees why.
#[utoipa::path(post, path = "/api/admin/plans/{plan_id}/quarantine", tag = "admin", operation_id = "quarantine_plan",
    params(("plan_id" = Uuid, Path)), request_body = Reason,
    security(("api_key" = []), ("session" = [])),
    responses((status = 200, body = PlanStatus), Guarded, BadBody, Missing, Clash))]
pub(crate) async fn quarantine(
    State(app): State<App>,
    Admin(caller): Admin,
    Path(id): Path<Uuid>,
    Json(why): Json<Reason>,
) -> Result<Answer<PlanStatus>, Problem> {
    let (id, why) = (PlanId(id), why.text()?);
    if app.store.plan(id).await?.is_none() {
        return Err(Problem::not_found("plan"));
    }
    if !app.store.quarantine_plan(id, why).await? {
        let detail = "the plan is quarantined already";
        return Err(Problem::conflict("already", detail));
    }
    tracing::info!(plan.id = %id, by = %caller.account_id, "plan quarantined");
    changed(&app, id).await
}

/// Lists a plan again that was quarantined or withdrawn.
#[utoipa::path(post, path = "/api/admin/plans/{plan_id}/restore", tag = "admin", operation_id = "admin_restore_plan",
    params(("plan_id" = Uuid, Path)), security(("api_key" = []), ("session" = [])),
    responses((status = 200, body = PlanStatus), Guarded, Missing, Clash))]
pub(crate) async fn restore(
    State(app): State<App>,
    Admin(caller): Admin,
    Path(id): Path<Uuid>,
) -> Result<Answer<PlanStatus>, Problem> {
    let id = PlanId(id);
    custody::administer(&app.service, caller.account_id, id, StateChange::Restore).await?;
    tracing::info!(plan.id = %id, by = %caller.account_id, "plan restored");
    changed(&app, id).await
}
