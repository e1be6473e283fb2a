//! Jobs as operators see them: what waits, runs and failed, and what to do about it.

use axum::Json;
use axum::extract::State;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use store::{AccountId, JobFilter, JobId, JobRow};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::api::params::{Cursor, Limit};
use crate::api::problems::{BadParameter, Clash, Guarded, Missing};
use crate::api::types::{Wire, mirrored_words};
use crate::caller::Admin;
use crate::extract::{Path, Query};
use crate::operations::{discard_job, retry_job};
use crate::{App, Problem};

const MAX_KIND_CHARS: usize = 64;

mirrored_words! {
    /// Where a job stands; `dead` failed for good, `discarded` was dead and is left at that.
    JobState of store::JobState { Waiting, Running, Done, Dead, Discarded, }
    JobPriority of store::JobPriority { High, Normal, Low, }
}

/// Which jobs to list.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub(crate) struct JobsQuery {
    #[param(inline)]
    state: Option<JobState>,
    #[param(max_length = 64, example = "extract")]
    kind: Option<String>,
    /// Jobs of this account's plans.
    account: Option<Uuid>,
    #[param(value_type = u16, minimum = 1, maximum = 200, default = 50)]
    limit: Limit,
    #[param(value_type = Option<String>, min_length = 1, max_length = 512)]
    cursor: Option<Cursor>,
}

/// One job. Its payload says what it works on; it holds no text of a plan.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct JobView {
    job_id: Uuid,
    kind: String,
    /// At most one job of a kind and key waits.
    key: Option<String>,
    account_id: Uuid,
    priority: JobPriority,
    state: JobState,
    payload: serde_json::Value,
    run_at: DateTime<Utc>,
    attempts: u16,
    max_attempts: u16,
    lease_until: Option<DateTime<Utc>>,
    last_error: Option<String>,
    created_at: DateTime<Utc>,
    started_at: Option<DateTime<Utc>>,
    finished_at: Option<DateTime<Utc>>,
}

impl Wire<JobRow> for JobView {
    fn wire(job: JobRow) -> Self {
        Self {
            job_id: job.job_id.0,
            kind: job.kind,
            key: job.key,
            account_id: job.account_id.0,
            priority: Wire::wire(job.priority),
            state: Wire::wire(job.state),
            payload: serde_json::from_str(&job.payload).unwrap_or_default(),
            run_at: job.run_at,
            attempts: job.attempts,
            max_attempts: job.max_attempts,
            lease_until: job.lease_until,
            last_error: job.last_error,
            created_at: job.created_at,
            started_at: job.started_at,
            finished_at: job.finished_at,
        }
    }
}

/// Jobs, newest first.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Jobs {
    items: Vec<JobView>,
    next_cursor: Option<String>,
}

/// Lists jobs, newest first.
#[utoipa::path(get, path = "/api/admin/jobs", tag = "admin", operation_id = "list_jobs",
    params(JobsQuery), security(("api_key" = []), ("session" = [])),
    responses((status = 200, body = Jobs), Guarded, BadParameter))]
pub(crate) async fn list(
    State(app): State<App>,
    Admin(_operator): Admin,
    Query(query): Query<JobsQuery>,
) -> Result<Json<Jobs>, Problem> {
    let kind = query.kind.as_deref();
    if kind.is_some_and(|kind| kind.chars().count() > MAX_KIND_CHARS) {
        return Err(Problem::invalid("kind", "give at most 64 characters"));
    }
    let filter = JobFilter {
        state: query.state.map(JobState::stored),
        kind: query.kind,
        account: query.account.map(AccountId),
        cursor: query.cursor.as_ref().map(Cursor::id).transpose()?,
        limit: query.limit.0,
    };
    let page = app.store.jobs(&filter).await?;
    Ok(Json(Jobs {
        items: Wire::wire(page.jobs),
        next_cursor: page.next.map(|id| id.to_string()),
    }))
}

impl JobState {
    fn stored(self) -> store::JobState {
        match self {
            Self::Waiting => store::JobState::Waiting,
            Self::Running => store::JobState::Running,
            Self::Done => store::JobState::Done,
            Self::Dead => store::JobState::Dead,
            Self::Discarded => store::JobState::Discarded,
        }
    }
}

/// Lets a dead job wait again, with all of its attempts.
#[utoipa::path(post, path = "/api/admin/jobs/{job_id}/retry", tag = "admin", operation_id = "retry_job",
    params(("job_id" = Uuid, Path)), security(("api_key" = []), ("session" = [])),
    responses((status = 200, body = JobView), Guarded, Missing, Clash))]
pub(crate) async fn retry(
    State(app): State<App>,
    Admin(_operator): Admin,
    Path(id): Path<Uuid>,
) -> Result<Json<JobView>, Problem> {
    retry_job(&app, JobId(id)).await?;
    show(&app, JobId(id)).await
}

/// Leaves a dead job at that; who did so is recorded.
#[utoipa::path(post, path = "/api/admin/jobs/{job_id}/discard", tag = "admin", operation_id = "discard_job",
    params(("job_id" = Uuid, Path)), security(("api_key" = []), ("session" = [])),
    responses((status = 200, body = JobView), Guarded, Missing, Clash))]
pub(crate) async fn discard(
    State(app): State<App>,
    Admin(caller): Admin,
    Path(id): Path<Uuid>,
) -> Result<Json<JobView>, Problem> {
    discard_job(&app, JobId(id), &caller.account_id.to_string()).await?;
    show(&app, JobId(id)).await
}

async fn show(app: &App, id: JobId) -> Result<Json<JobView>, Problem> {
    let job = app.store.job(id).await?;
    let job = job.ok_or_else(|| Problem::not_found("job"))?;
    Ok(Json(Wire::wire(job)))
}
