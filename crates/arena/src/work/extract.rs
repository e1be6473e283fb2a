//! Measures one plan, and asks for the ranking of its contest.

use async_trait::async_trait;
use llm::LlmError;
use queue::{Done, Failure, Handler, Job, Stop};
use serde::Deserialize;
use store::{NewJob, PlanId};

use super::{model_failed, store_failed};
use crate::extract::{self, ExtractError, One};
use crate::service::{EXTRACT, Service};
use crate::vectors::VectorError;

pub(super) struct Extract(pub(super) Service);

#[derive(Deserialize)]
struct Payload {
    plan_id: PlanId,
}

#[async_trait]
impl Handler for Extract {
    fn kind(&self) -> &'static str {
        EXTRACT
    }

    async fn run(&self, job: &Job, stop: &Stop) -> Result<Done, Failure> {
        if stop.is_requested() {
            return Err(Failure::Released);
        }
        let Ok(Payload { plan_id }) = Payload::deserialize(&job.payload) else {
            let why = "the job names no plan".to_owned();
            return Err(Failure::Fatal { why });
        };
        match self.measure(plan_id).await {
            Ok(()) => Ok(Done::Finished),
            Err(error) => self.failed(&error),
        }
    }
}

impl Extract {
    async fn measure(&self, id: PlanId) -> Result<(), ExtractError> {
        let service = &self.0;
        let store = &service.store;
        let (Some(plan), Some(metrics)) = (store.plan(id).await?, store.metrics(id).await?) else {
            return Err(ExtractError::BrokenPlan(id));
        };
        let contest = plan.visibility.contest(plan.owner_id);
        let left = service.left_today().await?;
        let models = service.models_for(contest, left);
        let one = One {
            store,
            clock: &*service.clock,
            embedder: &*service.models.embedder,
            rater: models.rater.as_ref(),
        };
        if metrics.kpi_version == Some(extract::version_in_force(&one).await?) {
            return Ok(());
        }
        let mut next: Vec<NewJob> = Vec::new();
        if metrics.kpi_version.is_none() {
            extract::reunite(store, id).await?;
            next.push(service.rank_job(contest));
            next.push(service.snapshot_job());
        }
        let row = extract::one(&one, id).await?;
        Ok(store
            .finish_extraction(id, &row, &next, service.now())
            .await?)
    }

    fn failed(&self, error: &ExtractError) -> Result<Done, Failure> {
        let model = match error {
            ExtractError::Model(model) | ExtractError::Vectors(VectorError::Embedding(model)) => {
                model
            }
            ExtractError::Store(store) | ExtractError::Vectors(VectorError::Store(store)) => {
                return Err(store_failed(store));
            }
            ExtractError::BrokenPlan(_)
            | ExtractError::Vectors(VectorError::BrokenCard(_))
            | ExtractError::Snapshot(_) => {
                let why = "what is stored of the plan can't be read; submit it again".to_owned();
                return Err(Failure::Fatal { why });
            }
        };
        if matches!(model, LlmError::BudgetExhausted { .. }) {
            let at = self.0.when_money_is_back();
            return Ok(Done::Again { at });
        }
        Err(Failure::Retry {
            why: model_failed(model),
        })
    }
}
