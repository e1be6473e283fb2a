//! `/plans/{id}/run`: how a plan is being made, and what its owner does about it.

use accounts::Scope;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use pipeline::Download;
use pipeline::service::{ResumeOptions, RunState, RunStatus};
use serde::Deserialize;
use store::{PlanId, Visibility};
use uuid::Uuid;

use super::convert::run as told;
use super::form::Form;
use super::frame::{Frame, done, render};
use super::new_plan::dollars;
use super::notice::Done;
use crate::caller::Submitter;
use crate::extract::Path;
use crate::generation::Again;
use crate::live::{self, Closing};
use crate::view::format::{Bytes, Moment};
use crate::view::layout::Section;
use crate::view::run::{DownloadView, RunActions, RunPage};
use crate::{App, Problem, delivery, generation};

const MAX_PROMPT_SHOWN: usize = 5_000;

pub(super) async fn show(
    State(app): State<App>,
    frame: Frame,
    Path(id): Path<Uuid>,
) -> Result<Response, Problem> {
    let viewer = generation::viewer(&frame.caller);
    let run = app.pipeline.status(viewer, PlanId(id)).await?;
    let now = app.clock.now();
    let actions = actions(&app, &frame, &run);
    let (phases, graph) = told::stages(&run);
    let delivery = deliveries(&app, &frame, &run).await?;
    render(&RunPage {
        layout: frame.layout(run.title.clone(), Section::Plans),
        plan_id: id.to_string(),
        state: told::state(run.state),
        stopping: run.stop_requested && !run.state.is_final(),
        private: run.visibility == Visibility::Private,
        offline: run.offline,
        mode: told::mode(run.mode).to_owned(),
        start_date: run.start_date.format("%-d %b %Y").to_string(),
        created: Moment::new(run.created_at, now),
        finished: run.finished_at.map(|at| Moment::new(at, now)),
        outcome: told::outcome(&run, actions.is_some()),
        progress: told::progress(&run),
        cost: told::cost(&run),
        graph,
        phases,
        troubles: told::troubles(&run, now),
        actions,
        delivery,
        ranked_plan_id: run.ranked_plan_id.map(|plan| plan.to_string()),
        files: u64::from(run.files_count),
        revision: run.revision,
        title: run.title,
        prompt: shortened(run.prompt),
        profile: run.profile,
    })
}

/// A prompt as long as the API takes it would make the page large.
fn shortened(prompt: String) -> String {
    match prompt.char_indices().nth(MAX_PROMPT_SHOWN) {
        Some((end, _)) => format!("{}…", &prompt[..end]),
        None => prompt,
    }
}

/// What its owner may do now; nothing for others.
fn actions(app: &App, frame: &Frame, run: &RunStatus) -> Option<RunActions> {
    let caller = frame.caller.0.as_ref()?;
    let is_owner = caller.account_id == run.owner_id || caller.is_admin();
    if !is_owner || !caller.may(Scope::Submit) {
        return None;
    }
    let is_over = run.state.is_final() && run.state != RunState::Completed;
    let is_under_way = matches!(
        run.state,
        RunState::Pending | RunState::Processing | RunState::Stalled
    );
    let may_go_on = run
        .failure
        .as_ref()
        .is_none_or(|failure| failure.recoverable);
    let mut profiles: Vec<(String, String)> = app
        .pipeline
        .profiles()
        .into_iter()
        .map(|profile| (profile.name, profile.title))
        .collect();
    profiles.sort_by_key(|(name, _)| *name != run.profile);
    let estimate = app.pipeline.estimate(Some(&run.profile), run.mode).ok();
    Some(RunActions {
        can_stop: is_under_way && !run.stop_requested,
        can_resume: is_over && may_go_on,
        can_retry: is_over,
        profiles,
        retry_cost: estimate.map(|estimate| told::money(estimate.cost_nano_usd)),
    })
}

async fn deliveries(
    app: &App,
    frame: &Frame,
    run: &RunStatus,
) -> Result<Vec<DownloadView>, Problem> {
    let mut all = Vec::new();
    if run.state != RunState::Completed {
        return Ok(all);
    }
    let viewer = generation::viewer(&frame.caller);
    for what in Download::EVERY {
        let found = app.pipeline.download(viewer, run.plan_id, what).await;
        // A download that isn't there takes nothing from the page.
        let Ok(found) = found else { continue };
        let (label, is) = match what {
            Download::Report => ("Report", "One HTML file that works offline and prints well"),
            Download::Markdown => ("Markdown", "The same as text, for programs and agents"),
            Download::Zip => ("Zip", "Every file of the plan"),
        };
        all.push(DownloadView {
            label: label.to_owned(),
            what: is.to_owned(),
            href: format!("/plans/{}/download/{what}", run.plan_id),
            size: Bytes(found.size),
        });
    }
    Ok(all)
}

pub(super) async fn events(
    State(app): State<App>,
    frame: Frame,
    closing: Closing,
    Path(id): Path<Uuid>,
) -> Result<Response, Problem> {
    live::follow(&app, generation::viewer(&frame.caller), PlanId(id), closing).await
}

/// How to go on.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct With {
    profile: String,
    /// In US dollars.
    max_cost: String,
}

impl With {
    fn profile(&self) -> Option<&str> {
        Some(self.profile.as_str()).filter(|name| !name.is_empty())
    }

    fn max_cost(&self) -> Result<Option<i64>, Problem> {
        let given = Some(self.max_cost.as_str()).filter(|text| !text.trim().is_empty());
        given.map(dollars).transpose()
    }
}

fn to_run(id: Uuid, what: Done) -> Response {
    done(&format!("/plans/{id}/run"), what)
}

pub(super) async fn stop(
    State(app): State<App>,
    Submitter(caller): Submitter,
    Path(id): Path<Uuid>,
) -> Result<Response, Problem> {
    app.pipeline
        .stop(generation::owner(&caller), PlanId(id))
        .await?;
    Ok(to_run(id, Done::RunStopped))
}

pub(super) async fn resume(
    State(app): State<App>,
    Submitter(caller): Submitter,
    Path(id): Path<Uuid>,
    Form(with): Form<With>,
) -> Result<Response, Problem> {
    let how = Again::Resume(ResumeOptions {
        profile: with.profile(),
        max_cost_nano_usd: with.max_cost()?,
    });
    generation::again(&app, &caller, PlanId(id), how).await?;
    Ok(to_run(id, Done::RunResumed))
}

pub(super) async fn retry(
    State(app): State<App>,
    Submitter(caller): Submitter,
    Path(id): Path<Uuid>,
    Form(with): Form<With>,
) -> Result<Response, Problem> {
    let how = Again::Retry(with.profile());
    generation::again(&app, &caller, PlanId(id), how).await?;
    Ok(to_run(id, Done::RunRetried))
}

pub(super) async fn regenerate(
    State(app): State<App>,
    Submitter(caller): Submitter,
    Path(id): Path<Uuid>,
) -> Result<Response, Problem> {
    generation::again(&app, &caller, PlanId(id), Again::Regenerate).await?;
    Ok(to_run(id, Done::RunRegenerated))
}

/// The report as a page of its own.
pub(super) async fn report(
    State(app): State<App>,
    frame: Frame,
    headers: HeaderMap,
    Path(id): Path<Uuid>,
) -> Result<Response, Problem> {
    let viewer = generation::viewer(&frame.caller);
    let file = app.pipeline.read(viewer, PlanId(id), "report.html").await?;
    Ok(delivery::report(
        &headers,
        file,
        pipeline::report::content_security_policy(),
    ))
}

pub(super) async fn download(
    State(app): State<App>,
    frame: Frame,
    headers: HeaderMap,
    Path((id, what)): Path<(Uuid, String)>,
) -> Result<Response, Problem> {
    let what: Download = what.parse().map_err(|_| Problem::not_found("download"))?;
    let viewer = generation::viewer(&frame.caller);
    let file = app.pipeline.fetch(viewer, PlanId(id), what).await?;
    Ok(delivery::attached(&headers, file))
}

/// For whoever holds the link, until it expires.
pub(super) async fn open_link(
    State(app): State<App>,
    headers: HeaderMap,
    Path(token): Path<String>,
) -> Result<Response, Problem> {
    let file = app.pipeline.open_link(&token).await?;
    Ok(delivery::attached(&headers, file))
}
