//! Two plans side by side: places, cards, what they were told against each other, and whom both
//! have met.

use std::collections::{BTreeMap, BTreeSet};

use plan::Card;
use plan::card::{CardItem, SectionKind};
use serde::Serialize;
use store::{Met, Plan, PlanId, Store};

use super::comparisons::{told, visible_faces};
use super::kpis::{self, KpiView};
use super::plan::with_standing;
use super::{BoardRow, PlanComparison, PlanHead, ViewError, Viewer};
use crate::explain::probability_better;

/// Verdicts of each plan that are searched for common opponents, the newest.
const MAX_MET: u32 = 500;
/// Common opponents that are told.
const MAX_COMMON: usize = 50;

/// Two plans side by side.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PairView {
    pub a: Side,
    pub b: Side,
    /// Probability that the true strength of `a` is higher; `None` when one is not rated or the
    /// two are in different contests.
    pub probability_a_better: Option<f64>,
    /// Direct comparisons from `a`'s point of view, in both orders.
    pub meetings: Vec<PlanComparison>,
    /// Those that separate the two most first.
    pub common_opponents: Vec<CommonOpponent>,
    /// Section by section; sections that neither has are left out.
    pub cards: Vec<CardPair>,
}

/// One of two plans.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Side {
    pub plan: PlanHead,
    pub standing: BoardRow,
    pub kpis: Vec<KpiView>,
}

/// A plan that both have met.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CommonOpponent {
    pub plan_id: PlanId,
    pub title: String,
    /// Mean level against it, positive when `a` was preferred to it.
    pub a_level: f64,
    pub b_level: f64,
}

/// The same section of both cards.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CardPair {
    pub title: String,
    pub a: Vec<CardItem>,
    pub b: Vec<CardItem>,
}

/// Puts two plans side by side.
pub async fn compare(
    store: &Store,
    viewer: Viewer,
    a: PlanId,
    b: PlanId,
) -> Result<PairView, ViewError> {
    if a == b {
        return Err(ViewError::SamePlan);
    }
    let (plan_a, row_a) = with_standing(store, viewer, a).await?;
    let (plan_b, row_b) = with_standing(store, viewer, b).await?;
    let one_contest =
        plan_a.visibility.contest(plan_a.owner_id) == plan_b.visibility.contest(plan_b.owner_id);
    let meetings = store.comparisons_between(a, b).await?;
    let ended = meetings
        .into_iter()
        .filter(|c| c.variant.is_empty() && c.state != store::ComparisonState::Scheduled);
    Ok(PairView {
        probability_a_better: probability(&row_a, &row_b).filter(|_| one_contest),
        meetings: told(store, viewer, &plan_a, ended.collect()).await?,
        common_opponents: common_opponents(store, viewer, a, b).await?,
        cards: cards(&card(store, a).await?, &card(store, b).await?),
        a: side(store, viewer, plan_a, row_a).await?,
        b: side(store, viewer, plan_b, row_b).await?,
    })
}

async fn side(
    store: &Store,
    viewer: Viewer,
    plan: Plan,
    standing: BoardRow,
) -> Result<Side, ViewError> {
    Ok(Side {
        kpis: extracted(store, plan.plan_id).await?,
        plan: PlanHead::of(plan, viewer),
        standing,
    })
}

pub(super) async fn extracted(store: &Store, plan: PlanId) -> Result<Vec<KpiView>, ViewError> {
    let row = store.kpis(plan).await?;
    Ok(row
        .map(|row| kpis::of_extraction(&row.evidence))
        .unwrap_or_default())
}

pub(super) fn probability(a: &BoardRow, b: &BoardRow) -> Option<f64> {
    probability_better((a.elo?, a.elo_se?), (b.elo?, b.elo_se?))
}

async fn card(store: &Store, plan: PlanId) -> Result<Card, ViewError> {
    let document = store.plan_document(plan).await?;
    let card = document.and_then(|document| serde_json::from_str(&document.card).ok());
    Ok(card.unwrap_or_default())
}

fn cards(a: &Card, b: &Card) -> Vec<CardPair> {
    let items = |card: &Card, kind: SectionKind| {
        let section = card.section(kind);
        section.map(|s| s.items.clone()).unwrap_or_default()
    };
    let pairs = SectionKind::ALL.iter().map(|kind| CardPair {
        title: kind.title().to_owned(),
        a: items(a, *kind),
        b: items(b, *kind),
    });
    pairs
        .filter(|pair| !pair.a.is_empty() || !pair.b.is_empty())
        .collect()
}

/// Plans that both have met and the viewer may see, with the mean level of each against them.
pub(super) async fn common_opponents(
    store: &Store,
    viewer: Viewer,
    a: PlanId,
    b: PlanId,
) -> Result<Vec<CommonOpponent>, ViewError> {
    let met_a = means(&store.met_by(a, MAX_MET).await?);
    let met_b = means(&store.met_by(b, MAX_MET).await?);
    let shared: BTreeSet<PlanId> = met_a
        .keys()
        .filter(|p| met_b.contains_key(p))
        .copied()
        .collect();
    let shared: Vec<PlanId> = shared.into_iter().filter(|p| *p != a && *p != b).collect();
    let faces = visible_faces(store, viewer, &shared).await?;
    let told = faces.into_values().map(|face| CommonOpponent {
        a_level: met_a[&face.plan_id],
        b_level: met_b[&face.plan_id],
        plan_id: face.plan_id,
        title: face.title,
    });
    let mut common: Vec<CommonOpponent> = told.collect();
    let gap = |common: &CommonOpponent| (common.a_level - common.b_level).abs();
    common.sort_by(|x, y| {
        let order = gap(y).total_cmp(&gap(x));
        order.then_with(|| x.plan_id.cmp(&y.plan_id))
    });
    common.truncate(MAX_COMMON);
    Ok(common)
}

fn means(met: &[Met]) -> BTreeMap<PlanId, f64> {
    let mut sums: BTreeMap<PlanId, (i64, u32)> = BTreeMap::new();
    for met in met {
        let (sum, count) = sums.entry(met.opponent).or_default();
        *sum += met.level;
        *count += 1;
    }
    sums.into_iter()
        .map(|(plan, (sum, count))| (plan, sum as f64 / f64::from(count)))
        .collect()
}
