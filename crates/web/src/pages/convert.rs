//! From what the use cases say to what pages show: numbers, names and words, no decisions. One
//! subject per file.

pub(super) mod account;
pub(super) mod admin;
pub(super) mod artifact;
pub(super) mod audit;
pub(super) mod board;
pub(super) mod comparison;
pub(super) mod docs;
pub(super) mod judge;
pub(super) mod kpi;
pub(super) mod metrics;
pub(super) mod plan;
pub(super) mod run;

/// Counts come from the database as signed numbers and are never negative.
pub(super) fn count(number: i64) -> u64 {
    number.unsigned_abs()
}

/// The first letter of a sentence.
pub(super) fn capital(text: &str) -> String {
    let mut chars = text.chars();
    let first: String = chars
        .next()
        .map(|c| c.to_uppercase().collect())
        .unwrap_or_default();
    format!("{first}{}", chars.as_str())
}
