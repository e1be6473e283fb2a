//! Asking for a plan, and what a prompt lacks.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, NaiveDate, Utc};
use pipeline::service::NewRun;
use serde::{Deserialize, Serialize};
use store::{PlanId, Visibility};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::api::problems::{BadBody, Clash, Guarded, Open};
use crate::api::rank::SubmittedVisibility;
use crate::api::types::{Estimate, Mode, PromptReview, Wire};
use crate::caller::{MaybeCaller, Submitter};
use crate::extract::Json;
use crate::{App, Problem, generation, preconditions};

/// What the use case takes, too.
const MAX_PROMPT_BYTES: usize = 64 * 1024;

/// A plan to be made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewPlan {
    /// What is to be achieved, where, by when, for how much, and how one will know that it worked.
    #[schema(
        min_length = 1,
        max_length = 65536,
        example = "Start four night bus lines in Tampere, Finland, by March 2027 for EUR 1.9 million …"
    )]
    prompt: String,
    /// Taken from the plan when absent.
    #[schema(min_length = 1, max_length = 200)]
    title: Option<String>,
    /// A name of `GET /api/profiles`; the default one when absent.
    #[schema(max_length = 100)]
    profile: Option<String>,
    #[serde(default)]
    #[schema(default = "all")]
    mode: Option<Mode>,
    /// When the project begins; today when absent.
    start_date: Option<NaiveDate>,
    /// Who may see the plan, and so which plans it is ranked among.
    #[serde(default)]
    #[schema(inline, default = "public")]
    visibility: SubmittedVisibility,
    /// What the model calls may cost at most.
    #[schema(pattern = "^[0-9]{1,18}$", example = "2000000000")]
    max_cost_nano_usd: Option<String>,
}

impl NewPlan {
    fn wish(self) -> Result<NewRun, Problem> {
        let cap = self
            .max_cost_nano_usd
            .as_deref()
            .map(generation::amount)
            .transpose()?;
        Ok(NewRun {
            prompt: self.prompt,
            title: self.title,
            profile: self.profile,
            mode: match self.mode {
                Some(Mode::Ping) => pipeline::Mode::Ping,
                Some(Mode::Fast) => pipeline::Mode::Fast,
                Some(Mode::All) | None => pipeline::Mode::All,
            },
            start_date: self.start_date,
            visibility: match self.visibility {
                SubmittedVisibility::Public => Visibility::Public,
                SubmittedVisibility::Private => Visibility::Private,
            },
            max_cost_nano_usd: cap,
        })
    }
}

/// A plan that is being made.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct NewPlanTaken {
    plan_id: Uuid,
    created_at: DateTime<Utc>,
    /// The same was asked for moments ago and is under way: this is that plan.
    deduplicated: bool,
    /// Where to ask how far it is; the same as the header `Location`.
    #[schema(example = "/api/plans/01936b2e-7c1f-7d3a-8f10-2b6f5a0c9d11/run")]
    status_url: String,
    /// The same as server-sent events.
    events_url: String,
    /// The page for people.
    page_url: String,
    review: PromptReview,
    estimate: Estimate,
}

/// Where to ask how a run is.
pub(crate) fn run_url(plan: PlanId) -> String {
    format!("/api/plans/{plan}/run")
}

/// Has a plan made from a prompt.
///
/// The answer is 202 with a status URL; the plan is written in the background and enters the
/// ranking when it is complete. The same prompt, profile and mode again within ten minutes, while
/// the first is under way, give the same plan.
///
/// Needs the scope `submit`. Counts towards the limit of submissions per minute.
#[utoipa::path(post, path = "/api/plans", tag = "generation", operation_id = "create_plan",
    params(("Idempotency-Key" = Option<String>, Header, min_length = 1, max_length = 255, pattern = "^[!-~]+$",
        description = "Names this request: repeated within 24 hours it is done once and answered alike")),
    request_body = NewPlan, security(("api_key" = []), ("session" = [])),
    responses((status = 202, body = NewPlanTaken, headers(("Location" = String))), Guarded, BadBody, Clash))]
pub(super) async fn create(
    State(app): State<App>,
    Submitter(caller): Submitter,
    headers: HeaderMap,
    Json(new): Json<NewPlan>,
) -> Result<Response, Problem> {
    let key = preconditions::idempotency_key(&headers)?;
    let new = new.wish()?;
    let review = super::reviewed(&new.prompt);
    let asked = generation::create(&app, &caller, new, key.as_deref()).await?;
    let id = asked.plan_id;
    let taken = NewPlanTaken {
        plan_id: id.0,
        created_at: asked.created_at,
        deduplicated: asked.deduplicated,
        status_url: run_url(id),
        events_url: format!("/api/plans/{id}/events"),
        page_url: format!("/plans/{id}/run"),
        review,
        estimate: Wire::wire(asked.estimate()),
    };
    let location = [(header::LOCATION, run_url(id))];
    Ok((StatusCode::ACCEPTED, location, axum::Json(taken)).into_response())
}

/// A prompt to be looked at.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Prompt {
    #[schema(max_length = 65536)]
    prompt: String,
}

/// Says what a prompt lacks. Free, and without a model.
#[utoipa::path(post, path = "/api/prompt/review", tag = "generation", operation_id = "review_prompt",
    request_body = Prompt, security((), ("api_key" = []), ("session" = [])),
    responses((status = 200, body = PromptReview), Open, BadBody))]
pub(super) async fn review(
    _: MaybeCaller,
    Json(sent): Json<Prompt>,
) -> Result<axum::Json<PromptReview>, Problem> {
    if sent.prompt.len() > MAX_PROMPT_BYTES {
        let detail = format!("give at most {MAX_PROMPT_BYTES} bytes of UTF-8");
        return Err(Problem::invalid("prompt", detail));
    }
    Ok(axum::Json(super::reviewed(&sent.prompt)))
}
