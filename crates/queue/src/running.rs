//! One claimed job from its start to its settlement: the handler in a task of its own, heartbeats
//! beside it however busy it is, and one write at the end.

use std::any::Any;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use store::{ClaimedJob, JobFailed, JobLease, StoreError};
use tokio::task::JoinError;
use tokio_util::task::AbortOnDropHandle;
use tracing::{debug, error, info, warn};

use crate::worker::Core;
use crate::{Done, Failure, Handler, Job, Stop, backoff, measure};

/// How often a settlement is tried before the end of the lease is left to do it.
const TRIES: u32 = 4;
const BETWEEN_TRIES: Duration = Duration::from_millis(250);

/// How a run ended, as far as this worker may say so.
enum Ended {
    By(Result<Done, Failure>),
    LeaseLost,
    /// The worker may not wait any longer.
    CutOff,
}

/// Runs a job and settles it. `cut` ends the patience with handlers that do not stop.
pub(crate) async fn supervise(core: Arc<Core>, claimed: ClaimedJob, stop: Stop, cut: Stop) {
    let started = core.clock.now();
    let ended = match prepare(&core, &claimed) {
        Ok((handler, job)) => {
            let job_stop = stop.child();
            let run = start(handler, job, job_stop.clone());
            watch(&core, claimed.lease, run, &job_stop, &cut).await
        }
        Err(why) => Ended::By(Err(Failure::Fatal { why })),
    };
    let outcome = settle(&core, &claimed, ended).await;
    measure::ended(&claimed.kind, outcome, core.clock.now() - started);
    debug!(job.id = %claimed.lease.job_id, job.kind = claimed.kind, outcome, "job ended");
}

fn prepare(core: &Core, claimed: &ClaimedJob) -> Result<(Arc<dyn Handler>, Job), String> {
    let handler = core.handlers.get(claimed.kind.as_str());
    let handler = handler.ok_or_else(|| format!("no handler for kind {:?}", claimed.kind))?;
    let payload = serde_json::from_str(&claimed.payload)
        .map_err(|error| format!("the payload is not JSON: {error}"))?;
    let job = Job {
        id: claimed.lease.job_id,
        kind: claimed.kind.clone(),
        key: claimed.key.clone(),
        account_id: claimed.account_id,
        payload,
        attempt: claimed.attempts.saturating_add(1),
        fence: claimed.lease.fence,
    };
    Ok((Arc::clone(handler), job))
}

type Run = AbortOnDropHandle<Result<Done, Failure>>;

fn start(handler: Arc<dyn Handler>, job: Job, stop: Stop) -> Run {
    AbortOnDropHandle::new(tokio::spawn(async move { handler.run(&job, &stop).await }))
}

async fn watch(core: &Core, lease: JobLease, mut run: Run, job_stop: &Stop, cut: &Stop) -> Ended {
    let mut held_until = core.lease_end();
    let mut lost = false;
    loop {
        tokio::select! {
            result = &mut run => {
                return if lost { Ended::LeaseLost } else { Ended::By(result.unwrap_or_else(crashed)) };
            }
            () = cut.requested() => return if lost { Ended::LeaseLost } else { Ended::CutOff },
            () = tokio::time::sleep(core.settings.heartbeat), if !lost => {
                lost = !beat(core, lease, &mut held_until).await;
                if lost {
                    warn!(job.id = %lease.job_id, "the lease of a job was lost: asking it to stop");
                    job_stop.request();
                }
            }
        }
    }
}

/// `false` when the lease was lost, or has ended while the database could not be asked.
async fn beat(core: &Core, lease: JobLease, held_until: &mut DateTime<Utc>) -> bool {
    let until = core.lease_end();
    let renewal = core.store.renew_job(lease, until);
    match tokio::time::timeout(core.settings.heartbeat, renewal).await {
        Ok(Ok(held)) => {
            *held_until = until;
            held
        }
        Ok(Err(error)) => {
            warn!(job.id = %lease.job_id, error = %error, "the heartbeat of a job failed");
            core.clock.now() < *held_until
        }
        Err(_) => core.clock.now() < *held_until,
    }
}

fn crashed(error: JoinError) -> Result<Done, Failure> {
    match error.try_into_panic() {
        Ok(panic) => Err(Failure::Retry {
            why: format!("the handler panicked: {}", panic_message(panic.as_ref())),
        }),
        Err(_) => Err(Failure::Released),
    }
}

fn panic_message(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("it gave no message")
}

/// Writes how the run ended and names it for the metrics.
async fn settle(core: &Core, claimed: &ClaimedJob, ended: Ended) -> &'static str {
    let settled = match ended {
        Ended::LeaseLost => Ok("lease_lost"),
        Ended::CutOff => release(core, claimed.lease).await,
        Ended::By(Ok(done)) => finish(core, claimed.lease, done).await,
        Ended::By(Err(failure)) => fail(core, claimed, failure).await,
    };
    settled.unwrap_or_else(|error| {
        error!(job.id = %claimed.lease.job_id, job.kind = claimed.kind, error = %error,
            "the end of a job could not be written: it will run again when its lease ends");
        "unsettled"
    })
}

async fn finish(core: &Core, lease: JobLease, done: Done) -> Result<&'static str, StoreError> {
    let now = core.clock.now();
    let (held, outcome) = match done {
        Done::Finished => {
            let write = || core.store.complete_job(lease, now);
            (retrying(write).await?, "finished")
        }
        Done::Again { at } => {
            let write = || core.store.repeat_job(lease, at, now);
            (retrying(write).await?, "again")
        }
    };
    Ok(if held { outcome } else { "lease_lost" })
}

async fn release(core: &Core, lease: JobLease) -> Result<&'static str, StoreError> {
    let now = core.clock.now();
    let held = retrying(|| core.store.release_job(lease, now)).await?;
    Ok(if held { "released" } else { "lease_lost" })
}

async fn fail(
    core: &Core,
    claimed: &ClaimedJob,
    failure: Failure,
) -> Result<&'static str, StoreError> {
    let (lease, now) = (claimed.lease, core.clock.now());
    let failed = match &failure {
        Failure::Released => return release(core, lease).await,
        Failure::Fatal { why } => {
            let held = retrying(|| core.store.bury_job(lease, why, now)).await?;
            if held {
                JobFailed::Dead
            } else {
                JobFailed::LeaseLost
            }
        }
        Failure::Retry { why } => {
            let retry_at = now + core.backoff(claimed);
            retrying(|| core.store.fail_job(lease, why, retry_at, now)).await?
        }
    };
    Ok(report(claimed, &failure, failed))
}

fn report(claimed: &ClaimedJob, failure: &Failure, failed: JobFailed) -> &'static str {
    let (id, kind) = (claimed.lease.job_id, claimed.kind.as_str());
    let (Failure::Retry { why } | Failure::Fatal { why }) = failure else {
        return "released";
    };
    match failed {
        JobFailed::Retried => {
            info!(job.id = %id, job.kind = kind, why = ?why, "a job failed and will be tried again");
            "retried"
        }
        JobFailed::Dead => {
            error!(job.id = %id, job.kind = kind, why = ?why, "a job failed for good");
            "dead"
        }
        JobFailed::LeaseLost => "lease_lost",
    }
}

/// Tries a write a few times: a database that restarts should not cost the work of a job.
async fn retrying<T, F>(mut write: impl FnMut() -> F) -> Result<T, StoreError>
where
    F: Future<Output = Result<T, StoreError>>,
{
    let mut tries = 1;
    loop {
        match write().await {
            Err(_) if tries < TRIES => {
                tokio::time::sleep(BETWEEN_TRIES * tries).await;
                tries += 1;
            }
            done => return done,
        }
    }
}

impl Core {
    fn backoff(&self, claimed: &ClaimedJob) -> TimeDelta {
        let wait = backoff::delay(
            self.settings.backoff_base,
            self.settings.backoff_max,
            claimed.lease.job_id,
            claimed.attempts.saturating_add(1),
        );
        TimeDelta::from_std(wait).unwrap_or(TimeDelta::MAX)
    }

    /// The end of a lease that begins now.
    fn lease_end(&self) -> DateTime<Utc> {
        self.clock.now() + self.lease()
    }
}
