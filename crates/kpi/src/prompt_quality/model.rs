//! A model's rating of the eight items, checked.
//!
//! A quote that isn't in the prompt earns nothing. Where the item is money, a date or a place,
//! the parsers must find one in the quote for the whole mark, else a half is the most.

use super::{Item, Mark, rules};
use crate::fields::PromptRating;
use crate::kpi::Flag;
use crate::parse::{TimeRef, money, times};
use crate::sentence::Span;

/// Marks as a table of sentences × items; each item stands with the sentence in which its
/// quote begins.
pub(super) fn marks(
    prompt: &str,
    sentences: &[Span],
    rating: &PromptRating,
    flags: &mut Vec<Flag>,
) -> Vec<[Mark; 8]> {
    let mut marks = vec![[Mark::default(); 8]; sentences.len()];
    for (index, item) in Item::ALL.into_iter().enumerate() {
        let rated = rating.item(item);
        let halves = halves(rated.score);
        if halves == 0 {
            continue;
        }
        let quote = rated.quote.trim();
        let Some(start) = prompt.find(quote).filter(|_| !quote.is_empty()) else {
            flags.push(Flag::UnsupportedQuote);
            continue;
        };
        let Some(sentence) = sentences.iter().position(|&(_, end)| start < end) else {
            continue;
        };
        let limit = parser_limit(item, quote);
        if halves > limit {
            flags.push(Flag::ParserDisagrees);
        }
        marks[sentence][index] = Mark {
            halves: halves.min(limit),
            quote: (start, start + quote.len()),
        };
    }
    marks
}

/// 0, ½ or 1 as halves; anything else is rounded to the nearest of them.
fn halves(score: f64) -> u8 {
    match score {
        s if s >= 0.75 => 2,
        s if s >= 0.25 => 1,
        _ => 0,
    }
}

fn parser_limit(item: Item, quote: &str) -> u8 {
    match item {
        Item::Budget if money(quote).is_empty() => 1,
        Item::Timeframe if !times(quote).iter().any(TimeRef::is_calendar) => 1,
        Item::Location => rules::location(quote).max(1),
        _ => 2,
    }
}
