//! Money statements: the plan's own estimate, then sentences that name amounts.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex::Regex;

use super::sentences;
use crate::model::{CostItem, Plan};

/// A currency sign or code beside a number, or a number with a word of size and a currency.
static AMOUNT: LazyLock<Regex> = LazyLock::new(|| {
    let code = "USD|EUR|GBP|DKK|SEK|NOK|CHF|JPY|CNY|INR|AUD|CAD|NZD|ZAR|BRL|MXN|PLN|CZK|HUF|\
                KRW|SGD|HKD|AED|SAR|NGN|KES|GHS|TRY|ILS|dollars?|euros?|pounds?|kroner|francs?";
    let size = "k|m|mio|bn|thousand|million|billion|trillion";
    // Word boundaries of ASCII: Unicode's would send every text that isn't ASCII to the regex
    // crate's slowest engine.
    let b = r"(?-u:\b)";
    let pattern = format!(
        r"(?i)[$€£¥₹₩]\s?\d|{b}(?:{code})\s?\d|\d[\d.,]*\s?(?:{size})?\s?(?:{code}){b}|{b}budget{b}[^.]*\d"
    );
    Regex::new(&pattern).expect("the pattern is valid")
});

/// How much is searched for amounts: of the prompt, of the executive summary, and of the
/// assumptions. Real plans have at most 6 KB of each.
const SEARCHED_BYTES: usize = 64 << 10;

/// A money statement before it is written out.
#[derive(Clone, Copy)]
pub(super) enum Entry<'a> {
    Total(f64),
    Contingency(f64),
    Item(&'a CostItem),
    /// A sentence and its source.
    Quote(&'a str, &'a str),
}

/// The structured estimate, then the prompt's sentences, then the executive summary's, then
/// assumptions, none twice.
pub(super) fn entries(plan: &Plan) -> Vec<Entry<'_>> {
    let costs = &plan.costs;
    let mut items: Vec<&CostItem> = costs.items.iter().collect();
    items.sort_by(|a, b| {
        let amount = |item: &CostItem| item.amount.unwrap_or(0.0);
        amount(b).total_cmp(&amount(a))
    });
    let total = costs.stated_total.map(Entry::Total);
    let contingency = costs.funded_contingency.map(Entry::Contingency);
    let estimate = total.into_iter().chain(contingency);
    estimate
        .chain(items.into_iter().map(Entry::Item))
        .chain(quotes(plan))
        .collect()
}

fn quotes(plan: &Plan) -> Vec<Entry<'_>> {
    let summaries = plan
        .sections
        .iter()
        .filter(|section| section.key == "executive_summary");
    let summaries = summaries.map(|section| (&section.text.text, &section.text.source));
    let assumptions = plan.assumptions.iter().map(|a| (&a.assumption, &a.source));
    let prompt = std::iter::once((&plan.prompt.text, &plan.prompt.source));
    let mut seen = BTreeSet::new();
    heads(prompt)
        .chain(heads(summaries))
        .chain(heads(assumptions))
        .flat_map(|(text, source)| sentences(text).map(move |sentence| (sentence, source)))
        .filter(|(sentence, _)| names_amount(sentence) && seen.insert(*sentence))
        .map(|(sentence, source)| Entry::Quote(sentence, source))
        .collect()
}

/// The texts up to [`SEARCHED_BYTES`] together, the last one cut.
fn heads<'a>(
    texts: impl Iterator<Item = (&'a String, &'a String)>,
) -> impl Iterator<Item = (&'a str, &'a str)> {
    texts.scan(SEARCHED_BYTES, |left, (text, source)| {
        if *left == 0 {
            return None;
        }
        let head = crate::text::prefix(text, *left);
        // An empty text costs a byte too, so that a list of them also ends.
        *left = left.saturating_sub(text.len().max(1));
        Some((head, source.as_str()))
    })
}

fn names_amount(sentence: &str) -> bool {
    sentence.chars().any(char::is_numeric) && AMOUNT.is_match(sentence)
}

/// The statement's text and source.
pub(super) fn write(plan: &Plan, entry: Entry) -> (String, String) {
    let costs = &plan.costs;
    let currency = costs.items.first();
    let currency = currency.map_or("", |item| item.currency.as_str());
    match entry {
        Entry::Total(total) => {
            let count = costs.items.len();
            let text = format!("Stated total cost: {total} {currency} in {count} items");
            (text, costs.source.clone())
        }
        Entry::Contingency(contingency) => {
            let quote = &costs.contingency_quote;
            let text = format!("Funded contingency: {contingency} {currency}. {quote}");
            (text, costs.source.clone())
        }
        Entry::Item(item) => (line(item), item.source.clone()),
        Entry::Quote(sentence, source) => (sentence.to_owned(), source.to_owned()),
    }
}

fn line(item: &CostItem) -> String {
    let amount = item
        .amount
        .map_or_else(|| "unknown".to_owned(), |amount| amount.to_string());
    let product = match (item.quantity, item.unit_cost) {
        (Some(quantity), Some(cost)) => format!(" = {quantity} {} × {cost}", item.unit),
        _ => String::new(),
    };
    let share = if item.share_of_budget {
        " (share of the budget)"
    } else {
        ""
    };
    let basis = match item.basis.as_str() {
        "" => String::new(),
        basis => format!("; basis: {basis}"),
    };
    let description = crate::text::prefix(&item.description, 80);
    format!(
        "{description}: {amount} {}{product}{share}{basis}",
        item.currency
    )
}
