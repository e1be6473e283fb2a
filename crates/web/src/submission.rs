//! Taking a plan: limits, repetitions under an idempotency key, storing, and waiting for a result.
//! The API and the upload page both submit through here.
//!
//! Invariants: what fails is not counted against a limit, nor is what creates nothing; once a body
//! is read, the work goes on although its sender has gone.

use std::time::Duration;

use accounts::{AccountsError, Caller, Rule};
use arena::status::{Phase, PlanStatus, plan_status};
use arena::submit::{Content, NewFamilies, Submission, SubmitError, Submitted, submit_if};
use axum::http::StatusCode;
use plan::model::Warning;
use plan::read::ReadError;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use store::{AccountId, Digest, PlanId, Visibility};
use tokio::time::{Instant, sleep};

use crate::body::Upload;
use crate::idempotent::{self, Once};
use crate::{App, Problem};

const FIRST_LOOK: Duration = Duration::from_millis(100);
const LAST_LOOK: Duration = Duration::from_secs(1);

/// How a plan is packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Packing {
    Json,
    Zip,
}

/// How its sender wants it to be taken.
#[derive(Debug, Clone)]
pub(crate) struct Wish {
    pub(crate) packing: Packing,
    pub(crate) visibility: Visibility,
    pub(crate) external_id: Option<String>,
    pub(crate) name: Option<String>,
    pub(crate) idempotency_key: Option<String>,
}

/// A plan that was taken; kept as the answer to repetitions.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Accepted {
    pub(crate) plan_id: PlanId,
    pub(crate) created: bool,
    pub(crate) warnings: Vec<Warning>,
    /// What was not done as asked.
    pub(crate) notes: Vec<String>,
}

/// Reads and stores a plan, once however often it is sent.
pub(crate) async fn submit(
    app: &App,
    caller: &Caller,
    wish: Wish,
    upload: impl Future<Output = Result<Upload, Problem>>,
) -> Result<Accepted, Problem> {
    let owner = caller.account_id;
    app.accounts.take(owner, Rule::RanksPerMinute, 1).await?;
    let taken = match upload.await {
        Ok(upload) => detached(app, owner, wish, upload).await,
        Err(problem) => Err(problem),
    };
    if taken.is_err() {
        give_back(app, owner, Rule::RanksPerMinute).await;
    }
    taken
}

async fn detached(
    app: &App,
    owner: AccountId,
    wish: Wish,
    upload: Upload,
) -> Result<Accepted, Problem> {
    let app = app.clone();
    let work = tokio::spawn(async move { once(&app, owner, wish, upload).await });
    match work.await {
        Ok(accepted) => accepted,
        Err(panic) => Err(Problem::internal(&panic)),
    }
}

async fn once(
    app: &App,
    owner: AccountId,
    wish: Wish,
    upload: Upload,
) -> Result<Accepted, Problem> {
    let key = wish.idempotency_key.clone();
    let fingerprint = match key {
        Some(_) => fingerprint(&wish, &upload.bytes),
        None => Digest([0; 32]),
    };
    let work = store(app, owner, wish, upload);
    match idempotent::once(app, owner, key.as_deref(), fingerprint, work).await? {
        Once::Now(accepted) => Ok(accepted),
        Once::Before(accepted) => {
            give_back(app, owner, Rule::RanksPerMinute).await;
            Ok(accepted)
        }
    }
}

/// Everything that the answer depends on.
fn fingerprint(wish: &Wish, bytes: &[u8]) -> Digest {
    let Wish {
        packing,
        visibility,
        external_id,
        name,
        ..
    } = wish;
    let how = format!("{packing:?} {visibility:?} {external_id:?} {name:?}\n");
    let hash = Sha256::new().chain_update(how).chain_update(bytes);
    Digest(hash.finalize().into())
}

async fn store(
    app: &App,
    owner: AccountId,
    wish: Wish,
    upload: Upload,
) -> Result<Accepted, Problem> {
    let rule = Rule::NewFamiliesPerDay;
    // Only after reading it is it known whether the plan needs what is used up.
    let over = match app.accounts.take(owner, rule, 1).await {
        Ok(()) => None,
        Err(AccountsError::TooMany(limit)) => Some(limit),
        Err(error) => return Err(error.into()),
    };
    let new_families = match over {
        None => NewFamilies::Allowed,
        Some(_) => NewFamilies::Refused,
    };
    let Upload { bytes, held } = upload;
    let submission = Submission {
        content: match wish.packing {
            Packing::Json => Content::Json(bytes),
            Packing::Zip => Content::Zip(bytes),
        },
        name: wish.name.unwrap_or_default(),
        owner,
        visibility: wish.visibility,
        external_id: wish.external_id,
        plan_id: None,
    };
    let stored = submit_if(&app.service, submission, new_families).await;
    drop(held);
    let counts = stored.as_ref().is_ok_and(|stored| stored.new_family);
    if over.is_none() && !counts {
        give_back(app, owner, rule).await;
    }
    let stored = match (stored, over) {
        (Err(SubmitError::FamilyRefused), Some(limit)) => {
            return Err(AccountsError::TooMany(limit).into());
        }
        (stored, _) => stored?,
    };
    if stored.created {
        app.wake.notify();
    }
    Ok(Accepted::of(stored))
}

/// A limit that isn't given back does no harm for long.
async fn give_back(app: &App, owner: AccountId, rule: Rule) {
    if let Err(error) = app.accounts.give_back(owner, rule, 1).await {
        tracing::warn!(%error, rule = rule.as_str(), "a limit was not given back");
    }
}

impl Accepted {
    fn of(stored: Submitted) -> Self {
        Self {
            plan_id: stored.plan_id,
            created: stored.created,
            warnings: stored.warnings,
            notes: stored.notes,
        }
    }
}

/// How far a plan is, and whether anything more is to be awaited.
#[derive(Debug, Clone)]
pub(crate) struct Progress {
    pub(crate) status: PlanStatus,
    pub(crate) is_settled: bool,
}

/// Looks at a plan, again and again within `patience`, until it is settled.
pub(crate) async fn progress(
    app: &App,
    plan: PlanId,
    patience: Option<Duration>,
) -> Result<Progress, Problem> {
    let end = Instant::now() + patience.unwrap_or_default();
    let mut pause = FIRST_LOOK;
    loop {
        let status = plan_status(&app.store, plan).await?;
        let status = status.ok_or_else(|| Problem::not_found("plan"))?;
        let is_settled = !matches!(
            status.phase,
            Phase::Queued | Phase::Extracting | Phase::Comparing
        );
        if is_settled || Instant::now() + pause > end {
            return Ok(Progress { status, is_settled });
        }
        sleep(pause).await;
        pause = (pause * 2).min(LAST_LOOK);
    }
}

impl From<SubmitError> for Problem {
    fn from(error: SubmitError) -> Self {
        let detail = error.to_string();
        match error {
            SubmitError::Unreadable(error) => unreadable(&error),
            SubmitError::TooLarge(_) => {
                Self::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", detail)
            }
            SubmitError::Harmful(_) => {
                Self::new(StatusCode::UNPROCESSABLE_ENTITY, "harmful_archive", detail)
            }
            SubmitError::ExternalIdTaken { .. } => {
                Self::conflict("external_id_taken", detail).field("external_id")
            }
            SubmitError::BadExternalId => Self::invalid("external_id", detail),
            SubmitError::BadVisibility => Self::invalid("visibility", detail),
            SubmitError::FamilyRefused => Self::conflict("family_refused", detail),
            SubmitError::Busy => {
                Self::new(StatusCode::SERVICE_UNAVAILABLE, "busy", detail).retry_after(5)
            }
            SubmitError::Store(error) => error.into(),
        }
    }
}

/// A plan that can't be read; where it is a field's fault, with its JSON pointer.
fn unreadable(error: &ReadError) -> Problem {
    let detail = error.to_string();
    let problem = match error {
        ReadError::BadJson { .. } => return Problem::bad_request("malformed_json", detail),
        _ => Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "unreadable_plan", detail),
    };
    match error {
        ReadError::WrongType { pointer, .. }
        | ReadError::UnknownField { pointer, .. }
        | ReadError::MissingField { pointer, .. }
        | ReadError::BadValue { pointer, .. }
            if pointer.starts_with('/') =>
        {
            problem.field(pointer.as_str())
        }
        _ => problem,
    }
}
