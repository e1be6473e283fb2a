//! KPIs with what they rest on.

use arena::views;

use super::capital;
use crate::view::plan::{EvidenceView, KpiView};

/// Quotes of a KPI that a page shows; the raw metrics have all.
const MAX_EVIDENCE: usize = 12;

pub(in crate::pages) fn kpi(kpi: views::KpiView) -> KpiView {
    let (name, meaning) = words(&kpi.name);
    let evidence = kpi.evidence.into_iter().take(MAX_EVIDENCE);
    KpiView {
        name: name.to_owned(),
        meaning: meaning.to_owned(),
        value: kpi.value,
        unknown_reason: kpi.unknown_reason.as_deref().map(capital),
        version: kpi.version,
        evidence: evidence
            .map(|evidence| EvidenceView {
                source: evidence.source,
                quote: evidence.quote,
                span: Some(evidence.span),
            })
            .collect(),
        flags: kpi.flags.into_iter().map(|flag| flag.text).collect(),
    }
}

/// The name of a KPI for people and one sentence on what it measures.
pub(in crate::pages) fn words(name: &str) -> (&str, &'static str) {
    match name {
        "novelty_score" => ("Novelty", "How unlike the plans of the corpus it is."),
        "prompt_quality" => (
            "Prompt quality",
            "Whether the prompt says what, why, by when, for how much and for whom.",
        ),
        "technical_completeness" => (
            "Technical completeness",
            "Work broken down, linked, timed, owned and staffed.",
        ),
        "feasibility" => (
            "Feasibility",
            "The chance that the budget holds, by what such projects overran.",
        ),
        "impact_estimate" => (
            "Impact",
            "Benefits against costs, discounted and weighted by their evidence.",
        ),
        other => (other, ""),
    }
}
