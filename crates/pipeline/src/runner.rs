//! Runs the stages of a plan: every one whose inputs are there, side by side, within a number of
//! calls at once; the longest remaining path first.
//!
//! Invariants: what is done is in [`Checkpoints`] before anything is built on it, so that a run may
//! be killed at any moment and run again; a stage runs again only if what it is made from has
//! changed. A stage that fails lets no other begin; those under way end and are kept. Deliberately
//! absent: the database, the journal, the budget (the author's client has them), and retries of a
//! failed run.

mod drive;
mod fresh;
mod inputs;
mod slots;
mod work;

use std::collections::BinaryHeap;

use chrono::NaiveDate;
use environment::Clock;
use futures::StreamExt;
use futures::stream::FuturesUnordered;
use queue::Stop;
use store::PlanId;

use crate::author::{Author, Fault};
use crate::failure::{Ended, FailureReason, RunFailure};
use crate::{CheckpointError, Checkpoints, Facts, Mode, Stages};
use drive::{Drive, Ready};

pub use fresh::stale;
pub use slots::{Slot, Slots};

/// What is to be made.
#[derive(Debug, Clone)]
pub struct RunSpec {
    pub plan_id: PlanId,
    pub prompt: String,
    pub title: String,
    pub mode: Mode,
    pub start_date: NaiveDate,
    /// Makes the delimiters of this run's prompts unguessable. It must stay the same for a plan, or
    /// the journal doesn't know the questions again.
    pub nonce_secret: [u8; 32],
    /// Another number makes every stage run anew.
    pub epoch: u32,
}

/// All that a run works with.
#[derive(Clone)]
pub struct Runner<'a> {
    pub stages: &'a Stages,
    pub author: &'a Author,
    pub spec: &'a RunSpec,
    pub checkpoints: &'a dyn Checkpoints,
    pub clock: &'a dyn Clock,
    /// Calls at once, of this run or of all that share the slots.
    pub calls: Slots,
    /// The owner wants the run to end.
    pub stop: &'a Stop,
    /// The worker must end; another will go on.
    pub release: &'a Stop,
}

impl std::fmt::Debug for Runner<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Runner")
            .field("plan", &self.spec.plan_id)
            .finish_non_exhaustive()
    }
}

/// Runs what isn't up to date, until all is done or the run ends otherwise. After a request to stop
/// no call begins, and those under way are waited for: they are paid already.
///
/// An error is the worker's: the run is as it was, and can be run again.
pub async fn run(runner: &Runner<'_>) -> Result<Ended, CheckpointError> {
    let spec = runner.spec;
    let graph = match runner.stages.graph(spec.mode) {
        Ok(graph) => graph,
        Err(error) => return Ok(Ended::Failed(bad_graph(error))),
    };
    let facts = Facts::of(&spec.prompt, &spec.title, spec.start_date);
    let halt = Stop::new();
    let drive = Drive::new(runner, &graph, &facts, &halt);
    tokio::select! {
        ended = Box::pin(all(&drive)) => ended,
        never = pass_on_requests(runner, &halt) => match never {},
    }
}

/// Any request to end halts the calls.
async fn pass_on_requests(runner: &Runner<'_>, halt: &Stop) -> std::convert::Infallible {
    tokio::select! {
        () = runner.stop.requested() => {}
        () = runner.release.requested() => {}
    }
    halt.request();
    std::future::pending().await
}

async fn all(drive: &Drive<'_>) -> Result<Ended, CheckpointError> {
    let mut unmet: Vec<usize> = drive
        .graph
        .nodes()
        .iter()
        .map(|node| node.needs.len())
        .collect();
    let mut ready: BinaryHeap<Ready> = (0..unmet.len())
        .filter(|at| unmet[*at] == 0)
        .map(|at| drive.ready(at))
        .collect();
    let mut under_way = FuturesUnordered::new();
    let mut left = unmet.len();
    let mut failure: Option<RunFailure> = None;
    let mut trouble: Option<CheckpointError> = None;
    loop {
        let may_begin = failure.is_none() && trouble.is_none() && !drive.halt.is_requested();
        while let Some(next) = ready.pop().filter(|_| may_begin) {
            under_way.push(async move { (next.at, drive.stage(next.at).await) });
        }
        let Some((at, result)) = under_way.next().await else {
            break;
        };
        match result {
            Ok(()) => {
                left -= 1;
                for next in &drive.graph.nodes()[at].unlocks {
                    unmet[*next] -= 1;
                    if unmet[*next] == 0 {
                        ready.push(drive.ready(*next));
                    }
                }
            }
            Err(Fault::Failed(why)) => failure = failure.or(Some(why)),
            Err(Fault::Interrupted) => {}
            Err(Fault::Checkpoint(error)) => {
                drive.halt.request();
                trouble = trouble.or(Some(error));
            }
        }
    }
    match trouble {
        Some(error) => Err(error),
        None => Ok(ended(drive.runner, left, failure)),
    }
}

fn ended(runner: &Runner<'_>, left: usize, failure: Option<RunFailure>) -> Ended {
    match failure {
        Some(failure) => Ended::Failed(failure),
        None if left == 0 => Ended::Completed,
        None if runner.stop.is_requested() => Ended::Stopped,
        None => Ended::Released,
    }
}

fn bad_graph(error: crate::StageError) -> RunFailure {
    RunFailure {
        reason: FailureReason::BadStage,
        message: error.to_string(),
        stage: Some(error.stage),
        recoverable: false,
    }
}
