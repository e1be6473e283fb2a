//! Families: plans whose cards are copies of each other, give or take edits.
//!
//! Two cards are one family if the MinHash estimate of their Jaccard similarity over word
//! 5-grams is at least [`MIN_JACCARD`], or the cosine of their character n-gram vectors at least
//! [`MIN_COSINE`]. The rule of the design is .6 or .95. Measured on the cards of 35 real runs, the
//! least over all edited copies, and the most over all 595 pairs of different plans:
//!
//! | cards | Jaccard | cosine |
//! |---|---|---|
//! | one word in 20 replaced | .50 | .961 |
//! | one word in 12 replaced | .30 | .932 |
//! | one word in 10 replaced | .26 | .927 |
//! | 500 tasks and resources of padding | .70 | .962 |
//! | upper case and other punctuation | 1 | 1 |
//! | different plans | .055 | .749 |
//!
//! Word 5-grams alone lose a copy with 5 % of its words replaced, so the cosine decides, and its
//! threshold is .92: it still finds copies with 10 % replaced, and stays .17 above strangers.
//!
//! Everything is seeded by constants: the same card gives the same signature for ever.

mod minhash;
mod vector;

pub use minhash::{BANDS, PERMUTATIONS, Signature};
pub use vector::{DIMENSIONS, char_vector, cosine, text_vector};

use crate::card::Card;

/// Estimated Jaccard similarity from which on two cards are one family.
pub const MIN_JACCARD: f64 = 0.6;
/// Cosine of character n-gram vectors from which on two cards are one family.
pub const MIN_COSINE: f64 = 0.92;

/// Whether two plans are one family, by their signatures and vectors.
pub fn is_family(a: (&Signature, &[f32]), b: (&Signature, &[f32])) -> bool {
    a.0.jaccard_estimate(b.0) >= MIN_JACCARD || cosine(a.1, b.1) >= MIN_COSINE
}

/// Whether two cards are one family.
pub fn same_family(a: &Card, b: &Card) -> bool {
    is_family(
        (&Signature::of(a), &char_vector(a)),
        (&Signature::of(b), &char_vector(b)),
    )
}
