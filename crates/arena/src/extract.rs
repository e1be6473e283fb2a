//! Phase 1: extracts the five KPIs of every plan that lacks them in the current version.
//!
//! A version names the extractors, the corpus snapshot behind novelty, the embedding model and
//! who rated the prompt, so that a change of any of them extracts again; old values are kept.
//! Model answers go through the journal: extracting again costs nothing that was paid before.

mod ask;
mod snapshot;

use std::collections::BTreeMap;
use std::sync::Arc;

use futures::StreamExt;
use kpi::{Kpi, Kpis};
use llm::{Client, Embedder};
use plan::Plan;
use serde_json::json;
use store::{AccountId, FamilyId, KpiRow, KpiValues, PlanId, Store, StoreError};

use crate::Clock;
use crate::progress::{Event, Observer, Step};
use crate::rank::Stop;
use crate::vectors::{self, VectorError};

pub use ask::Found;

#[derive(Debug, thiserror::Error)]
pub enum ExtractError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Vectors(#[from] VectorError),
    #[error("the corpus snapshot can't be taken: {0}")]
    Snapshot(#[from] kpi::KpiError),
    #[error("the stored plan {0} can't be read; import it again")]
    BrokenPlan(PlanId),
    #[error("a model could not be asked: {0}. What is finished is stored; run it again to go on")]
    Model(llm::LlmError),
}

/// A model that rates prompts and finds figures; without one, parsers do.
#[derive(Clone, Debug)]
pub struct Rater {
    pub client: Arc<Client>,
    pub model: String,
}

/// What phase 1 works with.
pub struct Extraction<'a> {
    pub store: &'a Store,
    pub clock: Arc<dyn Clock>,
    pub embedder: Arc<dyn Embedder>,
    pub rater: Option<Rater>,
    pub concurrency: u16,
    pub stop: Stop,
    pub observer: &'a dyn Observer,
}

impl std::fmt::Debug for Extraction<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Extraction")
            .field("embedder", &self.embedder)
            .field("rater", &self.rater)
            .finish_non_exhaustive()
    }
}

/// Extracts what is missing; the number of plans extracted.
pub async fn extract(work: &Extraction<'_>) -> Result<u64, ExtractError> {
    vectors::fill_in(work.store, &*work.embedder).await?;
    let corpus = Corpus::load(work.store, work.embedder.model()).await?;
    let (snapshot_id, snapshot) = snapshot::current(work, &corpus).await?;
    let version = version(work, &snapshot_id);
    let missing = work.store.plans_without_kpis(&version, u32::MAX).await?;
    work.observer.on(Event::Started {
        step: Step::Extract,
        total: missing.len() as u64,
    });
    let tasks = missing
        .iter()
        .map(|id| extract_one(work, &corpus, &snapshot, &version, *id));
    let mut under_way =
        futures::stream::iter(tasks).buffer_unordered(usize::from(work.concurrency));
    let mut done = 0;
    let mut failed = None;
    // Calls under way are paid for: they are finished and stored before the end.
    while let Some(outcome) = under_way.next().await {
        match outcome {
            Ok(Extracted::Stored) => {
                done += 1;
                work.observer.on(Event::Advanced {
                    step: Step::Extract,
                    by: 1,
                });
            }
            Ok(Extracted::NotBegun) => {}
            Err(error) => {
                work.stop.request();
                failed.get_or_insert(error);
            }
        }
    }
    work.observer.on(Event::Finished {
        step: Step::Extract,
    });
    failed.map_or(Ok(done), Err)
}

/// What became of a plan's turn.
enum Extracted {
    Stored,
    /// The run was asked to stop before it.
    NotBegun,
}

fn version(work: &Extraction<'_>, snapshot: &str) -> String {
    let rater = work.rater.as_ref().map_or("parsers", |r| r.model.as_str());
    let extractors = [
        kpi::novelty::VERSION,
        kpi::prompt_quality::VERSION,
        kpi::technical::VERSION,
        kpi::feasibility::VERSION,
        kpi::impact::VERSION,
    ];
    format!(
        "{} {} {snapshot} {rater}",
        extractors.join(" "),
        work.embedder.model()
    )
}

async fn extract_one(
    work: &Extraction<'_>,
    corpus: &Corpus,
    snapshot: &kpi::Snapshot,
    version: &str,
    id: PlanId,
) -> Result<Extracted, ExtractError> {
    if work.stop.is_requested() {
        return Ok(Extracted::NotBegun);
    }
    let document = work
        .store
        .plan_document(id)
        .await?
        .ok_or(ExtractError::BrokenPlan(id))?;
    let plan: Plan =
        serde_json::from_str(&document.document).map_err(|_| ExtractError::BrokenPlan(id))?;
    let found = match &work.rater {
        Some(rater) => ask::ask(rater, &plan).await.map_err(ExtractError::Model)?,
        None => Found::default(),
    };
    let kpis = kpis(&plan, &found, corpus.novelty(id, snapshot));
    let row = KpiRow {
        values: values(&kpis),
        version: version.to_owned(),
        evidence: json!({ "kpis": kpis, "model_cost_nano_usd": found.cost_nano_usd.to_string() })
            .to_string(),
        extracted_at: work.clock.now(),
    };
    work.store.put_kpis(id, &row).await?;
    Ok(Extracted::Stored)
}

/// The five KPIs of one plan.
pub fn kpis(plan: &Plan, found: &Found, novelty: Kpi) -> Kpis {
    Kpis {
        novelty_score: novelty,
        prompt_quality: kpi::prompt_quality(plan, found.rating.as_ref()),
        technical_completeness: kpi::technical_completeness(plan),
        feasibility: kpi::feasibility(plan, found.fields.as_ref()),
        impact_estimate: kpi::impact_estimate(plan, found.fields.as_ref()),
    }
}

fn values(kpis: &Kpis) -> KpiValues {
    KpiValues {
        novelty_score: kpis.novelty_score.value,
        prompt_quality: kpis.prompt_quality.value,
        technical_completeness: kpis.technical_completeness.value,
        feasibility: kpis.feasibility.value,
        impact_estimate: kpis.impact_estimate.value,
    }
}

/// Vector, family and owner of every plan.
pub(crate) struct Corpus {
    plans: BTreeMap<PlanId, Member>,
}

struct Member {
    vector: Vec<f32>,
    family: FamilyId,
    owner: AccountId,
}

impl Corpus {
    async fn load(store: &Store, model: &str) -> Result<Self, StoreError> {
        let mut plans = BTreeMap::new();
        for (id, vector) in store.embeddings(model).await? {
            if let Some(plan) = store.plan(id).await? {
                plans.insert(
                    id,
                    Member {
                        vector,
                        family: plan.family_id,
                        owner: plan.owner_id,
                    },
                );
            }
        }
        Ok(Self { plans })
    }

    fn families(&self) -> usize {
        self.plans
            .values()
            .map(|m| m.family)
            .collect::<std::collections::BTreeSet<_>>()
            .len()
    }

    fn members(&self) -> impl Iterator<Item = (FamilyId, &[f32])> {
        self.plans.values().map(|m| (m.family, m.vector.as_slice()))
    }

    /// A user's plan is measured against families of other owners, so that nobody lowers
    /// their own novelty by trying variants; a system plan against all others.
    fn novelty(&self, id: PlanId, snapshot: &kpi::Snapshot) -> Kpi {
        let own = &self.plans[&id];
        let counts = |(other, member): &(&PlanId, &Member)| {
            if own.owner == AccountId::SYSTEM {
                **other != id
            } else {
                member.owner != own.owner
            }
        };
        let others = self
            .plans
            .iter()
            .filter(counts)
            .map(|(_, m)| (m.family, m.vector.as_slice()));
        kpi::novelty(&own.vector, others, snapshot)
    }
}
