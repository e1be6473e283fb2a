//! Near-duplicate merging: texts whose sets of word n-grams have a Jaccard similarity of at
//! least a threshold are one text.
//!
//! Each text joins the first earlier *representative* it resembles, or becomes one. Candidates
//! come from an inverted index over each representative's rarest n-grams (prefix filtering:
//! two sets with Jaccard ≥ t must share one of their |x| − ⌈t|x|⌉ + 1 rarest members), so that
//! tens of thousands of texts take well under a second.

use std::collections::{BTreeSet, HashMap};

use crate::words::words;

/// Jaccard similarity from which two texts count as one.
const THRESHOLD: f64 = 0.6;
/// Representatives compared per text. Only texts built to share their rarest n-grams with
/// hundreds of others, without resembling them, reach it.
const MAX_CANDIDATES: usize = 100;

/// For each text the index of its representative (itself, when it is one).
pub(crate) fn representatives(texts: &[String], gram_words: usize) -> Vec<usize> {
    let shingles = ranked_shingles(texts, gram_words);
    let mut index: HashMap<u32, Vec<usize>> = HashMap::new();
    let mut result = Vec::with_capacity(texts.len());
    for (text, grams) in shingles.iter().enumerate() {
        let prefix = &grams[..prefix_len(grams.len())];
        let found = find_representative(prefix, grams, &index, &shingles);
        if found.is_none() {
            for gram in prefix {
                index.entry(*gram).or_default().push(text);
            }
        }
        result.push(found.unwrap_or(text));
    }
    result
}

/// The n-grams of each text as numbers, rarest first (number = rank of rarity), each once.
fn ranked_shingles(texts: &[String], gram_words: usize) -> Vec<Vec<u32>> {
    let sets: Vec<BTreeSet<String>> = texts
        .iter()
        .map(|text| shingles(text, gram_words))
        .collect();
    let mut counts: HashMap<&str, usize> = HashMap::new();
    for gram in sets.iter().flatten() {
        *counts.entry(gram).or_default() += 1;
    }
    let mut order: Vec<(usize, &str)> = counts.into_iter().map(|(gram, n)| (n, gram)).collect();
    order.sort_unstable();
    let rank: HashMap<&str, u32> = (0..)
        .zip(&order)
        .map(|(rank, (_, gram))| (*gram, rank))
        .collect();
    sets.iter()
        .map(|set| {
            let mut ranks: Vec<u32> = set.iter().map(|gram| rank[gram.as_str()]).collect();
            ranks.sort_unstable();
            ranks
        })
        .collect()
}

/// Word n-grams; a text shorter than `gram_words` words is one gram as a whole.
fn shingles(text: &str, gram_words: usize) -> BTreeSet<String> {
    let words = words(text);
    if words.len() < gram_words {
        return BTreeSet::from([words.join(" ")]);
    }
    words
        .windows(gram_words)
        .map(|window| window.join(" "))
        .collect()
}

fn prefix_len(grams: usize) -> usize {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a positive fraction of a usize"
    )]
    let shared = (THRESHOLD * grams as f64).ceil() as usize;
    grams - shared + 1
}

fn find_representative(
    prefix: &[u32],
    grams: &[u32],
    index: &HashMap<u32, Vec<usize>>,
    shingles: &[Vec<u32>],
) -> Option<usize> {
    let mut candidates: Vec<usize> = prefix
        .iter()
        .filter_map(|gram| index.get(gram))
        .flatten()
        .copied()
        .take(MAX_CANDIDATES)
        .collect();
    candidates.sort_unstable();
    candidates.dedup();
    candidates
        .into_iter()
        .find(|&candidate| jaccard(grams, &shingles[candidate]) >= THRESHOLD)
}

/// Jaccard similarity of two ascending sets.
fn jaccard(a: &[u32], b: &[u32]) -> f64 {
    let (mut i, mut j, mut shared) = (0, 0, 0_usize);
    while i < a.len() && j < b.len() {
        shared += usize::from(a[i] == b[j]);
        let (left, right) = (a[i], b[j]);
        i += usize::from(left <= right);
        j += usize::from(right <= left);
    }
    shared as f64 / (a.len() + b.len() - shared).max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::representatives;

    fn merged(texts: &[&str], gram_words: usize) -> Vec<usize> {
        let texts: Vec<String> = texts.iter().map(|text| (*text).to_owned()).collect();
        representatives(&texts, gram_words)
    }

    #[test]
    fn digits_are_no_difference() {
        assert_eq!(merged(&["Task 1", "Task 2", "Task 30 000"], 2), [0, 0, 0]);
    }

    #[test]
    fn different_tasks_stay_apart() {
        let tasks = [
            "Survey the river bed",
            "Order the steel piles",
            "Pour the deck",
        ];
        assert_eq!(merged(&tasks, 2), [0, 1, 2]);
    }

    #[test]
    fn one_changed_word_in_a_long_text_is_a_duplicate() {
        let a = "Collect soil samples along the whole route and send them to the laboratory for testing";
        let b = "Collect soil samples along the whole route and send them to the university for testing";
        assert_eq!(merged(&[a, b], 3), [0, 0]);
    }

    #[test]
    fn agrees_with_comparing_all_pairs() {
        let vocabulary = ["alpha", "beta", "gamma", "delta"];
        let texts: Vec<String> = (0..200_usize)
            .map(|n| {
                let word = |k: u32| vocabulary[(n / 4_usize.pow(k)) % 4];
                format!("{} {} {} {}", word(0), word(1), word(2), word(3))
            })
            .collect();
        let fast = representatives(&texts, 2);
        let sets: Vec<_> = texts.iter().map(|text| super::shingles(text, 2)).collect();
        for (text, &found) in fast.iter().enumerate() {
            let slow = (0..text)
                .filter(|&earlier| fast[earlier] == earlier)
                .find(|&earlier| {
                    let shared = sets[text].intersection(&sets[earlier]).count();
                    let union = sets[text].union(&sets[earlier]).count();
                    shared as f64 >= 0.6 * union as f64
                })
                .unwrap_or(text);
            assert_eq!(found, slow, "{}", texts[text]);
        }
    }
}
