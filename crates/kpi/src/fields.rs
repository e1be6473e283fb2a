//! What a model may fill in for the extractors, as JSON, and the check of its quotes.
//!
//! The model is asked elsewhere; here are the types, the JSON schema to ask with, and
//! [`check`], which drops everything whose quote is not verbatim in the plan. A model never
//! supplies a value of a KPI, only passages and numbers that stand in them.

mod check;
mod schema;

use serde::{Deserialize, Serialize};

pub use check::{Checked, check};
pub use schema::{model_fields_schema, prompt_rating_schema};

use crate::prompt_quality::Item;
use crate::reference_class::Class;

/// One prompt item: 0, ½ or 1, and the passage of the prompt that earns it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct RatedItem {
    pub score: f64,
    pub quote: String,
}

/// The eight items of the prompt.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct PromptRating {
    pub objective: RatedItem,
    pub context: RatedItem,
    pub constraints: RatedItem,
    pub measurable_success: RatedItem,
    pub location: RatedItem,
    pub budget: RatedItem,
    pub timeframe: RatedItem,
    pub risks_or_stakeholders: RatedItem,
}

impl PromptRating {
    pub fn item(&self, item: Item) -> &RatedItem {
        match item {
            Item::Objective => &self.objective,
            Item::Context => &self.context,
            Item::Constraints => &self.constraints,
            Item::MeasurableSuccess => &self.measurable_success,
            Item::Location => &self.location,
            Item::Budget => &self.budget,
            Item::Timeframe => &self.timeframe,
            Item::RisksOrStakeholders => &self.risks_or_stakeholders,
        }
    }
}

/// A cost that the plan states in prose.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct QuotedCost {
    pub description: String,
    /// In whole units of `currency`.
    pub amount: f64,
    /// ISO 4217 code.
    pub currency: String,
    /// The passage derives it from the budget instead of estimating it.
    pub share_of_budget: bool,
    pub quote: String,
}

/// A total that the plan states for its costs.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct QuotedTotal {
    pub amount: f64,
    pub currency: String,
    pub quote: String,
}

/// A benefit that the plan quantifies in prose: per year.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct QuotedBenefit {
    pub description: String,
    pub quantity: f64,
    pub unit: String,
    pub unit_value: f64,
    /// Per year, in whole units of `currency`.
    pub amount: f64,
    pub currency: String,
    pub start_year: f64,
    pub years: f64,
    /// Verbatim mention of an outside source, empty if there is none.
    pub source_quote: String,
    pub quote: String,
}

/// Everything a model may extract for feasibility and impact.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ModelFields {
    pub costs: Vec<QuotedCost>,
    pub stated_total: Option<QuotedTotal>,
    pub benefits: Vec<QuotedBenefit>,
    /// Kept for the audit; the server chooses the class itself.
    pub likely_classes: Vec<Class>,
}
