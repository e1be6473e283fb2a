//! Small readings of card text: quantities, dates, content words. Nothing here depends on how
//! long a text is or how it is dressed.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

/// Words behind a number that make it a quantity.
const UNITS: &str = "\
    % percent day week month year hour minute km m m2 m3 m² m³ cm mm km2 km² ha hectare acre \
    kg g t ton tonne litre liter l kw mw gw kwh mwh gwh kwp mwp w v gb tb mbps gbps ms °c \
    people person patient pupil student child resident household home house building school \
    hospital village town site unit user customer visitor passenger vehicle bus truck worker \
    employee member farmer job meal tree well pump case death event station kilometre \
    kilometer metre meter mile thousand million billion trillion k bn usd eur gbp dkk sek \
    nok chf inr brl kes nzd aud cad clp jpy cny dollar euro pound kroner krone rupee \
    shilling real crore lakh";

const CURRENCIES: &[&str] = &[
    "usd", "eur", "gbp", "dkk", "sek", "nok", "chf", "inr", "brl", "kes", "nzd", "aud", "cad",
    "clp", "jpy", "cny",
];

const CURRENCY_SIGNS: [char; 6] = ['$', '€', '£', '¥', '₹', '₩'];

const MONTHS: &str = "\
    january february march april may june july august september october november december \
    jan feb mar apr jun jul aug sep sept oct nov dec";

/// Long words that any plan uses; sharing one means nothing.
const COMMON: &str = "\
    project projects management manager development ensure ensures ensuring implementation \
    implement implementing mitigation potential potentially including requirements strategy \
    develop developing establish quality process processes planning successful success \
    contingency register governance stakeholder stakeholders resource resources measurable \
    milestones likelihood severity medium critical analysis accountability alignment \
    feasible robust scalable sustainable innovative practice practices funding control \
    benefit present evidence dependencies without through between against during within \
    should because specialist coordinator responsible various existing identify further \
    everyone concerned approach";

static COMMON_SET: LazyLock<BTreeSet<&str>> = LazyLock::new(|| COMMON.split_whitespace().collect());

/// Whether a list of words separated by blanks has this one.
fn holds(list: &str, word: &str) -> bool {
    list.split_whitespace().any(|listed| listed == word)
}

/// Whether the text states a quantity (a number with a unit or a currency) or a date.
pub(super) fn is_concrete(text: &str) -> bool {
    let tokens: Vec<&str> = text
        .split_whitespace()
        .map(strip)
        .filter(|t| !t.is_empty())
        .collect();
    tokens.iter().enumerate().any(|(i, token)| {
        let previous = i.checked_sub(1).map_or("", |p| tokens[p]);
        let next = tokens.get(i + 1).copied().unwrap_or_default();
        is_quantity(previous, token, next) || is_date(token, next)
    })
}

/// Whether the text states an amount of money.
pub(super) fn has_money(text: &str) -> bool {
    let tokens: Vec<String> = text
        .split_whitespace()
        .map(|t| strip(t).to_lowercase())
        .collect();
    tokens.iter().enumerate().any(|(i, token)| {
        let digits = token.contains(|c: char| c.is_ascii_digit());
        let near = |j: Option<usize>| {
            j.and_then(|j| tokens.get(j))
                .is_some_and(|t| CURRENCIES.contains(&t.as_str()))
        };
        digits && (token.starts_with(CURRENCY_SIGNS) || near(i.checked_sub(1)) || near(Some(i + 1)))
    })
}

fn strip(token: &str) -> &str {
    token.trim_matches(|c: char| {
        !c.is_alphanumeric() && !CURRENCY_SIGNS.contains(&c) && !matches!(c, '%' | '°' | '²' | '³')
    })
}

fn is_quantity(previous: &str, token: &str, next: &str) -> bool {
    let number = token.trim_start_matches(CURRENCY_SIGNS);
    let unit = number
        .trim_start_matches(|c: char| c.is_ascii_digit() || matches!(c, '.' | ',' | '-' | '–'));
    if unit.len() == number.len() {
        return false;
    }
    let has_sign = number.len() < token.len();
    has_sign
        || is_unit(unit)
        || (unit.is_empty() && is_unit(next))
        || CURRENCIES.contains(&previous.to_lowercase().as_str())
}

fn is_unit(word: &str) -> bool {
    let word = word.trim_start_matches('-').to_lowercase();
    let singular = word.strip_suffix('s').unwrap_or(&word);
    holds(UNITS, &word) || holds(UNITS, singular)
}

/// `2027-03-31`, `March 2027`, `Q3` before a year.
fn is_date(token: &str, next: &str) -> bool {
    let parts: Vec<&str> = token.split('-').collect();
    let digits = |text: &str, n: usize| text.len() == n && text.bytes().all(|b| b.is_ascii_digit());
    let is_day = matches!(parts[..], [y, m, d] if digits(y, 4) && digits(m, 2) && digits(d, 2));
    let lower = token.to_lowercase();
    let is_period = holds(MONTHS, &lower) || matches!(lower.as_str(), "q1" | "q2" | "q3" | "q4");
    is_day || (is_period && digits(next, 4))
}

/// A plan's vocabulary without the words that it strews over its items: filler, slogans and
/// stuffed keywords can't make two items fit each other, or two equal ones differ.
pub(super) struct Vocabulary {
    strewn: BTreeSet<String>,
}

/// A word in more than one of seven items, and in at least three, is strewn.
const STREWN_SHARE: usize = 7;
const STREWN_ITEMS: usize = 3;

/// Share of common content words (Jaccard) above which two items say the same.
const SAME_ITEM: f64 = 0.6;

impl Vocabulary {
    pub(super) fn of<'a>(texts: impl Iterator<Item = &'a str>) -> Self {
        let mut items = 0;
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        for text in texts {
            items += 1;
            for word in long_words(text) {
                *counts.entry(word).or_default() += 1;
            }
        }
        let is_strewn = |n: usize| n >= STREWN_ITEMS && n * STREWN_SHARE > items;
        Self {
            strewn: counts
                .into_iter()
                .filter(|(_, n)| is_strewn(*n))
                .map(|(word, _)| word)
                .collect(),
        }
    }

    /// The words that say something in this plan.
    pub(super) fn content(&self, text: &str) -> BTreeSet<String> {
        long_words(text).difference(&self.strewn).cloned().collect()
    }

    /// How many of the texts differ from all earlier ones.
    pub(super) fn count_different(&self, texts: &[&str]) -> usize {
        let mut seen: Vec<BTreeSet<String>> = Vec::new();
        for text in texts {
            let words = self.content(text);
            if seen.iter().all(|other| jaccard(&words, other) < SAME_ITEM) {
                seen.push(words);
            }
        }
        seen.len()
    }
}

/// Words of six letters or more, cut to seven (a crude stem); common ones and what stands in
/// brackets, such as a citation, left out.
fn long_words(text: &str) -> BTreeSet<String> {
    outside_brackets(text)
        .split(|c: char| !c.is_alphabetic())
        .filter(|w| w.chars().count() >= 6)
        .map(str::to_lowercase)
        .filter(|w| !COMMON_SET.contains(w.as_str()))
        .map(|w| w.chars().take(7).collect())
        .collect()
}

fn outside_brackets(text: &str) -> String {
    let mut depth = 0_usize;
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ if depth == 0 => out.push(c),
            _ => {}
        }
    }
    out
}

fn jaccard(a: &BTreeSet<String>, b: &BTreeSet<String>) -> f64 {
    let both = a.intersection(b).count();
    let either = a.len() + b.len() - both;
    if either == 0 {
        1.0
    } else {
        both as f64 / either as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities_and_dates_are_concrete_and_bare_numbers_are_not() {
        for (text, expect) in [
            ("reduce losses by 30%", true),
            ("reach 1,200 households", true),
            ("within 18 months", true),
            ("a 12-month pilot", true),
            ("costs €20k", true),
            ("costs INR 12", true),
            ("by 2027-03-31.", true),
            ("by March 2027", true),
            ("in Q3 2026", true),
            ("delay of 2-6 months", true),
            ("(see ISO 21502:2020)", false),
            ("Harvard Business School, 2023)", false),
            ("PMBOK Guide, 7th edition", false),
            ("as soon as possible", false),
            ("phase 2", false),
            ("", false),
        ] {
            assert_eq!(is_concrete(text), expect, "{text:?}");
        }
    }

    #[test]
    fn money_needs_a_currency() {
        for (text, expect) in [
            ("$5 million", true),
            ("12 EUR", true),
            ("USD 4.5", true),
            ("5 million trees", false),
            ("a budget", false),
        ] {
            assert_eq!(has_money(text), expect, "{text:?}");
        }
    }

    #[test]
    fn repeated_items_are_one() {
        let texts = [
            "Drought empties the reservoir",
            "Drought empties the reservoirs!",
            "Strikes stop deliveries",
        ];
        assert_eq!(Vocabulary::of(texts.into_iter()).count_different(&texts), 2);
    }

    #[test]
    fn words_strewn_over_many_items_say_nothing() {
        let texts = [
            "Pumps carry excellence",
            "Filters carry excellence",
            "Valves bring excellence",
            "Sluices regulate levels",
        ];
        let vocabulary = Vocabulary::of(texts.into_iter());
        let content: Vec<String> = vocabulary.content(texts[1]).into_iter().collect();
        assert_eq!(content, ["filters"]);
        assert!(vocabulary.content("(confirmed by Harvard)").is_empty());
    }
}
