//! What a prompt says that code can read: title, objective, budget, dates, places, words.
//!
//! For the templates that answer without a model, and for short mentions in prompts. Every fact is
//! bounded. What isn't said is none, but for the currency, the deadline's distance and the title,
//! which have defaults that a plan can go on with.

mod currency;

use std::collections::BTreeMap;

use chrono::{Months, NaiveDate};
use kpi::gazetteer::{Precision, places};
use kpi::parse::{TimeKind, money, times};
use serde::Serialize;

/// What is read of a prompt; the longest real one has 5 kB.
const MAX_PROMPT_BYTES: usize = 32 << 10;
const MAX_SENTENCES: usize = 60;
const MAX_SENTENCE_CHARS: usize = 400;
const MAX_KEYWORDS: usize = 12;
const MAX_LOCATIONS: usize = 6;
const MAX_TITLE_CHARS: usize = 90;
const DEFAULT_MONTHS: u32 = 12;
const DAYS_PER_MONTH: f64 = 30.44;

/// The facts of one prompt.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Facts {
    pub title: String,
    /// The sentence that asks for something, or the first.
    pub objective: String,
    pub budget: Option<BudgetFact>,
    /// ISO 4217: that of the budget, else of the first country, else USD.
    pub currency: String,
    pub start_date: NaiveDate,
    /// The last day that the prompt names after the start.
    pub deadline: Option<NaiveDate>,
    /// As stated, else until the deadline, else 12.
    pub duration_months: u32,
    pub locations: Vec<String>,
    /// Words that carry meaning, the most frequent first.
    pub keywords: Vec<String>,
    pub sentences: Vec<String>,
}

/// The largest amount of the prompt.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct BudgetFact {
    /// As written.
    pub text: String,
    /// Whole units of the currency; the middle of a range.
    pub amount: u64,
    pub currency: String,
}

impl Facts {
    /// Reads `prompt`; an empty `title` is replaced by the objective.
    pub fn of(prompt: &str, title: &str, start_date: NaiveDate) -> Self {
        let prompt = &prompt[..prompt.floor_char_boundary(MAX_PROMPT_BYTES)];
        let sentences: Vec<String> = kpi::sentences(prompt)
            .into_iter()
            .take(MAX_SENTENCES)
            .map(|text| shortened(text, MAX_SENTENCE_CHARS))
            .collect();
        let objective = objective(&sentences);
        let title = match title.trim() {
            "" => shortened(objective.trim_end_matches(['.', '!', '?']), MAX_TITLE_CHARS),
            title => shortened(title, MAX_TITLE_CHARS),
        };
        let budget = budget(prompt);
        let locations = locations(prompt);
        let deadline = deadline(prompt, start_date);
        Self {
            title,
            objective,
            currency: currency::of(budget.as_ref(), &locations),
            budget,
            start_date,
            deadline,
            duration_months: months(prompt, start_date, deadline),
            locations,
            keywords: keywords(prompt),
            sentences,
        }
    }
}

/// One line of at most `max` characters, cut between words.
pub(crate) fn shortened(text: &str, max: usize) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let Some((end, _)) = line.char_indices().nth(max) else {
        return line;
    };
    // Cut before: to cut again would change it.
    if &line[end..] == "…" {
        return line;
    }
    let cut = line[..end].rfind(' ').filter(|at| *at > end / 2);
    format!(
        "{}…",
        line[..cut.unwrap_or(end)].trim_end_matches([',', ';', ':', '-'])
    )
}

fn objective(sentences: &[String]) -> String {
    let asks = sentences
        .iter()
        .find(|sentence| kpi::prompt_quality::asks(sentence));
    let chosen = asks.or(sentences.first()).map(String::as_str);
    chosen.unwrap_or("Untitled project").to_owned()
}

fn budget(prompt: &str) -> Option<BudgetFact> {
    let amounts = money(prompt).into_iter();
    let largest = amounts.max_by(|a, b| a.middle().total_cmp(&b.middle()))?;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "clamped to whole units that fit"
    )]
    let amount = largest.middle().round().clamp(0.0, 1e15) as u64;
    Some(BudgetFact {
        text: shortened(&prompt[largest.span.0..largest.span.1], 80),
        amount,
        currency: largest.currency.to_owned(),
    })
}

fn deadline(prompt: &str, start: NaiveDate) -> Option<NaiveDate> {
    let limit = start.checked_add_months(Months::new(12 * 60))?;
    let ends = times(prompt)
        .into_iter()
        .filter_map(|time| match time.kind {
            TimeKind::Calendar(_, last) => Some(last),
            TimeKind::Length(_) => None,
        });
    ends.filter(|last| *last > start && *last < limit).max()
}

fn months(prompt: &str, start: NaiveDate, deadline: Option<NaiveDate>) -> u32 {
    let until = deadline.map(|end| (end - start).num_days() as f64);
    let stated = times(prompt)
        .into_iter()
        .filter_map(|time| match time.kind {
            TimeKind::Length(days) if days >= DAYS_PER_MONTH / 2.0 => Some(days),
            _ => None,
        })
        .max_by(f64::total_cmp);
    let Some(days) = until.or(stated) else {
        return DEFAULT_MONTHS;
    };
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "clamped to 1 to 720"
    )]
    let months = (days / DAYS_PER_MONTH).round().clamp(1.0, 720.0) as u32;
    months
}

fn locations(prompt: &str) -> Vec<String> {
    let mut found = Vec::new();
    for place in places(prompt) {
        if place.precision == Precision::Named && !found.contains(&place.name) {
            found.push(place.name);
        }
    }
    found.truncate(MAX_LOCATIONS);
    found
}

fn keywords(prompt: &str) -> Vec<String> {
    let mut counts: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    for (at, word) in kpi::content_words(prompt).into_iter().enumerate() {
        counts.entry(word).or_insert((0, at)).0 += 1;
    }
    let mut ranked: Vec<(String, (usize, usize))> = counts.into_iter().collect();
    ranked.sort_by_key(|(_, (count, first))| (usize::MAX - count, *first));
    ranked.truncate(MAX_KEYWORDS);
    ranked.into_iter().map(|(word, _)| word).collect()
}

#[cfg(test)]
mod tests;
