//! The KPIs of one plan, without the corpus in memory.
//!
//! Novelty comes from the nearest plans that a search finds, and is computed from their stored
//! vectors by the same function as in a batch, so both ways give the same bits as long as the
//! search is exact. Without a snapshot novelty is unknown, and the others are what they are.

use std::collections::BTreeSet;

use kpi::Kpi;
use llm::Embedder;
use plan::{Card, Plan};
use serde_json::json;
use store::{AccountId, Exclude, FamilyId, Hidden, KpiRow, Neighbour, PlanId, PlanVector, Store};

use super::corpus::counts;
use super::{ExtractError, Found, Rater, ask, kpis, snapshot, values, version_of};
use crate::Clock;
use crate::vectors::{self, VectorError};

/// More families than novelty looks at (8): a search may round what lies equally far in another
/// order than the exact computation does.
const FAMILIES: usize = 12;
const FIRST_LOOK: u32 = 32;

/// What one plan is measured with.
pub struct One<'a> {
    pub store: &'a Store,
    pub clock: &'a dyn Clock,
    pub embedder: &'a dyn Embedder,
    pub rater: Option<&'a Rater>,
}

impl std::fmt::Debug for One<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("One")
            .field("embedder", &self.embedder)
            .field("rater", &self.rater)
            .finish_non_exhaustive()
    }
}

/// The version that a plan's KPIs would have now.
pub async fn version_in_force(work: &One<'_>) -> Result<String, ExtractError> {
    let latest = snapshot::latest(work.store, work.embedder.model()).await?;
    Ok(version(work, latest.as_ref()))
}

fn version(work: &One<'_>, latest: Option<&(String, snapshot::Body)>) -> String {
    let id = latest.map_or("no-snapshot", |(id, _)| id.as_str());
    version_of(work.embedder.model(), work.rater, id)
}

/// Measures a plan against the newest snapshot; stores its vector, but not the result.
pub async fn one(work: &One<'_>, id: PlanId) -> Result<KpiRow, ExtractError> {
    let document = work
        .store
        .plan_document(id)
        .await?
        .ok_or(ExtractError::BrokenPlan(id))?;
    let plan: Plan =
        serde_json::from_str(&document.document).map_err(|_| ExtractError::BrokenPlan(id))?;
    let card: Card =
        serde_json::from_str(&document.card).map_err(|_| VectorError::BrokenCard(id))?;
    let own = embedded(work, id, &card).await?;
    let latest = snapshot::latest(work.store, work.embedder.model()).await?;
    let version = version(work, latest.as_ref());
    let novelty = match latest {
        Some((_, body)) => novelty(work, &own, &body.snapshot).await?,
        None => Kpi::unknown(
            kpi::novelty::VERSION,
            "The corpus has no snapshot to measure against yet; one is taken soon.",
            json!({}),
        ),
    };
    let found = match work.rater {
        Some(rater) => ask::ask(rater, &plan).await.map_err(ExtractError::Model)?,
        None => Found::default(),
    };
    let cost = found.cost_nano_usd.to_string();
    let kpis = super::compute(move || kpis(&plan, &found, novelty)).await;
    Ok(KpiRow {
        values: values(&kpis),
        version,
        evidence: json!({ "kpis": kpis, "model_cost_nano_usd": cost }).to_string(),
        extracted_at: work.clock.now(),
    })
}

/// The plan among the vectors of the embedder, made if there is none yet.
async fn embedded(work: &One<'_>, id: PlanId, card: &Card) -> Result<PlanVector, ExtractError> {
    let model = work.embedder.model();
    if let Some(own) = work.store.plan_vector(model, id).await? {
        return Ok(own);
    }
    let made = work.embedder.embed(&[card.canonical_text()]).await;
    let vectors = made.map_err(VectorError::Embedding)?;
    let rows: Vec<(PlanId, Vec<f32>)> = std::iter::once(id).zip(vectors).collect();
    work.store.put_embeddings(model, &rows).await?;
    let own = work.store.plan_vector(model, id).await?;
    own.ok_or(ExtractError::Vectors(VectorError::BrokenCard(id)))
}

async fn novelty(
    work: &One<'_>,
    own: &PlanVector,
    snapshot: &kpi::Snapshot,
) -> Result<Kpi, ExtractError> {
    let model = work.embedder.model();
    let mut others: Vec<(FamilyId, Vec<f32>)> = Vec::new();
    for near in nearest(work.store, model, own).await? {
        let found = work.store.plan_vector(model, near.plan_id).await?;
        others.extend(found.map(|other| (other.family_id, other.vector)));
    }
    let family = work.store.family_vectors(model, own.family_id).await?;
    let relatives = family.into_iter().filter(|other| counts(own, other));
    others.extend(relatives.map(|other| (other.family_id, other.vector)));
    Ok(kpi::novelty(
        &own.vector,
        others.iter().map(|(family, vector)| (*family, &**vector)),
        snapshot,
    ))
}

/// The nearest plans outside of the own family that may count, from enough families.
async fn nearest(
    store: &Store,
    model: &str,
    own: &PlanVector,
) -> Result<Vec<Neighbour>, vectors::VectorError> {
    let exclude = Exclude {
        plan: Some(own.plan_id),
        family: Some(own.family_id),
        owner: (own.owner_id != AccountId::SYSTEM).then_some(own.owner_id),
        hidden: Hidden::Excluded,
    };
    let mut wanted = FIRST_LOOK;
    loop {
        let found = store.nearest(model, &own.vector, wanted, &exclude).await?;
        let families: BTreeSet<FamilyId> = found.iter().map(|n| n.family_id).collect();
        let is_all = found.len() < usize::try_from(wanted).unwrap_or(usize::MAX);
        if is_all || families.len() >= FAMILIES {
            return Ok(found);
        }
        wanted = wanted.saturating_mul(4);
    }
}
