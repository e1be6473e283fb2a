//! The plan document: what Planrank knows of one plan, whatever it was read from.
//!
//! Invariants: every text field is canonical (see [`crate::text`]) and bounded; a part that
//! the source lacks is empty or `None`, never invented; every item names the file or JSON
//! pointer it came from in `source`, so that evidence can be located.
//! Deliberately absent: scores, ids made by the server, who owns the plan.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// One project plan.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Plan {
    pub title: String,
    /// What the author asked for, without the "Today's date" trailer of a PlanExe run.
    pub prompt: Text,
    /// The day the plan was asked for ("Today's date" in a PlanExe run).
    pub start_date: Option<NaiveDate>,
    pub objective: Option<Text>,
    /// The five SMART criteria, in their usual order, those that are present.
    pub success_criteria: Vec<Criterion>,
    pub deliverable: Option<Text>,
    /// `business`, `personal` or `other`, where the run says so.
    pub purpose: Option<String>,
    /// Free-form domain as stated by the author ("rail", "software", …), if any.
    pub domain: Option<String>,
    /// Depth-first order; a node's parent always stands before it.
    pub wbs: Vec<WbsNode>,
    pub dependencies: Vec<Dependency>,
    pub durations: Vec<Duration>,
    pub risks: Vec<Risk>,
    pub locations: Vec<Location>,
    pub currency: Option<Currency>,
    pub team: Vec<Role>,
    pub assumptions: Vec<Assumption>,
    pub decisions: Vec<Decision>,
    pub stakeholders: Vec<Text>,
    pub resources: Vec<Text>,
    pub costs: Costs,
    pub benefits: Vec<Benefit>,
    /// Prose that has no structure of its own: executive summary, review, pitch, …
    pub sections: Vec<Section>,
    /// What could not be read, in reading order.
    pub warnings: Vec<Warning>,
    /// What canonicalisation removed or flagged.
    pub integrity: Integrity,
}

/// Canonical text and where it came from (a file's name, or a JSON pointer).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Text {
    pub text: String,
    pub source: String,
}

/// One of the SMART criteria (`specific`, `measurable`, `achievable`, `relevant`, `time_bound`).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Criterion {
    pub name: String,
    pub text: Text,
}

/// A node of the work breakdown structure.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct WbsNode {
    /// The author's own id, unique within the plan.
    pub id: String,
    /// Index of the parent in [`Plan::wbs`]; `None` for the root.
    pub parent: Option<usize>,
    /// 1 for the root's level, counting up.
    pub level: u32,
    pub name: String,
    pub description: String,
    pub deliverable: Option<String>,
    pub resources: Vec<String>,
    pub source: String,
}

/// `dependent` can't start before `depends_on` is finished; both are WBS ids that exist.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Dependency {
    pub dependent: String,
    pub depends_on: String,
    pub explanation: String,
    pub source: String,
}

/// Estimated duration of one task in days; `None` is unknown (−1 in a PlanExe run).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Duration {
    pub task_id: String,
    pub days_min: Option<f64>,
    pub days_realistic: Option<f64>,
    pub days_max: Option<f64>,
    pub delay_risks: String,
    pub mitigation: String,
    pub source: String,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Risk {
    pub area: String,
    pub description: String,
    pub impact: String,
    /// `low`, `medium` or `high`, lower-cased; other words are kept as they are.
    pub likelihood: String,
    pub severity: String,
    pub mitigation: String,
    pub source: String,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Location {
    pub broad: String,
    pub detailed: String,
    pub specific: String,
    pub rationale: String,
    pub source: String,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Currency {
    /// ISO 4217 code.
    pub primary: String,
    pub others: Vec<String>,
    pub strategy: String,
    pub source: String,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Role {
    pub name: String,
    pub explanation: String,
    pub consequences: String,
    pub count: String,
    pub contract: String,
    pub source: String,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Assumption {
    pub question: String,
    pub assumption: String,
    pub assessment: String,
    pub source: String,
}

/// A decision that the plan leaves open, or a strategic lever with the choice taken.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Decision {
    pub title: String,
    pub question: String,
    pub options: Vec<String>,
    pub chosen: Option<String>,
    pub source: String,
}

/// The plan's own cost estimate. PlanExe runs of 2025 have none.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Costs {
    pub items: Vec<CostItem>,
    /// Total as the author states it, in the items' currency.
    pub stated_total: Option<f64>,
    /// Contingency that has funding of its own, beyond the budget in the prompt.
    pub funded_contingency: Option<f64>,
    /// Verbatim sentence that states the funded contingency.
    pub contingency_quote: String,
    pub source: String,
}

/// One line of the cost estimate. `amount` is in whole units of `currency` (dollars, not cents).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct CostItem {
    pub id: String,
    /// WBS id that the cost belongs to, if any.
    pub task_id: Option<String>,
    pub description: String,
    pub quantity: Option<f64>,
    pub unit: String,
    pub unit_cost: Option<f64>,
    pub amount: Option<f64>,
    /// ISO 4217 code.
    pub currency: String,
    /// The author says that this line is a percentage of the budget rather than an estimate.
    pub share_of_budget: bool,
    /// Years after the start when it is spent (0 = at the start).
    pub year: Option<f64>,
    /// Basis of the estimate in the author's words (a quotation, a price list, a past project).
    pub basis: String,
    pub source: String,
}

/// One quantified benefit: `quantity` × `unit_value` = `amount` per year.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Benefit {
    pub id: String,
    pub description: String,
    pub quantity: Option<f64>,
    pub unit: String,
    pub unit_value: Option<f64>,
    /// Per year, in whole units of `currency`.
    pub amount: Option<f64>,
    pub currency: String,
    /// Years after the start when the benefit begins.
    pub start_year: Option<f64>,
    /// For how many years it lasts.
    pub years: Option<f64>,
    /// Outside source for the quantity or the value (a statistic, a study, a contract), if any.
    pub evidence: String,
    pub source: String,
}

/// A prose part of the plan. `key` is the file's suffix without extension (`executive_summary`).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Section {
    pub key: String,
    pub title: String,
    pub text: Text,
}

/// Something that could not be read, or is missing; never fatal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Warning {
    pub kind: WarningKind,
    /// File or JSON pointer.
    pub source: String,
    pub detail: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WarningKind {
    /// A part that plans usually have is not in the source.
    Missing,
    /// The file is there, but can't be parsed.
    Broken,
    /// A reference to a task that does not exist; dropped.
    DanglingReference,
    /// Two items claim one id; the first is kept.
    DuplicateId,
    /// Longer than its bound; cut.
    Truncated,
    /// Bytes that are not UTF-8; replaced.
    Encoding,
    /// A date or number that could not be understood; left unknown.
    Unparsable,
}

/// What canonicalisation removed or found; zero everywhere for an honest plan.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Integrity {
    pub zero_width_removed: u32,
    pub bidi_removed: u32,
    pub tag_chars_removed: u32,
    pub control_removed: u32,
    pub html_tags_removed: u32,
    pub html_comments_removed: u32,
    /// Words that mix scripts with look-alike letters ("pаypal" with a Cyrillic а).
    pub homoglyph_words: u32,
}
