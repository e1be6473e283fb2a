//! The judges.

use arena::views;
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::problems::Open;
use super::types::{JudgeView, Wire};
use crate::caller::MaybeCaller;
use crate::{App, Problem};

/// Judges, those with most verdicts first.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Judges {
    items: Vec<JudgeView>,
}

/// Lists the judges: how they judge, what tests of them showed, and whether they may.
#[utoipa::path(get, path = "/api/judges", tag = "ranking", operation_id = "list_judges",
    security((), ("api_key" = []), ("session" = [])),
    responses((status = 200, body = Judges), Open))]
pub(crate) async fn list(State(app): State<App>, _: MaybeCaller) -> Result<Json<Judges>, Problem> {
    let judges = views::judges(&app.store).await?;
    Ok(Json(Judges {
        items: Wire::wire(judges),
    }))
}
