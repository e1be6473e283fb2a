//! Amounts of money with a currency.

use std::sync::LazyLock;

use regex::Captures;

use super::number::{MAGNITUDE, NUMBER, magnitude, number};
use super::{Pattern, pattern};

/// An amount or a range of amounts.
#[derive(Debug, Clone, PartialEq)]
pub struct Money {
    /// In whole units of `currency`; equal to `high` for a single amount.
    pub low: f64,
    pub high: f64,
    /// ISO 4217 code. A plain "$" is taken for USD, "kr" for DKK.
    pub currency: &'static str,
    /// Bytes of the text that state it.
    pub span: (usize, usize),
}

impl Money {
    /// The middle of the range.
    pub fn middle(&self) -> f64 {
        self.low + (self.high - self.low) / 2.0
    }
}

const SYMBOL: &str = r"(?:\b(?:US|A|C|AU|CA|HK|NZ|S|R)\$|[$€£¥₹₩₽₺₦₫฿₴₱])";
const CODE: &str = r"\b(?:USD|EUR|GBP|JPY|CNY|RMB|INR|DKK|SEK|NOK|ISK|CHF|CZK|PLN|HUF|RON|BGN|CAD|AUD|NZD|HKD|SGD|BRL|MXN|CLP|COP|ARS|UYU|PEN|ZAR|KES|GHS|NGN|EGP|MAD|TZS|UGX|AED|SAR|QAR|ILS|TRY|RUB|UAH|KRW|TWD|THB|IDR|MYR|PHP|VND|PKR|BDT)\b";
const WORD: &str = r"\b(?i:(?:US |American )?dollars?|euros?|pounds sterling|kroner|kronor|kr\b|yen|yuan|renminbi|rupees?|rubles?|roubles?|zloty|forint|shekels?|francs?|pesos?|dirhams?|naira|cedis?)\b";

static PATTERN: Pattern = LazyLock::new(|| {
    let currency = format!("{SYMBOL}|{CODE}|{WORD}");
    pattern(&format!(
        r"(?P<pre>{SYMBOL}|{CODE})?\s?(?P<n1>{NUMBER})\s?(?P<m1>{MAGNITUDE})?(?:\s?(?P<join>-|–|—|to|and)\s?(?:{SYMBOL}|{CODE})?\s?(?P<n2>{NUMBER})\s?(?P<m2>{MAGNITUDE})?)?\+?(?:\s?(?P<post>{currency}))?"
    ))
});

/// Every amount with a currency, in reading order. Numbers without one are never money.
pub fn money(text: &str) -> Vec<Money> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(captures) = text
        .get(from..)
        .and_then(|_| PATTERN.captures_at(text, from))
    {
        let Some(whole) = captures.get(0) else { break };
        match read(text, &captures) {
            Some((money, end)) => {
                found.push(money);
                from = end;
            }
            // The tail of a failed match may hold an amount of its own.
            None => from = captures.name("n1").map_or(whole.end(), |n| n.end()),
        }
    }
    found
}

/// The amount, and where to read on.
fn read(text: &str, captures: &Captures<'_>) -> Option<(Money, usize)> {
    let group = |name: &'static str| captures.name(name);
    let first = group("n1")?;
    let pre = group("pre").filter(|_| !glued(text, captures));
    if pre.is_none() && glued_number(text, first.start()) {
        return None;
    }
    let ranged = group("n2").is_some() && joins(text, captures);
    if group("n2").is_some() && !ranged && pre.is_none() {
        return None;
    }
    let post = group("post").filter(|_| ranged || group("n2").is_none());
    let code = currency(post.or(pre)?.as_str());
    let dot_groups = matches!(
        code,
        "EUR" | "DKK" | "NOK" | "SEK" | "BRL" | "IDR" | "CLP" | "COP" | "ARS" | "UYU"
    );
    let amount = |number_group: &'static str, magnitude_group: Option<&str>| {
        let factor = magnitude_group.map_or(1.0, magnitude);
        let digits = group(number_group)?.as_str();
        Some(number(digits, dot_groups && magnitude_group.is_none())? * factor)
    };
    let own = group("m1").map(|m| m.as_str());
    let last = group("m2").map(|m| m.as_str());
    // "€20–40 million": the magnitude belongs to both ends.
    let low = amount("n1", if ranged { own.or(last) } else { own })?;
    let high = if ranged { amount("n2", last)? } else { low };
    let end = match (post, ranged) {
        (Some(post), _) => post.end(),
        (None, true) => group("m2").or(group("n2"))?.end(),
        (None, false) => group("m1").unwrap_or(first).end(),
    };
    let usable = low.is_finite() && high.is_finite();
    usable.then(|| {
        let money = Money {
            low: low.min(high),
            high: low.max(high),
            currency: code,
            span: (pre.unwrap_or(first).start(), end),
        };
        (money, end)
    })
}

/// "to" and "and" join a range only with the words around it ("between 5 and 10 million"), a
/// dash never joins a year to an amount.
fn joins(text: &str, captures: &Captures<'_>) -> bool {
    let (Some(join), Some(first)) = (captures.name("join"), captures.name("n1")) else {
        return false;
    };
    let year = first.as_str().len() == 4 && matches!(&first.as_str()[..2], "19" | "20");
    let bare = captures.name("pre").is_none() && captures.name("m1").is_none();
    let start = captures.get(0).map_or(first.start(), |whole| whole.start());
    match join.as_str() {
        "and" => ends_with_between(&text[..start]),
        _ => !(year && bare),
    }
}

/// Looks at the last word only, so that long texts stay cheap.
fn ends_with_between(before: &str) -> bool {
    let last = before.trim_end().rsplit(char::is_whitespace).next();
    last.is_some_and(|word| word.eq_ignore_ascii_case("between"))
}

/// A currency letter or code in the middle of a word ("XUSD 5") is no currency.
fn glued(text: &str, captures: &Captures<'_>) -> bool {
    captures.name("pre").is_some_and(|pre| {
        let letter = pre.as_str().starts_with(char::is_alphabetic);
        letter
            && text[..pre.start()]
                .chars()
                .next_back()
                .is_some_and(char::is_alphanumeric)
    })
}

/// A number that continues a word or another number ("Chang'e-8", "B2", "3.14").
fn glued_number(text: &str, start: usize) -> bool {
    text[..start]
        .chars()
        .next_back()
        .is_some_and(|before| before.is_alphanumeric() || matches!(before, '.' | ','))
}

fn currency(text: &str) -> &'static str {
    let lower = text.trim_end_matches('.').to_lowercase();
    SIGNS
        .iter()
        .find(|(sign, _)| lower.starts_with(sign))
        .map_or_else(|| code(&text.to_uppercase()), |(_, code)| code)
}

fn code(upper: &str) -> &'static str {
    CODES
        .iter()
        .find(|code| **code == upper)
        .copied()
        .unwrap_or("USD")
}

/// Symbols and words, lower-case; the first that starts the text decides.
const SIGNS: &[(&str, &str)] = &[
    ("us$", "USD"),
    ("au$", "AUD"),
    ("a$", "AUD"),
    ("ca$", "CAD"),
    ("c$", "CAD"),
    ("hk$", "HKD"),
    ("nz$", "NZD"),
    ("s$", "SGD"),
    ("r$", "BRL"),
    ("$", "USD"),
    ("€", "EUR"),
    ("£", "GBP"),
    ("¥", "JPY"),
    ("₹", "INR"),
    ("₩", "KRW"),
    ("₽", "RUB"),
    ("₺", "TRY"),
    ("₦", "NGN"),
    ("₫", "VND"),
    ("฿", "THB"),
    ("₴", "UAH"),
    ("₱", "PHP"),
    ("dollar", "USD"),
    ("us d", "USD"),
    ("american d", "USD"),
    ("euro", "EUR"),
    ("pounds", "GBP"),
    ("kroner", "DKK"),
    ("kronor", "SEK"),
    ("krw", "KRW"),
    ("kr", "DKK"),
    ("yen", "JPY"),
    ("yuan", "CNY"),
    ("renminbi", "CNY"),
    ("rmb", "CNY"),
    ("rupee", "INR"),
    ("ruble", "RUB"),
    ("rouble", "RUB"),
    ("zloty", "PLN"),
    ("forint", "HUF"),
    ("shekel", "ILS"),
    ("franc", "CHF"),
    ("peso", "MXN"),
    ("dirham", "AED"),
    ("naira", "NGN"),
    ("cedi", "GHS"),
];

const CODES: &[&str] = &[
    "USD", "EUR", "GBP", "JPY", "CNY", "INR", "DKK", "SEK", "NOK", "ISK", "CHF", "CZK", "PLN",
    "HUF", "RON", "BGN", "CAD", "AUD", "NZD", "HKD", "SGD", "BRL", "MXN", "CLP", "COP", "ARS",
    "UYU", "PEN", "ZAR", "KES", "GHS", "NGN", "EGP", "MAD", "TZS", "UGX", "AED", "SAR", "QAR",
    "ILS", "TRY", "RUB", "UAH", "TWD", "THB", "IDR", "MYR", "PHP", "VND", "PKR", "BDT", "KRW",
];
