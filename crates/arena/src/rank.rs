//! Drives a contest: rounds of comparisons until the budget is used, then a publication.
//!
//! A round goes through four states that are all in the database: planned (written whole),
//! judged call by call, closed, published. Whatever happens in between, the next run finds
//! the state and goes on: `rounds` decides from finished rounds alone, so the end is the same.

mod window;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde::{Deserialize, Serialize};
use store::{Contest, Fence, JudgeId, Store, StoreError};

use crate::compare::{self, Halt, Judges};
use crate::contest::Position;
use crate::judge::Jury;
use crate::lease::{self, Lease, LeaseError};
use crate::progress::{Event, Observer, Step};
use crate::review;
use crate::rounds::{self, Planned};
use crate::{Clock, Entropy};

use window::Window;

pub use window::Cadence;

/// What a ranking may use, and how it is seeded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    /// All comparisons ÷ plans: second orders, canaries and void ones count.
    pub calls_per_plan: u32,
    pub seed: u64,
    /// Model calls under way at once. Decides nothing but speed.
    #[serde(skip, default = "default_concurrency")]
    pub concurrency: u16,
}

fn default_concurrency() -> u16 {
    8
}

/// How a run ended; each leaves a published board of all finished rounds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum RankEnd {
    /// The comparisons per plan are used, or every allowed pair has been judged.
    Complete,
    /// The money, tokens or calls of this run are used; what is missing is planned.
    BudgetReached { why: String },
    /// Somebody asked to stop.
    Interrupted,
    /// Every judge is suspended.
    NoJudge { why: String },
}

/// What a run did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RankReport {
    pub end: RankEnd,
    /// Comparisons finished by this run, void ones included.
    pub comparisons: u64,
    pub voids: u64,
    /// Comparisons of the contest that have ended, in all runs.
    pub comparisons_in_all: u64,
    pub plans: u64,
    pub rounds: i64,
    /// What this run used, without answers that were in the journal already.
    pub spent: Spent,
}

/// Model calls, tokens and money.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Spent {
    pub calls: u64,
    pub input_tokens: u64,
    pub output_tokens: u64,
    pub cost_nano_usd: i64,
}

#[derive(Debug, thiserror::Error)]
pub enum RankError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Lease(#[from] LeaseError),
    #[error("the ratings can't be computed: {0}")]
    Rating(#[from] rating::RatingError),
    #[error(
        "{failed} comparisons could not be made, the last because: {last}. What is finished is stored; run it again to go on"
    )]
    JudgeUnavailable { failed: usize, last: String },
    #[error("{0}")]
    Judge(String),
    #[error("what the database holds of plan {plan} can't be read ({why}); import the plan again")]
    BrokenPlan { plan: store::PlanId, why: String },
    #[error("there are no plans to rank; import some first")]
    NoPlans,
    #[error(
        "the unfinished round was planned for the judge {name:?}; finish it under the model settings that it was begun \
         with, or give it up with --abandon-round"
    )]
    OtherJudge { name: String },
}

/// Asks a run to stop: calls under way are finished and stored, no new one begins.
#[derive(Debug, Clone, Default)]
pub struct Stop(Arc<AtomicBool>);

impl Stop {
    pub fn request(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    pub fn is_requested(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// What a run works with.
#[derive(Clone)]
pub struct Run<'a> {
    pub store: &'a Store,
    pub clock: Arc<dyn Clock>,
    pub entropy: Arc<dyn Entropy>,
    pub contest: Contest,
    pub jury: Jury,
    pub settings: Settings,
    pub cadence: Cadence,
    /// Give up what an unfinished round still wants of judges that `jury` doesn't have.
    pub abandon_round: bool,
    pub stop: Stop,
    pub observer: &'a dyn Observer,
    /// Reads what the jury's clients have spent so far.
    pub meter: &'a (dyn Fn() -> Spent + Sync),
    /// This process, as others see it in the lease; see [`lease::Holder`].
    pub holder: lease::Holder,
}

impl std::fmt::Debug for Run<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Run")
            .field("contest", &self.contest)
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}

/// Ranks a contest until its budget is used, or something ends it earlier.
pub async fn rank(run: &Run<'_>) -> Result<RankReport, RankError> {
    let seed = run.settings.seed.cast_signed();
    run.store
        .open_ranking(run.contest, seed, "{}", run.clock.now())
        .await?;
    let lease = Lease::take(run.store, run.clock.clone(), run.contest, &run.holder).await?;
    let outcome = drive(run, &lease.fence).await;
    lease.give_back().await;
    outcome
}

async fn drive(run: &Run<'_>, fence: &Fence) -> Result<RankReport, RankError> {
    let judges = compare::register(run).await?;
    let mut tally = Tally::default();
    let mut window = Window::default();
    watch(run, &judges).await?;
    let end = loop {
        if let Some(round) = run.store.open_round(run.contest).await? {
            let outcome = compare::finish_round(run, fence, &judges, round.number).await?;
            tally.add(&outcome);
            if let Some(halt) = outcome.halt {
                window::publish_finished(run, fence).await?;
                break halt.into();
            }
            review::review(run, fence, &judges, round.number).await?;
            run.store
                .close_round(fence, round.number, run.clock.now())
                .await?;
            metrics::counter!("planrank_rank_rounds_total").increment(1);
        }
        let position = Position::load(run.store, run.contest).await?;
        let rated = window.fit(run, fence, &position).await?;
        let end = match judges.on_duty(&position) {
            _ if run.stop.is_requested() => RankEnd::Interrupted,
            Err(why) => RankEnd::NoJudge { why },
            Ok(jury) => {
                let planned = rounds::plan(run, &position, rated, &judges, &jury).await?;
                if !planned.is_empty() {
                    write_round(run, fence, &planned).await?;
                    continue;
                }
                RankEnd::Complete
            }
        };
        window::publish_all(run, fence, &position).await?;
        break end;
    };
    run.observer.on(Event::Finished {
        step: Step::Compare,
    });
    report(run, end, &tally).await
}

/// A contest may have several judges, but a forgotten setting should not add one unnoticed.
fn note_new_judges(run: &Run<'_>, judges: &Judges, position: &Position) {
    let has_judged = |id: JudgeId| position.pairs.iter().any(|p| p.judge_id == id);
    if position.pairs.is_empty() || judges.ids().any(has_judged) {
        return;
    }
    let known = position.judges.iter().filter(|j| has_judged(j.judge_id));
    let before: Vec<&str> = known.map(|j| j.name.as_str()).collect();
    let now: Vec<String> = run
        .jury
        .judges()
        .iter()
        .map(|j| j.fingerprint().name)
        .collect();
    let note = format!(
        "until now this contest was judged by {}; this run adds verdicts of {}",
        before.join(", "),
        now.join(", ")
    );
    run.observer.on(Event::Note(note));
}

/// Announces how many comparisons are still to come.
async fn watch(run: &Run<'_>, judges: &Judges) -> Result<(), RankError> {
    let position = Position::load(run.store, run.contest).await?;
    note_new_judges(run, judges, &position);
    let planned = position.planned - position.ended;
    let total = rounds::budget(run.settings, &position).saturating_sub(position.used) + planned;
    run.observer.on(Event::Started {
        step: Step::Compare,
        total,
    });
    Ok(())
}

async fn write_round(run: &Run<'_>, fence: &Fence, planned: &[Planned]) -> Result<(), RankError> {
    let number = run.store.last_round(run.contest).await? + 1;
    let rows: Vec<_> = planned
        .iter()
        .map(|p| p.row(run.clock.now(), &*run.entropy))
        .collect();
    Ok(run
        .store
        .create_round(fence, number, &rows, run.clock.now())
        .await?)
}

#[derive(Debug, Default)]
struct Tally {
    comparisons: u64,
    voids: u64,
}

impl Tally {
    fn add(&mut self, outcome: &compare::RoundOutcome) {
        self.comparisons += outcome.finished;
        self.voids += outcome.voids;
    }
}

impl From<Halt> for RankEnd {
    fn from(halt: Halt) -> Self {
        match halt {
            Halt::Budget(why) => Self::BudgetReached { why },
            Halt::Stopped => Self::Interrupted,
        }
    }
}

async fn report(run: &Run<'_>, end: RankEnd, tally: &Tally) -> Result<RankReport, RankError> {
    let position = Position::load(run.store, run.contest).await?;
    Ok(RankReport {
        end,
        comparisons: tally.comparisons,
        voids: tally.voids,
        comparisons_in_all: position.ended,
        plans: position.field.active().count() as u64,
        rounds: run.store.last_round(run.contest).await?,
        spent: (run.meter)(),
    })
}
