//! The way of a finished plan into the ranking of this service.
//!
//! Invariant: a plan that founds a family counts against its owner's limit, as one that is
//! submitted does; the system's own plans count against nothing.

use accounts::{Accounts, AccountsError, Rule};
use arena::Service;
use arena::submit::{Content, NewFamilies, Submission, SubmitError, submit_if};
use async_trait::async_trait;
use pipeline::ranking::{FinishedPlan, Ranking, RankingError};
use queue::Wake;
use store::{AccountId, PlanId};

const NOT_NOW: &str = "the ranking could not take the plan for a moment";

/// Submits plans to the use cases of ranking.
pub(crate) struct ArenaRanking {
    pub(crate) service: Service,
    /// Whose owners' limits hold; `None` for the operator's own work.
    pub(crate) accounts: Option<Accounts>,
    /// Of the worker of this process that measures plans, if it has one.
    pub(crate) wake: Wake,
}

#[async_trait]
impl Ranking for ArenaRanking {
    async fn submit(&self, plan: FinishedPlan) -> Result<PlanId, RankingError> {
        let owner = plan.owner;
        let taken = self.take(owner).await?;
        let new_families = match taken {
            Taken::Over(_) => NewFamilies::Refused,
            Taken::One | Taken::Nothing => NewFamilies::Allowed,
        };
        let submission = Submission {
            content: Content::Zip(plan.zip),
            name: plan.title,
            owner,
            visibility: plan.visibility,
            external_id: None,
            plan_id: Some(plan.plan_id),
        };
        let submitted = submit_if(&self.service, submission, new_families).await;
        let counts = submitted.as_ref().is_ok_and(|stored| stored.new_family);
        if matches!(taken, Taken::One) && !counts {
            self.give_back(owner).await;
        }
        self.wake.notify();
        match (submitted, taken) {
            (Err(SubmitError::FamilyRefused), Taken::Over(why)) => Err(RankingError::Refused(why)),
            (submitted, _) => submitted.map(|stored| stored.plan_id).map_err(why),
        }
    }
}

/// What was taken of an owner's new families.
enum Taken {
    Nothing,
    One,
    /// None is left, which these words say.
    Over(String),
}

impl ArenaRanking {
    fn limits_of(&self, owner: AccountId) -> Option<&Accounts> {
        self.accounts
            .as_ref()
            .filter(|_| owner != AccountId::SYSTEM)
    }

    async fn take(&self, owner: AccountId) -> Result<Taken, RankingError> {
        let Some(accounts) = self.limits_of(owner) else {
            return Ok(Taken::Nothing);
        };
        match accounts.take(owner, Rule::NewFamiliesPerDay, 1).await {
            Ok(()) => Ok(Taken::One),
            Err(AccountsError::TooMany(limit)) => Ok(Taken::Over(limit.to_string())),
            Err(error) => {
                tracing::warn!(%error, "the limits of a plan's owner could not be read");
                Err(RankingError::Later(NOT_NOW.to_owned()))
            }
        }
    }

    /// A limit that isn't given back does no harm for long.
    async fn give_back(&self, owner: AccountId) {
        let Some(accounts) = self.limits_of(owner) else {
            return;
        };
        let rule = Rule::NewFamiliesPerDay;
        if let Err(error) = accounts.give_back(owner, rule, 1).await {
            tracing::warn!(%error, rule = rule.as_str(), "a limit was not given back");
        }
    }
}

fn why(error: SubmitError) -> RankingError {
    match error {
        SubmitError::Busy | SubmitError::Store(_) => {
            tracing::warn!(%error, "a finished plan could not be submitted now");
            RankingError::Later(NOT_NOW.to_owned())
        }
        other => RankingError::Refused(other.to_string()),
    }
}
