//! Who stands before the judge: the card and KPIs of each plan of a round, and the dressed-up
//! or cleaned cards of its canaries.

use std::collections::BTreeMap;

use plan::Card;
use plan::hash::ContentHash;
use sha2::{Digest as _, Sha256};
use store::{Comparison, ComparisonKind, PlanId, Store};

use crate::judge::canary::{SelfCanary, twin_of};
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

    /// The two sides of a planned comparison, in order.
    pub(crate) fn contestants(&self, row: &Comparison) -> Result<(Side, Side), RankError> {
        let (first, second) = (self.side(row.first_plan)?, self.side(row.second_plan)?);
        match row.kind {
            ComparisonKind::Normal | ComparisonKind::SecondOrder => {
                Ok((first.clone(), second.clone()))
            }
            ComparisonKind::SelfCanary => {
                let clean = SelfCanary::of(&first.card).ok_or_else(|| unknown(row))?;
                let clean = first.dressed("sanitised", clean.sanitised);
                Ok(ordered(
                    first.clone(),
                    clean,
                    row.variant == variant::RAW_FIRST,
                ))
            }
            ComparisonKind::Canary => {
                let (kind, side) = variant::parse(&row.variant).ok_or_else(|| unknown(row))?;
                match twin_of(&first.card, kind) {
                    Some(twin) => {
                        let twin = first.dressed(variant::name(kind), twin);
                        Ok(ordered(
                            first.clone(),
                            twin,
                            side == variant::ORIGINAL_FIRST,
                        ))
                    }
                    None if side == variant::SWAPPED_KPIS => Ok((
                        Side {
                            kpis: second.kpis,
                            ..first.clone()
                        },
                        Side {
                            kpis: first.kpis,
                            ..second.clone()
                        },
                    )),
                    None => Ok((first.clone(), second.clone())),
                }
            }
        }
    }

    /// The KPI vectors of a pair, as the judge was shown them.
    pub(crate) fn kpis(&self, row: &Comparison) -> Result<(KpiVector, KpiVector), RankError> {
        Ok((
            self.side(row.first_plan)?.kpis,
            self.side(row.second_plan)?.kpis,
        ))
    }

    pub(crate) fn card(&self, plan: PlanId) -> Result<&Card, RankError> {
        Ok(&self.side(plan)?.card)
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

fn unknown(row: &Comparison) -> RankError {
    broken(row.first_plan, format!("unknown canary {:?}", row.variant))
}
