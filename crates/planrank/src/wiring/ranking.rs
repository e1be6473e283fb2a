//! The way of a finished plan into the ranking of this service.

use arena::Service;
use arena::submit::{Content, Submission, SubmitError, submit};
use async_trait::async_trait;
use pipeline::ranking::{FinishedPlan, Ranking, RankingError};
use queue::Wake;
use store::PlanId;

/// Submits plans to the use cases of ranking.
pub(crate) struct ArenaRanking {
    pub(crate) service: Service,
    /// Of the worker of this process that measures plans, if it has one.
    pub(crate) wake: Wake,
}

#[async_trait]
impl Ranking for ArenaRanking {
    async fn submit(&self, plan: FinishedPlan) -> Result<PlanId, RankingError> {
        let submission = Submission {
            content: Content::Zip(plan.zip),
            name: plan.title,
            owner: plan.owner,
            visibility: plan.visibility,
            external_id: None,
            plan_id: Some(plan.plan_id),
        };
        let submitted = submit(&self.service, submission).await;
        self.wake.notify();
        submitted.map(|stored| stored.plan_id).map_err(why)
    }
}

fn why(error: SubmitError) -> RankingError {
    match error {
        SubmitError::Busy | SubmitError::Store(_) => {
            tracing::warn!(%error, "a finished plan could not be submitted now");
            RankingError::Later("the ranking could not take the plan for a moment".to_owned())
        }
        other => RankingError::Refused(other.to_string()),
    }
}
