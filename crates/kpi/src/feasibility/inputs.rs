//! Budget, contingency and cost, each from a quote.

use plan::model::{CostItem, Plan};

use crate::evidence::{Evidence, find_in, find_quote, source_texts};
use crate::fields::{ModelFields, QuotedCost, check};
use crate::kpi::Flag;
use crate::parse::{Money, money};
use crate::prompt_quality::bounded_prompt;
use crate::sentence::{Span, sentences};

/// Cost items that make an estimate.
const MIN_ITEMS: usize = 3;
/// Relative difference up to which items add up to a stated total.
const TOTAL_TOLERANCE: f64 = 0.10;
/// Quotes of cost items kept as evidence.
const MAX_ITEM_EVIDENCE: usize = 12;

/// Bytes on each side of an amount in which it may be called a budget.
const AROUND: usize = 100;
/// Words that make an amount the money there is.
const BUDGET_WORDS: &[&str] = &[
    "available",
    "budget",
    "capital",
    "fund ",
    "funded",
    "funding",
    "grant",
    "initiative",
    "investment",
    "program",
    "to spend",
];

pub(super) struct Inputs {
    pub(super) budget: f64,
    pub(super) contingency: f64,
    pub(super) cost: f64,
    pub(super) currency: String,
    pub(super) items: usize,
    pub(super) evidence: Vec<Evidence>,
    pub(super) flags: Vec<Flag>,
}

/// Why feasibility can't be told.
pub(super) struct Unknown {
    pub(super) reason: String,
    pub(super) flags: Vec<Flag>,
}

impl Unknown {
    fn because(reason: impl Into<String>) -> Self {
        Self {
            reason: reason.into(),
            flags: Vec::new(),
        }
    }

    fn flagged(reason: impl Into<String>, flag: Flag) -> Self {
        Self {
            reason: reason.into(),
            flags: vec![flag],
        }
    }
}

/// One cost with the passage that states it.
pub(crate) struct Cost {
    pub(crate) amount: f64,
    pub(crate) currency: String,
    /// Years after the start when it is spent.
    pub(crate) year: f64,
    pub(crate) evidence: Evidence,
}

pub(super) fn inputs(plan: &Plan, fields: Option<&ModelFields>) -> Result<Inputs, Unknown> {
    let mut flags = Vec::new();
    let (budget, budget_evidence) = budget(plan).ok_or_else(|| {
        Unknown::because("The prompt states no budget: name an amount with its currency, for example \"Budget: EUR 2 million\".")
    })?;
    let costs = quoted_costs(plan, fields, &mut flags);
    if costs.len() < MIN_ITEMS {
        let reason = format!(
            "The plan has {} usable cost items, and at least {MIN_ITEMS} are needed: list what each piece of work costs, with the basis of each estimate, rather than shares of the budget.",
            costs.len()
        );
        return Err(Unknown { reason, flags });
    }
    if let Some(other) = costs.iter().find(|cost| cost.currency != budget.currency) {
        let reason = format!(
            "The budget is in {} and a cost item in {}: state both in one currency.",
            budget.currency, other.currency
        );
        return Err(Unknown::flagged(reason, Flag::CurrencyMismatch));
    }
    let cost: f64 = costs.iter().map(|cost| cost.amount).sum();
    check_total(plan, fields, cost, budget.currency)?;
    let (contingency, contingency_evidence) = contingency(plan, budget.currency);
    let items = costs.len();
    let evidence = [budget_evidence]
        .into_iter()
        .chain(contingency_evidence)
        .chain(
            costs
                .into_iter()
                .take(MAX_ITEM_EVIDENCE)
                .map(|cost| cost.evidence),
        )
        .collect();
    Ok(Inputs {
        budget: budget.middle(),
        contingency,
        cost,
        currency: budget.currency.to_owned(),
        items,
        evidence,
        flags,
    })
}

/// The amount that the prompt calls its budget; without that word, the only amount it names.
fn budget(plan: &Plan) -> Option<(Money, Evidence)> {
    let prompt = bounded_prompt(plan);
    let spans = sentences(prompt);
    let amounts: Vec<Money> = money(prompt)
        .into_iter()
        .filter(|found| found.low > 0.0)
        .collect();
    // The largest, since parts of a budget ("5, 10, then 20 million") stand beside the whole.
    let chosen = amounts
        .iter()
        .filter(|found| is_called_budget(prompt, &spans, found))
        .max_by(|a, b| a.high.total_cmp(&b.high))
        .or_else(|| amounts.first().filter(|_| amounts.len() == 1))?;
    let evidence = Evidence::of(&plan.prompt.source, prompt, chosen.span)?;
    Some((chosen.clone(), evidence))
}

/// Whether the sentence around the amount says that it is the money there is. Looks at the
/// hundred characters on each side, within the sentence.
fn is_called_budget(prompt: &str, sentences: &[Span], amount: &Money) -> bool {
    let after = sentences.partition_point(|&(_, to)| to <= amount.span.0);
    let Some(&(from, to)) = sentences.get(after) else {
        return false;
    };
    let start = prompt.floor_char_boundary(amount.span.0.saturating_sub(AROUND).max(from));
    let end = prompt.floor_char_boundary((amount.span.1 + AROUND).min(to).max(amount.span.1));
    let around = prompt[start..end].to_lowercase();
    BUDGET_WORDS.iter().any(|word| around.contains(word))
}

/// Cost items with an amount and a passage of the plan that states them: the plan's own, or
/// where it has none, those a model quoted.
pub(crate) fn quoted_costs(
    plan: &Plan,
    fields: Option<&ModelFields>,
    flags: &mut Vec<Flag>,
) -> Vec<Cost> {
    let own: Vec<Cost> = plan.costs.items.iter().filter_map(own_cost).collect();
    if !plan.costs.items.is_empty() {
        return own;
    }
    let Some(fields) = fields else {
        return Vec::new();
    };
    let checked = check(plan, fields);
    if checked.dropped > 0 {
        flags.push(Flag::UnsupportedQuote);
    }
    let texts = source_texts(plan);
    let mut seen: Vec<Evidence> = Vec::new();
    let mut costs = Vec::new();
    for cost in checked
        .fields
        .costs
        .iter()
        .filter(|cost| !cost.share_of_budget && usable(cost.amount))
    {
        let Some(evidence) = find_in(&texts, &cost.quote).filter(|found| !seen.contains(found))
        else {
            continue;
        };
        // One passage is one cost, however often it is quoted.
        if says_share(&cost.quote) || echoes_budget(plan, cost) {
            continue;
        }
        seen.push(evidence.clone());
        let currency = cost.currency.clone();
        costs.push(Cost {
            amount: cost.amount,
            currency,
            year: 0.0,
            evidence,
        });
    }
    costs
}

/// The budget said again, in the prompt or in a summary of it, is no cost.
fn echoes_budget(plan: &Plan, cost: &QuotedCost) -> bool {
    budget(plan).is_some_and(|(budget, _)| {
        budget.currency == cost.currency
            && [budget.low, budget.high, budget.middle()]
                .iter()
                .any(|end| (end - cost.amount).abs() <= 0.005 * end)
    })
}

fn own_cost(item: &CostItem) -> Option<Cost> {
    let product = || Some(item.quantity? * item.unit_cost?);
    let amount = item
        .amount
        .or_else(product)
        .filter(|amount| usable(*amount))?;
    let share = item.share_of_budget || says_share(&item.basis) || says_share(&item.description);
    let text = if item.description.is_empty() {
        &item.basis
    } else {
        &item.description
    };
    let evidence = Evidence::of(&item.source, text, (0, text.len()))?;
    let year = item
        .year
        .filter(|year| year.is_finite() && *year >= 0.0)
        .unwrap_or(0.0);
    (!share).then(|| Cost {
        amount,
        currency: item.currency.clone(),
        year,
        evidence,
    })
}

fn usable(amount: f64) -> bool {
    amount.is_finite() && amount > 0.0
}

/// "20 % of the budget" is no estimate.
fn says_share(text: &str) -> bool {
    let text = text.to_lowercase();
    (text.contains('%') || text.contains("percent") || text.contains("share"))
        && (text.contains("of budget")
            || text.contains("of the budget")
            || text.contains("of total budget")
            || text.contains("of the total budget"))
}

fn check_total(
    plan: &Plan,
    fields: Option<&ModelFields>,
    cost: f64,
    currency: &str,
) -> Result<(), Unknown> {
    let of_plan = plan.costs.stated_total.filter(|total| total.is_finite());
    let quoted = || {
        let total = check(plan, fields?).fields.stated_total?;
        (total.currency == currency).then_some(total.amount)
    };
    let Some(total) = of_plan.or_else(quoted) else {
        return Ok(());
    };
    if (cost - total).abs() <= TOTAL_TOLERANCE * total.abs() {
        return Ok(());
    }
    let reason = format!(
        "The cost items add up to {cost:.0} {currency} and the plan states a total of {total:.0}: make them agree within 10 %."
    );
    Err(Unknown::flagged(reason, Flag::CostsDontAddUp))
}

/// Contingency counts only when a sentence of the plan states its amount in the same currency.
fn contingency(plan: &Plan, currency: &str) -> (f64, Option<Evidence>) {
    let quote = plan.costs.contingency_quote.trim();
    let claimed = plan
        .costs
        .funded_contingency
        .filter(|amount| usable(*amount));
    let (Some(claimed), Some(evidence)) = (claimed, find_quote(plan, quote)) else {
        return (0.0, None);
    };
    let stated = money(quote).iter().any(|found| {
        found.currency == currency && (found.middle() - claimed).abs() <= 0.005 * claimed
    });
    if stated {
        (claimed, Some(evidence))
    } else {
        (0.0, None)
    }
}
