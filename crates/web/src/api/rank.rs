//! Submitting a plan.

use arena::views;
use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use store::Visibility;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::plan_document::PlanDocument;
use super::plans::status_url;
use super::problems::{BadBody, Clash, Guarded};
use super::types::{PlanStatus, RatedPlan, ReadWarning, Wire};
use crate::caller::{Submitter, viewer};
use crate::extract::{Query, media_type, unsupported_media_type};
use crate::preconditions::{self, PREFERENCE_APPLIED};
use crate::submission::{self, Packing, Wish};
use crate::{App, Problem};

const MAX_TEXT_CHARS: usize = 200;
/// The reader's own limit for a document.
const MAX_JSON: usize = 16 * 1024 * 1024;

/// Who may see the plan, and so which plans it is ranked among.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum SubmittedVisibility {
    /// Everybody; ranked among all public plans.
    #[default]
    Public,
    /// The owner; ranked among the owner's private plans. Can be published later.
    Private,
}

/// How to take the plan.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub(crate) struct RankQuery {
    #[param(inline, default = "public")]
    visibility: SubmittedVisibility,
    /// The caller's own id of the plan, unique among the caller's plans.
    #[param(min_length = 1, max_length = 200)]
    external_id: Option<String>,
    /// Where it comes from, such as the name of the file; the title of a plan that has none.
    #[param(min_length = 1, max_length = 200)]
    name: Option<String>,
}

/// A plan that was taken.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Ranked {
    plan_id: Uuid,
    /// False when the caller had submitted the same content before: nothing was stored or spent.
    created: bool,
    /// Where to ask how far it is; the same as the header `Location`.
    #[schema(example = "/api/plans/01936b2e-7c1f-7d3a-8f10-2b6f5a0c9d11")]
    status_url: String,
    status: PlanStatus,
    /// Null until it is rated.
    rating: Option<RatedPlan>,
    /// What the reader could not read.
    warnings: Vec<ReadWarning>,
    /// What was not done as asked, and what to do about it.
    notes: Vec<String>,
}

/// Submits a plan: plan JSON, or the zip of a PlanExe run.
///
/// It is read and stored before the answer; KPIs and comparisons follow. The answer is 202 with a
/// status URL. It is 200 when the same content was submitted before, and when there is nothing
/// more to await: the plan was rated or has failed within the time of `Prefer: wait=N`.
///
/// Needs the scope `submit`. Counts towards the limits of submissions per minute and of new
/// families per day; what fails is not counted.
#[utoipa::path(post, path = "/api/rank", tag = "ranking", operation_id = "submit_plan",
    params(RankQuery,
        ("Idempotency-Key" = Option<String>, Header, min_length = 1, max_length = 255, pattern = "^[!-~]+$",
            description = "Names this request: repeated within 24 hours it is done once and answered alike"),
        ("Prefer" = Option<String>, Header, example = "wait=30",
            description = "`wait=N` waits up to N seconds, 60 at most, for the result")),
    request_body(description = "The plan", content(
        (PlanDocument = "application/json"), (Vec<u8> = "application/zip"))),
    security(("api_key" = []), ("session" = [])),
    responses(
        (status = 200, body = Ranked, headers(("Location" = String), ("Preference-Applied" = String))),
        (status = 202, body = Ranked, headers(("Location" = String), ("Preference-Applied" = String))),
        Guarded, BadBody, Clash))]
pub(crate) async fn rank(
    State(app): State<App>,
    Submitter(caller): Submitter,
    Query(query): Query<RankQuery>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    query.check()?;
    let packing = packing(&headers)?;
    let wish = Wish {
        packing,
        visibility: match query.visibility {
            SubmittedVisibility::Public => Visibility::Public,
            SubmittedVisibility::Private => Visibility::Private,
        },
        external_id: query.external_id,
        name: query.name,
        idempotency_key: preconditions::idempotency_key(&headers)?,
    };
    let limit = match packing {
        Packing::Json => MAX_JSON.min(app.config.max_upload),
        Packing::Zip => app.config.max_upload,
    };
    let upload = app.uploads().read(&headers, body, limit);
    let accepted = submission::submit(&app, &caller, wish, upload).await?;
    let patience = preconditions::wait(&headers);
    let progress = submission::progress(&app, accepted.plan_id, patience).await?;
    let rating = if progress.is_settled {
        let plan = views::plan(&app.store, viewer(&caller), accepted.plan_id).await;
        plan.ok().map(|plan| Wire::wire(plan.standing))
    } else {
        None
    };
    let url = status_url(accepted.plan_id);
    let status = if progress.is_settled || !accepted.created {
        StatusCode::OK
    } else {
        StatusCode::ACCEPTED
    };
    let location = [(header::LOCATION, url.clone())];
    let ranked = Ranked {
        plan_id: accepted.plan_id.0,
        created: accepted.created,
        status_url: url,
        status: Wire::wire(progress.status),
        rating,
        warnings: Wire::wire(accepted.warnings),
        notes: accepted.notes,
    };
    let mut response = (status, location, Json(ranked)).into_response();
    if let Some(waited) = patience {
        let applied = HeaderValue::from_str(&format!("wait={}", waited.as_secs()));
        let applied = applied.map_err(|error| Problem::internal(&error))?;
        response.headers_mut().insert(PREFERENCE_APPLIED, applied);
    }
    Ok(response)
}

fn packing(headers: &HeaderMap) -> Result<Packing, Problem> {
    match media_type(headers).as_deref() {
        Some("application/json") => Ok(Packing::Json),
        Some("application/zip") => Ok(Packing::Zip),
        _ => Err(unsupported_media_type(
            "send plan JSON as `application/json`, or the zip of a run as `application/zip`",
        )),
    }
}

impl RankQuery {
    fn check(&self) -> Result<(), Problem> {
        for (field, text) in [("external_id", &self.external_id), ("name", &self.name)] {
            let Some(text) = text else { continue };
            let has_controls = text.contains(char::is_control);
            if text.is_empty() || text.chars().count() > MAX_TEXT_CHARS || has_controls {
                let detail = "give 1 to 200 characters, none of them a control character";
                return Err(Problem::invalid(field, detail));
            }
        }
        Ok(())
    }
}
