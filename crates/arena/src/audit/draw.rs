//! Which comparison becomes the next item: a function of the contest's seed, the item's number
//! and what was judged so far.
//!
//! Six items of ten are drawn uniformly from all judged pairs; the rest goes where something
//! looks odd or much depends on it. An item whose turn is a targeted one and that finds no target
//! is drawn uniformly too, which does the estimates no harm.

use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use sha2::{Digest as _, Sha256};
use store::{AccountId, AuditItem, AuditItemId, AuditReason, ComparisonId, RoundSlots};

use super::{Audit, AuditError, CONTEST, targets};

/// Share of items drawn uniformly.
const RANDOM_SHARE: f64 = 0.60;
/// Share of items that two people judge.
const DOUBLE_SHARE: f64 = 0.15;
/// Up to so many places all are gone through, in a random order.
const FEW_PLACES: i64 = 4_096;
/// Beyond, so many are drawn; hardly any of them were items before.
const DRAWS: usize = 512;
/// Places looked up at once.
const BATCH: usize = 64;

/// The next item, not written yet; `None` when nothing is left that this reviewer may see.
pub(super) async fn draw(
    audit: &Audit,
    reviewer: AccountId,
) -> Result<Option<AuditItem>, AuditError> {
    let number = audit.store.last_audit_number(CONTEST).await? + 1;
    let mut rng = generator(audit, number).await?;
    let is_random = rng.random_bool(RANDOM_SHARE);
    let is_double = rng.random_bool(DOUBLE_SHARE);
    let swapped = rng.random_bool(0.5);
    let targeted = if is_random {
        None
    } else {
        targets::choose(&audit.store, reviewer, &mut rng).await?
    };
    let chosen = match targeted {
        Some(chosen) => Some(chosen),
        None => uniform(audit, reviewer, &mut rng)
            .await?
            .map(|comparison| (comparison, AuditReason::Random)),
    };
    Ok(chosen.map(|(comparison_id, reason)| AuditItem {
        item_id: AuditItemId::new(audit.clock.now(), audit.random()),
        contest: CONTEST,
        number,
        comparison_id,
        stream: reason.stream(),
        reason,
        swapped,
        labels_wanted: if is_double { 2 } else { 1 },
        created_at: audit.clock.now(),
    }))
}

async fn generator(audit: &Audit, number: i64) -> Result<ChaCha8Rng, AuditError> {
    let ranking = audit.store.ranking(CONTEST).await?;
    let mut hash = Sha256::new();
    hash.update(b"planrank-audit/1");
    hash.update(ranking.map_or(0, |r| r.seed).to_le_bytes());
    hash.update(number.to_le_bytes());
    Ok(ChaCha8Rng::from_seed(hash.finalize().into()))
}

/// Places that hold no judged pair are passed over, so that all judged pairs are equally likely.
async fn uniform(
    audit: &Audit,
    reviewer: AccountId,
    rng: &mut ChaCha8Rng,
) -> Result<Option<ComparisonId>, AuditError> {
    let places = places(&audit.store.audit_slots(CONTEST).await?, rng);
    for batch in places.chunks(BATCH) {
        let found = audit.store.audit_draw(CONTEST, reviewer, batch).await?;
        if found.is_some() {
            return Ok(found);
        }
    }
    Ok(None)
}

/// Places (round, seq) in the order of the draw.
fn places(rounds: &[RoundSlots], rng: &mut ChaCha8Rng) -> Vec<(i64, i64)> {
    let total: i64 = rounds.iter().map(|r| r.slots).sum();
    if total <= FEW_PLACES {
        let all = |r: &RoundSlots| {
            let round = r.round;
            (0..r.slots).map(move |seq| (round, seq))
        };
        let mut places: Vec<(i64, i64)> = rounds.iter().flat_map(all).collect();
        places.shuffle(rng);
        return places;
    }
    (0..DRAWS)
        .filter_map(|_| place(rounds, rng.random_range(0..total)))
        .collect()
}

/// The place with this number, counted through all rounds.
fn place(rounds: &[RoundSlots], mut number: i64) -> Option<(i64, i64)> {
    for round in rounds {
        if number < round.slots {
            return Some((round.round, number));
        }
        number -= round.slots;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rounds(slots: &[i64]) -> Vec<RoundSlots> {
        (1..)
            .zip(slots)
            .map(|(round, slots)| RoundSlots {
                round,
                slots: *slots,
            })
            .collect()
    }

    #[test]
    fn every_place_of_a_small_contest_is_gone_through_once() {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let mut places = places(&rounds(&[2, 0, 3]), &mut rng);
        places.sort_unstable();
        assert_eq!(places, [(1, 0), (1, 1), (3, 0), (3, 1), (3, 2)]);
    }

    #[test]
    fn in_a_large_contest_a_round_is_drawn_by_its_size() {
        let rounds = rounds(&[1_000, 9_000]);
        let mut rng = ChaCha8Rng::seed_from_u64(2);
        let drawn: Vec<(i64, i64)> = (0..10).flat_map(|_| places(&rounds, &mut rng)).collect();
        let small = drawn.iter().filter(|(round, _)| *round == 1).count() as f64;
        let share = small / drawn.len() as f64;
        assert!((share - 0.1).abs() < 0.02, "{share}");
        assert!(
            drawn
                .iter()
                .all(|(round, seq)| *seq < [1_000, 9_000][usize::try_from(*round - 1).unwrap()])
        );
    }

    #[test]
    fn an_empty_contest_has_no_places() {
        assert!(places(&[], &mut ChaCha8Rng::seed_from_u64(3)).is_empty());
    }
}
