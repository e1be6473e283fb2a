//! Dropping what a model said without support in the plan.

use plan::model::Plan;

use super::{ModelFields, QuotedBenefit};
use crate::evidence::{SourceText, find_in, source_texts};
use crate::parse::money;

/// Relative difference up to which a number counts as the quoted one.
const TOLERANCE: f64 = 0.005;

/// Fields that passed, and how many didn't.
#[derive(Debug, Clone, PartialEq)]
pub struct Checked {
    pub fields: ModelFields,
    pub dropped: usize,
}

/// Keeps a cost, total or benefit only if its quote stands verbatim in the plan and states its
/// amount of money in its currency; clears a benefit's source that doesn't.
pub fn check(plan: &Plan, fields: &ModelFields) -> Checked {
    let texts = source_texts(plan);
    let mut kept = fields.clone();
    kept.costs
        .retain(|cost| states(&texts, &cost.quote, cost.amount, &cost.currency));
    kept.stated_total = kept
        .stated_total
        .filter(|total| states(&texts, &total.quote, total.amount, &total.currency));
    kept.benefits
        .retain(|benefit| benefit_holds(&texts, benefit));
    let mut cleared = 0;
    for benefit in &mut kept.benefits {
        if !benefit.source_quote.is_empty() && find_in(&texts, &benefit.source_quote).is_none() {
            benefit.source_quote.clear();
            cleared += 1;
        }
    }
    let dropped = fields.costs.len() - kept.costs.len() + fields.benefits.len()
        - kept.benefits.len()
        + usize::from(fields.stated_total.is_some() != kept.stated_total.is_some())
        + cleared;
    Checked {
        fields: kept,
        dropped,
    }
}

fn states(texts: &[SourceText<'_>], quote: &str, amount: f64, currency: &str) -> bool {
    find_in(texts, quote).is_some()
        && money(quote).iter().any(|found| {
            found.currency == currency && (near(found.low, amount) || near(found.high, amount))
        })
}

/// A benefit's quote states its yearly amount or its unit value.
fn benefit_holds(texts: &[SourceText<'_>], benefit: &QuotedBenefit) -> bool {
    let states = |amount| states(texts, &benefit.quote, amount, &benefit.currency);
    states(benefit.amount) || states(benefit.unit_value)
}

fn near(found: f64, claimed: f64) -> bool {
    claimed.is_finite() && (found - claimed).abs() <= TOLERANCE * found.abs()
}

#[cfg(test)]
mod tests {
    use super::{ModelFields, check};
    use crate::fields::{QuotedBenefit, QuotedCost, QuotedTotal};
    use plan::model::{Plan, Text};

    fn plan() -> Plan {
        Plan {
            prompt: Text {
                text: "Build a pier. Piles cost EUR 2 million. In all EUR 5 million. Fees bring EUR 40 per visit.".into(),
                source: "plan.txt".into(),
            },
            ..Plan::default()
        }
    }

    fn cost(quote: &str, amount: f64) -> QuotedCost {
        QuotedCost {
            amount,
            currency: "EUR".into(),
            quote: quote.into(),
            ..QuotedCost::default()
        }
    }

    #[test]
    fn only_supported_fields_stay() {
        let fields = ModelFields {
            costs: vec![
                cost("Piles cost EUR 2 million", 2e6),
                cost("Piles cost EUR 2 million", 3e6),
                cost("Cranes cost EUR 2 million", 2e6),
                cost("", 2e6),
                cost("Piles cost EUR 2 million", f64::NAN),
            ],
            stated_total: Some(QuotedTotal {
                amount: 5e6,
                currency: "USD".into(),
                quote: "In all EUR 5 million".into(),
            }),
            benefits: vec![QuotedBenefit {
                unit_value: 40.0,
                currency: "EUR".into(),
                quote: "Fees bring EUR 40 per visit".into(),
                source_quote: "says the port authority".into(),
                ..QuotedBenefit::default()
            }],
            ..ModelFields::default()
        };
        let checked = check(&plan(), &fields);
        assert_eq!(checked.fields.costs, fields.costs[..1]);
        assert_eq!(checked.fields.stated_total, None);
        assert_eq!(checked.fields.benefits[0].source_quote, "");
        assert_eq!(checked.dropped, 6);
    }
}
