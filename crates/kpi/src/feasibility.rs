//! Feasibility: the chance that the money suffices, by the record of similar projects.
//!
//! `Φ((ln r − μ)/σ)` with r = (budget + funded contingency) ÷ cost, and μ, σ of the reference
//! class. The budget comes from the prompt alone. The cost is the sum of at least three quoted
//! items that aren't shares of the budget and add up to any stated total within 10 %. Beyond
//! the class's 95th percentile more money gains nothing; r > 3 is unknown and flagged.

mod inputs;

use plan::model::Plan;
use serde_json::json;

use crate::fields::ModelFields;
use crate::kpi::{Flag, Kpi};
use crate::reference_class::{Class, classify};
use crate::stats::normal_cdf;
use inputs::{Inputs, Unknown};

pub(crate) use inputs::{Cost, quoted_costs};

/// Version of this extractor.
pub const VERSION: &str = "feasibility/1";
/// A budget this many times the cost is a mistake or a trick.
const MAX_RATIO: f64 = 3.0;

/// The chance that budget and funded contingency cover the actual cost. `fields` are what a
/// model found in the plan's prose; they are checked here, and used where the plan itself has
/// no cost items.
pub fn feasibility(plan: &Plan, fields: Option<&ModelFields>) -> Kpi {
    match inputs::inputs(plan, fields) {
        Ok(inputs) => rate(plan, inputs),
        Err(Unknown { reason, flags }) => {
            Kpi::unknown(VERSION, reason, json!({})).with_flags(flags)
        }
    }
}

fn rate(plan: &Plan, inputs: Inputs) -> Kpi {
    let ratio = (inputs.budget + inputs.contingency) / inputs.cost;
    let classes = classify(plan);
    let class = classes.worse_by(|class| -chance(class, ratio));
    let detail = json!({
        "budget": inputs.budget,
        "funded_contingency": inputs.contingency,
        "cost": inputs.cost,
        "currency": inputs.currency,
        "cost_items": inputs.items,
        "ratio": ratio,
        "class": class,
        "likeliest_classes": classes,
        "record": class.record(),
        "mu": class.record().mu(),
        "sigma": class.record().sigma(),
    });
    if !ratio.is_finite() || ratio > MAX_RATIO {
        let reason = "The budget is more than three times the sum of the costs: check that the cost items are complete and in the same unit as the budget.";
        return Kpi::unknown(VERSION, reason, detail)
            .with_evidence(inputs.evidence)
            .with_flags([Flag::BudgetFarAboveCost]);
    }
    Kpi::known(VERSION, chance(class, ratio), detail)
        .with_evidence(inputs.evidence)
        .with_flags(inputs.flags)
}

fn chance(class: Class, ratio: f64) -> f64 {
    let record = class.record();
    let ratio = ratio.min(record.p95_ratio());
    normal_cdf((ratio.ln() - record.mu()) / record.sigma())
}
