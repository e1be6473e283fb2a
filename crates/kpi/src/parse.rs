//! Money, times and quantities in running text, each with its byte span.
//!
//! Made for prompts as people write them, in English with European habits: precision before
//! recall, since a false budget is worse than a missed one. Spans always lie on character
//! boundaries. Deliberately absent: currency conversion, and numbers written out in words
//! above twelve.

mod money;
mod number;
mod quantity;
mod time;

pub use money::{Money, money};
pub use quantity::{Quantity, quantities};
pub use time::{TimeKind, TimeRef, times};

use std::sync::LazyLock;

use regex::Regex;

/// A pattern of this crate; every one of them is compiled by a test.
fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("the patterns of this crate are valid")
}

/// Lazily compiled, so that reading a plan without prompts costs nothing.
type Pattern = LazyLock<Regex>;

#[cfg(test)]
mod tests;
