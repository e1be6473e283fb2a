//! Which family a new plan belongs to: that of its nearest copy, or its own.
//!
//! Copies are looked for among all plans, withdrawn and quarantined ones too: else submitting a
//! withdrawn plan again, slightly changed, would found a new family with a clean slate.

use plan::Card;
use plan::family::{MIN_COSINE, MIN_JACCARD, Signature, cosine};
use store::{Candidate, Digest, Exclude, FamilyId, Hidden, PlanId, Store, StoreError};

use crate::vectors::CARD_CHARS_MODEL;

use super::Prepared;

/// Near copies share far more bands than this; more candidates than this is a flood.
const MAX_CANDIDATES: u32 = 64;
/// How many of the nearest cards are looked at.
const NEAREST: u32 = 8;
/// Card vectors that an import keeps in memory: 2 KiB each.
const MAX_IN_MEMORY: usize = 20_000;

/// Where the vectors of stored cards are searched.
pub(crate) struct Cards {
    /// `None`: in the store, plan by plan.
    held: Option<Vec<Held>>,
}

struct Held {
    content_hash: Digest,
    family: FamilyId,
    vector: Vec<f32>,
}

impl Cards {
    /// Reads them once for an import of many, where that is cheaper than to search the store for
    /// each: without an index, and when there aren't too many. What another process stores
    /// meanwhile is then found by its word 5-grams only.
    pub(super) async fn load(store: &Store) -> Result<Self, StoreError> {
        let stored = usize::try_from(store.count_plans().await?).unwrap_or(usize::MAX);
        if stored > MAX_IN_MEMORY || store.uses_pgvector().await? {
            return Ok(Self::in_store());
        }
        let rows = store.corpus_vectors(CARD_CHARS_MODEL).await?;
        let hold = |row: store::PlanVector| Held {
            content_hash: row.content_hash,
            family: row.family_id,
            vector: row.vector,
        };
        Ok(Self {
            held: Some(rows.into_iter().map(hold).collect()),
        })
    }

    pub(crate) fn in_store() -> Self {
        Self { held: None }
    }

    /// Learns of plans that were stored.
    pub(super) fn add<'a>(&mut self, stored: impl Iterator<Item = (&'a Prepared, FamilyId)>) {
        let Some(held) = &mut self.held else { return };
        held.extend(stored.map(|(plan, family)| Held {
            content_hash: Digest(plan.hash.0),
            family,
            vector: plan.chars.clone(),
        }));
        if held.len() > MAX_IN_MEMORY {
            self.held = None;
        }
    }

    /// Copies by the cosine of their vectors.
    async fn near(&self, store: &Store, plan: &Prepared) -> Result<Vec<Near>, StoreError> {
        if let Some(held) = &self.held {
            let near = |h: &Held| by_letters(&plan.chars, &h.vector, h.content_hash, h.family);
            return Ok(held.iter().filter_map(near).collect());
        }
        let everywhere = Exclude {
            hidden: Hidden::Included,
            ..Exclude::default()
        };
        let found = store
            .nearest(CARD_CHARS_MODEL, &plan.chars, NEAREST, &everywhere)
            .await?;
        let near = |n: store::Neighbour| {
            Near::new(1.0 - n.distance, MIN_COSINE, n.content_hash, n.family_id)
        };
        Ok(found.into_iter().filter_map(near).collect())
    }
}

/// A near copy of a new plan.
struct Near {
    /// In millionths: searches differ in how they round.
    likeness: f64,
    content_hash: Digest,
    family: FamilyId,
}

impl Near {
    fn new(likeness: f64, least: f64, content_hash: Digest, family: FamilyId) -> Option<Self> {
        (likeness >= least).then(|| Self {
            likeness: (likeness * 1e6).round(),
            content_hash,
            family,
        })
    }
}

fn by_words(plan: &Prepared, other: &Signature, hash: Digest, family: FamilyId) -> Option<Near> {
    Near::new(
        plan.signature.jaccard_estimate(other),
        MIN_JACCARD,
        hash,
        family,
    )
}

fn by_letters(a: &[f32], b: &[f32], hash: Digest, family: FamilyId) -> Option<Near> {
    Near::new(cosine(a, b), MIN_COSINE, hash, family)
}

/// A family for each plan of `batch`, in order; `fresh` makes the id of a new one.
pub(crate) async fn assign(
    store: &Store,
    cards: &Cards,
    batch: &[Prepared],
    fresh: impl Fn() -> FamilyId,
) -> Result<Vec<FamilyId>, StoreError> {
    let mut families: Vec<FamilyId> = Vec::with_capacity(batch.len());
    for (index, plan) in batch.iter().enumerate() {
        let earlier: Vec<(&Prepared, FamilyId)> = batch[..index]
            .iter()
            .zip(families.iter().copied())
            .collect();
        let family = nearest(store, cards, plan, &earlier).await?;
        families.push(family.unwrap_or_else(&fresh));
    }
    Ok(families)
}

/// All stored near copies of a card, by its words or its letters; itself, if stored, too.
pub(crate) async fn copies(store: &Store, card: Card) -> Result<Vec<PlanId>, StoreError> {
    let (signature, chars) =
        crate::extract::compute(move || (Signature::of(&card), plan::family::char_vector(&card)))
            .await;
    let is_like = |other: &Candidate| {
        signature_from(&other.signature)
            .is_some_and(|other| signature.jaccard_estimate(&other) >= MIN_JACCARD)
    };
    let bands = signature.bands();
    let by_words = store.band_candidates(&bands, MAX_CANDIDATES);
    let mut found: Vec<PlanId> = by_words
        .await?
        .iter()
        .filter(|c| is_like(c))
        .map(|c| c.plan_id)
        .collect();
    let everywhere = Exclude {
        hidden: Hidden::Included,
        ..Exclude::default()
    };
    let by_letters = store
        .nearest(CARD_CHARS_MODEL, &chars, NEAREST, &everywhere)
        .await?;
    found.extend(
        by_letters
            .iter()
            .filter(|n| 1.0 - n.distance >= MIN_COSINE)
            .map(|n| n.plan_id),
    );
    found.sort_unstable();
    found.dedup();
    Ok(found)
}

/// The family of the nearest copy, stored or `earlier` in the batch: by the word 5-grams of the
/// cards if any is one by these, else by their letters.
async fn nearest(
    store: &Store,
    cards: &Cards,
    plan: &Prepared,
    earlier: &[(&Prepared, FamilyId)],
) -> Result<Option<FamilyId>, StoreError> {
    let in_batch = |(other, family): &(&Prepared, FamilyId)| {
        by_words(plan, &other.signature, Digest(other.hash.0), *family)
    };
    let mut near: Vec<Near> = earlier.iter().filter_map(in_batch).collect();
    let bands = plan.signature.bands();
    for candidate in store.band_candidates(&bands, MAX_CANDIDATES).await? {
        let signature = signature_from(&candidate.signature);
        near.extend(
            signature.and_then(|s| by_words(plan, &s, candidate.content_hash, candidate.family_id)),
        );
    }
    if near.is_empty() {
        near = cards.near(store, plan).await?;
        near.extend(earlier.iter().filter_map(|(other, family)| {
            by_letters(&plan.chars, &other.chars, Digest(other.hash.0), *family)
        }));
    }
    Ok(likest(near))
}

/// The family of the likest; of equally like ones, that of the smallest content hash.
fn likest(near: Vec<Near>) -> Option<FamilyId> {
    let best = near.into_iter().min_by(|a, b| {
        let ties = (a.content_hash, a.family).cmp(&(b.content_hash, b.family));
        b.likeness.total_cmp(&a.likeness).then(ties)
    });
    best.map(|near| near.family)
}

/// A signature as the store keeps it: little-endian words.
pub(crate) fn signature_bytes(signature: &Signature) -> Vec<u8> {
    Vec::<u64>::from(signature.clone())
        .into_iter()
        .flat_map(u64::to_le_bytes)
        .collect()
}

fn signature_from(bytes: &[u8]) -> Option<Signature> {
    let words = bytes
        .chunks_exact(8)
        .map(|c| u64::from_le_bytes(c.try_into().unwrap_or_default()))
        .collect::<Vec<_>>();
    Signature::try_from(words).ok()
}

#[cfg(test)]
mod tests;
