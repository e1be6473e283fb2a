//! Plans near a plan's subject that are rated clearly higher, and what they do better.
//!
//! Near is by the cosine of the cards' vectors. Where an index for vectors exists it finds the
//! nearest of all plans; otherwise the best-rated plans of the board and of the domain are compared,
//! so that a page never scans a million vectors. Clearly higher is a probability of at least .9
//! that the true strength is higher.

use std::collections::BTreeMap;

use serde::Serialize;
use store::{Contest, Exclude, LeaderFilter, LeaderRow, Plan, PlanId, Standing, Store};

use super::compare::{common_opponents, extracted, probability};
use super::comparisons::{DimensionView, told, visible_faces};
use super::kpis::KpiView;
use super::plan::with_standing;
use super::{BoardRow, PlanComparison, ViewError, Viewer, mine, words};
use crate::vectors::CARD_CHARS_MODEL;

/// Plans that are told.
const MAX_PLANS: usize = 5;
/// Neighbours that an index is asked for.
const NEIGHBOURS: u32 = 100;
/// Best plans of the board, and of the domain, that are compared without an index.
const CANDIDATES: u32 = 200;
/// Probability of being stronger from which on a plan is clearly better.
const CLEARLY: f64 = 0.9;
/// Smaller differences of a KPI say nothing.
const MIN_KPI_GAP: f64 = 0.1;
const MAX_STRENGTHS: usize = 6;

/// Near plans that are clearly better.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct BetterNearby {
    /// The likest first.
    pub items: Vec<BetterPlan>,
    /// Plans that were compared with this one.
    pub searched: usize,
}

/// One near plan that is clearly better.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct BetterPlan {
    pub plan: BoardRow,
    /// Cosine of the two cards, 1 for the same text.
    pub likeness: f64,
    pub probability_better: f64,
    /// What judges said first, then KPIs.
    pub does_better: Vec<Strength>,
}

/// Where a strength is known from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum StrengthSource {
    /// A judge compared the two.
    Verdict,
    /// Both met the same plan, and the other did better against it.
    CommonOpponent,
    /// A measured value, which is no part of the rating.
    Kpi,
}

/// Something that the other plan does better.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Strength {
    pub source: StrengthSource,
    /// A dimension, an opponent or a KPI.
    pub what: String,
    pub text: String,
    /// Levels or KPI values of the two.
    pub own: Option<f64>,
    pub theirs: Option<f64>,
    /// What the other plan says on the matter.
    pub their_words: Option<String>,
}

/// Near plans that are rated clearly higher; none for a plan that is not rated yet.
pub async fn better_nearby(
    store: &Store,
    viewer: Viewer,
    id: PlanId,
) -> Result<BetterNearby, ViewError> {
    let (plan, own) = with_standing(store, viewer, id).await?;
    let contest = plan.visibility.contest(plan.owner_id);
    let mut likeness = near(store, &plan, &own, contest).await?;
    let searched = likeness.len();
    let ids: Vec<PlanId> = likeness.keys().copied().collect();
    let ranked = mine::ranked(store, contest).await?;
    let seen = visible_faces(store, viewer, &ids).await?;
    let mut items = Vec::new();
    for row in store.leader_rows(&ids).await? {
        let in_contest = row.visibility.contest(row.owner_id) == contest;
        let listed = in_contest && row.listed && seen.contains_key(&row.plan_id);
        let row = BoardRow::of(row, viewer, ranked);
        let Some(better) = probability(&row, &own).filter(|p| listed && *p >= CLEARLY) else {
            continue;
        };
        items.push(BetterPlan {
            likeness: likeness.remove(&row.plan_id).unwrap_or(0.0),
            probability_better: better,
            plan: row,
            does_better: Vec::new(),
        });
    }
    items.sort_by(|a, b| {
        let order = b.likeness.total_cmp(&a.likeness);
        order.then_with(|| a.plan.plan_id.cmp(&b.plan.plan_id))
    });
    items.truncate(MAX_PLANS);
    let kpis = extracted(store, id).await?;
    for item in &mut items {
        item.does_better = strengths(store, viewer, &plan, &kpis, item.plan.plan_id).await?;
    }
    Ok(BetterNearby { items, searched })
}

/// Plans to compare with, by the cosine of their card with this one's.
async fn near(
    store: &Store,
    plan: &Plan,
    own: &BoardRow,
    contest: Contest,
) -> Result<BTreeMap<PlanId, f64>, ViewError> {
    let vectors = store
        .embeddings_of(CARD_CHARS_MODEL, &[plan.plan_id])
        .await?;
    let Some((_, query)) = vectors.into_iter().next().filter(|_| own.elo.is_some()) else {
        return Ok(BTreeMap::new());
    };
    if store.uses_pgvector().await? {
        let exclude = Exclude {
            plan: Some(plan.plan_id),
            family: Some(plan.family_id),
            ..Exclude::default()
        };
        let found = store
            .nearest(CARD_CHARS_MODEL, &query, NEIGHBOURS, &exclude)
            .await?;
        let likeness = found.into_iter().map(|n| (n.plan_id, 1.0 - n.distance));
        return Ok(likeness.collect());
    }
    let candidates = best(store, plan, contest).await?;
    let vectors = store.embeddings_of(CARD_CHARS_MODEL, &candidates).await?;
    let likeness = vectors
        .iter()
        .map(|(candidate, vector)| (*candidate, cosine(&query, vector)));
    Ok(likeness.collect())
}

/// The best-rated plans of the board and of the plan's domain, other families alone.
async fn best(store: &Store, plan: &Plan, contest: Contest) -> Result<Vec<PlanId>, ViewError> {
    let mut filter = LeaderFilter::first(contest, Standing::Established, CANDIDATES);
    let mut rows: Vec<LeaderRow> = store.leaderboard(&filter).await?.rows;
    if plan.domain.is_some() {
        filter.domain.clone_from(&plan.domain);
        rows.extend(store.leaderboard(&filter).await?.rows);
    }
    let private = matches!(contest, Contest::Private(_));
    let others = rows
        .into_iter()
        .filter(|row| row.plan_id != plan.plan_id && (private || row.family_id != plan.family_id));
    let mut ids: Vec<PlanId> = others.map(|row| row.plan_id).collect();
    ids.sort_unstable();
    ids.dedup();
    Ok(ids)
}

fn cosine(a: &[f32], b: &[f32]) -> f64 {
    let dot = |x: &[f32], y: &[f32]| -> f64 {
        x.iter()
            .zip(y)
            .map(|(x, y)| f64::from(*x) * f64::from(*y))
            .sum()
    };
    let norms = (dot(a, a) * dot(b, b)).sqrt();
    if norms > 0.0 { dot(a, b) / norms } else { 0.0 }
}

async fn strengths(
    store: &Store,
    viewer: Viewer,
    plan: &Plan,
    own: &[KpiView],
    other: PlanId,
) -> Result<Vec<Strength>, ViewError> {
    let rows = store.comparisons_between(plan.plan_id, other).await?;
    let rows = rows.into_iter().filter(|c| c.variant.is_empty()).collect();
    let meetings = told(store, viewer, plan, rows).await?;
    let mut strengths: Vec<Strength> = meetings.iter().flat_map(lost_dimensions).collect();
    if strengths.is_empty() {
        let common = common_opponents(store, viewer, plan.plan_id, other).await?;
        let worse = common.into_iter().filter(|c| c.b_level > c.a_level);
        strengths.extend(worse.take(2).map(|c| Strength {
            source: StrengthSource::CommonOpponent,
            text: format!("did better against “{}”", c.title),
            what: c.title,
            own: Some(c.a_level),
            theirs: Some(c.b_level),
            their_words: None,
        }));
    }
    let theirs = extracted(store, other).await?;
    strengths.extend(higher_kpis(own, &theirs));
    strengths.truncate(MAX_STRENGTHS);
    Ok(strengths)
}

/// Dimensions on which a judge preferred the other plan, with quotes that exist.
fn lost_dimensions(meeting: &PlanComparison) -> impl Iterator<Item = Strength> + '_ {
    let lost = meeting
        .dimensions
        .iter()
        .filter(|d| d.verified && d.preference < 0);
    lost.map(|d: &DimensionView| Strength {
        source: StrengthSource::Verdict,
        what: d.name.clone(),
        text: d.reason.clone(),
        own: Some(f64::from(d.preference)),
        theirs: Some(f64::from(-d.preference)),
        their_words: d.opponent_quote.as_ref().map(|quote| quote.text.clone()),
    })
}

fn higher_kpis(own: &[KpiView], theirs: &[KpiView]) -> Vec<Strength> {
    let pairs = theirs.iter().filter_map(|their| {
        let mine = own.iter().find(|kpi| kpi.name == their.name)?;
        let (low, high) = (mine.value?, their.value?);
        (high - low >= MIN_KPI_GAP).then(|| Strength {
            source: StrengthSource::Kpi,
            what: their.name.clone(),
            text: kpi_text(mine, their),
            own: Some(low),
            theirs: Some(high),
            their_words: their.evidence.first().map(|e| e.quote.clone()),
        })
    });
    pairs.collect()
}

/// The factor that differs most, in words.
fn kpi_text(own: &KpiView, theirs: &KpiView) -> String {
    let share = |value: f64| (0.0..=1.0).contains(&value);
    let gaps = theirs.factors.iter().filter_map(|factor| {
        let (low, high) = (own.factor(&factor.key)?, factor.value?);
        (share(low) && share(high) && high > low).then_some((factor, low, high))
    });
    let name = words::factor(&theirs.name);
    match gaps.max_by(|a, b| (a.2 - a.1).total_cmp(&(b.2 - b.1))) {
        Some((factor, low, high)) => {
            format!(
                "{name}, most of all {}: {high:.2} against {low:.2}",
                factor.label
            )
        }
        None => format!("{name} is higher"),
    }
}
