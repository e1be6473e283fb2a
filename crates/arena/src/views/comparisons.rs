//! A plan's comparisons, from its own point of view.
//!
//! Of an opponent that the viewer may not see neither id, title nor quotes are told. The judge's
//! reasons stay: they are about this plan as much, and its rating rests on them.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::Serialize;
use store::{
    Comparison, ComparisonId, ComparisonKind, Judge, JudgeId, Plan, PlanComparisons, PlanFace,
    PlanId, Store, Which,
};

use super::judges::by_id;
use super::{Notice, ViewError, Viewer, head, words};
use crate::explain::{opponent_of, turned};
use crate::judge::offline::one_sided;
use crate::judge::{Dimension, Quote, Verdict, level_words};

/// Rows of a page at most.
const MAX_ROWS: u32 = 100;

/// One page, newest first.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ComparisonPage {
    pub items: Vec<PlanComparison>,
    pub next_cursor: Option<String>,
}

/// One comparison from one plan's point of view.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PlanComparison {
    pub comparison_id: ComparisonId,
    pub round: i64,
    /// `None` when the viewer may not see it.
    pub opponent: Option<Opponent>,
    /// −4..=4, positive when this plan was preferred; `None` when void.
    pub level: Option<i64>,
    /// Such as `clearly better`, about the plan that the level favours.
    pub level_words: Option<String>,
    pub shown_first: bool,
    /// A pair, or the same pair in the other order.
    pub kind: ComparisonKind,
    /// Why the two were chosen.
    pub reason: String,
    /// Why there is no verdict.
    pub void_reason: Option<String>,
    pub flags: Vec<Notice>,
    pub judge: String,
    pub judge_id: JudgeId,
    pub model: Option<String>,
    /// For the owner and for who sees all.
    pub cost_nano_usd: Option<String>,
    /// What decided, in the judge's words.
    pub because: Option<String>,
    /// Remaining considerations last.
    pub dimensions: Vec<DimensionView>,
    pub finished_at: Option<DateTime<Utc>>,
}

/// Whom a plan met.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Opponent {
    pub plan_id: PlanId,
    pub title: String,
    pub domain: Option<String>,
}

/// One dimension of a verdict, from one plan's point of view.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DimensionView {
    pub name: String,
    /// −4..=4, positive when this plan was preferred.
    pub preference: i8,
    /// Whether its quotes were found, so that it counts.
    pub verified: bool,
    pub reason: String,
    /// What this plan says on the matter; `None` when the judge found nothing.
    pub own_quote: Option<Quote>,
    pub opponent_quote: Option<Quote>,
    /// The remaining considerations that the judge named.
    pub remaining: bool,
}

/// One page of a plan's comparisons with other plans, newest first.
pub async fn comparisons_of(
    store: &Store,
    viewer: Viewer,
    plan: PlanId,
    cursor: Option<&str>,
    limit: u32,
) -> Result<ComparisonPage, ViewError> {
    let plan = head::visible(store, viewer, plan).await?;
    let limit = limit.clamp(1, MAX_ROWS);
    let page = PlanComparisons {
        plan: plan.plan_id,
        which: Which::Meetings,
        before: cursor.map(read_cursor).transpose()?,
        limit: limit + 1,
    };
    let mut rows = store.comparisons_of_plan(&page).await?;
    let next_cursor = cut(&mut rows, limit);
    Ok(ComparisonPage {
        items: told(store, viewer, &plan, rows).await?,
        next_cursor,
    })
}

/// Cuts the row too many off, and says where the next page begins.
pub(super) fn cut(rows: &mut Vec<Comparison>, limit: u32) -> Option<String> {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = rows.len() > limit;
    rows.truncate(limit);
    let last = rows.last().filter(|_| more)?;
    Some(format!("{}.{}", last.round, last.seq))
}

pub(super) fn read_cursor(text: &str) -> Result<(i64, i64), ViewError> {
    let parse = || {
        let (round, seq) = text.split_once('.')?;
        Some((round.parse().ok()?, seq.parse().ok()?))
    };
    parse().ok_or(ViewError::BadCursor)
}

/// Comparisons as `viewer` may read them.
pub(super) async fn told(
    store: &Store,
    viewer: Viewer,
    plan: &Plan,
    rows: Vec<Comparison>,
) -> Result<Vec<PlanComparison>, ViewError> {
    let opponents: Vec<PlanId> = rows.iter().map(|c| opponent_of(plan.plan_id, c)).collect();
    let seen = visible_faces(store, viewer, &opponents).await?;
    let judges = by_id(store).await?;
    let inside = viewer.sees_inside(plan.owner_id);
    let told = rows.into_iter().zip(opponents).map(|(row, opponent)| {
        let judge = judges.get(&row.judge_id);
        PlanComparison::of(plan.plan_id, row, seen.get(&opponent), judge, inside)
    });
    Ok(told.collect())
}

/// Those of the plans that the viewer may see.
pub(super) async fn visible_faces(
    store: &Store,
    viewer: Viewer,
    plans: &[PlanId],
) -> Result<BTreeMap<PlanId, PlanFace>, ViewError> {
    let mut wanted = plans.to_vec();
    wanted.sort_unstable();
    wanted.dedup();
    let faces = store.plan_faces(&wanted).await?.into_iter();
    Ok(faces
        .filter(|face| viewer.sees_face(face))
        .map(|face| (face.plan_id, face))
        .collect())
}

impl PlanComparison {
    fn of(
        plan: PlanId,
        row: Comparison,
        opponent: Option<&PlanFace>,
        judge: Option<&Judge>,
        inside: bool,
    ) -> Self {
        let shown_first = row.first_plan == plan;
        let level = row.level.map(|l| if shown_first { l } else { -l });
        let verdict = verdict(&row).map(|v| if shown_first { v } else { turned(v) });
        let by_rules = judge.is_some_and(|judge| judge.kind == "offline");
        let verdict = verdict.map(|v| {
            if by_rules {
                one_sided(v, shown_first)
            } else {
                v
            }
        });
        Self {
            comparison_id: row.comparison_id,
            round: row.round,
            opponent: opponent.map(|face| Opponent {
                plan_id: face.plan_id,
                title: face.title.clone(),
                domain: face.domain.clone(),
            }),
            level,
            level_words: level.map(words_of),
            shown_first,
            kind: row.kind,
            flags: flags(&row).iter().map(|code| words::flag(code)).collect(),
            reason: row.reason,
            void_reason: row.void_reason,
            judge: judge.map(|j| j.name.clone()).unwrap_or_default(),
            judge_id: row.judge_id,
            model: row.model,
            cost_nano_usd: inside.then(|| row.cost_nano_usd.to_string()),
            because: verdict.as_ref().map(|v| v.because.clone()),
            dimensions: verdict
                .map(|v| dimensions(v, opponent.is_some()))
                .unwrap_or_default(),
            finished_at: row.finished_at,
        }
    }
}

fn words_of(level: i64) -> String {
    level_words(i8::try_from(level).unwrap_or(0)).to_owned()
}

pub(super) fn verdict(row: &Comparison) -> Option<Verdict> {
    serde_json::from_str(row.verdict.as_deref()?).ok()
}

pub(super) fn flags(row: &Comparison) -> Vec<String> {
    let flags = row.flags.as_deref().unwrap_or("[]");
    serde_json::from_str(flags).unwrap_or_default()
}

/// `quotes_of_both` is false when the opponent may not be seen.
fn dimensions(verdict: Verdict, quotes_of_both: bool) -> Vec<DimensionView> {
    let present = |quote: Quote| Some(quote).filter(|quote| !quote.is_absent());
    let view = |dimension: Dimension, remaining: bool| DimensionView {
        name: dimension.name,
        preference: dimension.preference,
        verified: dimension.verified,
        reason: dimension.reason,
        own_quote: present(dimension.first_quote),
        opponent_quote: present(dimension.second_quote).filter(|_| quotes_of_both),
        remaining,
    };
    let remaining = view(verdict.remaining, true);
    let mut all: Vec<DimensionView> = verdict
        .dimensions
        .into_iter()
        .map(|dimension| view(dimension, false))
        .collect();
    all.push(remaining);
    all
}
