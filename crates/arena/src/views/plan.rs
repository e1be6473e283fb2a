//! The page of one plan: where it stands, its KPIs with evidence, its prompt and its card.

use chrono::{DateTime, Utc};
use plan::Card;
use plan::card::CardItem;
use serde::Serialize;
use store::{Plan, PlanDocument, PlanId, Store};

use super::kpis::{self, KpiView};
use super::leaderboard::contest_overview;
use super::{BoardRow, ContestOverview, PlanHead, ViewError, Viewer, head};

/// Everything that a plan's page opens with.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PlanView {
    pub plan: PlanHead,
    pub standing: BoardRow,
    /// Of the contest that the plan is in.
    pub contest: ContestOverview,
    /// Empty before phase 1.
    pub kpis: Vec<KpiView>,
    pub kpis_extracted_at: Option<DateTime<Utc>>,
    /// What the author asked for.
    pub prompt: String,
    /// What a judge sees of the plan; sections without items are left out.
    pub card: Vec<CardSectionView>,
}

/// One section of the plan card.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CardSectionView {
    pub title: String,
    pub items: Vec<CardItem>,
    /// Items of the plan that are not shown to a judge either.
    pub omitted: usize,
}

/// The page of one plan.
pub async fn plan(store: &Store, viewer: Viewer, id: PlanId) -> Result<PlanView, ViewError> {
    let plan = head::visible(store, viewer, id).await?;
    let contest = contest_overview(store, viewer, plan.visibility.contest(plan.owner_id)).await?;
    let standing = standing(store, viewer, id, contest.ranked()).await?;
    let extraction = store.kpis(id).await?;
    let document = store.plan_document(id).await?;
    Ok(PlanView {
        kpis: extraction
            .as_ref()
            .map(|row| kpis::of_extraction(&row.evidence))
            .unwrap_or_default(),
        kpis_extracted_at: extraction.map(|row| row.extracted_at),
        card: document.as_ref().map(sections).unwrap_or_default(),
        prompt: document.map(|document| document.prompt).unwrap_or_default(),
        plan: PlanHead::of(plan, viewer),
        standing,
        contest,
    })
}

/// A plan and its place on the board.
pub(super) async fn with_standing(
    store: &Store,
    viewer: Viewer,
    id: PlanId,
) -> Result<(Plan, BoardRow), ViewError> {
    let plan = head::visible(store, viewer, id).await?;
    let contest = plan.visibility.contest(plan.owner_id);
    let ranked = super::mine::ranked(store, contest).await?;
    let row = standing(store, viewer, id, ranked).await?;
    Ok((plan, row))
}

async fn standing(
    store: &Store,
    viewer: Viewer,
    id: PlanId,
    ranked: i64,
) -> Result<BoardRow, ViewError> {
    let row = store.metrics(id).await?.ok_or(ViewError::NotFound)?;
    Ok(BoardRow::of(row, viewer, ranked))
}

pub(super) fn sections(document: &PlanDocument) -> Vec<CardSectionView> {
    let card: Card = serde_json::from_str(&document.card).unwrap_or_default();
    let shown = card.sections.into_iter().filter(|s| !s.items.is_empty());
    shown
        .map(|section| CardSectionView {
            title: section.kind.title().to_owned(),
            items: section.items,
            omitted: section.omitted,
        })
        .collect()
}
