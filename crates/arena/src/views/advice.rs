//! What the author of a plan could do, in the order in which it was found to matter.
//!
//! What judges held against the plan comes first, since ratings come from judges alone: the lost
//! dimensions of its newest comparisons, gathered by theme, most levels lost first. What the
//! extractors found missing follows. Each item says where it comes from; none promises a rank.

use std::collections::BTreeMap;

use serde::Serialize;
use store::{ComparisonId, PlanComparisons, PlanId, Store, Which};

use super::compare::extracted;
use super::comparisons::{DimensionView, PlanComparison, told};
use super::kpis::KpiView;
use super::{ViewError, Viewer, head};

mod gaps;

/// Comparisons that are read, the newest.
const MAX_COMPARISONS: u32 = 100;
const MAX_THEMES: usize = 6;
const MAX_REASONS: usize = 3;

/// Advice about one plan.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Advice {
    pub items: Vec<AdviceItem>,
    /// Comparisons with a verdict that were read.
    pub comparisons_read: usize,
    pub note: &'static str,
}

/// What every answer says of itself.
const NOTE: &str = "Drawn from what judges wrote about this plan and what the extractors found missing in it. \
     KPIs are no part of the rating, and nothing here promises a rank.";

/// Where an item comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AdviceSource {
    Judges,
    Kpi,
}

/// One thing to do.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AdviceItem {
    pub source: AdviceSource,
    /// A theme of the judges, or a KPI and its factor, such as `prompt_quality/budget`.
    pub subject: String,
    pub action: String,
    /// What it rests on, in a sentence.
    pub basis: String,
    /// The judges' own words.
    pub reasons: Vec<String>,
    /// The comparisons that it rests on.
    pub comparisons: Vec<ComparisonId>,
}

/// What could be done about a plan.
pub async fn advice(store: &Store, viewer: Viewer, id: PlanId) -> Result<Advice, ViewError> {
    let plan = head::visible(store, viewer, id).await?;
    let page = PlanComparisons {
        plan: id,
        which: Which::Meetings,
        before: None,
        limit: MAX_COMPARISONS,
    };
    let rows = store.comparisons_of_plan(&page).await?;
    let mut meetings = told(store, viewer, &plan, rows).await?;
    meetings.retain(|meeting| meeting.level.is_some());
    let kpis = extracted(store, id).await?;
    let mut items = from_judges(&meetings);
    items.extend(from_kpis(&kpis));
    Ok(Advice {
        items,
        comparisons_read: meetings.len(),
        note: NOTE,
    })
}

/// What was lost under one theme.
#[derive(Debug, Default)]
struct Theme {
    levels: i64,
    reasons: Vec<(i8, String)>,
    comparisons: Vec<ComparisonId>,
}

fn from_judges(meetings: &[PlanComparison]) -> Vec<AdviceItem> {
    let mut themes: BTreeMap<&'static str, Theme> = BTreeMap::new();
    for meeting in meetings {
        let lost = meeting
            .dimensions
            .iter()
            .filter(|d| d.verified && d.preference < 0);
        for dimension in lost {
            let theme = themes.entry(gaps::theme(&dimension.name)).or_default();
            theme.add(meeting.comparison_id, dimension);
        }
    }
    let mut themes: Vec<(&'static str, Theme)> = themes.into_iter().collect();
    themes.sort_by_key(|(name, theme)| (std::cmp::Reverse(theme.levels), *name));
    let items = themes.into_iter().take(MAX_THEMES);
    items
        .map(|(name, theme)| theme.item(name, meetings.len()))
        .collect()
}

impl Theme {
    fn add(&mut self, comparison: ComparisonId, dimension: &DimensionView) {
        self.levels -= i64::from(dimension.preference);
        self.reasons
            .push((dimension.preference, dimension.reason.clone()));
        if self.comparisons.last() != Some(&comparison) {
            self.comparisons.push(comparison);
        }
    }

    /// The strongest different reasons stand for all.
    fn item(mut self, name: &'static str, of: usize) -> AdviceItem {
        self.reasons.sort();
        let mut reasons: Vec<String> = Vec::new();
        for (_, reason) in self.reasons {
            if !reason.is_empty() && !reasons.contains(&reason) {
                reasons.push(reason);
            }
        }
        reasons.truncate(MAX_REASONS);
        AdviceItem {
            source: AdviceSource::Judges,
            subject: name.to_owned(),
            action: gaps::theme_action(name).to_owned(),
            basis: format!(
                "The other plan was preferred on this in {} of {of} comparisons read, by {} levels in all.",
                self.comparisons.len(),
                self.levels
            ),
            reasons,
            comparisons: self.comparisons,
        }
    }
}

/// Unknown KPIs, missing items of the prompt, weak factors.
fn from_kpis(kpis: &[KpiView]) -> Vec<AdviceItem> {
    let mut items = Vec::new();
    for kpi in kpis {
        // How far a plan is from others is nothing that its author should mend.
        if kpi.name == gaps::NOVELTY {
            continue;
        }
        if let Some(reason) = &kpi.unknown_reason {
            let basis = format!("{} is unknown.", kpi.name);
            items.push(item(kpi.name.clone(), reason, basis));
            continue;
        }
        let weak = kpi.factors.iter().filter_map(|factor| {
            let value = factor.value.filter(|value| *value <= 0.5)?;
            let action = gaps::factor_action(&kpi.name, &factor.key)?;
            Some((value, factor, action))
        });
        let mut weak: Vec<_> = weak.collect();
        weak.sort_by(|a, b| a.0.total_cmp(&b.0));
        items.extend(weak.into_iter().map(|(value, factor, action)| {
            let basis = format!("{}: {} is {value:.2} of 1.", kpi.name, factor.label);
            item(format!("{}/{}", kpi.name, factor.key), action, basis)
        }));
    }
    items
}

fn item(subject: String, action: &str, basis: String) -> AdviceItem {
    AdviceItem {
        source: AdviceSource::Kpi,
        subject,
        action: action.to_owned(),
        basis,
        reasons: Vec::new(),
        comparisons: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::views::Factor;

    fn kpi(name: &str, value: Option<f64>, factors: &[(&str, f64)]) -> KpiView {
        KpiView {
            name: name.to_owned(),
            value,
            unknown_reason: value.is_none().then(|| "State a budget.".to_owned()),
            version: String::new(),
            flags: Vec::new(),
            evidence: Vec::new(),
            factors: factors
                .iter()
                .map(|(key, value)| Factor {
                    key: (*key).to_owned(),
                    label: (*key).to_owned(),
                    value: Some(*value),
                    text: None,
                })
                .collect(),
        }
    }

    #[test]
    fn nobody_is_told_to_be_more_novel() {
        let unknown = kpi(gaps::NOVELTY, None, &[]);
        let low = kpi(gaps::NOVELTY, Some(0.1), &[("distance", 0.1)]);
        assert!(from_kpis(&[unknown, low]).is_empty());
    }

    #[test]
    fn what_is_missing_becomes_an_action_and_what_is_there_does_not() {
        let prompt = kpi(
            "prompt_quality",
            Some(0.5),
            &[("budget", 0.0), ("location", 1.0), ("timeframe", 0.5)],
        );
        let items = from_kpis(&[prompt, kpi("feasibility", None, &[])]);
        let subjects: Vec<&str> = items.iter().map(|item| item.subject.as_str()).collect();
        assert_eq!(
            subjects,
            [
                "prompt_quality/budget",
                "prompt_quality/timeframe",
                "feasibility"
            ]
        );
        assert_eq!(items[2].action, "State a budget.");
    }
}
