//! Which canaries go with a round: a set for each judge every few hundred verdicts, and a
//! self-canary for each new plan that seems to speak to the judge.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use sha2::{Digest as _, Sha256};
use store::{Comparison, ComparisonKind, JudgeId};

use crate::compare::Judges;
use crate::contest::{Node, Position};
use crate::judge::Jury;
use crate::judge::canary::{CanaryKind, SelfCanary};
use crate::rank::{RankError, Run};
use crate::vectors;

use super::{Planned, budget};

/// Verdicts between two sets of canaries of one judge: measuring takes some 2 % of the calls.
const VERDICTS_PER_SET: usize = 500;

/// Calls of one set: four twins in both orders, one pair with its own and with exchanged KPIs.
const SET: u32 = 10;

/// When less than this many sets per judge is left of the budget, none is made.
const MIN_SETS_IN_BUDGET: u32 = 10;

/// What a canary's `variant` says: which twin, and who stands first.
pub(crate) mod variant {
    use crate::judge::canary::CanaryKind;

    pub(crate) const ORIGINAL_FIRST: &str = "original_first";
    pub(crate) const TWIN_FIRST: &str = "twin_first";
    pub(crate) const OWN_KPIS: &str = "own_kpis";
    pub(crate) const SWAPPED_KPIS: &str = "swapped_kpis";
    pub(crate) const RAW_FIRST: &str = "self/raw_first";
    pub(crate) const SANITISED_FIRST: &str = "self/sanitised_first";

    pub(crate) fn name(kind: CanaryKind) -> &'static str {
        match kind {
            CanaryKind::Padded => "padded",
            CanaryKind::Restyled => "restyled",
            CanaryKind::KeywordStuffed => "keyword_stuffed",
            CanaryKind::FakeCitations => "fake_citations",
            CanaryKind::KpisSwapped => "kpis_swapped",
        }
    }

    /// The inverse of `kind/side`.
    pub(crate) fn parse(text: &str) -> Option<(CanaryKind, &str)> {
        let (kind, side) = text.split_once('/')?;
        Some((
            CanaryKind::ALL.into_iter().find(|k| name(*k) == kind)?,
            side,
        ))
    }
}

/// Canaries to make now.
pub(super) async fn due(
    run: &Run<'_>,
    position: &Position,
    judges: &Judges,
    jury: &Jury,
) -> Result<Vec<Planned>, RankError> {
    let mut planned = Vec::new();
    // What is left, not what was granted: canaries must not take a small top-up whole.
    let left = budget(run.settings, position).saturating_sub(position.used);
    let enough = u64::from(SET * MIN_SETS_IN_BUDGET) * jury.judges().len() as u64;
    let affordable = left >= enough;
    for judge in jury.judges() {
        let fingerprint = judge.fingerprint();
        let Some(id) = judges.id_of(&fingerprint) else {
            continue;
        };
        if affordable {
            planned.extend(sets(run, position, id, &fingerprint.name));
        }
        planned.extend(self_canaries(run, position, id).await?);
    }
    Ok(planned)
}

/// The sets that a judge's verdicts call for, as far as they are not made.
fn sets(run: &Run<'_>, position: &Position, judge: JudgeId, name: &str) -> Vec<Planned> {
    let verdicts = position
        .pairs
        .iter()
        .filter(|p| p.judge_id == judge)
        .count();
    let wanted = 1 + verdicts / VERDICTS_PER_SET;
    (0..wanted)
        .flat_map(|number| set(position, judge, generator(run, name, number)))
        .filter(|c| !is_made(&position.canaries, c))
        .collect()
}

/// Its own random numbers, so that a set is the same whenever it is looked at.
fn generator(run: &Run<'_>, judge: &str, number: usize) -> ChaCha8Rng {
    let mut hash = Sha256::new();
    hash.update(b"planrank-canaries/1");
    hash.update(run.settings.seed.to_le_bytes());
    hash.update((number as u64).to_le_bytes());
    hash.update(judge);
    ChaCha8Rng::from_seed(hash.finalize().into())
}

/// One canary of each kind on plans drawn at random.
fn set(position: &Position, judge: JudgeId, mut rng: ChaCha8Rng) -> Vec<Planned> {
    let nodes: Vec<&Node> = position.field.active().map(|(_, node)| node).collect();
    let mut planned = Vec::new();
    for kind in CanaryKind::ALL {
        let first = rng.random_range(0..nodes.len());
        let second = match kind {
            CanaryKind::KpisSwapped if nodes.len() < 2 => continue,
            CanaryKind::KpisSwapped => (first + rng.random_range(1..nodes.len())) % nodes.len(),
            _ => first,
        };
        let sides = match kind {
            CanaryKind::KpisSwapped => [variant::OWN_KPIS, variant::SWAPPED_KPIS],
            _ => [variant::ORIGINAL_FIRST, variant::TWIN_FIRST],
        };
        planned.extend(sides.map(|side| {
            let variant = format!("{}/{side}", variant::name(kind));
            canary(judge, nodes[first], nodes[second], variant)
        }));
    }
    planned
}

fn canary(judge: JudgeId, first: &Node, second: &Node, variant: String) -> Planned {
    Planned {
        first: (first.plan, first.hash),
        second: (second.plan, second.hash),
        judge,
        kind: ComparisonKind::Canary,
        variant,
        reason: "canary",
    }
}

fn is_made(made: &[Comparison], planned: &Planned) -> bool {
    made.iter().any(|c| {
        c.judge_id == planned.judge
            && c.first_plan == planned.first.0
            && c.second_plan == planned.second.0
            && c.variant == planned.variant
    })
}

/// Plans that this judge has not seen yet are looked at: a plan's content never changes.
async fn self_canaries(
    run: &Run<'_>,
    position: &Position,
    judge: JudgeId,
) -> Result<Vec<Planned>, RankError> {
    let mut planned = Vec::new();
    for (_, node) in position.field.active() {
        if position.seen.contains(&(node.plan, judge)) {
            continue;
        }
        let card =
            vectors::card(run.store, node.plan)
                .await
                .map_err(|e| RankError::BrokenPlan {
                    plan: node.plan,
                    why: e.to_string(),
                })?;
        if SelfCanary::of(&card).is_none() {
            continue;
        }
        let pair = [variant::RAW_FIRST, variant::SANITISED_FIRST].map(|side| Planned {
            kind: ComparisonKind::SelfCanary,
            reason: "self_canary",
            ..canary(judge, node, node, side.to_owned())
        });
        planned.extend(pair.into_iter().filter(|c| !is_made(&position.canaries, c)));
    }
    Ok(planned)
}
