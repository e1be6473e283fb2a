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
use crate::{App, Problem, operations};

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
    let by = caller.account_id;
    operations::suspend_judge(&app, JudgeId(id), why.text()?, by).await?;
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
    let by = caller.account_id;
    operations::reinstate_judge(&app, JudgeId(id), Some(why.text()?), by).await?;
    answer(&app, id).await
}

async fn answer(app: &App, id: Uuid) -> Result<Answer<JudgeView>, Problem> {
    let judges = views::judges(&app.store).await?;
    let judge = judges.into_iter().find(|judge| judge.judge_id.0 == id);
    let judge = judge.ok_or_else(|| Problem::not_found("judge"))?;
    Ok(Answer(Wire::wire(judge)))
}
