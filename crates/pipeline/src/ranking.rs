//! Where finished plans go: the ranking, which this crate doesn't know.

use async_trait::async_trait;
use store::{AccountId, PlanId, Visibility};

/// A plan that was made.
#[derive(Debug, Clone)]
pub struct FinishedPlan {
    /// Its id in the ranking too, unless that is taken.
    pub plan_id: PlanId,
    pub owner: AccountId,
    pub visibility: Visibility,
    pub title: String,
    /// All files of the run.
    pub zip: Vec<u8>,
}

/// Why a plan did not enter the ranking.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RankingError {
    /// Another attempt may succeed.
    #[error("{0}")]
    Later(String),
    /// No attempt will; the words are for the plan's owner.
    #[error("{0}")]
    Refused(String),
}

/// Takes finished plans.
#[async_trait]
pub trait Ranking: Send + Sync {
    /// The plan's id in the ranking. The same plan again is taken once.
    async fn submit(&self, plan: FinishedPlan) -> Result<PlanId, RankingError>;
}
