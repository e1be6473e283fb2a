//! Makes the comparisons of a round: contestants from the store, verdicts into it.
//!
//! Calls run side by side; each verdict is written on its own as soon as it is there. A call
//! that could not be made is tried again after the others, and if it still can't, the run
//! ends with the comparison left as it was planned.

mod contestants;
mod outcome;

use std::sync::Arc;

use chrono::{DateTime, Utc};
use futures::StreamExt;
use llm::LlmError;
use store::{Comparison, Fence, JudgeId, NewJudge, Outcome as Stored};

use crate::contest::Position;
use crate::judge::{Judge, JudgeError, JudgeFingerprint, JudgeKind, Jury};
use crate::rank::{RankError, Run};

pub(crate) use contestants::Cards;
use outcome::Written;

/// How often a round is gone through before calls that fail count as an outage.
const PASSES: usize = 3;

/// The jury's members with their ids in the store.
#[derive(Debug)]
pub(crate) struct Judges(Vec<(JudgeId, Arc<dyn Judge>)>);

impl Judges {
    pub(crate) fn id_of(&self, fingerprint: &JudgeFingerprint) -> Option<JudgeId> {
        self.0
            .iter()
            .find(|(_, judge)| judge.fingerprint() == *fingerprint)
            .map(|(id, _)| *id)
    }

    pub(crate) fn contains(&self, id: JudgeId) -> bool {
        self.0.iter().any(|(known, _)| *known == id)
    }

    pub(crate) fn ids(&self) -> impl Iterator<Item = JudgeId> {
        self.0.iter().map(|(id, _)| *id)
    }

    fn by_id(&self, id: JudgeId) -> Option<&Arc<dyn Judge>> {
        self.0
            .iter()
            .find(|(known, _)| *known == id)
            .map(|(_, judge)| judge)
    }

    /// The jury without suspended judges, or why nobody is left.
    pub(crate) fn on_duty(&self, position: &Position) -> Result<Jury, String> {
        let suspended = |id: JudgeId| {
            let judge = position.judges.iter().find(|j| j.judge_id == id)?;
            judge
                .suspended_at
                .map(|_| judge.suspended_why.clone().unwrap_or_default())
        };
        let free = self
            .0
            .iter()
            .filter(|(id, _)| suspended(*id).is_none())
            .map(|(_, judge)| Arc::clone(judge));
        let jury = Jury::new(free);
        if jury.judges().is_empty() {
            return Err(self
                .0
                .iter()
                .find_map(|(id, _)| suspended(*id))
                .unwrap_or_else(|| "no judge was given".into()));
        }
        Ok(jury)
    }
}

/// Makes the jury's members known to the store.
pub(crate) async fn register(run: &Run<'_>) -> Result<Judges, RankError> {
    let mut known = Vec::new();
    for judge in run.jury.judges() {
        let fingerprint = judge.fingerprint();
        let random = run.entropy.bytes();
        let row = NewJudge {
            judge_id: JudgeId::new(run.clock.now(), std::array::from_fn(|i| random[i])),
            fingerprint: fingerprint_text(&fingerprint),
            kind: match fingerprint.kind {
                JudgeKind::Offline => "offline".to_owned(),
                JudgeKind::Model => "model".to_owned(),
            },
            name: fingerprint.name.clone(),
            version: fingerprint.version.to_string(),
            model: fingerprint.model.clone(),
            created_at: run.clock.now(),
        };
        known.push((run.store.upsert_judge(&row).await?, Arc::clone(judge)));
    }
    Ok(Judges(known))
}

fn fingerprint_text(fingerprint: &JudgeFingerprint) -> String {
    let kind = match fingerprint.kind {
        JudgeKind::Offline => "offline",
        JudgeKind::Model => "model",
    };
    format!(
        "{kind}/{}/{}/{}",
        fingerprint.name, fingerprint.version, fingerprint.prompt_version
    )
}

/// Why a round was left unfinished.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Halt {
    Budget(String),
    Stopped,
}

/// What became of a round.
#[derive(Debug, Default)]
pub(crate) struct RoundOutcome {
    pub(crate) finished: u64,
    pub(crate) voids: u64,
    pub(crate) halt: Option<Halt>,
}

/// Judges what the round still has to judge.
pub(crate) async fn finish_round(
    run: &Run<'_>,
    fence: &Fence,
    judges: &Judges,
    round: i64,
) -> Result<RoundOutcome, RankError> {
    let mut outcome = RoundOutcome::default();
    for pass in 1..=PASSES {
        let rows = run.store.scheduled(run.contest, round).await?;
        refuse_other_judge(run, judges, &rows).await?;
        let cards = Cards::load(run.store, &rows).await?;
        let failed = judge_all(run, fence, judges, &cards, rows, &mut outcome).await?;
        let Some(last) = failed.last().filter(|_| outcome.halt.is_none()) else {
            return Ok(outcome);
        };
        if pass == PASSES {
            return Err(RankError::JudgeUnavailable {
                failed: failed.len(),
                last: last.clone(),
            });
        }
    }
    Ok(outcome)
}

/// A round begun under other model settings is finished under them, unless the user gives it up:
/// a forgotten environment variable must not throw planned comparisons away.
async fn refuse_other_judge(
    run: &Run<'_>,
    judges: &Judges,
    rows: &[Comparison],
) -> Result<(), RankError> {
    let Some(row) = rows.iter().find(|row| !judges.contains(row.judge_id)) else {
        return Ok(());
    };
    if run.abandon_round {
        return Ok(());
    }
    let name = run.store.judge(row.judge_id).await?.map(|j| j.name);
    Err(RankError::OtherJudge {
        name: name.unwrap_or_default(),
    })
}

/// Returns why calls failed that may succeed later.
///
/// Each task writes its own verdict. Writing here, between two polls of the tasks, would wait
/// for the database's one writer, which may be a task that isn't polled meanwhile.
async fn judge_all(
    run: &Run<'_>,
    fence: &Fence,
    judges: &Judges,
    cards: &Cards,
    rows: Vec<Comparison>,
    outcome: &mut RoundOutcome,
) -> Result<Vec<String>, RankError> {
    let tasks = rows
        .into_iter()
        .map(|row| judge_and_write(run, fence, judges, cards, row));
    let mut under_way =
        futures::stream::iter(tasks).buffer_unordered(usize::from(run.settings.concurrency));
    let mut failed = Vec::new();
    let mut fatal = None;
    while let Some(ended) = under_way.next().await {
        match ended {
            Ok(Written::Verdict) => outcome.finished += 1,
            Ok(Written::Void) => {
                outcome.finished += 1;
                outcome.voids += 1;
            }
            Ok(Written::Already) => {}
            Err(Failure::Stopped) => outcome.halt = outcome.halt.take().or(Some(Halt::Stopped)),
            Err(Failure::Budget(why)) => {
                run.stop.request();
                outcome.halt = Some(Halt::Budget(why));
            }
            Err(Failure::Later(why)) => failed.push(why),
            Err(Failure::Fatal(error)) => {
                // Calls under way are paid for: they are finished and stored before the end.
                run.stop.request();
                fatal.get_or_insert(error);
            }
        }
    }
    fatal.map_or(Ok(failed), Err)
}

enum Failure {
    Stopped,
    Budget(String),
    /// An outage: worth another try.
    Later(String),
    Fatal(RankError),
}

async fn judge_and_write(
    run: &Run<'_>,
    fence: &Fence,
    judges: &Judges,
    cards: &Cards,
    row: Comparison,
) -> Result<Written, Failure> {
    if run.stop.is_requested() {
        return Err(Failure::Stopped);
    }
    let now = run.clock.now();
    let stored = match judges.by_id(row.judge_id) {
        Some(judge) => judge_one(&**judge, cards, &row, now).await?,
        None => outcome::never_asked("its judge is no longer used", now),
    };
    outcome::write(run, fence, &row, &stored)
        .await
        .map_err(Failure::Fatal)
}

async fn judge_one(
    judge: &dyn Judge,
    cards: &Cards,
    row: &Comparison,
    now: DateTime<Utc>,
) -> Result<Stored, Failure> {
    let Some(pair) = cards.contestants(row).map_err(Failure::Fatal)? else {
        return Ok(outcome::never_asked("this canary is not known here", now));
    };
    match judge
        .compare(&pair.0.as_contestant(), &pair.1.as_contestant())
        .await
    {
        Ok(judged) => Ok(outcome::of(&judged, &judge.fingerprint(), now)),
        Err(JudgeError::SamePlan) => Ok(outcome::never_asked(
            "the two plans have the same content",
            now,
        )),
        Err(JudgeError::Model(error)) => Err(failure(&error)),
    }
}

fn failure(error: &LlmError) -> Failure {
    match error {
        LlmError::BudgetExhausted { .. } => Failure::Budget(error.to_string()),
        LlmError::NoAnswer { .. } => Failure::Later(error.to_string()),
        LlmError::Call(call) if call.is_transient() => Failure::Later(error.to_string()),
        _ => Failure::Fatal(RankError::Judge(error.to_string())),
    }
}
