//! Novelty: distance, percentile, copies and gibberish.

use kpi::{Flag, KpiError, Snapshot, novelty, summary::line};
use proptest::prelude::*;

/// Hashed character trigrams, enough to tell texts apart.
fn embed(text: &str) -> Vec<f32> {
    let mut vector = vec![0.0_f32; 64];
    let chars: Vec<char> = text.chars().collect();
    for gram in chars.windows(3) {
        let hash = gram
            .iter()
            .fold(7_usize, |hash, c| (hash * 131 + *c as usize) % 65_521);
        vector[hash % 64] += 1.0;
    }
    vector
}

const TOPICS: [&str; 12] = [
    "a solar park on a former landfill near the motorway",
    "a mobile library for mountain villages in winter",
    "replacing lead pipes in the old town within a year",
    "an app that pairs retired masons with apprentices",
    "restoring the peat bog and its bird life",
    "a night train between two capitals with sleeping cars",
    "vaccination campaign against measles in border districts",
    "moving the archive of the parliament into a dry tunnel",
    "urban beekeeping on the roofs of hospitals",
    "a tidal turbine test site off the northern cape",
    "teaching chess in prisons as a route to mathematics",
    "a repair cafe network for electric bicycles",
];

fn corpus() -> Vec<(u64, Vec<f32>)> {
    (0_u64..)
        .zip((0..36).map(|plan| {
            format!(
                "{} in variant {}",
                TOPICS[plan % 12],
                TOPICS[(plan * 5 + plan / 12 + 1) % 12]
            )
        }))
        .map(|(family, text)| (family, embed(&text)))
        .collect()
}

fn rows(corpus: &[(u64, Vec<f32>)]) -> impl Iterator<Item = (u64, &[f32])> + Clone {
    corpus
        .iter()
        .map(|(family, vector)| (*family, vector.as_slice()))
}

#[test]
fn every_plan_of_a_corpus_is_known_and_they_differ() {
    let corpus = corpus();
    let snapshot = Snapshot::freeze(rows(&corpus)).unwrap();
    let kpis: Vec<_> = corpus
        .iter()
        .map(|(own, vector)| {
            novelty(
                vector,
                rows(&corpus).filter(|(family, _)| family != own),
                &snapshot,
            )
        })
        .collect();
    let table = line("novelty_score", &kpis);
    assert_eq!((table.known, table.unknown), (36, 0));
    assert!(
        table.interquartile_range.unwrap() > 0.4 && table.distinct >= 8,
        "{table:?}"
    );
}

#[test]
fn a_copy_is_not_novel() {
    let corpus = corpus();
    let snapshot = Snapshot::freeze(rows(&corpus)).unwrap();
    let doubled: Vec<f32> = corpus[3].1.iter().map(|x| x * 2.0).collect();
    let kpi = novelty(&doubled, rows(&corpus), &snapshot);
    assert_eq!((kpi.value, kpi.flags), (Some(0.0), vec![Flag::Copy]));
}

#[test]
fn gibberish_is_unknown_and_flagged() {
    let corpus = corpus();
    let snapshot = Snapshot::freeze(rows(&corpus)).unwrap();
    let kpi = novelty(&embed("zzzzqqqq xxxxjjjj"), rows(&corpus), &snapshot);
    assert_eq!(
        (kpi.value, kpi.flags),
        (None, vec![Flag::FarFromEverything])
    );
}

#[test]
fn gibberish_stays_unknown_in_a_large_corpus_that_holds_it() {
    let mut many: Vec<(u64, Vec<f32>)> = (0_u64..300)
        .map(|plan| {
            let a = TOPICS[usize::try_from(plan % 12).unwrap()];
            let b = TOPICS[usize::try_from(plan * 7 % 11).unwrap()];
            (
                plan,
                embed(&format!(
                    "{a} and {b} of {}",
                    "x".repeat(usize::try_from(plan / 12).unwrap())
                )),
            )
        })
        .collect();
    many.push((999, embed("zzzzqqqq xxxxjjjj")));
    let snapshot = Snapshot::freeze(rows(&many)).unwrap();
    let kpi = novelty(&many[300].1, rows(&many[..300]), &snapshot);
    assert_eq!(kpi.value, None);
}

#[test]
fn clones_are_one_family() {
    let corpus = corpus();
    let snapshot = Snapshot::freeze(rows(&corpus)).unwrap();
    let card = embed("a floating school for fishing villages");
    let alone = novelty(&card, rows(&corpus), &snapshot);
    let mut army = corpus.clone();
    army.extend(std::iter::repeat_n(corpus[0].clone(), 50));
    assert_eq!(novelty(&card, rows(&army), &snapshot).value, alone.value);
}

#[test]
fn nothing_to_compare_with_is_unknown() {
    let empty = Snapshot::default();
    assert_eq!(
        novelty(&embed("anything at all"), rows(&[]), &empty).value,
        None
    );
    let corpus = corpus();
    assert_eq!(
        novelty(&embed("anything at all"), rows(&corpus), &empty).value,
        None
    );
    let snapshot = Snapshot::freeze(rows(&corpus)).unwrap();
    assert_eq!(
        novelty(&[f32::NAN; 64], rows(&corpus), &snapshot).value,
        None
    );
}

#[test]
fn unusable_vectors_do_not_freeze() {
    let mixed: [(u64, &[f32]); 2] = [(1, &[1.0, 0.0]), (2, &[1.0])];
    assert_eq!(
        Snapshot::freeze(mixed),
        Err(KpiError::MixedDimensions {
            index: 1,
            expected: 2,
            found: 1
        })
    );
    let zero: [(u64, &[f32]); 1] = [(1, &[0.0, 0.0])];
    assert_eq!(
        Snapshot::freeze(zero),
        Err(KpiError::BadVector { index: 0 })
    );
}

proptest! {
    #[test]
    fn any_vector_gives_a_share_or_nothing(card in prop::collection::vec(prop::num::f32::ANY, 64)) {
        let corpus = corpus();
        let snapshot = Snapshot::freeze(rows(&corpus)).unwrap();
        let kpi = novelty(&card, rows(&corpus), &snapshot);
        prop_assert!(kpi.value.is_none_or(|value| (0.0..=1.0).contains(&value)));
    }

    #[test]
    fn order_of_the_corpus_is_no_matter(seed in 0..36_usize) {
        let mut corpus = corpus();
        let snapshot = Snapshot::freeze(rows(&corpus)).unwrap();
        let card = embed("a floating school for fishing villages");
        let before = novelty(&card, rows(&corpus), &snapshot);
        corpus.rotate_left(seed);
        prop_assert_eq!(Snapshot::freeze(rows(&corpus)).unwrap(), snapshot.clone());
        prop_assert_eq!(novelty(&card, rows(&corpus), &snapshot).value, before.value);
    }
}
