//! Who stands before the judge: the card and KPIs of each plan of a round, and the dressed-up
//! or cleaned cards of its canaries.

use std::collections::BTreeMap;

use plan::Card;
use plan::hash::ContentHash;
use sha2::{Digest as _, Sha256};
use store::{Comparison, ComparisonKind, PlanId, Store};

use crate::judge::canary::{CanaryKind, SelfCanary, twin_of};
use crate::judge::{Contestant, KpiVector};
use crate::rank::RankError;
use crate::rounds::variant;
use crate::vectors;

/// One side of a comparison, owned.
#[derive(Debug, Clone)]
pub(crate) struct Side {
    card: Card,
    hash: ContentHash,
    kpis: KpiVector,
}

impl Side {
    pub(crate) fn as_contestant(&self) -> Contestant<'_> {
        Contestant {
            card: &self.card,
            hash: self.hash,
            kpis: self.kpis,
        }
    }

    /// The same plan in another dress. Its hash is its own, so that it is another question.
    fn dressed(&self, dress: &str, card: Card) -> Self {
        let mut hash = Sha256::new();
        hash.update(self.hash.0);
        hash.update(dress);
        Self {
            card,
            hash: ContentHash(hash.finalize().into()),
            kpis: self.kpis,
        }
    }
}

/// Cards and KPIs of the plans of a round.
#[derive(Debug, Default)]
pub(crate) struct Cards(BTreeMap<PlanId, Side>);

impl Cards {
    pub(crate) async fn load(store: &Store, rows: &[Comparison]) -> Result<Self, RankError> {
        let mut cards = BTreeMap::new();
        for (plan, hash) in rows
            .iter()
            .flat_map(|r| [(r.first_plan, r.first_hash), (r.second_plan, r.second_hash)])
        {
            if cards.contains_key(&plan) {
                continue;
            }
            let card = vectors::card(store, plan)
                .await
                .map_err(|e| broken(plan, e))?;
            let kpis = store
                .metrics(plan)
                .await?
                .map(|m| m.kpis)
                .unwrap_or_default();
            let kpis = [
                kpis.novelty_score,
                kpis.prompt_quality,
                kpis.technical_completeness,
                kpis.feasibility,
                kpis.impact_estimate,
            ];
            cards.insert(
                plan,
                Side {
                    card,
                    hash: ContentHash(hash.0),
                    kpis,
                },
            );
        }
        Ok(Self(cards))
    }

    /// The two sides of a planned comparison, in order; `None` for a canary of a kind that this
    /// version doesn't know.
    pub(crate) fn contestants(&self, row: &Comparison) -> Result<Option<(Side, Side)>, RankError> {
        let (first, second) = (self.side(row.first_plan)?, self.side(row.second_plan)?);
        Ok(match row.kind {
            ComparisonKind::Normal | ComparisonKind::SecondOrder => {
                Some((first.clone(), second.clone()))
            }
            ComparisonKind::SelfCanary => SelfCanary::of(&first.card).map(|clean| {
                let clean = first.dressed("sanitised", clean.sanitised);
                let raw_first = row.variant == variant::RAW_FIRST;
                ordered(first.clone(), clean, raw_first)
            }),
            ComparisonKind::Canary => {
                variant::parse(&row.variant).map(|(kind, side)| canary(first, second, kind, side))
            }
        })
    }

    /// The present KPI vectors of a pair.
    pub(crate) fn kpis(&self, row: &Comparison) -> Result<(KpiVector, KpiVector), RankError> {
        Ok((
            self.side(row.first_plan)?.kpis,
            self.side(row.second_plan)?.kpis,
        ))
    }

    fn side(&self, plan: PlanId) -> Result<&Side, RankError> {
        self.0
            .get(&plan)
            .ok_or_else(|| broken(plan, "it is not in the round"))
    }
}

fn ordered(a: Side, b: Side, a_first: bool) -> (Side, Side) {
    if a_first { (a, b) } else { (b, a) }
}

fn broken(plan: PlanId, why: impl std::fmt::Display) -> RankError {
    RankError::BrokenPlan {
        plan,
        why: why.to_string(),
    }
}

/// A card against its twin, or two plans with their own or with exchanged KPI vectors.
fn canary(first: &Side, second: &Side, kind: CanaryKind, side: &str) -> (Side, Side) {
    if let Some(twin) = twin_of(&first.card, kind) {
        let twin = first.dressed(variant::name(kind), twin);
        return ordered(first.clone(), twin, side == variant::ORIGINAL_FIRST);
    }
    let (mut a, mut b) = (first.clone(), second.clone());
    if side == variant::SWAPPED_KPIS {
        std::mem::swap(&mut a.kpis, &mut b.kpis);
    }
    (a, b)
}
