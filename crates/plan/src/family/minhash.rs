//! MinHash (Broder 1997) over word 5-grams, with bands for candidate look-up (LSH).

use serde::{Deserialize, Serialize};

use crate::card::Card;

/// Permutations of a signature; the standard error of an estimate is at most 1/(2√128) = .044.
pub const PERMUTATIONS: usize = 128;
/// Bands of four rows: two cards of Jaccard .6 share one with probability 1 − (1 − .6⁴)³² = .99.
pub const BANDS: usize = 32;
const ROWS: usize = PERMUTATIONS / BANDS;
const SHINGLE_WORDS: usize = 5;
/// Seed of the permutations; part of every stored signature's meaning.
const SEED: u64 = 0x706C_616E_7261_6E6B;

/// The smallest hash under each permutation. Serialised as a list of 128 numbers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<u64>", into = "Vec<u64>")]
pub struct Signature([u64; PERMUTATIONS]);

impl Signature {
    /// The signature of a card's canonical text.
    pub fn of(card: &Card) -> Self {
        Self::of_text(&card.canonical_text())
    }

    /// The signature of a text: words are runs of letters and digits.
    pub fn of_text(text: &str) -> Self {
        let words: Vec<u64> = text
            .split(|c: char| !c.is_alphanumeric())
            .filter(|word| !word.is_empty())
            .map(|word| hash_bytes(word.as_bytes()))
            .collect();
        let mut lowest = [u64::MAX; PERMUTATIONS];
        for shingle in words.windows(SHINGLE_WORDS.min(words.len()).max(1)) {
            let hash = shingle.iter().fold(SEED, |hash, word| mix(hash ^ word));
            let mut seed = SEED;
            for low in &mut lowest {
                seed = seed.wrapping_add(GOLDEN);
                *low = (*low).min(mix(hash ^ seed));
            }
        }
        Self(lowest)
    }

    /// Estimated Jaccard similarity of the two sets of word 5-grams.
    pub fn jaccard_estimate(&self, other: &Self) -> f64 {
        let equal = self.0.iter().zip(&other.0).filter(|(a, b)| a == b).count();
        equal as f64 / PERMUTATIONS as f64
    }

    /// One hash per band; cards that share any are candidates for one family.
    pub fn bands(&self) -> [u64; BANDS] {
        std::array::from_fn(|band| {
            let rows = &self.0[band * ROWS..(band + 1) * ROWS];
            rows.iter().fold(band as u64, |hash, row| mix(hash ^ row))
        })
    }
}

impl From<Signature> for Vec<u64> {
    fn from(signature: Signature) -> Self {
        signature.0.to_vec()
    }
}

impl TryFrom<Vec<u64>> for Signature {
    type Error = String;

    fn try_from(values: Vec<u64>) -> Result<Self, String> {
        let found = values.len();
        values
            .try_into()
            .map(Self)
            .map_err(|_| format!("a signature has {PERMUTATIONS} numbers, found {found}"))
    }
}

/// 2⁶⁴ divided by the golden ratio, the increment of `SplitMix64`.
const GOLDEN: u64 = 0x9E37_79B9_7F4A_7C15;

/// The finaliser of `SplitMix64` (Steele, Lea, Flood 2014): a bijection that avalanches.
pub(super) fn mix(value: u64) -> u64 {
    let value = value.wrapping_add(GOLDEN);
    let value = (value ^ (value >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    value ^ (value >> 31)
}

/// FNV-1a.
fn hash_bytes(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xCBF2_9CE4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01B3)
    })
}
