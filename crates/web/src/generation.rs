//! Asking for plans: who asks, how often, once under a key. The API, the pages and MCP create plans
//! through here, and let them go on.
//!
//! Invariant: what sets no model to work is not counted against a limit, and all that does is.

use accounts::{AccountsError, Caller, Rule};
use axum::http::StatusCode;
use chrono::{DateTime, Utc};
use pipeline::service::{
    Estimate, NewRun, PipelineError, ResumeOptions, RunStatus, Viewer, WrongState,
};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use store::{AccountId, Digest, PlanId};

use crate::caller::MaybeCaller;
use crate::idempotent::{self, Once};
use crate::{App, Problem};

/// What may be shown of runs.
pub(crate) fn viewer(caller: &MaybeCaller) -> Viewer {
    let viewer = caller.viewer();
    Viewer {
        account: viewer.account,
        sees_all: viewer.sees_all,
    }
}

/// Somebody who changes a run of theirs: their key may lack the right to read.
pub(crate) fn owner(caller: &Caller) -> Viewer {
    Viewer {
        account: Some(caller.account_id),
        sees_all: caller.is_admin(),
    }
}

/// A plan that is being made; kept as the answer to repetitions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Asked {
    pub(crate) plan_id: PlanId,
    pub(crate) created_at: DateTime<Utc>,
    /// The same was asked for moments ago.
    pub(crate) deduplicated: bool,
    pub(crate) calls: u32,
    pub(crate) cost_nano_usd: i64,
    pub(crate) seconds: u32,
}

impl Asked {
    pub(crate) fn estimate(&self) -> Estimate {
        Estimate {
            calls: self.calls,
            cost_nano_usd: self.cost_nano_usd,
            seconds: self.seconds,
        }
    }
}

/// Why no plan is made.
#[derive(Debug)]
pub(crate) enum Refused {
    Run(PipelineError),
    /// A limit, or the key of a repetition.
    Asking(Problem),
}

impl From<PipelineError> for Refused {
    fn from(error: PipelineError) -> Self {
        Self::Run(error)
    }
}

impl From<AccountsError> for Refused {
    fn from(error: AccountsError) -> Self {
        Self::Asking(error.into())
    }
}

impl From<Problem> for Refused {
    fn from(problem: Problem) -> Self {
        Self::Asking(problem)
    }
}

impl From<Refused> for Problem {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Run(error) => error.into(),
            Refused::Asking(problem) => problem,
        }
    }
}

/// How a run goes on that doesn't.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Again<'a> {
    Resume(ResumeOptions<'a>),
    /// With this profile, or its own.
    Retry(Option<&'a str>),
    Regenerate,
}

/// Has a run go on. It counts as asking for a plan does, or a cap could be spent again and again.
pub(crate) async fn again(
    app: &App,
    caller: &Caller,
    plan: PlanId,
    how: Again<'_>,
) -> Result<RunStatus, Refused> {
    let (runs, viewer) = (&app.pipeline, owner(caller));
    app.accounts
        .take(caller.account_id, Rule::RanksPerMinute, 1)
        .await?;
    let status = match how {
        Again::Resume(options) => match checked(options) {
            Ok(options) => runs.resume_with(viewer, plan, options).await,
            Err(error) => Err(error),
        },
        Again::Retry(profile) => runs.retry(viewer, plan, profile).await,
        Again::Regenerate => runs.regenerate(viewer, plan).await,
    };
    if status.is_err() {
        give_back(app, caller.account_id).await;
    }
    Ok(status?)
}

fn checked(options: ResumeOptions<'_>) -> Result<ResumeOptions<'_>, PipelineError> {
    if options.max_cost_nano_usd.is_some_and(|cap| cap <= 0) {
        return Err(PipelineError::InvalidArgument {
            field: "max_cost_nano_usd",
            expected: "more than 0 nano-USD (10^9 are one US dollar), or left out".to_owned(),
            example: "2000000000".to_owned(),
        });
    }
    Ok(options)
}

/// Nano-US-dollars as they are sent: JSON numbers would lose some.
pub(crate) fn amount(text: &str) -> Result<i64, Problem> {
    let is_number = (1..=18).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    let number = is_number.then(|| text.parse().ok()).flatten();
    number.ok_or_else(|| {
        let detail = "give nano-US-dollars as a string of digits, such as \"2000000000\" for $2";
        Problem::invalid("max_cost_nano_usd", detail)
    })
}

/// A limit that isn't given back does no harm for long.
async fn give_back(app: &App, account: AccountId) {
    let given = app.accounts.give_back(account, Rule::RanksPerMinute, 1);
    if let Err(error) = given.await {
        tracing::warn!(%error, "a limit was not given back");
    }
}

/// Has a plan made. It counts as a submission, since it ends as one.
pub(crate) async fn create(
    app: &App,
    caller: &Caller,
    new: NewRun,
    idempotency_key: Option<&str>,
) -> Result<Asked, Refused> {
    let owner = caller.account_id;
    app.accounts.take(owner, Rule::RanksPerMinute, 1).await?;
    let fingerprint = fingerprint(&new);
    let work = async {
        let created = app.pipeline.create(owner, new).await?;
        Ok::<_, Refused>(Asked {
            plan_id: created.plan_id,
            created_at: created.created_at,
            deduplicated: created.deduplicated,
            calls: created.estimate.calls,
            cost_nano_usd: created.estimate.cost_nano_usd,
            seconds: created.estimate.seconds,
        })
    };
    let asked = idempotent::once(app, owner, idempotency_key, fingerprint, work).await;
    let (asked, counts) = match asked {
        Ok(Once::Now(asked)) => {
            let counts = !asked.deduplicated;
            (Ok(asked), counts)
        }
        Ok(Once::Before(asked)) => (Ok(asked), false),
        Err(refused) => (Err(refused), false),
    };
    if !counts {
        give_back(app, owner).await;
    }
    asked
}

/// Everything that the answer depends on.
fn fingerprint(new: &NewRun) -> Digest {
    Digest(Sha256::digest(format!("generate {new:?}")).into())
}

impl From<PipelineError> for Problem {
    fn from(error: PipelineError) -> Self {
        let detail = error.to_string();
        match error {
            PipelineError::NotFound => Self::not_found("plan"),
            PipelineError::InvalidArgument { field, .. } => Self::invalid(field, detail),
            PipelineError::PromptRefused(_) => {
                let status = StatusCode::UNPROCESSABLE_ENTITY;
                Self::new(status, "prompt_refused", detail).field("prompt")
            }
            PipelineError::NotStoppable(state) => wrong_state("not_stoppable", &state),
            PipelineError::NotResumable(state) => wrong_state("not_resumable", &state),
            PipelineError::NotRetryable(state) => wrong_state("not_retryable", &state),
            PipelineError::NotEditable(state) => wrong_state("not_editable", &state),
            PipelineError::PipelineVersionMismatch { .. } => {
                Self::conflict("pipeline_version_mismatch", detail)
            }
            PipelineError::NotReady { .. } => Self::conflict("not_ready", detail),
            PipelineError::Conflict(_) => Self::conflict("changed_meanwhile", detail),
            PipelineError::TooLarge { .. } => {
                Self::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", detail)
            }
            PipelineError::LinkExpired(_) => Self::new(StatusCode::GONE, "link_expired", detail),
            PipelineError::Busy => {
                Self::new(StatusCode::SERVICE_UNAVAILABLE, "busy", detail).retry_after(5)
            }
            PipelineError::Store(error) => error.into(),
            PipelineError::Artifacts(error) => {
                tracing::error!(%error, "the files of a plan could not be reached");
                let detail = "the files of plans can't be reached; try again in a moment";
                let status = StatusCode::SERVICE_UNAVAILABLE;
                Self::new(status, "files_unavailable", detail).retry_after(10)
            }
            PipelineError::Model(error) => {
                tracing::warn!(%error, "a profile can't be used");
                let detail = "this profile can't be used now; choose another";
                Self::new(
                    StatusCode::SERVICE_UNAVAILABLE,
                    "profile_unavailable",
                    detail,
                )
                .field("profile")
                .retry_after(60)
            }
        }
    }
}

fn wrong_state(code: &'static str, state: &WrongState) -> Problem {
    Problem::conflict(code, state.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_wish_has_another_fingerprint() {
        let new = NewRun::of("Build a bridge");
        let brief = NewRun {
            mode: pipeline::Mode::Fast,
            ..new.clone()
        };
        assert_eq!(fingerprint(&new), fingerprint(&new.clone()));
        assert_ne!(fingerprint(&new), fingerprint(&brief));
        assert_ne!(
            fingerprint(&new),
            fingerprint(&NewRun::of("Build a bridge."))
        );
    }

    #[test]
    fn an_amount_is_a_string_of_digits() {
        assert_eq!(amount("0").unwrap(), 0);
        assert_eq!(amount("2000000000").unwrap(), 2_000_000_000);
        assert_eq!(amount(&"9".repeat(18)).unwrap(), 999_999_999_999_999_999);
        for wrong in ["", "-1", "2.5", "$2", " 2", &"9".repeat(19)] {
            assert_eq!(amount(wrong).unwrap_err().status, 422, "{wrong:?}");
        }
    }

    #[test]
    fn nobody_is_told_how_the_files_are_kept() {
        let secret = pipeline::artifacts::ArtifactError::BadAddress {
            address: "s3://hunter2".to_owned(),
            why: String::new(),
        };
        let problem = Problem::from(PipelineError::Artifacts(secret));
        assert_eq!(problem.status, 503);
        assert!(!problem.detail.contains("hunter2"));
    }
}
