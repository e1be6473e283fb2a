//! Built-in vectors: hashed n-grams of words and characters, no model and no network.
//!
//! Features are word 1- and 2-grams and character 3- to 5-grams of the lower-cased text.
//! Each is hashed to one coordinate and a sign (Weinberger et al., "Feature hashing for
//! large scale multitask learning", 2009), so that collisions cancel on average; its weight
//! is 1 + ln(count). Nothing depends on a corpus: a text always has the same vector.

use async_trait::async_trait;

use super::{Embedder, normalise};
use crate::LlmError;

/// The hash's width, the most that pgvector can index. Ten pairs of seeds rank the cards of 35
/// real plans by novelty with Spearman .87 to .95 at this one, and from .66 at 1,024.
const DEFAULT_DIMS: usize = 2_000;

/// The built-in embedder.
#[derive(Debug, Clone)]
pub struct HashedNgrams {
    seed: u64,
    dims: usize,
    name: String,
}

impl Default for HashedNgrams {
    fn default() -> Self {
        Self::new(0, DEFAULT_DIMS)
    }
}

impl HashedNgrams {
    /// `dims` of 0 is taken as 1.
    pub fn new(seed: u64, dims: usize) -> Self {
        let dims = dims.max(1);
        Self {
            seed,
            dims,
            name: format!("hashed-ngrams/1-seed{seed}-{dims}"),
        }
    }

    /// The unit vector of `text`; all zero when it holds no letter or digit.
    pub fn vector(&self, text: &str) -> Vec<f32> {
        let lower = text.to_lowercase();
        let words: Vec<&str> = lower
            .split(|c: char| !c.is_alphanumeric())
            .filter(|word| !word.is_empty())
            .collect();
        let mut hashes: Vec<u64> = words
            .iter()
            .map(|word| self.hash(b"w", &[word.as_bytes()]))
            .collect();
        hashes.extend(words.windows(2).map(|pair| {
            let parts = [pair[0].as_bytes(), b" ", pair[1].as_bytes()];
            self.hash(b"b", &parts)
        }));
        self.add_char_ngrams(&words.join(" "), &mut hashes);
        // Sorted, so that equal ones are neighbours and sums always run in the same order.
        hashes.sort_unstable();
        self.fold(&hashes)
    }

    fn add_char_ngrams(&self, text: &str, hashes: &mut Vec<u64>) {
        let ends: Vec<usize> = text
            .char_indices()
            .map(|(at, _)| at)
            .chain([text.len()])
            .collect();
        for size in 3..=5 {
            hashes.extend(ends.windows(size + 1).map(|window| {
                let gram = &text.as_bytes()[window[0]..window[size]];
                self.hash(b"c", &[gram])
            }));
        }
    }

    fn fold(&self, sorted_hashes: &[u64]) -> Vec<f32> {
        let mut sums = vec![0.0_f64; self.dims];
        for equal in sorted_hashes.chunk_by(|a, b| a == b) {
            let hash = equal[0];
            let weight = 1.0 + (equal.len() as f64).ln();
            let sign = if hash >> 63 == 0 { 1.0 } else { -1.0 };
            // The remainder is below `dims`, which is a usize.
            let at = usize::try_from((hash & (u64::MAX >> 1)) % self.dims as u64).unwrap_or(0);
            sums[at] += sign * weight;
        }
        #[expect(clippy::cast_possible_truncation, reason = "rounding to f32 is meant")]
        let mut vector: Vec<f32> = sums.into_iter().map(|sum| sum as f32).collect();
        normalise(&mut vector);
        vector
    }

    /// FNV-1a over kind and parts, then the finaliser of `SplitMix64`, since FNV's high bits
    /// (of which the sign is one) are weak on short input.
    fn hash(&self, kind: &[u8], parts: &[&[u8]]) -> u64 {
        let mut hash = 0xcbf2_9ce4_8422_2325 ^ mix(self.seed);
        for &byte in kind.iter().chain(parts.iter().copied().flatten()) {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
        mix(hash)
    }
}

fn mix(mut z: u64) -> u64 {
    z = z.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[async_trait]
impl Embedder for HashedNgrams {
    fn model(&self) -> &str {
        &self.name
    }

    fn dims(&self) -> usize {
        self.dims
    }

    async fn embed(&self, texts: &[String]) -> Result<Vec<Vec<f32>>, LlmError> {
        Ok(texts.iter().map(|text| self.vector(text)).collect())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn cosine(a: &[f32], b: &[f32]) -> f32 {
        a.iter().zip(b).map(|(x, y)| x * y).sum()
    }

    #[test]
    fn near_texts_are_nearer_than_far_ones() {
        let embedder = HashedNgrams::default();
        let vector = |text| embedder.vector(text);
        let bridge = vector("Build a bridge over the river for cars and trains by 2030");
        let bridges = vector("Build two bridges over the river for cars and a train by 2031");
        let bakery = vector("Open an organic bakery with a small café in Lyon");
        assert!(cosine(&bridge, &bridges) > 0.5);
        assert!(cosine(&bridge, &bakery) < 0.25);
    }

    #[test]
    fn the_name_tells_seed_and_size() {
        assert_eq!(HashedNgrams::new(7, 64).model(), "hashed-ngrams/1-seed7-64");
    }

    proptest! {
        #[test]
        fn every_text_has_a_unit_vector_or_zero(text in ".{0,200}") {
            let vector = HashedNgrams::default().vector(&text);
            let length = cosine(&vector, &vector).sqrt();
            let has_words = text.chars().any(char::is_alphanumeric);
            prop_assert!(vector.iter().all(|x| x.is_finite()));
            prop_assert!(!has_words || (length - 1.0).abs() < 1e-4 || length == 0.0);
        }
    }
}
