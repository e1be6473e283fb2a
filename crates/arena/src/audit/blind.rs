//! What a reviewer sees: before the label two cards, after it the verdict and the plans' names.

use chrono::{DateTime, Utc};
use plan::Card;
use serde::Serialize;
use store::{
    AuditDecision, AuditItem, AuditItemId, AuditLabel, AuditReason, Comparison, PlanId, Store,
};

use super::{AuditError, small, turned};
use crate::explain;
use crate::judge::Verdict;
use crate::vectors;

/// Two cards to be judged, without anything that the judge didn't see either.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BlindItem {
    pub item_id: AuditItemId,
    pub left: BlindCard,
    pub right: BlindCard,
    /// Until then nobody else is given the place.
    pub claimed_until: DateTime<Utc>,
}

/// A plan as the judge saw it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BlindCard {
    pub sections: Vec<BlindSection>,
}

/// One section; without lines the plan states nothing on the matter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BlindSection {
    pub title: &'static str,
    pub lines: Vec<BlindLine>,
    /// Items of the plan that no judge sees.
    pub omitted: usize,
}

/// One statement of the plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BlindLine {
    pub id: String,
    pub text: String,
}

/// The judge's verdict beside the reviewer's label. Levels are positive for the plan on the left.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Revealed {
    pub item_id: AuditItemId,
    /// Why the item was chosen.
    pub chosen_for: AuditReason,
    pub left_plan: PlanId,
    pub right_plan: PlanId,
    pub left_title: String,
    pub right_title: String,
    pub left: BlindCard,
    pub right: BlindCard,
    /// The plan on the left was shown to the judge first.
    pub judge_saw_left_first: bool,
    pub label: i8,
    pub judge_level: i8,
    pub judge_name: String,
    pub model: Option<String>,
    /// Reasons and quotes; `None` when this version can't read them.
    pub verdict: Option<Verdict>,
    pub flags: Vec<String>,
    /// What the reviewer decided last.
    pub decision: Option<AuditDecision>,
}

pub(super) async fn item(
    store: &Store,
    item: &AuditItem,
    claimed_until: DateTime<Utc>,
) -> Result<BlindItem, AuditError> {
    let comparison = comparison(store, item).await?;
    let (left, right) = sides(item, &comparison);
    Ok(BlindItem {
        item_id: item.item_id,
        left: card(store, left).await?.into(),
        right: card(store, right).await?.into(),
        claimed_until,
    })
}

pub(super) async fn revealed(
    store: &Store,
    item: &AuditItem,
    label: &AuditLabel,
) -> Result<Revealed, AuditError> {
    let comparison = comparison(store, item).await?;
    let (left, right) = sides(item, &comparison);
    let judge = store.judge(comparison.judge_id).await?;
    let verdict: Option<Verdict> = json(comparison.verdict.as_deref());
    let decision = store
        .newest_audit_decision(item.comparison_id, label.reviewer_id)
        .await?;
    Ok(Revealed {
        item_id: item.item_id,
        chosen_for: item.reason,
        left_plan: left,
        right_plan: right,
        left_title: title(store, left).await?,
        right_title: title(store, right).await?,
        left: card(store, left).await?.into(),
        right: card(store, right).await?.into(),
        judge_saw_left_first: !item.swapped,
        label: turned(small(label.level)?, item.swapped),
        judge_level: turned(judged(&comparison)?, item.swapped),
        judge_name: judge.map(|j| j.name).unwrap_or_default(),
        verdict: verdict.map(|v| if item.swapped { explain::turned(v) } else { v }),
        flags: json(comparison.flags.as_deref()).unwrap_or_default(),
        model: comparison.model,
        decision,
    })
}

pub(super) async fn comparison(store: &Store, item: &AuditItem) -> Result<Comparison, AuditError> {
    let found = store.comparison(item.comparison_id).await?;
    found.ok_or_else(|| AuditError::Broken("it is gone".into()))
}

/// The judge's level, positive for the plan that it was shown first.
pub(super) fn judged(comparison: &Comparison) -> Result<i8, AuditError> {
    let level = comparison.level;
    small(level.ok_or_else(|| AuditError::Broken("it has no level".into()))?)
}

pub(super) async fn card(store: &Store, plan: PlanId) -> Result<Card, AuditError> {
    vectors::card(store, plan)
        .await
        .map_err(|why| AuditError::Broken(why.to_string()))
}

/// Left and right.
fn sides(item: &AuditItem, comparison: &Comparison) -> (PlanId, PlanId) {
    if item.swapped {
        (comparison.second_plan, comparison.first_plan)
    } else {
        (comparison.first_plan, comparison.second_plan)
    }
}

async fn title(store: &Store, plan: PlanId) -> Result<String, AuditError> {
    let plan = store.plan(plan).await?;
    Ok(plan.map(|p| p.title).unwrap_or_default())
}

fn json<T: serde::de::DeserializeOwned>(text: Option<&str>) -> Option<T> {
    text.and_then(|text| serde_json::from_str(text).ok())
}

/// Sources are left out: names of files would tell where a plan comes from.
impl From<Card> for BlindCard {
    fn from(card: Card) -> Self {
        let line = |item: plan::card::CardItem| BlindLine {
            id: item.id,
            text: item.text,
        };
        let section = |section: plan::card::CardSection| BlindSection {
            title: section.kind.title(),
            lines: section.items.into_iter().map(line).collect(),
            omitted: section.omitted,
        };
        Self {
            sections: card.sections.into_iter().map(section).collect(),
        }
    }
}
