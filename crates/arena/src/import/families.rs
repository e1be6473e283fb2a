//! Which family a new plan belongs to: that of a near copy, or its own.

use std::collections::BTreeMap;

use plan::family::{MIN_COSINE, MIN_JACCARD, Signature, is_family};
use store::{Exclude, FamilyId, Store, StoreError};

use crate::vectors::CARD_CHARS_MODEL;

use super::Prepared;

/// Near copies share far more bands than this; more candidates than this is a flood.
const MAX_CANDIDATES: u32 = 64;
/// How many of the nearest cards are looked at.
const NEAREST: u32 = 8;

/// A family for each plan of `batch`, in order; `fresh` makes the id of a new one.
pub(super) async fn assign(
    store: &Store,
    batch: &[Prepared],
    fresh: impl Fn() -> FamilyId,
) -> Result<Vec<FamilyId>, StoreError> {
    let mut families: Vec<FamilyId> = Vec::with_capacity(batch.len());
    for (index, plan) in batch.iter().enumerate() {
        let earlier = batch[..index].iter().zip(&families);
        let in_batch = earlier
            .filter(|(other, _)| {
                is_family(
                    (&plan.signature, &plan.chars),
                    (&other.signature, &other.chars),
                )
            })
            .map(|(_, family)| *family)
            .next();
        let family = match in_batch {
            Some(family) => Some(family),
            None => in_store(store, plan).await?,
        };
        families.push(family.unwrap_or_else(&fresh));
    }
    Ok(families)
}

/// The family of the nearest stored near copy: by shared bands of the signature, or by the
/// cosine of the card's vector.
async fn in_store(store: &Store, plan: &Prepared) -> Result<Option<FamilyId>, StoreError> {
    let mut near: BTreeMap<FamilyId, f64> = BTreeMap::new();
    for candidate in store
        .band_candidates(&plan.signature.bands(), MAX_CANDIDATES)
        .await?
    {
        let Some(signature) = signature_from(&candidate.signature) else {
            continue;
        };
        let likeness = plan.signature.jaccard_estimate(&signature);
        if likeness >= MIN_JACCARD {
            near.entry(candidate.family_id)
                .and_modify(|l| *l = l.max(likeness))
                .or_insert(likeness);
        }
    }
    if near.is_empty() {
        let neighbours = store
            .nearest(CARD_CHARS_MODEL, &plan.chars, NEAREST, &Exclude::default())
            .await?;
        let copies = neighbours
            .into_iter()
            .filter(|n| 1.0 - n.distance >= MIN_COSINE);
        near.extend(copies.map(|n| (n.family_id, 1.0 - n.distance)));
    }
    let nearest = near.into_iter().max_by(|a, b| a.1.total_cmp(&b.1));
    Ok(nearest.map(|(family, _)| family))
}

/// A signature as the store keeps it: little-endian words.
pub(super) fn signature_bytes(signature: &Signature) -> Vec<u8> {
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
