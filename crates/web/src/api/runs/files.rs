//! The files of a run: to list, read, replace and restore.

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde::Serialize;
use store::PlanId;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::api::problems::{BadBody, Clash, Guarded, Missing, Open};
use crate::api::types::{Edited, RunFile, Wire};
use crate::caller::{MaybeCaller, Submitter};
use crate::extract::Path;
use crate::{App, Problem, delivery, generation, preconditions};

/// The files of a run.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct RunFiles {
    items: Vec<RunFile>,
}

/// Lists the files that a run has written so far.
#[utoipa::path(get, path = "/api/plans/{plan_id}/files", tag = "generation", operation_id = "list_files",
    params(("plan_id" = Uuid, Path)), security((), ("api_key" = []), ("session" = [])),
    responses((status = 200, body = RunFiles), Open, Missing))]
pub(super) async fn list(
    State(app): State<App>,
    caller: MaybeCaller,
    Path(id): Path<Uuid>,
) -> Result<Json<RunFiles>, Problem> {
    let files = app.pipeline.files(generation::viewer(&caller), PlanId(id));
    Ok(Json(RunFiles {
        items: Wire::wire(files.await?),
    }))
}

/// Reads a file. Its `ETag` is its SHA-256.
#[utoipa::path(get, path = "/api/plans/{plan_id}/files/{name}", tag = "generation", operation_id = "read_file",
    params(("plan_id" = Uuid, Path), ("name" = String, Path, example = "project_plan.md"),
        ("If-None-Match" = Option<String>, Header)),
    security((), ("api_key" = []), ("session" = [])),
    responses((status = 200, body = Vec<u8>, content_type = "application/octet-stream", headers(("ETag" = String)),
            description = "The file, under its own media type"),
        (status = 304, description = "Unchanged"), Open, Missing))]
pub(super) async fn read(
    State(app): State<App>,
    caller: MaybeCaller,
    headers: HeaderMap,
    Path((id, name)): Path<(Uuid, String)>,
) -> Result<Response, Problem> {
    let viewer = generation::viewer(&caller);
    let file = app.pipeline.read(viewer, PlanId(id), &name).await?;
    Ok(delivery::attached(&headers, file))
}

/// Replaces a file by the body. What was made from it is out of date then, until it is regenerated.
///
/// With `If-Match` it is only replaced when nobody has changed it since: 412 otherwise.
#[utoipa::path(put, path = "/api/plans/{plan_id}/files/{name}", tag = "generation", operation_id = "edit_file",
    params(("plan_id" = Uuid, Path), ("name" = String, Path, example = "project_plan.md"),
        ("If-Match" = Option<String>, Header, description = "The `ETag` of the file that was edited")),
    request_body(content = Vec<u8>, content_type = "application/octet-stream", description = "The file's new content, as it is"),
    security(("api_key" = []), ("session" = [])),
    responses((status = 200, body = Edited), Guarded, Missing, BadBody, Clash,
        (status = 412, body = Problem, content_type = "application/problem+json",
            description = "`changed_meanwhile`: read it again, and edit that")))]
pub(super) async fn edit(
    State(app): State<App>,
    Submitter(caller): Submitter,
    Path((id, name)): Path<(Uuid, String)>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<Edited>, Problem> {
    let known = preconditions::if_match(&headers)?;
    let upload = app
        .uploads()
        .read(&headers, body, delivery::MAX_FILE)
        .await?;
    let viewer = generation::owner(&caller);
    let bytes = upload.bytes;
    let edited = app
        .pipeline
        .edit(viewer, PlanId(id), &name, bytes, known.as_deref());
    match edited.await {
        Ok(edited) => Ok(Json(Wire::wire(edited))),
        Err(error) => {
            let mut problem = Problem::from(error);
            if problem.code == "changed_meanwhile" {
                problem.status = StatusCode::PRECONDITION_FAILED.as_u16();
                problem.title = "Precondition Failed";
            }
            Err(problem)
        }
    }
}

/// Undoes an edit: the file is again what its stage wrote.
#[utoipa::path(post, path = "/api/plans/{plan_id}/files/{name}/revert", tag = "generation", operation_id = "revert_file",
    params(("plan_id" = Uuid, Path), ("name" = String, Path, example = "project_plan.md")),
    security(("api_key" = []), ("session" = [])),
    responses((status = 200, body = Edited), Guarded, Missing, Clash))]
pub(super) async fn revert(
    State(app): State<App>,
    Submitter(caller): Submitter,
    Path((id, name)): Path<(Uuid, String)>,
) -> Result<Json<Edited>, Problem> {
    let edited = app
        .pipeline
        .revert(generation::owner(&caller), PlanId(id), &name);
    Ok(Json(Wire::wire(edited.await?)))
}
