//! Money statements: the plan's own estimate, then sentences that name amounts.

use std::sync::LazyLock;

use regex::Regex;

use super::sentences;
use crate::model::{CostItem, Plan};

/// A currency sign or code beside a number, or a number with a word of size and a currency.
static AMOUNT: LazyLock<Regex> = LazyLock::new(|| {
    let code = "USD|EUR|GBP|DKK|SEK|NOK|CHF|JPY|CNY|INR|AUD|CAD|NZD|ZAR|BRL|MXN|PLN|CZK|HUF|\
                KRW|SGD|HKD|AED|SAR|NGN|KES|GHS|TRY|ILS|dollars?|euros?|pounds?|kroner|francs?";
    let pattern = format!(
        r"(?i)[$€£¥₹₩]\s?\d|\b(?:{code})\s?\d|\d[\d.,]*\s?(?:k|m|mio|bn|thousand|million|billion|trillion)?\s?(?:{code})\b|\bbudget\b[^.]*\d"
    );
    Regex::new(&pattern).expect("the pattern is valid")
});

/// Statements with their sources: the structured estimate, then the prompt's sentences, then the
/// executive summary's, then assumptions, none twice.
pub(super) fn statements(plan: &Plan) -> Vec<(String, String)> {
    let mut found = estimate(plan);
    let prose = plan
        .sections
        .iter()
        .filter(|section| section.key == "executive_summary")
        .map(|section| &section.text);
    let assumed = plan.assumptions.iter().map(|a| (&a.assumption, &a.source));
    let texts = std::iter::once(&plan.prompt)
        .chain(prose)
        .map(|text| (&text.text, &text.source))
        .chain(assumed);
    for (text, source) in texts {
        for sentence in sentences(text).filter(|sentence| AMOUNT.is_match(sentence)) {
            if found.iter().all(|(known, _)| known != sentence) {
                found.push((sentence.to_owned(), source.clone()));
            }
        }
    }
    found
}

fn estimate(plan: &Plan) -> Vec<(String, String)> {
    let costs = &plan.costs;
    let currency = costs
        .items
        .first()
        .map_or("", |item| item.currency.as_str());
    let mut found = Vec::new();
    if let Some(total) = costs.stated_total {
        let count = costs.items.len();
        let text = format!("Stated total cost: {total} {currency} in {count} items");
        found.push((text, costs.source.clone()));
    }
    if let Some(contingency) = costs.funded_contingency {
        let quote = &costs.contingency_quote;
        let text = format!("Funded contingency: {contingency} {currency}. {quote}");
        found.push((text, costs.source.clone()));
    }
    let mut items: Vec<&CostItem> = costs.items.iter().collect();
    items.sort_by(|a, b| {
        let amount = |item: &CostItem| item.amount.unwrap_or(0.0);
        amount(b).total_cmp(&amount(a))
    });
    found.extend(items.iter().map(|item| (line(item), item.source.clone())));
    found
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
