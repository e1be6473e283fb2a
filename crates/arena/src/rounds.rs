//! Plans a round: which pairs meet next, before which judge, and which canaries go with them.
//!
//! Invariants: a plan is a function of the finished rounds, the overrides in force, the
//! settings and the contents of the plans, and of nothing else (no clock, no ids, no order of
//! arrival of verdicts); a plan never exceeds what is left of the budget.
//! Deliberately absent: likeness of text.

mod canaries;
mod wanted;

pub(crate) use canaries::variant;

use chrono::{DateTime, Utc};
use plan::hash::ContentHash;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use rating::schedule::{Item, Pick, Policy, Reason, Scheduler, bucket_of_arrival, split_budget};
use rating::{Fit, Gaussian, JudgeParams};
use sha2::{Digest as _, Sha256};
use store::{ComparisonId, ComparisonKind, Digest, JudgeId, NewComparison, PlanId};

use crate::Entropy;
use crate::compare::Judges;
use crate::contest::Position;
use crate::judge::Jury;
use crate::rank::{RankError, Run, Settings};

/// Why a second order of the random sample was made, as the store keeps it.
pub(crate) const SAMPLED_SECOND_ORDER: &str = "second_order";

/// A comparison to be written.
#[derive(Debug, Clone)]
pub(crate) struct Planned {
    pub(crate) first: (PlanId, Digest),
    pub(crate) second: (PlanId, Digest),
    pub(crate) judge: JudgeId,
    pub(crate) kind: ComparisonKind,
    pub(crate) variant: String,
    pub(crate) reason: &'static str,
}

impl Planned {
    pub(crate) fn row(&self, now: DateTime<Utc>, entropy: &dyn Entropy) -> NewComparison {
        let bytes = entropy.bytes();
        NewComparison {
            comparison_id: ComparisonId::new(now, std::array::from_fn(|i| bytes[i])),
            first_plan: self.first.0,
            second_plan: self.second.0,
            first_hash: self.first.1,
            second_hash: self.second.1,
            judge_id: self.judge,
            kind: self.kind,
            variant: self.variant.clone(),
            reason: self.reason.to_owned(),
        }
    }
}

/// Comparisons that the contest may use in all.
pub(crate) fn budget(settings: Settings, position: &Position) -> u64 {
    u64::from(settings.calls_per_plan) * position.field.active().count() as u64
}

/// The next round; empty when the budget is used or no allowed pair is left.
pub(crate) async fn plan(
    run: &Run<'_>,
    position: &Position,
    fit: Option<&Fit>,
    judges: &Judges,
    jury: &Jury,
) -> Result<Vec<Planned>, RankError> {
    let active = position.field.active().count();
    if active == 0 {
        return Err(RankError::NoPlans);
    }
    let left = budget(run.settings, position).saturating_sub(position.used);
    let room = usize::try_from(left)
        .unwrap_or(usize::MAX)
        .min(round_size(active));
    let mut round = canaries::due(run, position, judges, jury).await?;
    // A set is never cut by the round's size, since a reading needs both of its sides.
    round.truncate(usize::try_from(left).unwrap_or(usize::MAX));
    let pairs = room.saturating_sub(round.len());
    let left = left - round.len() as u64;
    if pairs > 0 {
        round.extend(pick_pairs(run, position, fit, judges, jury, pairs, left));
    }
    Ok(round)
}

/// Half of the plans meet in a round: small enough to learn from the last one, large enough
/// to keep many calls under way.
fn round_size(plans: usize) -> usize {
    (plans / 2).clamp(8, 1000)
}

fn pick_pairs(
    run: &Run<'_>,
    position: &Position,
    fit: Option<&Fit>,
    judges: &Judges,
    jury: &Jury,
    pairs: usize,
    left: u64,
) -> Vec<Planned> {
    let mut scheduler = scheduler(run, position, fit, judges, left);
    for (first, second) in wanted::second_orders(position, fit, pairs) {
        scheduler.request_second_order(first, second);
    }
    let allowed = |a: u32, b: u32| position.field.may_meet(position.contest, a, b);
    let mut rng = generator(run, position);
    let mut picks = scheduler.plan_round(pairs, &allowed, &mut rng);
    // Second orders drawn for this round's own pairs belong to it: the next round's
    // scheduler doesn't know of them.
    let due = scheduler
        .due_second_orders()
        .count()
        .min(usize::try_from(left).unwrap_or(usize::MAX) - picks.len());
    picks.extend(scheduler.plan_round(due, &allowed, &mut rng));
    picks
        .into_iter()
        .filter_map(|pick| planned(position, judges, jury, pick))
        .collect()
}

fn scheduler(
    run: &Run<'_>,
    position: &Position,
    fit: Option<&Fit>,
    judges: &Judges,
    left: u64,
) -> Scheduler {
    let met: Vec<(u32, u32)> = position
        .met
        .iter()
        .filter(|(_, _, judge)| judges.contains(*judge))
        .map(|(a, b, _)| (*a, *b))
        .collect();
    let items = items(run.settings, position, fit, &met);
    let own: u64 = items.iter().map(|item| u64::from(item.own_calls)).sum();
    let judge = typical_judge(position, fit);
    Scheduler::new(
        Policy::default(),
        &judge,
        &items,
        &met,
        left.saturating_sub(own),
    )
}

fn items(
    settings: Settings,
    position: &Position,
    fit: Option<&Fit>,
    met: &[(u32, u32)],
) -> Vec<Item> {
    let mut times_met = vec![0_u32; position.field.nodes.len()];
    for (a, b) in met {
        times_met[*a as usize] += 1;
        times_met[*b as usize] += 1;
    }
    let (own, _) = split_budget(u16::try_from(settings.calls_per_plan).unwrap_or(u16::MAX));
    let prior = fit.map_or(1.0, |f| f.prior_sd * f.prior_sd);
    let item = |(index, node): (usize, &crate::contest::Node)| Item {
        belief: fit.map_or(
            Gaussian {
                mean: 0.0,
                var: prior,
            },
            |f| Gaussian {
                mean: f.theta[index],
                var: f.sd[index] * f.sd[index],
            },
        ),
        bucket: bucket_of_arrival(node.arrival),
        own_calls: if node.active {
            own.saturating_sub(u16::try_from(times_met[index]).unwrap_or(u16::MAX))
        } else {
            0
        },
        stopped: !node.active,
    };
    position.field.nodes.iter().enumerate().map(item).collect()
}

/// The habits of the judge with the most verdicts: what the next verdict will probably be like.
fn typical_judge(position: &Position, fit: Option<&Fit>) -> JudgeParams {
    let Some(fit) = fit else {
        return JudgeParams::default();
    };
    let mut verdicts = vec![0_u32; fit.judges.len()];
    position
        .log
        .iter()
        .for_each(|c| verdicts[usize::from(c.judge)] += 1);
    let busiest = (0..verdicts.len()).max_by_key(|j| (verdicts[*j], std::cmp::Reverse(*j)));
    busiest.map_or_else(JudgeParams::default, |j| fit.judges[j])
}

/// Fresh random numbers for each round, the same whenever the round is planned.
fn generator(run: &Run<'_>, position: &Position) -> ChaCha8Rng {
    let mut hash = Sha256::new();
    hash.update(b"planrank-round/1");
    hash.update(run.settings.seed.to_le_bytes());
    hash.update(position.planned.to_le_bytes());
    for (_, node) in position.field.active() {
        hash.update(node.hash.0);
    }
    ChaCha8Rng::from_seed(hash.finalize().into())
}

fn planned(position: &Position, judges: &Judges, jury: &Jury, pick: Pick) -> Option<Planned> {
    let (first, second) = (
        &position.field.nodes[pick.first as usize],
        &position.field.nodes[pick.second as usize],
    );
    let panel = jury.panel(ContentHash(first.hash.0), ContentHash(second.hash.0), 1);
    let judge = judges.id_of(&panel.first()?.fingerprint())?;
    let (kind, reason) = match pick.reason {
        Reason::Newcomer => (ComparisonKind::Normal, "newcomer"),
        Reason::Uncertainty => (ComparisonKind::Normal, "uncertainty"),
        Reason::Random => (ComparisonKind::Normal, "random"),
        Reason::SecondOrder => (ComparisonKind::SecondOrder, SAMPLED_SECOND_ORDER),
        Reason::Requested => (ComparisonKind::SecondOrder, "requested_second_order"),
    };
    Some(Planned {
        first: (first.plan, first.hash),
        second: (second.plan, second.hash),
        judge,
        kind,
        variant: String::new(),
        reason,
    })
}
