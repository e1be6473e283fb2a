//! What an owner or an operator does with a stored plan: hide it, list it again, publish it.
//!
//! Every change enqueues the ranking of the contest, since the board must show it. An owner ends
//! only what the owner began: never a quarantine, never an operator's withdrawal.

use store::{
    AccountId, Authority, Contest, Plan, PlanId, PlanState, StateChange, StoreError, Visibility,
};

use crate::service::Service;

#[derive(Debug, thiserror::Error)]
pub enum CustodyError {
    /// Also when it is somebody else's.
    #[error("there is no plan {0}")]
    NotFound(PlanId),
    #[error("the plan is {0} already")]
    Already(PlanState),
    #[error("the plan is quarantined{}: only an operator can list it again", because(.0.as_deref()))]
    Quarantined(Option<String>),
    #[error("an operator has withdrawn the plan: only an operator can list it again")]
    WithdrawnByOperator,
    #[error("the plan is public already")]
    AlreadyPublic,
    #[error(transparent)]
    Store(#[from] StoreError),
}

fn because(reason: Option<&str>) -> String {
    reason.map(|r| format!(" ({r})")).unwrap_or_default()
}

/// Hides an owner's plan; its comparisons stay in the fit.
pub async fn withdraw(
    service: &Service,
    owner: AccountId,
    plan: PlanId,
) -> Result<(), CustodyError> {
    let reason = "its owner wishes so";
    change(
        service,
        Authority::Owner(owner),
        plan,
        StateChange::Withdraw { reason },
    )
    .await
}

/// Lists a plan again that its owner has withdrawn.
pub async fn restore(
    service: &Service,
    owner: AccountId,
    plan: PlanId,
) -> Result<(), CustodyError> {
    change(service, Authority::Owner(owner), plan, StateChange::Restore).await
}

/// The same in an operator's name, for anybody's plan, out of a quarantine too.
pub async fn administer(
    service: &Service,
    operator: AccountId,
    plan: PlanId,
    what: StateChange<'_>,
) -> Result<(), CustodyError> {
    change(service, Authority::Operator(operator), plan, what).await
}

/// Moves an owner's private plan into the public contest, for good.
pub async fn publish_plan(
    service: &Service,
    owner: AccountId,
    plan: PlanId,
) -> Result<(), CustodyError> {
    let known = own(service, Authority::Owner(owner), plan).await?;
    if known.visibility != Visibility::Private {
        return Err(CustodyError::AlreadyPublic);
    }
    let jobs = [Contest::Public, Contest::Private(owner)].map(|c| service.rank_job(c));
    let moved = service
        .store
        .publish_plan(plan, owner, &jobs, service.now())
        .await?;
    if moved {
        Ok(())
    } else {
        Err(CustodyError::AlreadyPublic)
    }
}

async fn change(
    service: &Service,
    by: Authority,
    plan: PlanId,
    what: StateChange<'_>,
) -> Result<(), CustodyError> {
    let known = own(service, by, plan).await?;
    let job = service.rank_job(known.visibility.contest(known.owner_id));
    let changed = service
        .store
        .change_plan_state(plan, by, what, &job, service.now())
        .await?;
    if changed {
        return Ok(());
    }
    let now = own(service, by, plan).await?;
    Err(match (now.state, what) {
        (PlanState::Quarantined, _) => CustodyError::Quarantined(now.state_reason),
        (PlanState::Withdrawn, StateChange::Restore) => CustodyError::WithdrawnByOperator,
        (state, _) => CustodyError::Already(state),
    })
}

async fn own(service: &Service, by: Authority, plan: PlanId) -> Result<Plan, CustodyError> {
    let found = service.store.plan(plan).await?;
    found
        .filter(|found| match by {
            Authority::Owner(owner) => found.owner_id == owner,
            Authority::Operator(_) => true,
        })
        .ok_or(CustodyError::NotFound(plan))
}
