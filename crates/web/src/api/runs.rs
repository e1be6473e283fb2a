//! Making plans: asking for one, following it, stopping and resuming it.

mod create;
mod files;

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use pipeline::service::ResumeOptions;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use store::PlanId;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::params::Page;
use super::problems::{BadBody, BadParameter, Clash, Guarded, Missing, Open};
use super::types::{Estimate, Profile, PromptReview, RunStatus, Runs, Wire};
use crate::caller::{MaybeCaller, Signed, Submitter};
use crate::extract::{Path, Query};
use crate::generation::Again;
use crate::live::{self, Closing, RunEvent};
use crate::{App, Problem, body, generation};

/// Everything about runs.
pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(create::create))
        .routes(routes!(list))
        .routes(routes!(show))
        .routes(routes!(events))
        .routes(routes!(stop))
        .routes(routes!(resume))
        .routes(routes!(retry))
        .routes(routes!(regenerate))
        .routes(routes!(files::list))
        .routes(routes!(files::read, files::edit))
        .routes(routes!(files::revert))
        .routes(routes!(profiles))
        .routes(routes!(create::review))
}

/// Lists the caller's runs, newest first.
#[utoipa::path(get, path = "/api/runs", tag = "generation", operation_id = "list_runs",
    params(Page), security(("api_key" = []), ("session" = [])),
    responses((status = 200, body = Runs), Guarded, BadParameter))]
async fn list(
    State(app): State<App>,
    Signed(caller): Signed,
    Query(page): Query<Page>,
) -> Result<Json<Runs>, Problem> {
    let viewer = pipeline::service::Viewer::of(caller.account_id);
    let runs = app
        .pipeline
        .list(viewer, page.limit(), page.cursor())
        .await?;
    Ok(Json(Wire::wire(runs)))
}

/// Tells how a run is: progress, cost, every stage.
///
/// A public run is everybody's to see once it is complete.
#[utoipa::path(get, path = "/api/plans/{plan_id}/run", tag = "generation", operation_id = "get_run",
    params(("plan_id" = Uuid, Path)), security((), ("api_key" = []), ("session" = [])),
    responses((status = 200, body = RunStatus), Open, Missing))]
async fn show(
    State(app): State<App>,
    caller: MaybeCaller,
    Path(id): Path<Uuid>,
) -> Result<Json<RunStatus>, Problem> {
    let status = app.pipeline.status(generation::viewer(&caller), PlanId(id));
    Ok(Json(Wire::wire(status.await?)))
}

/// Follows a run as server-sent events.
///
/// It begins with an event `status`, which comes again with each change; `beat` comes when nothing
/// has changed for a while; `end` is the last one. The stream ends after some minutes: connect
/// again. An account may have twelve streams open.
#[utoipa::path(get, path = "/api/plans/{plan_id}/events", tag = "generation", operation_id = "follow_run",
    params(("plan_id" = Uuid, Path)), security((), ("api_key" = []), ("session" = [])),
    responses((status = 200, body = RunEvent, content_type = "text/event-stream",
        description = "Events whose data are such objects"), Open, Missing))]
async fn events(
    State(app): State<App>,
    caller: MaybeCaller,
    closing: Closing,
    Path(id): Path<Uuid>,
) -> Result<Response, Problem> {
    live::follow(&app, generation::viewer(&caller), PlanId(id), closing).await
}

/// Stops a run: calls under way are finished, nothing new begins. It can be resumed.
#[utoipa::path(post, path = "/api/plans/{plan_id}/stop", tag = "generation", operation_id = "stop_run",
    params(("plan_id" = Uuid, Path)), security(("api_key" = []), ("session" = [])),
    responses((status = 200, body = RunStatus), Guarded, Missing, Clash))]
async fn stop(
    State(app): State<App>,
    Submitter(caller): Submitter,
    Path(id): Path<Uuid>,
) -> Result<Json<RunStatus>, Problem> {
    let status = app.pipeline.stop(generation::owner(&caller), PlanId(id));
    Ok(Json(Wire::wire(status.await?)))
}

/// With which models to go on.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub(super) struct With {
    /// A profile's name; the run's own when absent.
    #[schema(max_length = 100)]
    profile: Option<String>,
}

/// How to go on.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Onward {
    /// A profile's name; the run's own when absent.
    #[schema(max_length = 100)]
    profile: Option<String>,
    /// What the whole attempt may cost at most from now on, more than 0; as before when absent.
    #[schema(pattern = "^[0-9]{1,18}$", example = "2000000000")]
    max_cost_nano_usd: Option<String>,
}

/// An empty body asks for nothing in particular.
async fn optional<T: Default + DeserializeOwned>(
    headers: &HeaderMap,
    body: Body,
) -> Result<T, Problem> {
    let bytes = body::read(headers, body, body::SMALL).await?;
    if bytes.is_empty() {
        return Ok(T::default());
    }
    crate::extract::json(headers, &bytes)
}

/// Goes on with a run that failed, stalled or was stopped. What is done is kept and not paid again.
///
/// A run that reached its cost cap goes on with a higher one. Counts towards the limit of
/// submissions per minute.
#[utoipa::path(post, path = "/api/plans/{plan_id}/resume", tag = "generation", operation_id = "resume_run",
    params(("plan_id" = Uuid, Path)), security(("api_key" = []), ("session" = [])),
    request_body = Option<Onward>,
    responses((status = 200, body = RunStatus), Guarded, Missing, BadBody, Clash))]
async fn resume(
    State(app): State<App>,
    Submitter(caller): Submitter,
    Path(id): Path<Uuid>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<RunStatus>, Problem> {
    let with: Onward = optional(&headers, body).await?;
    let cap = with.max_cost_nano_usd.as_deref().map(generation::amount);
    let how = Again::Resume(ResumeOptions {
        profile: with.profile.as_deref(),
        max_cost_nano_usd: cap.transpose()?,
    });
    let status = generation::again(&app, &caller, PlanId(id), how);
    Ok(Json(Wire::wire(status.await?)))
}

/// Writes a plan all over again. What was written and edited before is replaced.
///
/// Counts towards the limit of submissions per minute.
#[utoipa::path(post, path = "/api/plans/{plan_id}/retry", tag = "generation", operation_id = "retry_run",
    params(("plan_id" = Uuid, Path)), security(("api_key" = []), ("session" = [])),
    request_body = Option<With>,
    responses((status = 200, body = RunStatus), Guarded, Missing, BadBody, Clash))]
async fn retry(
    State(app): State<App>,
    Submitter(caller): Submitter,
    Path(id): Path<Uuid>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<RunStatus>, Problem> {
    let with: With = optional(&headers, body).await?;
    let how = Again::Retry(with.profile.as_deref());
    let status = generation::again(&app, &caller, PlanId(id), how);
    Ok(Json(Wire::wire(status.await?)))
}

/// Writes again what an edit has put out of date. Edits stay.
///
/// Counts towards the limit of submissions per minute.
#[utoipa::path(post, path = "/api/plans/{plan_id}/regenerate", tag = "generation", operation_id = "regenerate_run",
    params(("plan_id" = Uuid, Path)), security(("api_key" = []), ("session" = [])),
    responses((status = 200, body = RunStatus), Guarded, Missing, Clash))]
async fn regenerate(
    State(app): State<App>,
    Submitter(caller): Submitter,
    Path(id): Path<Uuid>,
) -> Result<Json<RunStatus>, Problem> {
    let status = generation::again(&app, &caller, PlanId(id), Again::Regenerate);
    Ok(Json(Wire::wire(status.await?)))
}

/// A profile and what a plan by it takes.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PricedProfile {
    #[serde(flatten)]
    profile: Profile,
    /// In the mode `all`; null when the profile can't be used now.
    all: Option<Estimate>,
    /// In the mode `fast`.
    fast: Option<Estimate>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Profiles {
    items: Vec<PricedProfile>,
}

/// Lists the profiles: which models write a plan, and what that takes.
#[utoipa::path(get, path = "/api/profiles", tag = "generation", operation_id = "list_profiles",
    security((), ("api_key" = []), ("session" = [])),
    responses((status = 200, body = Profiles), Open))]
async fn profiles(State(app): State<App>, _: MaybeCaller) -> Json<Profiles> {
    let estimate = |name: &str, mode| app.pipeline.estimate(Some(name), mode).ok().map(Wire::wire);
    let priced = |profile: pipeline::service::ProfileInfo| PricedProfile {
        all: estimate(&profile.name, pipeline::Mode::All),
        fast: estimate(&profile.name, pipeline::Mode::Fast),
        profile: Wire::wire(profile),
    };
    let items = app.pipeline.profiles().into_iter().map(priced).collect();
    Json(Profiles { items })
}

pub(super) fn reviewed(prompt: &str) -> PromptReview {
    Wire::wire(pipeline::review_prompt(prompt))
}
