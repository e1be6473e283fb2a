//! Families: plans whose cards are copies of each other, give or take edits.
//!
//! Two cards are one family if the MinHash estimate of their Jaccard similarity over word
//! 5-grams is at least [`MIN_JACCARD`] (replacing 5 % of the words leaves about .66), or the cosine
//! of their character n-gram vectors at least [`MIN_COSINE`].
//! Everything is seeded by constants: the same card gives the same signature for ever.

mod minhash;
mod vector;

pub use minhash::{BANDS, PERMUTATIONS, Signature};
pub use vector::{DIMENSIONS, char_vector, cosine, text_vector};

use crate::card::Card;

/// Estimated Jaccard similarity from which on two cards are one family.
pub const MIN_JACCARD: f64 = 0.6;
/// Cosine of character n-gram vectors from which on two cards are one family.
pub const MIN_COSINE: f64 = 0.95;

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
