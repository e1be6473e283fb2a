//! What a plan's novelty is measured against.
//!
//! A copier gets 0 and the original loses nothing: a plan's own family counts against it only as
//! far as the family was there before it. Hidden plans count nowhere but there, since a copy of a
//! withdrawn plan is still a copy.

use std::collections::{BTreeMap, BTreeSet};

use kpi::{Kpi, KpiError, Snapshot};
use store::{AccountId, FamilyId, PlanId, PlanState, PlanVector, Store, StoreError};

/// Plans that a snapshot measures; percentiles don't need more.
const MAX_SAMPLE: usize = 2_000;

/// Vector, family and owner of every plan.
pub(super) struct Corpus {
    /// By content hash.
    plans: Vec<PlanVector>,
    places: BTreeMap<PlanId, usize>,
}

impl Corpus {
    pub(super) async fn load(store: &Store, model: &str) -> Result<Self, StoreError> {
        Ok(Self::of(store.corpus_vectors(model).await?))
    }

    fn of(plans: Vec<PlanVector>) -> Self {
        let places = plans.iter().enumerate().map(|(i, p)| (p.plan_id, i));
        Self {
            places: places.collect(),
            plans,
        }
    }

    pub(super) fn holds(&self, id: PlanId) -> bool {
        self.places.contains_key(&id)
    }

    fn active(&self) -> impl Iterator<Item = &PlanVector> {
        self.plans.iter().filter(|p| p.state == PlanState::Active)
    }

    pub(super) fn families(&self) -> usize {
        let families: BTreeSet<FamilyId> = self.active().map(|p| p.family_id).collect();
        families.len()
    }

    /// The spread of distances now: of the first 2,000 active plans by content hash, a sample that
    /// nobody chooses and every run finds again, each measured against all active plans.
    pub(super) fn freeze(&self) -> Result<Snapshot, KpiError> {
        let plans = self.active().map(|p| (p.family_id, p.vector.as_slice()));
        Snapshot::freeze_sample(plans, MAX_SAMPLE)
    }

    /// A user's plan is measured against families of other owners, so that nobody lowers
    /// their own novelty by trying variants; a system plan against all others.
    pub(super) fn novelty(&self, id: PlanId, snapshot: &Snapshot) -> Kpi {
        let own = &self.plans[self.places[&id]];
        let others = self.plans.iter().filter(|other| counts(own, other));
        kpi::novelty(
            &own.vector,
            others.map(|p| (p.family_id, p.vector.as_slice())),
            snapshot,
        )
    }
}

/// Whether `other` lowers the novelty of `own`.
pub(super) fn counts(own: &PlanVector, other: &PlanVector) -> bool {
    let by_system = own.owner_id == AccountId::SYSTEM;
    if other.plan_id == own.plan_id || (other.owner_id == own.owner_id && !by_system) {
        return false;
    }
    if other.family_id != own.family_id {
        return other.state == PlanState::Active;
    }
    if by_system {
        // What is imported together has one time, and no order but that of the content.
        let order = |p: &PlanVector| (p.plan_id != own.founder, p.created_at, p.content_hash);
        return order(other) < order(own);
    }
    own.founder_owner != own.owner_id
}

#[cfg(test)]
mod tests;
