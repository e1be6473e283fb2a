//! What every extractor returns.

use plan::model::Plan;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::evidence::Evidence;
use crate::fields::{ModelFields, PromptRating};

/// One measured value of one plan.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Kpi {
    /// Finite and within 0..=1; `None` is "unknown", which is not a low value.
    pub value: Option<f64>,
    /// Verbatim passages of the plan that the value rests on.
    pub evidence: Vec<Evidence>,
    /// Name and version of the extractor, for example `technical_completeness/1`.
    pub version: &'static str,
    /// Findings that an auditor should see; sorted, without repetition.
    pub flags: Vec<Flag>,
    /// Factors and intermediate results, for the metrics viewer.
    pub detail: Value,
    /// Why the value is unknown, in words that tell the author what is missing.
    pub unknown_reason: Option<String>,
}

impl Kpi {
    /// A known value. Anything outside 0..=1 is clamped; a value that is not a number is
    /// reported as unknown rather than stored.
    pub(crate) fn known(version: &'static str, value: f64, detail: Value) -> Self {
        if !value.is_finite() {
            return Self::unknown(
                version,
                "The figures in the plan can't be computed with.",
                detail,
            );
        }
        Self {
            value: Some(value.clamp(0.0, 1.0)),
            evidence: Vec::new(),
            version,
            flags: Vec::new(),
            detail,
            unknown_reason: None,
        }
    }

    /// Why there is no value.
    pub fn unknown(version: &'static str, reason: impl Into<String>, detail: Value) -> Self {
        Self {
            value: None,
            evidence: Vec::new(),
            version,
            flags: Vec::new(),
            detail,
            unknown_reason: Some(reason.into()),
        }
    }

    pub(crate) fn with_evidence(mut self, evidence: Vec<Evidence>) -> Self {
        self.evidence = evidence;
        self
    }

    pub(crate) fn with_flags(mut self, flags: impl IntoIterator<Item = Flag>) -> Self {
        self.flags.extend(flags);
        self.flags.sort_unstable();
        self.flags.dedup();
        self
    }
}

/// The five KPIs of one plan, by the names the design gives them.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Kpis {
    pub novelty_score: Kpi,
    pub prompt_quality: Kpi,
    pub technical_completeness: Kpi,
    pub feasibility: Kpi,
    pub impact_estimate: Kpi,
}

impl Kpis {
    /// All five of one plan. `novelty` needs the corpus and comes from [`crate::novelty()`];
    /// `rating` and `fields` are what a model filled in, if one was asked.
    pub fn extract(
        plan: &Plan,
        novelty: Kpi,
        rating: Option<&PromptRating>,
        fields: Option<&ModelFields>,
    ) -> Self {
        Self {
            novelty_score: novelty,
            prompt_quality: crate::prompt_quality(plan, rating),
            technical_completeness: crate::technical_completeness(plan),
            feasibility: crate::feasibility(plan, fields),
            impact_estimate: crate::impact_estimate(plan, fields),
        }
    }

    /// The five with their names, in the order of the design.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &Kpi)> {
        [
            ("novelty_score", &self.novelty_score),
            ("prompt_quality", &self.prompt_quality),
            ("technical_completeness", &self.technical_completeness),
            ("feasibility", &self.feasibility),
            ("impact_estimate", &self.impact_estimate),
        ]
        .into_iter()
    }
}

/// Something an extractor noticed that a person may want to look at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Flag {
    /// The same text as another plan.
    Copy,
    /// Farther from every other plan than the corpus allows: perhaps gibberish.
    FarFromEverything,
    /// One sentence tries to serve many of the prompt items.
    StuffedSentence,
    /// A quote that is not in the plan was dropped.
    UnsupportedQuote,
    /// A model's rating of a prompt item was lowered because a parser found nothing.
    ParserDisagrees,
    /// Tasks depend on each other in a circle.
    DependencyCycle,
    /// Many dependency explanations follow one template.
    TemplatedExplanations,
    /// At least a tenth of tasks or leaves say nearly the same as another.
    NearDuplicateTasks,
    /// The budget is more than three times the cost.
    BudgetFarAboveCost,
    /// Cost items don't add up to the total the author states.
    CostsDontAddUp,
    /// Cost items and budget are in different currencies.
    CurrencyMismatch,
    /// A benefit isn't its quantity times its unit value.
    BenefitDoesNotMultiply,
    /// The benefit-cost ratio was above the cap of 10.
    RatioCapped,
}
