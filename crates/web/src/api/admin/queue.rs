//! The queue as a whole: how much waits, and which kinds of job are paused.

use axum::Json as Answer;
use axum::extract::State;
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::Reason;
use super::jobs::JobState;
use crate::api::problems::{BadBody, Clash, Guarded, Missing};
use crate::api::types::{Wire, mirrors};
use crate::caller::Admin;
use crate::extract::{Json, Path};
use crate::{App, Problem};

const MAX_KIND_CHARS: usize = 64;

mirrors! {
    /// How many jobs of a kind are in a state.
    JobCount of store::JobCount {
        kind: String,
        state: JobState,
        count: i64,
        /// The earliest time at which one of them was to run.
        oldest: DateTime<Utc>,
    }

    /// A kind of which nothing is begun.
    PausedKind of store::PausedKind {
        kind: String,
        reason: String,
        paused_at: DateTime<Utc>,
    }
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Queue {
    counts: Vec<JobCount>,
    paused: Vec<PausedKind>,
}

/// Counts jobs by kind and state, and says which kinds are paused.
#[utoipa::path(get, path = "/api/admin/queue", tag = "admin", operation_id = "get_queue",
    security(("api_key" = []), ("session" = [])), responses((status = 200, body = Queue), Guarded))]
pub(crate) async fn show(
    State(app): State<App>,
    Admin(_operator): Admin,
) -> Result<Answer<Queue>, Problem> {
    queue(&app).await.map(Answer)
}

async fn queue(app: &App) -> Result<Queue, Problem> {
    Ok(Queue {
        counts: Wire::wire(app.store.count_jobs().await?),
        paused: Wire::wire(app.store.paused_kinds().await?),
    })
}

/// Begins nothing of a kind any more; what runs, runs on.
#[utoipa::path(post, path = "/api/admin/queue/{kind}/pause", tag = "admin", operation_id = "pause_jobs",
    params(("kind" = String, Path, pattern = "^[a-z][a-z0-9_-]{0,63}$", example = "rank")),
    request_body = Reason, security(("api_key" = []), ("session" = [])),
    responses((status = 200, body = Queue), Guarded, BadBody, Missing))]
pub(crate) async fn pause(
    State(app): State<App>,
    Admin(_operator): Admin,
    Path(kind): Path<String>,
    Json(why): Json<Reason>,
) -> Result<Answer<Queue>, Problem> {
    check_kind(&kind)?;
    app.store
        .pause_jobs(&kind, why.text()?, app.clock.now())
        .await?;
    queue(&app).await.map(Answer)
}

/// Ends a pause.
#[utoipa::path(post, path = "/api/admin/queue/{kind}/resume", tag = "admin", operation_id = "resume_jobs",
    params(("kind" = String, Path, pattern = "^[a-z][a-z0-9_-]{0,63}$", example = "rank")),
    security(("api_key" = []), ("session" = [])),
    responses((status = 200, body = Queue), Guarded, Missing, Clash))]
pub(crate) async fn resume(
    State(app): State<App>,
    Admin(_operator): Admin,
    Path(kind): Path<String>,
) -> Result<Answer<Queue>, Problem> {
    check_kind(&kind)?;
    if !app.store.resume_jobs(&kind, app.clock.now()).await? {
        return Err(Problem::conflict("not_paused", "this kind isn't paused"));
    }
    app.wake.notify();
    queue(&app).await.map(Answer)
}

fn check_kind(kind: &str) -> Result<(), Problem> {
    let starts_well = kind.starts_with(|c: char| c.is_ascii_lowercase());
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_');
    if starts_well && kind.len() <= MAX_KIND_CHARS && kind.chars().all(plain) {
        Ok(())
    } else {
        Err(Problem::not_found("kind of job"))
    }
}
