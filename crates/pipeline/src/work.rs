//! The handler of the jobs that make plans: drive the run, then hand the plan to the ranking.
//!
//! Bears to be killed and run again at any moment: a run goes on from its checkpoints, and a plan
//! that was ranked is known to the ranking by its content.

use std::sync::Arc;

use async_trait::async_trait;
use queue::{Done, Failure, Handler, Job, Stop};
use serde::Deserialize;
use store::{GENERATE, Generation, GenerationState, PlanId};

use crate::Mode;
use crate::ranking::{FinishedPlan, Ranking, RankingError};
use crate::service::{Driven, MAX_ATTEMPTS, Pipeline, PipelineError};

/// The handlers of this crate's jobs.
pub fn handlers(pipeline: &Pipeline, ranking: Arc<dyn Ranking>) -> Vec<Arc<dyn Handler>> {
    vec![Arc::new(Generate {
        pipeline: pipeline.clone(),
        ranking,
    })]
}

struct Generate {
    pipeline: Pipeline,
    ranking: Arc<dyn Ranking>,
}

#[derive(Deserialize)]
struct Payload {
    plan_id: PlanId,
}

#[async_trait]
impl Handler for Generate {
    fn kind(&self) -> &'static str {
        GENERATE
    }

    async fn run(&self, job: &Job, stop: &Stop) -> Result<Done, Failure> {
        if stop.is_requested() {
            return Err(Failure::Released);
        }
        let Ok(Payload { plan_id }) = Payload::deserialize(&job.payload) else {
            let why = "the job names no plan".to_owned();
            return Err(Failure::Fatal { why });
        };
        match self.made(plan_id, stop).await {
            Ok(true) => Ok(Done::Finished),
            Ok(false) => Err(Failure::Released),
            Err(error) => self.failed(job, plan_id, error).await,
        }
    }
}

/// Why a plan was not made or not ranked now.
enum Trouble {
    Pipeline(PipelineError),
    Ranking(String),
}

impl From<PipelineError> for Trouble {
    fn from(error: PipelineError) -> Self {
        Self::Pipeline(error)
    }
}

impl Generate {
    /// `false` when the worker must end before the work is done.
    async fn made(&self, id: PlanId, stop: &Stop) -> Result<bool, Trouble> {
        match self.pipeline.drive(id, stop).await? {
            Driven::Released => return Ok(false),
            Driven::Stopped | Driven::Failed(_) | Driven::Superseded => return Ok(true),
            Driven::Completed | Driven::NothingToDo => {}
        }
        match self.pipeline.rank(id, &*self.ranking).await? {
            Ok(()) => Ok(true),
            Err(why) => Err(Trouble::Ranking(why)),
        }
    }

    async fn failed(&self, job: &Job, id: PlanId, trouble: Trouble) -> Result<Done, Failure> {
        let why = match trouble {
            // What it says may name tables and addresses, so it is only logged.
            Trouble::Pipeline(error) => {
                tracing::warn!(plan.id = %id, %error, "a plan could not be worked on");
                "the plan could not be worked on for a moment".to_owned()
            }
            Trouble::Ranking(why) => return Err(Failure::Retry { why }),
        };
        if job.attempt >= MAX_ATTEMPTS {
            let message = "the service could not make this plan; resume it, and tell the operator \
                           if that does not help";
            if let Err(error) = self.pipeline.give_up(id, message).await {
                tracing::error!(plan.id = %id, %error, "a run could not be given up");
            }
        }
        Err(Failure::Retry { why })
    }
}

impl Pipeline {
    /// Hands a completed plan to the ranking, unless it is there already. The inner error says why
    /// another attempt may help.
    pub async fn rank(
        &self,
        id: PlanId,
        ranking: &dyn Ranking,
    ) -> Result<Result<(), String>, PipelineError> {
        let Some(run) = self.store.generation(id).await? else {
            return Ok(Ok(()));
        };
        if !Self::wants_ranking(&run)? {
            return Ok(Ok(()));
        }
        let submitted = ranking
            .submit(FinishedPlan {
                plan_id: id,
                owner: run.owner_id,
                visibility: run.visibility,
                title: run.title.clone(),
                zip: self.zip(&run).await?,
            })
            .await;
        let now = self.now();
        match submitted {
            Ok(ranked) => {
                self.store
                    .note_ranking(id, run.epoch, Some(ranked), None, now)
                    .await?;
            }
            Err(RankingError::Refused(why)) => {
                tracing::warn!(plan.id = %id, why, "a plan did not enter the ranking");
                let earlier = run.ranked_plan_id;
                self.store
                    .note_ranking(id, run.epoch, earlier, Some(&why), now)
                    .await?;
            }
            Err(RankingError::Later(why)) => return Ok(Err(why)),
        }
        Ok(Ok(()))
    }

    fn wants_ranking(run: &Generation) -> Result<bool, PipelineError> {
        let is_plan = crate::service::mode_of(run)? != Mode::Ping;
        Ok(is_plan && run.state == GenerationState::Completed && run.ranked_at.is_none())
    }
}
