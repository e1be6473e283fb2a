//! Submit plans: read, card, hash, family, store.
//!
//! Invariants: importing the same content again changes nothing and gives the same id;
//! what could not be read is reported by name and leaves nothing behind. Of several near copies a
//! plan joins the family of the likest, and of equally like ones that of the smallest content hash,
//! so within a batch the order of files means nothing. Across batches who came first does: when B
//! is a copy of A and of C, but these two aren't of each other, C joins A's family after B, and
//! founds its own before.
//! Deliberately absent: KPIs (see [`crate::extract`]) and comparisons.

mod discover;
pub(crate) mod families;
mod prepare;

use std::path::{Path, PathBuf};

use plan::model::Warning;
use serde::Serialize;
use store::{
    AccountId, Digest, FamilyId, NewEmbedding, NewPlan, PlanId, Store, StoreError, Visibility,
};

use crate::catalogue::{Catalogue, CatalogueEntry, CatalogueError};
use crate::progress::{Event, Observer, Step};
use crate::vectors::CARD_CHARS_MODEL;
use crate::{Clock, Entropy};

use families::Cards;

pub use discover::{Discovery, Input, discover};
pub use prepare::{Prepared, prepare_all};

/// Plans are stored in groups, so that memory stays bounded however many there are.
const BATCH: usize = 64;

#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    #[error("can't read {}: {reason}", path.display())]
    Unreadable { path: PathBuf, reason: String },
    #[error("found no plan in {}; give run zips, run folders, plan JSON, or a folder of these", .0.display())]
    NothingFound(PathBuf),
    #[error("{} is not a run zip, plan JSON or a catalogue (.zip, .json, .yml)", .0.display())]
    UnknownKind(PathBuf),
    #[error("found more than {0} plans; import smaller folders one at a time")]
    TooMany(usize),
    #[error("can't use the catalogue {}: {error}", path.display())]
    Catalogue {
        path: PathBuf,
        error: CatalogueError,
    },
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl ImportError {
    fn unreadable(path: &Path, error: &std::io::Error) -> Self {
        Self::Unreadable {
            path: path.to_owned(),
            reason: error.to_string(),
        }
    }
}

/// What became of one input.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Imported {
    pub source: PathBuf,
    pub title: String,
    pub plan_id: PlanId,
    /// False when the same content was stored before.
    pub created: bool,
    pub warnings: Vec<Warning>,
}

/// An input that could not be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Refused {
    pub source: PathBuf,
    pub reason: String,
}

/// How an import ended.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct ImportReport {
    pub imported: Vec<Imported>,
    pub refused: Vec<Refused>,
    /// Catalogue entries that no run was found for.
    pub entries_without_run: Vec<String>,
    /// Runs that the catalogue doesn't describe; empty when there is no catalogue.
    pub runs_without_entry: Vec<String>,
}

/// Who submits, and where what is submitted may be seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Submitter {
    pub owner: AccountId,
    pub visibility: Visibility,
}

impl Submitter {
    /// The command line on one machine works as the system.
    pub const SYSTEM: Self = Self {
        owner: AccountId::SYSTEM,
        visibility: Visibility::System,
    };
}

/// Reads and stores everything in `discovery`.
pub async fn import(
    store: &Store,
    clock: &dyn Clock,
    entropy: &dyn Entropy,
    submitter: Submitter,
    discovery: Discovery,
    observer: &dyn Observer,
) -> Result<ImportReport, ImportError> {
    let Discovery { inputs, catalogue } = discovery;
    let mut cards = Cards::load(store).await?;
    let mut report = catalogue_report(&inputs, &catalogue);
    observer.on(Event::Started {
        step: Step::Read,
        total: inputs.len() as u64,
    });
    for group in inputs.chunks(BATCH) {
        let outcomes = prepare_all(group.to_vec()).await;
        observer.on(Event::Advanced {
            step: Step::Read,
            by: outcomes.len() as u64,
        });
        let mut batch = Vec::new();
        for outcome in outcomes {
            match outcome {
                Ok(prepared) => batch.push(prepared),
                Err(refused) => report.refused.push(refused),
            }
        }
        let ids = Ids { clock, entropy };
        report
            .imported
            .extend(store_batch(store, &ids, submitter, &catalogue, &mut cards, batch).await?);
    }
    observer.on(Event::Finished { step: Step::Read });
    Ok(report)
}

/// Stores plans that are already read; the service submits through [`crate::submit`].
pub async fn submit(
    store: &Store,
    clock: &dyn Clock,
    entropy: &dyn Entropy,
    submitter: Submitter,
    prepared: Vec<Prepared>,
) -> Result<Vec<Imported>, ImportError> {
    store_batch(
        store,
        &Ids { clock, entropy },
        submitter,
        &Catalogue::default(),
        &mut Cards::in_store(),
        prepared,
    )
    .await
}

pub(crate) struct Ids<'a> {
    pub(crate) clock: &'a dyn Clock,
    pub(crate) entropy: &'a dyn Entropy,
}

impl Ids<'_> {
    fn random(&self) -> [u8; 10] {
        let bytes = self.entropy.bytes();
        std::array::from_fn(|i| bytes[i])
    }
}

async fn store_batch(
    store: &Store,
    ids: &Ids<'_>,
    submitter: Submitter,
    catalogue: &Catalogue,
    cards: &mut Cards,
    mut batch: Vec<Prepared>,
) -> Result<Vec<Imported>, ImportError> {
    batch.sort_by_key(|p| p.hash);
    let families = families::assign(store, cards, &batch, || {
        FamilyId::new(ids.clock.now(), ids.random())
    })
    .await?;
    let rows: Vec<NewPlan> = batch
        .iter()
        .zip(&families)
        .map(|(prepared, family)| {
            new_plan(
                ids,
                submitter,
                catalogue.entry(&prepared.name),
                prepared,
                *family,
            )
        })
        .collect();
    let inserted = store.insert_plans(&rows).await?;
    let created = batch.iter().zip(&inserted).zip(&families);
    cards.add(
        created
            .filter(|((_, row), _)| row.created)
            .map(|((prepared, _), family)| (prepared, *family)),
    );
    let report = |(prepared, row): (Prepared, store::Inserted)| Imported {
        source: prepared.path,
        title: prepared.plan.title,
        plan_id: row.plan_id,
        created: row.created,
        warnings: prepared.plan.warnings,
    };
    Ok(batch.into_iter().zip(inserted).map(report).collect())
}

pub(crate) fn new_plan(
    ids: &Ids<'_>,
    submitter: Submitter,
    entry: Option<&CatalogueEntry>,
    prepared: &Prepared,
    family_id: FamilyId,
) -> NewPlan {
    let plan = &prepared.plan;
    let now = ids.clock.now();
    NewPlan {
        plan_id: PlanId::new(now, ids.random()),
        owner_id: submitter.owner,
        family_id,
        external_id: None,
        title: title(plan, entry),
        domain: plan.domain.clone(),
        visibility: submitter.visibility,
        content_hash: Digest(prepared.hash.0),
        prompt: plan.prompt.text.clone(),
        document: to_json(plan),
        card: to_json(&prepared.card),
        signature: families::signature_bytes(&prepared.signature),
        bands: prepared.signature.bands().to_vec(),
        embedding: Some(NewEmbedding {
            model: CARD_CHARS_MODEL.to_owned(),
            vector: prepared.chars.clone(),
        }),
        warnings: to_json(&plan.warnings),
        integrity: to_json(&plan.integrity),
        source_name: Some(prepared.name.clone()).filter(|name| !name.is_empty()),
        source_catalogue: entry.map(to_json),
        created_at: now,
    }
}

/// The catalogue's title, if it says anything.
fn title(plan: &plan::Plan, entry: Option<&CatalogueEntry>) -> String {
    let given = entry.map(|e| e.title.as_str()).filter(|t| !t.is_empty());
    given.unwrap_or(&plan.title).to_owned()
}

/// The documents are plain trees with string keys, so this cannot fail but for a bug.
fn to_json(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("a tree of strings and numbers is always JSON")
}

fn catalogue_report(inputs: &[Input], catalogue: &Catalogue) -> ImportReport {
    if catalogue.is_empty() {
        return ImportReport::default();
    }
    let names: std::collections::BTreeSet<String> = inputs.iter().map(Input::name).collect();
    ImportReport {
        entries_without_run: catalogue
            .run_names()
            .filter(|name| !names.contains(*name))
            .map(str::to_owned)
            .collect(),
        runs_without_entry: names
            .iter()
            .filter(|name| catalogue.entry(name).is_none())
            .cloned()
            .collect(),
        ..ImportReport::default()
    }
}
