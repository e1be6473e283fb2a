//! `/admin`: jobs and their dead letters, accounts, judges.

use accounts::{AccountId, Caller, Role, Scope};
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use store::{JobFilter, JobId, JobState, JudgeId};
use uuid::Uuid;

use super::convert::admin as told;
use super::convert::judge::JudgeNames;
use super::form::Form;
use super::frame::{Frame, done, render};
use super::notice::Done;
use crate::extract::{Path, Query};
use crate::view::admin::Admin;
use crate::view::layout::Section;
use crate::view::parts::Pager;
use crate::{App, Problem, operations};

const DEAD: u16 = 20;
const ACCOUNTS: u16 = 25;
const MAX_REASON_CHARS: usize = 500;
const MAX_SEARCH_CHARS: usize = 100;
const MAX_KIND_BYTES: usize = 64;
const BY_OPERATOR: &str = "paused on the administration page";

/// Pages of the two lists, and whom to look for.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    q: String,
    dead: Option<Uuid>,
    accounts: Option<Uuid>,
}

impl Asked {
    fn at(&self, dead: Option<String>, accounts: Option<String>) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        let search = Some(self.q.clone()).filter(|q| !q.is_empty());
        for (name, value) in [("q", search), ("dead", dead), ("accounts", accounts)] {
            if let Some(value) = value {
                query.append_pair(name, &value);
            }
        }
        format!("/admin?{}", query.finish())
    }
}

pub(super) async fn show(
    State(app): State<App>,
    frame: Frame,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let caller = frame.permitted(Scope::Admin)?;
    let now = app.clock.now();
    let dead = dead_jobs(&app, &asked).await?;
    let accounts = accounts(&app, caller, &asked).await?;
    let counts = app.store.count_jobs().await?;
    let paused = app.store.paused_kinds().await?;
    let judges = JudgeNames::read(&app.store).await?;
    let names = told::Names::read(&app.store, &dead.jobs).await?;
    let text = |id: &Option<Uuid>| id.map(|id| id.to_string());
    let next_dead = dead
        .next
        .map(|id| asked.at(Some(id.to_string()), text(&asked.accounts)));
    let next_accounts = accounts
        .next
        .map(|id| asked.at(text(&asked.dead), Some(id.to_string())));
    render(&Admin {
        layout: frame.layout("Administration", Section::Admin),
        dead_total: told::dead_total(&counts),
        jobs: told::kinds(&counts, &paused, now),
        dead: dead
            .jobs
            .into_iter()
            .map(|job| told::dead(job, &names, now))
            .collect(),
        dead_pager: Pager {
            first: asked.dead.map(|_| asked.at(None, text(&asked.accounts))),
            next: next_dead,
            ..Pager::default()
        },
        accounts: accounts
            .items
            .into_iter()
            .map(|account| told::account(account, caller.account_id, now))
            .collect(),
        accounts_pager: Pager {
            first: asked.accounts.map(|_| asked.at(text(&asked.dead), None)),
            next: next_accounts,
            ..Pager::default()
        },
        judges: told::judges(&judges),
        search: asked.q,
    })
}

async fn dead_jobs(app: &App, asked: &Asked) -> Result<store::JobPage, Problem> {
    let filter = JobFilter {
        state: Some(JobState::Dead),
        kind: None,
        account: None,
        cursor: asked.dead.map(JobId),
        limit: DEAD,
    };
    Ok(app.store.jobs(&filter).await?)
}

async fn accounts(
    app: &App,
    caller: &Caller,
    asked: &Asked,
) -> Result<accounts::AccountPage, Problem> {
    if asked.q.chars().count() > MAX_SEARCH_CHARS {
        return Err(Problem::invalid(
            "q",
            "give at most 100 characters of a name or an address",
        ));
    }
    let before = asked.accounts.map(AccountId);
    let search = Some(asked.q.as_str());
    let page = app.accounts.list_accounts(caller, before, search, ACCOUNTS);
    Ok(page.await?)
}

#[derive(Debug, Deserialize)]
pub(super) struct Kind {
    kind: String,
}

impl Kind {
    fn known(&self) -> Result<&str, Problem> {
        let plain =
            |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'-' | b'_');
        let is_kind =
            (1..=MAX_KIND_BYTES).contains(&self.kind.len()) && self.kind.bytes().all(plain);
        is_kind
            .then_some(self.kind.as_str())
            .ok_or_else(|| Problem::not_found("kind of job"))
    }
}

pub(super) async fn pause(
    State(app): State<App>,
    frame: Frame,
    Form(kind): Form<Kind>,
) -> Result<Response, Problem> {
    let caller = frame.permitted(Scope::Admin)?;
    let kind = kind.known()?;
    app.store
        .pause_jobs(kind, BY_OPERATOR, app.clock.now())
        .await?;
    tracing::info!(job.kind = kind, by = %caller.account_id, "jobs paused");
    Ok(done("/admin", Done::KindPaused))
}

pub(super) async fn resume(
    State(app): State<App>,
    frame: Frame,
    Form(kind): Form<Kind>,
) -> Result<Response, Problem> {
    let caller = frame.permitted(Scope::Admin)?;
    let kind = kind.known()?;
    app.store.resume_jobs(kind, app.clock.now()).await?;
    app.wake.notify();
    tracing::info!(job.kind = kind, by = %caller.account_id, "jobs resumed");
    Ok(done("/admin", Done::KindResumed))
}

pub(super) async fn retry(
    State(app): State<App>,
    frame: Frame,
    Path(id): Path<Uuid>,
) -> Result<Response, Problem> {
    frame.permitted(Scope::Admin)?;
    operations::retry_job(&app, JobId(id)).await?;
    Ok(done("/admin", Done::JobRetried))
}

pub(super) async fn discard(
    State(app): State<App>,
    frame: Frame,
    Path(id): Path<Uuid>,
) -> Result<Response, Problem> {
    let by = frame.permitted(Scope::Admin)?.account_id.to_string();
    operations::discard_job(&app, JobId(id), &by).await?;
    Ok(done("/admin", Done::JobDiscarded))
}

#[derive(Debug, Deserialize)]
pub(super) struct NewRole {
    role: String,
}

pub(super) async fn set_role(
    State(app): State<App>,
    frame: Frame,
    Path(id): Path<Uuid>,
    Form(wanted): Form<NewRole>,
) -> Result<Response, Problem> {
    let caller = frame.permitted(Scope::Admin)?;
    let role: Role = wanted
        .role
        .parse()
        .map_err(|_| Problem::invalid("role", "choose user, reviewer or admin"))?;
    app.accounts.set_role(caller, AccountId(id), role).await?;
    Ok(done("/admin", Done::RoleChanged))
}

pub(super) async fn disable(
    State(app): State<App>,
    frame: Frame,
    Path(id): Path<Uuid>,
) -> Result<Response, Problem> {
    let caller = frame.permitted(Scope::Admin)?;
    app.accounts.disable_account(caller, AccountId(id)).await?;
    Ok(done("/admin", Done::AccountDisabled))
}

pub(super) async fn enable(
    State(app): State<App>,
    frame: Frame,
    Path(id): Path<Uuid>,
) -> Result<Response, Problem> {
    let caller = frame.permitted(Scope::Admin)?;
    app.accounts.enable_account(caller, AccountId(id)).await?;
    Ok(done("/admin", Done::AccountEnabled))
}

#[derive(Debug, Deserialize)]
pub(super) struct Reason {
    reason: String,
}

pub(super) async fn suspend(
    State(app): State<App>,
    frame: Frame,
    Path(id): Path<Uuid>,
    Form(why): Form<Reason>,
) -> Result<Response, Problem> {
    let caller = frame.permitted(Scope::Admin)?;
    let reason = why.reason.trim();
    if reason.is_empty() || reason.chars().count() > MAX_REASON_CHARS {
        return Err(Problem::invalid("reason", "say why in 1 to 500 characters"));
    }
    operations::suspend_judge(&app, JudgeId(id), reason, caller.account_id).await?;
    Ok(done("/admin", Done::JudgeSuspended))
}

pub(super) async fn reinstate(
    State(app): State<App>,
    frame: Frame,
    Path(id): Path<Uuid>,
) -> Result<Response, Problem> {
    let caller = frame.permitted(Scope::Admin)?;
    operations::reinstate_judge(&app, JudgeId(id), None, caller.account_id).await?;
    Ok(done("/admin", Done::JudgeReinstated))
}
