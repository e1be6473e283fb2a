use std::sync::atomic::{AtomicU8, Ordering};

use chrono::{DateTime, Utc};
use plan::model::{Plan, Text};
use store::{PlanId, Store};

use super::super::{Submitter, submit};
use super::*;
use crate::{Clock, Entropy};

#[derive(Debug)]
struct Epoch;

impl Clock for Epoch {
    fn now(&self) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH
    }
}

#[derive(Debug, Default)]
struct Counter(AtomicU8);

impl Entropy for Counter {
    fn bytes(&self) -> [u8; 16] {
        [self.0.fetch_add(1, Ordering::Relaxed); 16]
    }
}

/// Four hundred words, of which every `changed`th isn't what it is in the other copies.
fn text(changed: usize) -> String {
    let word = |n: usize| {
        if n % changed == 1 {
            format!("altered{}", n * changed)
        } else {
            format!(
                "{}{}",
                ["well", "canal", "pump", "school", "budget"][n % 5],
                n * 7919 % 401
            )
        }
    };
    (0..400).map(word).collect::<Vec<_>>().join(" ")
}

fn prepared(text: String) -> Prepared {
    let source = "plan.txt".to_owned();
    let plan = Plan {
        title: "Wells".to_owned(),
        prompt: Text { text, source },
        ..Plan::default()
    };
    Prepared::new("wells.zip".into(), "wells".to_owned(), plan)
}

async fn empty_store() -> Store {
    let store = Store::connect("sqlite::memory:").await.unwrap();
    store.migrate().await.unwrap();
    store
}

async fn stored(store: &Store, ids: &Counter, plan: Prepared) -> (PlanId, FamilyId) {
    let imported = submit(store, &Epoch, ids, Submitter::SYSTEM, vec![plan]);
    let id = imported.await.unwrap()[0].plan_id;
    (id, store.plan(id).await.unwrap().unwrap().family_id)
}

#[tokio::test]
async fn a_withdrawn_plan_submitted_again_with_changed_words_stays_in_its_family() {
    let (store, ids) = (empty_store().await, Counter::default());
    let (original, copy) = (prepared(text(1_000)), prepared(text(20)));
    assert!(
        original.signature.jaccard_estimate(&copy.signature) < MIN_JACCARD,
        "only the letters tell"
    );
    let (id, family) = stored(&store, &ids, original).await;
    assert!(store.withdraw_plan(id, "wish").await.unwrap());
    let cards = Cards::load(&store).await.unwrap();
    let fresh = || FamilyId::new(DateTime::UNIX_EPOCH, [255; 10]);
    let in_memory = assign(&store, &cards, std::slice::from_ref(&copy), fresh)
        .await
        .unwrap();
    assert_eq!(in_memory, [family], "by the vectors in memory");
    assert_eq!(stored(&store, &ids, copy).await.1, family, "by the store's");
}

#[tokio::test]
async fn a_plan_is_never_stored_without_its_vector() {
    let (store, ids) = (empty_store().await, Counter::default());
    stored(&store, &ids, prepared(text(1_000))).await;
    assert!(
        store
            .plans_without_embedding(CARD_CHARS_MODEL)
            .await
            .unwrap()
            .is_empty()
    );
}

#[test]
fn the_likest_copy_decides_and_among_equals_the_content() {
    let family = |n| FamilyId::new(DateTime::UNIX_EPOCH, [n; 10]);
    let near = |likeness, hash, n| Near::new(likeness, 0.9, Digest([hash; 32]), family(n));
    let decided = |found: [Option<Near>; 3]| likest(found.into_iter().flatten().collect());
    assert_eq!(
        decided([near(0.93, 1, 1), near(0.97, 9, 2), near(0.95, 2, 3)]),
        Some(family(2))
    );
    assert_eq!(
        decided([near(0.95, 5, 1), near(0.95, 4, 2), near(0.95, 6, 3)]),
        Some(family(2))
    );
    let rounded = 0.95 + 1e-9;
    assert_eq!(
        decided([near(rounded, 5, 1), near(0.95, 4, 2), near(0.89, 1, 3)]),
        Some(family(2))
    );
    assert_eq!(decided([near(0.89, 1, 1), None, None]), None);
}
