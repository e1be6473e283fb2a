//! What a worker does besides running jobs, now and then and at its start: takes back jobs whose
//! holders vanished, enqueues what is due by schedule, lets in jobs of resumed kinds, forgets old
//! jobs, shows the counts.

use store::{StoreError, TakenBack};
use tracing::{error, warn};

use crate::worker::Core;
use crate::{Stop, measure};

/// Counting and forgetting, which read more, are done every so many rounds.
const RARELY: u64 = 5;
/// Jobs that are forgotten in one transaction.
const PRUNE: u16 = 500;

pub(crate) async fn run(core: &Core, stop: &Stop) {
    let mut round = 0_u64;
    while !stop.is_requested() {
        if let Err(error) = keep(core, round.is_multiple_of(RARELY)).await {
            warn!(error = %error, "the upkeep of the queue failed; trying again");
        }
        round = round.wrapping_add(1);
        tokio::select! {
            () = stop.requested() => return,
            () = tokio::time::sleep(core.settings.housekeeping) => {}
        }
    }
}

async fn keep(core: &Core, thorough: bool) -> Result<(), StoreError> {
    let mut roused = take_back(core).await?;
    for schedule in &core.schedules {
        let now = core.clock.now();
        let due = schedule.enqueue_due(&core.store, core.entropy.as_ref(), now);
        roused |= due.await?;
    }
    roused |= core.store.free_resumed().await? > 0;
    if roused {
        core.wake.notify();
    }
    if thorough {
        measure::counts(&core.kinds(), &core.store.count_jobs().await?);
        let before = core.clock.now() - core.settings.retention;
        while core.store.prune_jobs(before, PRUNE).await? == u64::from(PRUNE) {}
    }
    Ok(())
}

/// `true` when jobs wait again.
async fn take_back(core: &Core) -> Result<bool, StoreError> {
    let limit = core.settings.max_expiries;
    let mut roused = false;
    for token in core.store.job_holders().await? {
        if token == core.holder.token || !(core.holder.is_dead)(&token) {
            continue;
        }
        let now = core.clock.now();
        let taken = core.store.take_back_from(&token, limit, now).await?;
        warn!(
            worker.holder = token,
            jobs = taken.waiting,
            "took back the jobs of a dead worker"
        );
        roused |= report(taken);
    }
    let expired = core.store.take_back_expired(limit, core.clock.now());
    Ok(roused | report(expired.await?))
}

fn report(taken: TakenBack) -> bool {
    if taken.dead > 0 {
        error!(
            jobs = taken.dead,
            "jobs that kept killing their workers are dead"
        );
    }
    taken.waiting > 0
}
