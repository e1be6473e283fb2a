//! What operators do to dead jobs and to judges, for the API and the pages alike.

use accounts::AccountId;
use store::{JobId, JudgeId, StoreError};

use crate::{App, Problem};

/// Lets a dead job wait again, with all of its attempts.
pub(crate) async fn retry_job(app: &App, id: JobId) -> Result<(), Problem> {
    let changed = app.store.retry_dead(id, app.clock.now()).await;
    let changed = changed.map_err(|error| match error {
        StoreError::Conflict { what } => {
            let detail = format!("there is {what} already, which will do the same work");
            Problem::conflict("job_waits_already", detail)
        }
        other => other.into(),
    })?;
    was_dead(app, id, changed).await?;
    app.wake.notify();
    Ok(())
}

/// Leaves a dead job at that; who did so is recorded.
pub(crate) async fn discard_job(app: &App, id: JobId, by: &str) -> Result<(), Problem> {
    let changed = app.store.discard_dead(id, by, app.clock.now()).await?;
    was_dead(app, id, changed).await
}

/// Why nothing was changed.
async fn was_dead(app: &App, id: JobId, changed: bool) -> Result<(), Problem> {
    if changed {
        return Ok(());
    }
    if app.store.job(id).await?.is_none() {
        return Err(Problem::not_found("job"));
    }
    let detail = "only a job that failed for good (`dead`) can be retried or discarded";
    Err(Problem::conflict("job_not_dead", detail))
}

/// Takes a judge's right to judge; everybody sees why.
pub(crate) async fn suspend_judge(
    app: &App,
    id: JudgeId,
    why: &str,
    by: AccountId,
) -> Result<(), Problem> {
    let judge = app.store.judge(id).await?;
    let judge = judge.ok_or_else(|| Problem::not_found("judge"))?;
    if judge.suspended_at.is_some() {
        let detail = "the judge is suspended already";
        return Err(Problem::conflict("already", detail));
    }
    app.store.suspend_judge(id, why, app.clock.now()).await?;
    tracing::info!(judge.id = %id, %by, why, "judge suspended");
    app.board().forget();
    Ok(())
}

/// Gives a judge its right back. One that fails its tests again is suspended again.
pub(crate) async fn reinstate_judge(
    app: &App,
    id: JudgeId,
    why: Option<&str>,
    by: AccountId,
) -> Result<(), Problem> {
    if !app.store.reinstate_judge(id).await? {
        let known = app.store.judge(id).await?;
        known.ok_or_else(|| Problem::not_found("judge"))?;
        let detail = "the judge isn't suspended";
        return Err(Problem::conflict("not_suspended", detail));
    }
    tracing::info!(judge.id = %id, %by, why, "judge reinstated");
    app.board().forget();
    Ok(())
}
