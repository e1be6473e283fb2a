//! What operators do to dead jobs, for the API and the pages alike.

use store::{JobId, StoreError};

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
