//! Hiding plans, listing them again, and making private ones public; each with the job that
//! brings the board up to date, in one transaction.

use chrono::{DateTime, Utc};
use sea_orm::Value;

use crate::plans::PlanState;
use crate::sql::{execute, params, scalar};
use crate::{AccountId, Contest, FamilyId, NewJob, PlanId, Store, StoreError, families, jobs};

/// In whose name a plan's state is changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Authority {
    /// Own plans only, and only a withdrawal of one's own may be ended.
    Owner(AccountId),
    /// Any plan, and any state may be ended.
    Operator(AccountId),
}

/// What shall happen to a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StateChange<'a> {
    Withdraw { reason: &'a str },
    Restore,
}

impl Store {
    /// Changes a plan's state and enqueues `job`; `false`, and nothing is changed, when the plan
    /// is not in a state that `by` may end, or not theirs.
    pub async fn change_plan_state(
        &self,
        plan: PlanId,
        by: Authority,
        change: StateChange<'_>,
        job: &NewJob,
        now: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let (sql, params) = statement(plan, by, change);
        let write = self.write().await?;
        if execute(&write.tx, &sql, params).await? == 0 {
            return Ok(false);
        }
        relist_family_of(&write.tx, plan).await?;
        jobs::enqueue_in(&write.tx, job, now).await?;
        write.commit().await?;
        Ok(true)
    }

    /// Moves an owner's private plan into the public contest, for good, and enqueues `jobs`;
    /// `false` when there is no such private plan. What it earned in private stays there.
    pub async fn publish_plan(
        &self,
        plan: PlanId,
        owner: AccountId,
        new_jobs: &[NewJob],
        now: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let write = self.write().await?;
        let sql = "UPDATE plan_corpus SET visibility = 'public'
                   WHERE plan_id = $1 AND owner_id = $2 AND visibility = 'private'";
        if execute(&write.tx, sql, params![plan, owner]).await? == 0 {
            return Ok(false);
        }
        let sql = "UPDATE plan_metrics SET contest = $2, elo = NULL, elo_se = NULL, elo_low = NULL, elo_high = NULL,
                       rank = NULL, rank_low = NULL, rank_high = NULL, percentile = NULL, num_comparisons = 0,
                       num_opponents = 0, num_opponent_owners = 0, provisional = NULL, flagged = NULL,
                       bucket_id = NULL, comment = NULL, rated_at = NULL
                   WHERE plan_id = $1";
        execute(&write.tx, sql, params![plan, Contest::Public]).await?;
        relist_family_of(&write.tx, plan).await?;
        for job in new_jobs {
            jobs::enqueue_in(&write.tx, job, now).await?;
        }
        write.commit().await?;
        Ok(true)
    }
}

fn statement(plan: PlanId, by: Authority, change: StateChange<'_>) -> (String, Vec<Value>) {
    let (to, reason) = match change {
        StateChange::Withdraw { reason } => (PlanState::Withdrawn, Some(reason)),
        StateChange::Restore => (PlanState::Active, None),
    };
    let (actor, condition) = match (by, change) {
        (Authority::Owner(owner), StateChange::Withdraw { .. }) => {
            (owner, "owner_id = $4 AND state = 'active'")
        }
        (Authority::Owner(owner), StateChange::Restore) => (
            owner,
            "owner_id = $4 AND state = 'withdrawn' AND state_by = $4",
        ),
        (Authority::Operator(operator), StateChange::Withdraw { .. }) => {
            (operator, "state IN ('active', 'withdrawn')")
        }
        (Authority::Operator(operator), StateChange::Restore) => {
            (operator, "state IN ('withdrawn', 'quarantined')")
        }
    };
    let sql = format!(
        "UPDATE plan_corpus SET state = $1, state_reason = $2, state_by = $4 WHERE plan_id = $3 AND {condition}"
    );
    (sql, params![to, reason, plan, actor])
}

async fn relist_family_of(
    tx: &impl sea_orm::ConnectionTrait,
    plan: PlanId,
) -> Result<(), StoreError> {
    let sql = "SELECT family_id AS value FROM plan_corpus WHERE plan_id = $1";
    match scalar::<FamilyId>(tx, sql, params![plan]).await? {
        Some(family) => families::relist(tx, family).await,
        None => Ok(()),
    }
}
