//! Impact: the benefit-cost ratio that remains after the usual optimism is taken out.
//!
//! `BCR′ = e·h_b·PV(benefit) ÷ ((1 + h_c)·PV(cost))`, capped at 10; the value is
//! `BCR′/(1 + BCR′)`.
//! Present values at 3.5 % a year (UK Green Book) over at most 30 years; `h_c` is the mean cost
//! overrun and `h_b` the benefits reached ÷ forecast of the reference class. e is 1 for benefits
//! with an outside source, .6 for those only quoted, .25 for neither. A benefit that isn't its
//! quantity × unit value within 10 % makes the value unknown.

mod benefits;

use plan::model::Plan;
use serde_json::json;

use crate::feasibility::{Cost, quoted_costs};
use crate::fields::ModelFields;
use crate::kpi::{Flag, Kpi};
use crate::reference_class::{Class, classify};
use benefits::{Stream, streams};

/// Version of this extractor.
pub const VERSION: &str = "impact_estimate/1";
/// Social time preference rate of the UK Green Book.
const DISCOUNT: f64 = 0.035;
const MAX_YEARS: f64 = 30.0;
const MAX_RATIO: f64 = 10.0;
const MIN_COSTS: usize = 1;

/// The adjusted benefit-cost ratio as a share, from quantified benefits and costs of the plan
/// or, where it has none, from those a model quoted from its prose.
pub fn impact_estimate(plan: &Plan, fields: Option<&ModelFields>) -> Kpi {
    let mut flags = Vec::new();
    let benefits = match streams(plan, fields, &mut flags) {
        Ok(benefits) => benefits,
        Err(reason) => return Kpi::unknown(VERSION, reason, json!({})).with_flags(flags),
    };
    let costs = quoted_costs(plan, fields, &mut flags);
    if costs.len() < MIN_COSTS {
        let reason = "The plan states no costs of its own: list what each piece of work costs.";
        return Kpi::unknown(VERSION, reason, json!({})).with_flags(flags);
    }
    let currency = &costs[0].currency;
    let same = costs
        .iter()
        .map(|cost| &cost.currency)
        .chain(benefits.iter().map(|b| &b.currency));
    if same.into_iter().any(|other| other != currency) {
        let reason = "Costs and benefits are in different currencies: state them in one.";
        return Kpi::unknown(VERSION, reason, json!({})).with_flags([Flag::CurrencyMismatch]);
    }
    rate(plan, &benefits, &costs, flags)
}

fn rate(plan: &Plan, benefits: &[Stream], costs: &[Cost], mut flags: Vec<Flag>) -> Kpi {
    let weighted: f64 = benefits
        .iter()
        .map(|benefit| benefit.evidence_factor * benefit.present_value())
        .sum();
    let forecast: f64 = benefits.iter().map(Stream::present_value).sum();
    let cost: f64 = costs
        .iter()
        .map(|cost| cost.amount * discount_factor(cost.year))
        .sum();
    let classes = classify(plan);
    let ratio_in = |class: Class| {
        let record = class.record();
        record.benefit_ratio * weighted / ((1.0 + record.mean) * cost)
    };
    let class = classes.worse_by(|class| -ratio_in(class));
    let uncapped = ratio_in(class);
    if uncapped > MAX_RATIO {
        flags.push(Flag::RatioCapped);
    }
    let ratio = uncapped.min(MAX_RATIO);
    let detail = json!({
        "pv_benefits": forecast,
        "pv_benefits_weighted": weighted,
        "evidence_factor": weighted / forecast,
        "pv_costs": cost,
        "adjusted_bcr": ratio,
        "discount_rate": DISCOUNT,
        "class": class,
        "likeliest_classes": classes,
        "record": class.record(),
    });
    let evidence = benefits
        .iter()
        .flat_map(|benefit| benefit.evidence.clone())
        .chain(costs.iter().map(|cost| cost.evidence.clone()))
        .take(16)
        .collect();
    Kpi::known(VERSION, ratio / (1.0 + ratio), detail)
        .with_evidence(evidence)
        .with_flags(flags)
}

/// What one unit of money in `year` is worth at the start.
fn discount_factor(year: f64) -> f64 {
    (1.0 + DISCOUNT).powf(-year)
}
