//! Character n-gram vectors by signed feature hashing (Weinberger et al. 2009).

use super::minhash::mix;
use crate::card::Card;

/// Length of a vector.
pub const DIMENSIONS: usize = 512;
const SHORTEST: usize = 3;
const LONGEST: usize = 5;
/// Seed of the hash; part of every stored vector's meaning.
const SEED: u64 = 0x6E2D_6772_616D_7331;

/// The L2-normalised vector of a card's canonical text; all zeros for an empty card.
pub fn char_vector(card: &Card) -> Vec<f32> {
    text_vector(&card.canonical_text(), SEED)
}

/// As [`char_vector`] for any text, with a seed of the hash of one's own.
///
/// Character 3- to 5-grams of the lower-cased words with one blank around each, weighted 1 + ln(count)
/// so that repetition adds little.
pub fn text_vector(text: &str, seed: u64) -> Vec<f32> {
    let chars = letters(text);
    let mut grams: Vec<u64> = (SHORTEST..=LONGEST)
        .flat_map(|length| chars.windows(length))
        .map(|gram| gram.iter().fold(seed, |hash, c| mix(hash ^ u64::from(*c))))
        .collect();
    // Sorted, so that sums of floats don't depend on any order but the hash's own.
    grams.sort_unstable();
    let mut sums = vec![0.0_f64; DIMENSIONS];
    for run in grams.chunk_by(|a, b| a == b) {
        let weight = 1.0 + (run.len() as f64).ln();
        let sign = if run[0] >> 63 == 0 { 1.0 } else { -1.0 };
        sums[slot(run[0])] += sign * weight;
    }
    normalise(&sums)
}

fn letters(text: &str) -> Vec<u32> {
    let mut chars = vec![u32::from(' ')];
    for word in text.split(|c: char| !c.is_alphanumeric()) {
        if !word.is_empty() {
            chars.extend(word.to_lowercase().chars().map(u32::from));
            chars.push(u32::from(' '));
        }
    }
    chars
}

fn slot(hash: u64) -> usize {
    usize::try_from(hash % DIMENSIONS as u64).unwrap_or(0)
}

fn normalise(sums: &[f64]) -> Vec<f32> {
    let norm = sums.iter().map(|x| x * x).sum::<f64>().sqrt();
    if norm == 0.0 {
        return vec![0.0; sums.len()];
    }
    #[expect(
        clippy::cast_possible_truncation,
        reason = "f32 is the stored precision"
    )]
    sums.iter().map(|x| (x / norm) as f32).collect()
}

/// Cosine of two normalised vectors; 0 where one is empty.
pub fn cosine(a: &[f32], b: &[f32]) -> f64 {
    a.iter()
        .zip(b)
        .map(|(x, y)| f64::from(*x) * f64::from(*y))
        .sum()
}
