//! Deterministic rules for the eight items, used when no model rated the prompt.
//!
//! A sentence earns a half for touching an item and the whole for saying something specific:
//! an amount with its currency, a calendar date, a named place, a target with a number, or
//! enough words beside the signal that it isn't a bare keyword.

use super::lexicon as words_of;
use super::lexicon::matches;
use super::{Item, Mark};
use crate::gazetteer::{Precision, places};
use crate::parse::{money, quantities, times};
use crate::sentence::Span;
use crate::words::is_content;

/// Content words that a specific sentence has besides its signal words.
const SUBSTANCE: usize = 5;

/// What each sentence says about each item.
pub(super) fn marks(prompt: &str, sentences: &[Span]) -> Vec<[Mark; 8]> {
    sentences
        .iter()
        .map(|&span| {
            let sentence = Sentence::of(&prompt[span.0..span.1]);
            Item::ALL.map(|item| Mark {
                halves: sentence.halves(item),
                quote: span,
            })
        })
        .collect()
}

struct Sentence<'a> {
    text: &'a str,
    /// Lower-case words with inner hyphens.
    words: Vec<String>,
}

impl<'a> Sentence<'a> {
    fn of(text: &'a str) -> Self {
        let words = text
            .split(|c: char| !(c.is_alphanumeric() || c == '-'))
            .map(|word| word.trim_matches('-').to_lowercase())
            .filter(|word| !word.is_empty())
            .collect();
        Self { text, words }
    }

    fn halves(&self, item: Item) -> u8 {
        match item {
            Item::Objective => self.objective(),
            Item::Context => self.worded(self.signals(words_of::CONTEXT_WORDS)),
            Item::Constraints => self.worded(self.signals(words_of::CONSTRAINT_WORDS)),
            Item::MeasurableSuccess => self.measurable_success(),
            Item::Location => location(self.text),
            Item::Budget => self.budget(),
            Item::Timeframe => self.timeframe(),
            Item::RisksOrStakeholders => self.risks_or_stakeholders(),
        }
    }

    /// Different words of the sentence that are in the list.
    fn signals(&self, list: &[&str]) -> usize {
        let mut found: Vec<&String> = self
            .words
            .iter()
            .filter(|word| matches(word, list))
            .collect();
        found.sort_unstable();
        found.dedup();
        found.len()
    }

    /// Different content words, those that signal any item left out: a list of keywords has
    /// none.
    fn substance(&self) -> usize {
        let mut found: Vec<&String> = self
            .words
            .iter()
            .filter(|word| is_content(word) && !is_signal(word))
            .collect();
        found.sort_unstable();
        found.dedup();
        found.len()
    }

    fn worded(&self, signals: usize) -> u8 {
        match signals {
            0 => 0,
            _ if self.substance() < SUBSTANCE => 1,
            _ => 2,
        }
    }

    /// A request: a verb at the start of the sentence or after its introduction, or a word
    /// that announces the aim.
    fn objective(&self) -> u8 {
        let opens = self
            .words
            .iter()
            .take(1)
            .any(|word| matches(word, words_of::OBJECTIVE_VERBS));
        let asks = self.words.windows(2).any(|pair| {
            matches!(
                pair[0].as_str(),
                "to" | "will" | "goal" | "plan" | "and" | "please"
            ) && matches(&pair[1], words_of::OBJECTIVE_VERBS)
        });
        let announces = self.signals(words_of::OBJECTIVE_WORDS) > 0;
        let clause = self
            .text
            .split([':', ';', '–', '—', ','])
            .skip(1)
            .any(|clause| {
                let first = clause
                    .split_whitespace()
                    .next()
                    .unwrap_or_default()
                    .to_lowercase();
                matches(
                    first.trim_matches(|c: char| !c.is_alphanumeric()),
                    words_of::OBJECTIVE_VERBS,
                )
            });
        if opens || announces {
            return self.worded(1);
        }
        u8::from(asks || clause)
    }

    fn measurable_success(&self) -> u8 {
        let numbers = quantities(self.text).len();
        let signals = self.signals(words_of::SUCCESS_WORDS);
        match (numbers, signals) {
            (0, 0) => 0,
            (0, _) | (_, 0) => 1,
            _ => self.worded(1),
        }
    }

    fn budget(&self) -> u8 {
        let amounts = money(self.text).len();
        match (amounts, self.signals(words_of::BUDGET_WORDS)) {
            (0, _) => u8::from(self.signals(words_of::FUNDING_WORDS) > 0),
            (_, 0) => 1,
            _ => 2,
        }
    }

    fn timeframe(&self) -> u8 {
        let found = times(self.text);
        if found.iter().any(crate::parse::TimeRef::is_calendar) {
            return 2;
        }
        u8::from(!found.is_empty() || self.signals(words_of::TIME_WORDS) > 0)
    }

    fn risks_or_stakeholders(&self) -> u8 {
        let signals =
            self.signals(words_of::RISK_WORDS) + self.signals(words_of::STAKEHOLDER_WORDS);
        match signals {
            0 => 0,
            1 => 1,
            _ => self.worded(signals),
        }
    }
}

/// 2 for a named place, 1 for an adjective, a continent or the like.
pub(super) fn location(text: &str) -> u8 {
    match places(text).iter().map(|place| place.precision).max() {
        None => 0,
        Some(Precision::Loose) => 1,
        Some(Precision::Named) => 2,
    }
}

fn is_signal(word: &str) -> bool {
    [
        words_of::OBJECTIVE_WORDS,
        words_of::SUCCESS_WORDS,
        words_of::BUDGET_WORDS,
        words_of::TIME_WORDS,
        words_of::RISK_WORDS,
        words_of::STAKEHOLDER_WORDS,
        words_of::CONSTRAINT_WORDS,
        &[
            "context",
            "location",
            "timeframe",
            "scope",
            "date",
            "place",
            "currency",
        ],
    ]
    .iter()
    .any(|list| matches(word, list))
}
