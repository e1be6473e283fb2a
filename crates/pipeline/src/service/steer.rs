//! Stopping a run and letting it go on.
//!
//! | state | stop | resume | retry | regenerate |
//! |---|---|---|---|---|
//! | pending | at once | no | no | no |
//! | processing | within seconds | no | no | no |
//! | stalled | yes | yes | yes | yes |
//! | completed | no | no | no | yes |
//! | failed | no | unless refused | yes | no |
//! | stopped | no | yes | yes | no |

use store::{Generation, PlanId, Reopen, Reopened, StopAsked};

use super::error::WrongState;
use super::types::{RunState, RunStatus, Viewer};
use super::{Pipeline, PipelineError};
use crate::artifacts::ArtifactError;

/// How a run goes on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ResumeOptions<'a> {
    /// Another choice of models from now on.
    pub profile: Option<&'a str>,
    /// Another cap for the whole attempt.
    pub max_cost_nano_usd: Option<i64>,
}

impl Pipeline {
    /// Stops a run: at once when nobody works on it, else within a second or two.
    pub async fn stop(&self, viewer: Viewer, id: PlanId) -> Result<RunStatus, PipelineError> {
        let run = self.own(viewer, id).await?;
        let asked = self.store.stop_generation(id, self.now()).await?;
        match asked.ok_or(PipelineError::NotFound)? {
            StopAsked::Stopped | StopAsked::Requested => self.status(viewer, id).await,
            StopAsked::Not(_) => {
                let state = self.state_of(&run);
                Err(PipelineError::NotStoppable(ended(state)))
            }
        }
    }

    /// Goes on where a run stands: nothing that was answered is asked again.
    pub async fn resume(
        &self,
        viewer: Viewer,
        id: PlanId,
        profile: Option<&str>,
    ) -> Result<RunStatus, PipelineError> {
        let options = ResumeOptions {
            profile,
            ..ResumeOptions::default()
        };
        self.resume_with(viewer, id, options).await
    }

    pub async fn resume_with(
        &self,
        viewer: Viewer,
        id: PlanId,
        options: ResumeOptions<'_>,
    ) -> Result<RunStatus, PipelineError> {
        let run = self.resumable(viewer, id).await?;
        let job = Some(self.job(id, run.owner_id));
        self.reopen(viewer, &run, self.resumption(&run, options)?, job)
            .await
    }

    /// As [`Pipeline::resume_with`], for a caller that goes on by [`Pipeline::drive`]. A run that
    /// is under way nowhere needs no resuming; one that a worker has is left to it.
    pub async fn resume_here(
        &self,
        viewer: Viewer,
        id: PlanId,
        options: ResumeOptions<'_>,
    ) -> Result<(), PipelineError> {
        let run = self.own(viewer, id).await?;
        if self.store.has_generation_worker(id, self.now()).await? {
            return Err(PipelineError::NotResumable(WrongState {
                state: self.state_of(&run),
                why: "a worker of the service makes it at this moment".to_owned(),
                next: "wait for it, or stop it first".to_owned(),
            }));
        }
        if matches!(
            self.state_of(&run),
            RunState::Pending | RunState::Processing
        ) && options == ResumeOptions::default()
        {
            return Ok(());
        }
        if !matches!(
            run.state,
            store::GenerationState::Pending | store::GenerationState::Processing
        ) {
            self.resumable(viewer, id).await?;
        }
        let how = self.resumption(&run, options)?;
        self.reopen(viewer, &run, how, None).await.map(drop)
    }

    /// Begins again from nothing, as a new attempt; what the attempt before made is gone.
    pub async fn retry(
        &self,
        viewer: Viewer,
        id: PlanId,
        profile: Option<&str>,
    ) -> Result<RunStatus, PipelineError> {
        let run = self.own(viewer, id).await?;
        let state = self.state_of(&run);
        if !matches!(
            state,
            RunState::Failed | RunState::Stopped | RunState::Stalled
        ) {
            return Err(PipelineError::NotRetryable(not_ended(state, "retried")));
        }
        let offer = self.offer(profile.or(Some(&run.profile)))?;
        let how = Reopen::Retry {
            profile: &offer.name,
        };
        let job = Some(self.job(id, run.owner_id));
        self.reopen(viewer, &run, how, job).await
    }

    /// Makes again what is stale after edits.
    pub async fn regenerate(&self, viewer: Viewer, id: PlanId) -> Result<RunStatus, PipelineError> {
        let run = self.own(viewer, id).await?;
        let state = self.state_of(&run);
        if state != RunState::Completed {
            return Err(PipelineError::NotResumable(WrongState {
                state,
                why: "only a completed plan is regenerated".to_owned(),
                next: "resume it, which makes again what is stale too".to_owned(),
            }));
        }
        if self.stale_stages(&run).await?.is_empty() {
            return Err(PipelineError::Conflict(
                "nothing is stale: edit a file first".to_owned(),
            ));
        }
        let job = Some(self.job(id, run.owner_id));
        self.reopen(viewer, &run, Reopen::Regenerate, job).await
    }

    async fn resumable(&self, viewer: Viewer, id: PlanId) -> Result<Generation, PipelineError> {
        let run = self.own(viewer, id).await?;
        let state = self.state_of(&run);
        let failure = super::read::failure_of(&run);
        let refuse = |why: &str, next: &str| {
            Err(PipelineError::NotResumable(WrongState {
                state,
                why: why.to_owned(),
                next: next.to_owned(),
            }))
        };
        match state {
            RunState::Pending | RunState::Processing | RunState::Completed => {
                return Err(PipelineError::NotResumable(not_ended(state, "resumed")));
            }
            RunState::Failed if failure.as_ref().is_some_and(|f| !f.recoverable) => {
                let why = failure.map(|failure| failure.message).unwrap_or_default();
                return refuse(&why, "retry it, or create a plan with another prompt");
            }
            RunState::Failed | RunState::Stopped | RunState::Stalled => {}
        }
        super::read::mode_of(&run)?;
        self.check_files(&run).await?;
        Ok(run)
    }

    /// Every file must be there and be what was written.
    async fn check_files(&self, run: &Generation) -> Result<(), PipelineError> {
        for row in self.store.artifacts(run.plan_id).await? {
            match self.settings.artifacts.get(row.sha256).await {
                Ok(_) => {}
                Err(error @ ArtifactError::Unreachable(_)) => return Err(error.into()),
                Err(error) => {
                    let why = format!("{}: {error}", row.file);
                    return Err(PipelineError::PipelineVersionMismatch { why });
                }
            }
        }
        Ok(())
    }

    fn resumption<'a>(
        &'a self,
        run: &'a Generation,
        options: ResumeOptions<'a>,
    ) -> Result<Reopen<'a>, PipelineError> {
        let offer = self.offer(options.profile.or(Some(&run.profile)))?;
        Ok(Reopen::Resume {
            profile: &offer.name,
            max_cost_nano_usd: options.max_cost_nano_usd,
        })
    }

    async fn reopen(
        &self,
        viewer: Viewer,
        run: &Generation,
        how: Reopen<'_>,
        job: Option<store::NewJob>,
    ) -> Result<RunStatus, PipelineError> {
        let id = run.plan_id;
        let reopened = self
            .store
            .reopen_generation(id, run.revision, how, job.as_ref(), self.now())
            .await?;
        match reopened {
            Reopened::Done => {
                self.wake.notify();
                self.status(viewer, id).await
            }
            Reopened::Changed => Err(PipelineError::Conflict(
                "the run changed at this moment: look at its status and decide again".to_owned(),
            )),
        }
    }
}

fn ended(state: RunState) -> WrongState {
    let next = match state {
        RunState::Completed => "fetch its report, or edit a file and regenerate",
        _ => "resume it to go on, or retry it to begin again",
    };
    WrongState {
        state,
        why: "it has ended".to_owned(),
        next: next.to_owned(),
    }
}

fn not_ended(state: RunState, what: &str) -> WrongState {
    let (why, next) = match state {
        RunState::Pending => ("it waits for a worker", "wait for it, or stop it first"),
        RunState::Processing => ("it is under way", "wait for it, or stop it first"),
        RunState::Completed => (
            "it is complete",
            "fetch its report, edit a file and regenerate, or create another plan",
        ),
        _ => ("it has ended", "look at its status"),
    };
    WrongState {
        state,
        why: format!("{why}, so it can't be {what}"),
        next: next.to_owned(),
    }
}
