//! Prose parts. Their structure differs between versions, their Markdown doesn't.

use super::RunReader;
use super::fields::text;
use crate::model::{Plan, Section, Text};
use crate::read::limits::SECTION_BYTES;

/// Suffix without extension, title, whether plans usually have it.
const SECTIONS: &[(&str, &str, &str, bool)] = &[
    (
        "executive_summary",
        "executive_summary.md",
        "Executive summary",
        true,
    ),
    (
        "strategic_decisions",
        "strategic_decisions.md",
        "Strategic decisions",
        true,
    ),
    ("scenarios", "scenarios.md", "Scenarios", true),
    ("review_plan", "review_plan.md", "Review", true),
    (
        "review_assumptions",
        "review_assumptions.md",
        "Review of assumptions",
        true,
    ),
    ("premortem", "premortem.md", "Premortem", true),
    (
        "premise_attack",
        "premise_attack.md",
        "Premise attack",
        false,
    ),
    ("self_audit", "self_audit.md", "Self-audit", false),
    ("redline_gate", "redline_gate.md", "Redline gate", false),
    (
        "expert_criticism",
        "expert_criticism.md",
        "Expert criticism",
        true,
    ),
    ("swot_analysis", "swot_analysis.md", "SWOT analysis", true),
    ("pitch", "pitch.md", "Pitch", true),
    (
        "consolidate_governance",
        "consolidate_governance.md",
        "Governance",
        true,
    ),
    (
        "related_resources",
        "related_resources.md",
        "Related projects",
        true,
    ),
    (
        "questions_and_answers",
        "questions_and_answers.md",
        "Questions and answers",
        true,
    ),
];

/// The executive summary's own fields, in reading order, for runs without its Markdown.
const SUMMARY_FIELDS: &[(&str, &str)] = &[
    ("focus_and_context", "Focus and Context"),
    ("purpose_and_goals", "Purpose and Goals"),
    (
        "key_deliverables_and_outcomes",
        "Key Deliverables and Outcomes",
    ),
    ("timeline_and_budget", "Timeline and Budget"),
    ("risks_and_mitigations", "Risks and Mitigations"),
    ("overall_takeaway", "Overall Takeaway"),
];

pub(super) fn read(run: &mut RunReader, plan: &mut Plan) {
    for (key, suffix, title, expected) in SECTIONS {
        let found = run.text(suffix).or_else(|| fallback(run, key));
        let Some((raw, source)) = found else {
            if *expected {
                run.missing(suffix, &title.to_lowercase());
            }
            continue;
        };
        plan.sections.push(Section {
            key: (*key).to_owned(),
            title: (*title).to_owned(),
            text: Text {
                text: run.collector.clean(&raw, SECTION_BYTES, &source),
                source,
            },
        });
    }
}

fn fallback(run: &mut RunReader, key: &str) -> Option<(String, String)> {
    match key {
        "executive_summary" => {
            let (value, source) = run.json(&["executive_summary_raw.json"])?;
            let paragraphs: Vec<String> = SUMMARY_FIELDS
                .iter()
                .map(|(field, title)| (text(&value, field), title))
                .filter(|(body, _)| !body.is_empty())
                .map(|(body, title)| format!("## {title}\n{body}"))
                .collect();
            (!paragraphs.is_empty()).then(|| (paragraphs.join("\n\n"), source))
        }
        "pitch" => {
            let (value, source) = run.json(&["pitch.json"])?;
            let pitch = text(&value, "pitch");
            (!pitch.is_empty()).then_some((pitch, source))
        }
        _ => None,
    }
}
