//! Checks a model's answer against the cards that it was shown.
//!
//! A quote counts when its words stand in an item of that plan's card, letter by letter, with
//! white space folded and typographic quotation marks and dashes made plain (models retype
//! those). It must be long enough to mean something: a quoted "the" proves nothing.
//!
//! Invariants: no text from outside the card is ever marked as found; all text in a verdict
//! is canonical, one line, bounded, and free of the prompt's key.

use std::collections::BTreeSet;

use plan::card::Card;
use plan::text::canonical_only;

use super::prompt::shown;
use super::schema::{Answer, AnswerDimension, AnswerQuote};
use super::{Dimension, Flag, Outcome, Quote, Verdict, VoidReason};

/// Shorter quotes count only when they are a whole item, such as a title.
const MIN_QUOTE_LETTERS: usize = 12;
const MAX_QUOTE_CHARS: usize = 400;
const MAX_NAME_CHARS: usize = 80;
const MAX_ITEM_CHARS: usize = 60;
const MAX_REASON_WORDS: usize = 30;
const MAX_BECAUSE_WORDS: usize = 40;
/// Thirty words of any language fit; thirty "words" without spaces between letters don't.
const MAX_REASON_CHARS: usize = 400;

/// An answer whose quotes have been looked up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    pub verdict: Verdict,
    /// Dimensions whose evidence failed.
    pub failing: usize,
    pub total: usize,
}

impl Checked {
    /// More than half of the dimensions rest on quotes that are not in the cards.
    pub fn mostly_unfounded(&self) -> bool {
        2 * self.failing > self.total
    }

    /// The names of the failing dimensions, for the judge that is asked again.
    pub fn failing_names(&self) -> Vec<&str> {
        self.verdict
            .all_dimensions()
            .filter(|d| !d.verified)
            .map(|d| d.name.as_str())
            .collect()
    }

    /// Marks the verdict as the answer to the second question.
    #[must_use]
    pub fn asked_again(mut self) -> Self {
        self.verdict.flags.push(Flag::AskedAgain);
        self.verdict.flags.sort();
        self
    }

    /// What is stored: the verdict, or why there is none.
    pub fn into_outcome(self) -> Outcome {
        let reason = if self.mostly_unfounded() {
            VoidReason::QuotesNotFound
        } else if !is_supported(&self.verdict) {
            VoidReason::Unsupported
        } else {
            return Outcome::Verdict {
                verdict: self.verdict,
            };
        };
        Outcome::Void {
            reason,
            verdict: Some(self.verdict),
        }
    }
}

/// "Equal" needs no support; any other preference needs one verified dimension on its side.
fn is_supported(verdict: &Verdict) -> bool {
    let side = verdict.overall.signum();
    side == 0
        || verdict
            .all_dimensions()
            .any(|d| d.counted().signum() == side)
}

/// Looks up every quote of an answer. `key` is the prompt's delimiter key.
pub fn check(answer: &Answer, first: &Card, second: &Card, key: &str) -> Checked {
    let mut reader = Reader {
        key,
        flags: BTreeSet::new(),
    };
    let mut dimensions: Vec<Dimension> = answer
        .dimensions
        .iter()
        .chain([&answer.remaining])
        .map(|d| reader.dimension(d, first, second))
        .collect();
    reader.void_duplicates(&mut dimensions);
    let failing = dimensions.iter().filter(|d| !d.verified).count();
    let total = dimensions.len();
    let because = reader.words(&answer.verdict.because, MAX_BECAUSE_WORDS);
    let overall = answer.verdict.overall;
    reader.flag_contradiction(overall, &dimensions);
    let remaining = dimensions
        .pop()
        .unwrap_or_else(|| unreachable!("the chain ends with remaining"));
    let flags = reader.flags.into_iter().collect();
    Checked {
        verdict: Verdict {
            overall,
            because,
            dimensions,
            remaining,
            flags,
        },
        failing,
        total,
    }
}

/// Collects flags while it bounds and checks.
struct Reader<'a> {
    key: &'a str,
    flags: BTreeSet<Flag>,
}

impl Reader<'_> {
    fn dimension(&mut self, raw: &AnswerDimension, first: &Card, second: &Card) -> Dimension {
        let first_quote = self.quote(&raw.evidence_first, first);
        let second_quote = self.quote(&raw.evidence_second, second);
        let verified = is_verified(raw.preference, &first_quote, &second_quote);
        Dimension {
            name: self.chars(&raw.name, MAX_NAME_CHARS),
            preference: raw.preference,
            reason: self.words(&raw.explanation, MAX_REASON_WORDS),
            first_quote,
            second_quote,
            verified,
        }
    }

    fn quote(&mut self, raw: &AnswerQuote, card: &Card) -> Quote {
        let text = self.chars(&raw.text, MAX_QUOTE_CHARS);
        let text = unwrap_quotation_marks(&text).to_owned();
        let item = self.chars(raw.item.trim().trim_matches(['[', ']']), MAX_ITEM_CHARS);
        let Some(place) = find(card, &item, &text) else {
            return Quote {
                item,
                text,
                found: false,
            };
        };
        if place != item {
            self.flags.insert(Flag::ItemCorrected);
        }
        Quote {
            item: place,
            text,
            found: true,
        }
    }

    /// A second dimension of the same name is the first one counted twice.
    fn void_duplicates(&mut self, dimensions: &mut [Dimension]) {
        let mut seen = BTreeSet::new();
        for dimension in dimensions {
            if !seen.insert(dimension.name.to_lowercase()) {
                dimension.verified = false;
                self.flags.insert(Flag::DuplicateDimension);
            }
        }
    }

    fn flag_contradiction(&mut self, overall: i8, dimensions: &[Dimension]) {
        let votes: i32 = dimensions
            .iter()
            .map(|d| i32::from(d.counted().signum() * overall.signum()))
            .sum();
        if votes < 0 {
            self.flags.insert(Flag::AgainstItsDimensions);
        }
    }

    fn words(&mut self, text: &str, max_words: usize) -> String {
        let text = self.chars(text, MAX_REASON_CHARS);
        let Some((cut, _)) = text.match_indices(' ').nth(max_words - 1) else {
            return text;
        };
        self.flags.insert(Flag::Cut);
        format!("{}…", &text[..cut])
    }

    /// Canonical, one line, without the key, at most `max` characters.
    fn chars(&mut self, text: &str, max: usize) -> String {
        // Four times the bound is plenty for what folding removes; a model may send megabytes.
        let bounded: String = text.chars().take(4 * max).collect();
        let mut clean = shown(&canonical_only(&bounded));
        if !self.key.is_empty() && clean.contains(self.key) {
            clean = clean.replace(self.key, "");
            self.flags.insert(Flag::DelimiterEchoed);
        }
        if let Some((cut, _)) = clean.char_indices().nth(max) {
            clean.truncate(cut);
            self.flags.insert(Flag::Cut);
        }
        clean.trim().to_owned()
    }
}

fn is_verified(preference: i8, first: &Quote, second: &Quote) -> bool {
    match preference.signum() {
        1 => first.found,
        -1 => second.found,
        _ => {
            [first, second].iter().all(|q| q.found || q.is_absent())
                && (first.found || second.found)
        }
    }
}

/// The id of the item in which the quote stands: the named one, or else the first that has it.
fn find(card: &Card, item: &str, quote: &str) -> Option<String> {
    let needle = plain(quote);
    if needle.is_empty() {
        return None;
    }
    let items = || card.sections.iter().flat_map(|s| &s.items);
    let holds = |text: &str| {
        let text = plain(&shown(text));
        text == needle || (is_substantial(&needle) && text.contains(&needle))
    };
    items()
        .filter(|i| shown(&i.id) == item)
        .chain(items())
        .find(|i| holds(&i.text))
        .map(|i| shown(&i.id))
}

fn is_substantial(needle: &str) -> bool {
    needle
        .chars()
        .filter(|c| c.is_alphanumeric())
        .take(MIN_QUOTE_LETTERS)
        .count()
        == MIN_QUOTE_LETTERS
}

/// Typographic marks that models retype are made plain, on both sides of a comparison.
fn plain(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '‘' | '’' | '‚' => '\'',
            '“' | '”' | '„' => '"',
            '‐' | '‑' | '–' | '—' | '−' => '-',
            other => other,
        })
        .collect()
}

/// Models like to put quotation marks around a quote.
fn unwrap_quotation_marks(text: &str) -> &str {
    let inner = text
        .strip_prefix(['"', '“'])
        .and_then(|t| t.strip_suffix(['"', '”']));
    inner.map_or(text, str::trim)
}

#[cfg(test)]
mod tests;
