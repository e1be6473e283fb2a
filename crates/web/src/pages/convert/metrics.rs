//! What is stored, as text; long texts are cut so that the page stays small.

use arena::views::{Extraction, JudgePrompt, RawComparison as Stored, RawMetrics};
use chrono::{DateTime, Utc};
use serde_json::Value;
use store::{ComparisonId, PlanId};

use super::count;
use super::judge::{JudgeNames, nano_usd};
use crate::view::format::Moment;
use crate::view::metrics::{RawCall, RawComparison, RawField, RawKpi};

/// Bytes of one KPI's JSON in the page.
const KPI_BYTES: usize = 8_000;
/// Bytes of one text of a call in the page.
const TEXT_BYTES: usize = 14_000;

pub(in crate::pages) fn fields(raw: &RawMetrics) -> Vec<RawField> {
    let (plan, row) = (&raw.plan, &raw.standing);
    let known = [
        ("plan_id", Some(plan.plan_id.to_string())),
        ("content_hash", Some(plan.content_hash.to_string())),
        ("visibility", Some(plan.visibility.to_string())),
        ("state", Some(plan.state.to_string())),
        ("state_reason", plan.state_reason.clone()),
        ("submitted_at", Some(plan.submitted_at.to_rfc3339())),
        ("external_id", plan.external_id.clone()),
        ("source_name", plan.source_name.clone()),
        ("elo", number(row.elo)),
        ("elo_se", number(row.elo_se)),
        ("rank", row.rank.map(|rank| rank.to_string())),
        ("provisional", Some(row.provisional.to_string())),
        ("flagged", Some(row.flagged.to_string())),
        ("comment", row.comment.clone()),
        ("num_comparisons", Some(row.num_comparisons.to_string())),
        ("num_opponents", Some(row.num_opponents.to_string())),
        (
            "num_opponent_owners",
            Some(row.num_opponent_owners.to_string()),
        ),
        ("publications", Some(raw.publications.len().to_string())),
        ("extractions", Some(raw.extractions.len().to_string())),
    ];
    let given = known.into_iter();
    given
        .filter_map(|(name, value)| Some(RawField::new(name, value?)))
        .collect()
}

fn number(value: Option<f64>) -> Option<String> {
    value.map(|value| format!("{value}"))
}

pub(in crate::pages) fn kpis(extraction: &Extraction, now: DateTime<Utc>) -> Vec<RawKpi> {
    let stored = &extraction.evidence["kpis"];
    let kpi = |name: &&str| {
        let one = &stored[*name];
        RawKpi {
            name: (*name).to_owned(),
            value: one["value"].to_string(),
            version: one["version"].as_str().unwrap_or_default().to_owned(),
            extracted: Some(Moment::new(extraction.extracted_at, now)),
            json: cut(&indented(one), KPI_BYTES),
        }
    };
    arena::judge::KPI_NAMES.iter().map(kpi).collect()
}

pub(in crate::pages) fn comparison(
    plan: PlanId,
    stored: &Stored,
    judges: &JudgeNames,
    now: DateTime<Utc>,
) -> RawComparison {
    let this_was_first = stored.first_plan == Some(plan);
    let opponent = if this_was_first {
        stored.second_plan
    } else {
        stored.first_plan
    };
    RawComparison {
        comparison_id: stored.comparison_id.to_string(),
        round: stored.round,
        kind: if stored.variant.is_empty() {
            stored.kind.to_string()
        } else {
            format!("{} ({})", stored.kind, stored.variant)
        },
        state: stored.state.to_string(),
        level: stored
            .level
            .map_or_else(|| "null".to_owned(), |level| level.to_string()),
        this_was_first,
        opponent_id: opponent.map(|id| id.to_string()),
        judge: judges.of(stored.judge_id).name,
        tokens_in: count(stored.input_tokens),
        tokens_out: count(stored.output_tokens),
        cost: nano_usd(stored.cost_nano_usd.as_deref()),
        at: stored.finished_at.map(|at| Moment::new(at, now)),
    }
}

/// One call with what was asked and answered.
pub(in crate::pages) fn call(
    id: ComparisonId,
    stored: Option<&Stored>,
    prompt: Option<JudgePrompt>,
) -> RawCall {
    let mut fields = Vec::new();
    let mut texts = Vec::new();
    if let Some(stored) = stored {
        fields.extend(call_fields(stored));
        if let Some(verdict) = &stored.verdict {
            let json = serde_json::to_value(verdict).unwrap_or_default();
            texts.push(text("Verdict", &indented(&json)));
        }
    }
    if let Some(prompt) = prompt {
        fields.push(RawField::new("rendered_version", prompt.rendered_version));
        fields.push(RawField::new("note", prompt.note));
        texts.push(text("Instructions", &prompt.system));
        texts.extend(prompt.user.map(|user| text("Question", &user)));
    }
    RawCall {
        comparison_id: id.to_string(),
        fields,
        texts,
    }
}

fn call_fields(stored: &Stored) -> impl Iterator<Item = RawField> {
    let known = [
        ("model", stored.model.clone()),
        ("prompt_version", stored.prompt_version.clone()),
        ("request_hash", stored.request_hash.clone()),
        ("reason", Some(stored.reason.clone())),
        ("void_reason", stored.void_reason.clone()),
        ("flags", Some(stored.flags.join(", "))),
        ("calls", Some(stored.calls.to_string())),
        ("created_at", Some(stored.created_at.to_rfc3339())),
        ("finished_at", stored.finished_at.map(|at| at.to_rfc3339())),
    ];
    let given = known.into_iter();
    given.filter_map(|(name, value)| Some(RawField::new(name, value.filter(|v| !v.is_empty())?)))
}

fn text(name: &str, value: &str) -> RawField {
    RawField::new(name, cut(value, TEXT_BYTES))
}

fn indented(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}

/// As much of a text as takes `bytes` in a page, where some characters are written as entities.
fn cut(text: &str, bytes: usize) -> String {
    let mut taken = 0;
    for (at, c) in text.char_indices() {
        taken += match c {
            '<' | '>' | '&' | '"' | '\'' => 5,
            other => other.len_utf8(),
        };
        if taken > bytes {
            return format!("{}\n… cut here: {} bytes in all", &text[..at], text.len());
        }
    }
    text.to_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_cut_text_is_the_start_of_the_whole_and_bounded(text in "\\PC{0,200}", bytes in 0_usize..200) {
            let cut = cut(&text, bytes);
            let kept = cut.split("\n… cut here").next().unwrap();
            prop_assert!(text.starts_with(kept));
            prop_assert!(kept.len() <= bytes.max(text.len().min(bytes)));
            if cut == text {
                prop_assert!(text.len() <= bytes);
            }
        }
    }

    #[test]
    fn what_is_written_as_an_entity_counts_as_one() {
        assert!(cut("\"\"\"\"", 10).starts_with("\"\"\n…"));
    }
}
