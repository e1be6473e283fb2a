//! Making a plan: taking the run, running its stages, and writing down how it ended.
//!
//! Invariant: whoever loses the run to another worker, or to its owner's wish to begin again,
//! writes nothing more. A model call that is under way when somebody stops the run is waited for:
//! it is paid, and its answer is kept.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use llm::{Budget, Client, Meter};
use queue::Stop;
use store::{Generation, GenerationEnd, PlanId};

use super::read::{day_of, mode_of};
use super::{Pipeline, PipelineError};
use crate::checkpoints::StoredCheckpoints;
use crate::failure::{Ended, FailureReason, RunFailure};
use crate::journal::RunJournal;
use crate::{Author, CheckpointError, Checkpoints, Facts, RunSpec, Runner, Slots};

/// How often a worker looks whether its run shall stop.
const LOOK: Duration = Duration::from_millis(500);
/// The file with the title that the plan found for itself.
const TITLE_FILE: &str = "wbs_level1_project_title.json";
const MAX_TITLE_CHARS: usize = 200;

/// What came of driving a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Driven {
    Completed,
    Stopped,
    Failed(RunFailure),
    /// The worker was asked to end; another goes on.
    Released,
    /// Another worker or attempt has the run now.
    Superseded,
    /// It had ended, or there is no such run.
    NothingToDo,
}

impl Pipeline {
    /// Makes a plan, from where it stands to its end. `release` asks the worker to end.
    pub async fn drive(&self, id: PlanId, release: &Stop) -> Result<Driven, PipelineError> {
        let Some(run) = self.store.begin_generation(id, self.now()).await? else {
            return Ok(Driven::NothingToDo);
        };
        if run.stop_requested {
            return self.end(&run, Ended::Stopped).await;
        }
        let ended = match self.author(&run).await? {
            Ok(author) => self.made(&run, &author, release).await,
            Err(failure) => Ok(Ended::Failed(failure)),
        };
        match ended {
            Ok(ended) => self.end(&run, ended).await,
            Err(CheckpointError::Superseded) => Ok(Driven::Superseded),
            Err(error) => Err(error.into()),
        }
    }

    /// Fails a run that no worker could make.
    pub(crate) async fn give_up(&self, id: PlanId, message: &str) -> Result<(), PipelineError> {
        let Some(run) = self.store.begin_generation(id, self.now()).await? else {
            return Ok(());
        };
        let failure = RunFailure {
            reason: FailureReason::Internal,
            stage: None,
            message: message.to_owned(),
            recoverable: true,
        };
        self.end(&run, Ended::Failed(failure)).await.map(drop)
    }

    /// The progress of a run, as whoever took it under `run.epoch` writes it.
    pub fn checkpoints(&self, run: &Generation) -> StoredCheckpoints {
        StoredCheckpoints {
            store: self.store.clone(),
            artifacts: self.settings.artifacts.clone(),
            plan_id: run.plan_id,
            epoch: run.epoch,
        }
    }

    async fn made(
        &self,
        run: &Generation,
        author: &Author,
        release: &Stop,
    ) -> Result<Ended, CheckpointError> {
        let mode = match mode_of(run) {
            Ok(mode) => mode,
            Err(error) => return Ok(Ended::Failed(unusable(&error))),
        };
        let start_date = day_of(run);
        // The title that is found in the end must not change the questions when the run is resumed.
        let title = if run.titled { run.title.as_str() } else { "" };
        let spec = RunSpec {
            plan_id: run.plan_id,
            prompt: run.prompt.clone(),
            title: Facts::of(&run.prompt, title, start_date).title,
            mode,
            start_date,
            nonce_secret: self.nonce_secret(run),
            epoch: u32::try_from(run.attempt).unwrap_or(u32::MAX),
        };
        let checkpoints = self.checkpoints(run);
        let stop = Stop::new();
        let runner = Runner {
            stages: &self.settings.stages,
            author,
            spec: &spec,
            checkpoints: &checkpoints,
            clock: &*self.clock,
            calls: Slots::new(self.settings.concurrency),
            stop: &stop,
            release,
        };
        tokio::select! {
            ended = crate::run(&runner) => ended,
            never = self.watch(run, &stop) => match never {},
        }
    }

    /// Passes the owner's wish to stop on to the run. A run that was taken over ends too, at its
    /// next write if not here.
    async fn watch(&self, run: &Generation, stop: &Stop) -> Infallible {
        loop {
            tokio::time::sleep(LOOK).await;
            match self.store.generation_pulse(run.plan_id).await {
                Ok(Some(pulse)) if pulse.stop_requested || pulse.epoch != run.epoch => {
                    stop.request();
                }
                Ok(_) => {}
                Err(error) => tracing::warn!(%error, "the run's row cannot be read for a moment"),
            }
        }
    }

    /// Who answers for this run, under the run's own budget and journal.
    async fn author(&self, run: &Generation) -> Result<Result<Author, RunFailure>, PipelineError> {
        let Some(offer) = self.settings.profiles.get(Some(&run.profile)) else {
            let names: Vec<&str> = self.settings.profiles.names().collect();
            return Ok(Err(RunFailure {
                reason: FailureReason::Internal,
                stage: None,
                message: format!(
                    "the profile {:?} is no longer offered; resume the run with one of {}",
                    run.profile,
                    names.join(", ")
                ),
                recoverable: true,
            }));
        };
        let Some(client) = &offer.client else {
            return Ok(Ok(Author::Offline));
        };
        let left = self.left_of(run).await?;
        let meter = Meter::new(Budget {
            max_cost_nano_usd: left,
            ..Budget::default()
        });
        let journal = RunJournal::new(
            self.store.clone(),
            Arc::clone(&self.clock),
            run.plan_id,
            run.attempt,
            Client::models(client),
        );
        let client = client.with_meter(meter).with_journal(Arc::new(journal));
        Ok(Ok(Author::Models(client)))
    }

    /// What the run may still cost: of its own cap and of the day's, whichever is less.
    async fn left_of(&self, run: &Generation) -> Result<Option<i64>, PipelineError> {
        let of_run = self.cap_of(run).map(|cap| cap - run.spent_nano_usd);
        let left = [of_run, self.left_today().await?].into_iter().flatten();
        Ok(left.min().map(|left| left.max(0)))
    }

    async fn end(&self, run: &Generation, ended: Ended) -> Result<Driven, PipelineError> {
        let (id, epoch, now) = (run.plan_id, run.epoch, self.now());
        let (written, driven) = match ended {
            Ended::Released => return Ok(Driven::Released),
            Ended::Completed => {
                let title = self.found_title(run).await?;
                let end = GenerationEnd::Completed {
                    title: title.as_deref(),
                };
                let written = self.store.end_generation(id, epoch, end, now).await?;
                (written, Driven::Completed)
            }
            Ended::Stopped => {
                let end = GenerationEnd::Stopped;
                let written = self.store.end_generation(id, epoch, end, now).await?;
                (written, Driven::Stopped)
            }
            Ended::Failed(failure) => {
                let failure = self.in_the_owners_words(run, failure).await?;
                let text = serde_json::to_string(&failure).unwrap_or_default();
                let end = GenerationEnd::Failed { failure: &text };
                let written = self.store.end_generation(id, epoch, end, now).await?;
                (written, Driven::Failed(failure))
            }
        };
        if !written {
            return Ok(Driven::Superseded);
        }
        measure(&driven);
        Ok(driven)
    }

    /// Says which budget is used up.
    async fn in_the_owners_words(
        &self,
        run: &Generation,
        failure: RunFailure,
    ) -> Result<RunFailure, PipelineError> {
        if failure.reason != FailureReason::BudgetExhausted {
            return Ok(failure);
        }
        let now = self.store.generation(run.plan_id).await?;
        let spent = now.map_or(run.spent_nano_usd, |now| now.spent_nano_usd);
        let of_run = self.cap_of(run).map(|cap| cap - spent);
        let today = self.left_today().await?;
        let is_the_days = match (of_run, today) {
            (Some(of_run), Some(today)) => today < of_run,
            (None, Some(_)) => true,
            (_, None) => false,
        };
        let message = if is_the_days {
            "what the service may spend on models today is used up; resume the run after midnight \
             UTC"
        } else {
            "the next call might exceed what this plan may cost; resume it with a higher limit, or \
             with a cheaper profile"
        };
        Ok(RunFailure {
            message: message.to_owned(),
            recoverable: true,
            ..failure
        })
    }

    async fn found_title(&self, run: &Generation) -> Result<Option<String>, PipelineError> {
        let bytes = self.checkpoints(run).read(TITLE_FILE).await?;
        let text = bytes.and_then(|bytes| String::from_utf8(bytes).ok());
        let title = text.map(|text| {
            // JSON text by name, plain text by custom: both are read.
            let plain = serde_json::from_str::<String>(&text).unwrap_or(text);
            let visible: String = plain.chars().filter(|c| !c.is_control()).collect();
            super::read::excerpt(&visible, MAX_TITLE_CHARS)
        });
        Ok(title.filter(|title| !title.is_empty()))
    }
}

fn unusable(error: &PipelineError) -> RunFailure {
    RunFailure {
        reason: FailureReason::Internal,
        stage: None,
        message: error.to_string(),
        recoverable: false,
    }
}

/// For whoever watches how runs end.
fn measure(driven: &Driven) {
    let outcome = match driven {
        Driven::Completed => "completed",
        Driven::Stopped => "stopped",
        Driven::Failed(failure) => failure.reason.as_str(),
        Driven::Released | Driven::Superseded | Driven::NothingToDo => return,
    };
    metrics::counter!("planrank_runs_ended_total", "outcome" => outcome).increment(1);
}
