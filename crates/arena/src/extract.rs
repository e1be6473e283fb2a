//! Phase 1: extracts the five KPIs of every plan that lacks them in the current version.
//!
//! A version names the extractors, the corpus snapshot behind novelty, the embedding model, and
//! who rated the prompt with which instructions, so that a change of any of them extracts again; old values are kept.
//! Model answers go through the journal: extracting again costs nothing that was paid before.

mod ask;
mod corpus;
mod reunion;
mod single;
mod snapshot;

use std::sync::Arc;

use futures::StreamExt;
use kpi::{Kpi, Kpis};
use llm::{Client, Embedder};
use plan::Plan;
use serde_json::json;
use store::{KpiRow, KpiValues, PlanId, Store, StoreError};

use crate::Clock;
use crate::progress::{Event, Observer, Step};
use crate::rank::Stop;
use crate::vectors::{self, VectorError};

pub use ask::Found;
pub(crate) use ask::version as rater_version;
use corpus::Corpus;
pub use reunion::reunite;
pub use single::{One, one, version_in_force};
pub(crate) use snapshot::renew as renew_snapshot;

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
    let corpus = Arc::new(Corpus::load(work.store, work.embedder.model()).await?);
    let (snapshot_id, snapshot) =
        snapshot::current(work.store, &*work.clock, work.embedder.model(), &corpus).await?;
    let measure = Measure {
        corpus,
        snapshot: Arc::new(snapshot),
        version: version_of(work.embedder.model(), work.rater.as_ref(), &snapshot_id),
    };
    let mut missing = work
        .store
        .plans_without_kpis(&measure.version, u32::MAX)
        .await?;
    // What another process stores meanwhile has no vector yet; its turn comes with the next run.
    missing.retain(|id| measure.corpus.holds(*id));
    work.observer.on(Event::Started {
        step: Step::Extract,
        total: missing.len() as u64,
    });
    let tasks = missing.iter().map(|id| extract_one(work, &measure, *id));
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

/// What every plan is measured with.
struct Measure {
    corpus: Arc<Corpus>,
    snapshot: Arc<kpi::Snapshot>,
    version: String,
}

impl Measure {
    /// Against thousands of vectors this takes long, so it doesn't hold up the calls under way.
    async fn novelty(&self, id: PlanId) -> Kpi {
        let (corpus, snapshot) = (Arc::clone(&self.corpus), Arc::clone(&self.snapshot));
        compute(move || corpus.novelty(id, &snapshot)).await
    }
}

/// Runs what takes long on a thread of its own; a panic goes on here.
pub(crate) async fn compute<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(panicked) => std::panic::resume_unwind(panicked.into_panic()),
    }
}

/// What became of a plan's turn.
enum Extracted {
    Stored,
    /// The run was asked to stop before it.
    NotBegun,
}

fn version_of(embedder: &str, rater: Option<&Rater>, snapshot: &str) -> String {
    let rater = rater.map_or_else(|| "parsers".to_owned(), ask::version);
    let extractors = [
        kpi::novelty::VERSION,
        kpi::prompt_quality::VERSION,
        kpi::technical::VERSION,
        kpi::feasibility::VERSION,
        kpi::impact::VERSION,
    ];
    format!("{} {embedder} {snapshot} {rater}", extractors.join(" "))
}

async fn extract_one(
    work: &Extraction<'_>,
    measure: &Measure,
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
    let kpis = kpis(&plan, &found, measure.novelty(id).await);
    let row = KpiRow {
        values: values(&kpis),
        version: measure.version.clone(),
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
