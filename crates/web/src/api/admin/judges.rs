//! Whether a judge may judge, as operators decide.

use arena::views;
use axum::Json as Answer;
use axum::extract::State;
use store::JudgeId;
use uuid::Uuid;

use super::Reason;
use crate::api::problems::{BadBody, Clash, Guarded, Missing};
use crate::api::types::{JudgeView, Wire};
use crate::caller::Admin;
use crate::extract::{Json, Path};
use crate::{App, Problem};

/// Takes a judge's right to judge; everybody sees why.
#[utoipa::path(post, path = "/api/admin/judges/{judge_id}/suspend", tag = "admin", operation_id = "suspend_judge",
    params(("judge_id" = Uuid, Path)), request_body = Reason,
    security(("api_key" = []), ("session" = [])),
    responses((status = 200, body = JudgeView), Guarded, BadBody, Missing, Clash))]
pub(crate) async fn suspend(
    State(app): State<App>,
    Admin(caller): Admin,
    Path(id): Path<Uuid>,
    Json(why): Json<Reason>,
) -> Result<Answer<JudgeView>, Problem> {
    let why = why.text()?;
    if judge(&app, id).await?.suspended_at.is_some() {
        let detail = "the judge is suspended already";
        return Err(Problem::conflict("already", detail));
    }
    app.store
        .suspend_judge(JudgeId(id), why, app.clock.now())
        .await?;
    tracing::info!(judge.id = %id, by = %caller.account_id, why, "judge suspended");
    answer(&app, id).await
}

/// Gives a judge its right back. One that fails its tests again is suspended again.
#[utoipa::path(post, path = "/api/admin/judges/{judge_id}/reinstate", tag = "admin", operation_id = "reinstate_judge",
    params(("judge_id" = Uuid, Path)), request_body = Reason,
    security(("api_key" = []), ("session" = [])),
    responses((status = 200, body = JudgeView), Guarded, BadBody, Missing, Clash))]
pub(crate) async fn reinstate(
    State(app): State<App>,
    Admin(caller): Admin,
    Path(id): Path<Uuid>,
    Json(why): Json<Reason>,
) -> Result<Answer<JudgeView>, Problem> {
    let why = why.text()?;
    if !app.store.reinstate_judge(JudgeId(id)).await? {
        judge(&app, id).await?;
        return Err(Problem::conflict(
            "not_suspended",
            "the judge isn't suspended",
        ));
    }
    tracing::info!(judge.id = %id, by = %caller.account_id, why, "judge reinstated");
    answer(&app, id).await
}

async fn judge(app: &App, id: Uuid) -> Result<views::JudgeView, Problem> {
    let judges = views::judges(&app.store).await?.into_iter();
    let judge = judges.into_iter().find(|judge| judge.judge_id.0 == id);
    judge.ok_or_else(|| Problem::not_found("judge"))
}

async fn answer(app: &App, id: Uuid) -> Result<Answer<JudgeView>, Problem> {
    app.board().forget();
    Ok(Answer(Wire::wire(judge(app, id).await?)))
}
