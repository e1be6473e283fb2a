//! Why a plan stands where it does, and why one plan beats another: what is stored about it,
//! put in the order in which a reader asks.
//!
//! Levels are turned so that they speak of the plan that was asked about.

use std::collections::BTreeMap;

use libm::erfc;
use rating::scale::ELO_PER_LOGIT;
use serde::Serialize;
use serde_json::Value;
use store::{
    Comparison, HistoryRow, LeaderRow, Plan, PlanComparisons, PlanId, Store, StoreError, Which,
};

use crate::judge::{Dimension, Verdict};

/// Comparisons of one plan that an explanation shows.
const MAX_COMPARISONS: u32 = 200;

/// Of each title that a message lists.
const MAX_TITLE_CHARS: usize = 80;

#[derive(Debug, thiserror::Error)]
pub enum ExplainError {
    #[error("no plan matches {0:?}; give the start of its id, or words of its title")]
    NotFound(String),
    #[error("{text:?} matches {} plans: {}; give more of the id or the title", matches.len(), matches.join(", "))]
    Ambiguous { text: String, matches: Vec<String> },
    #[error("these are the same plan; give two")]
    SamePlan,
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Everything known about one plan's place.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PlanStory {
    pub plan: Plan,
    pub standing: LeaderRow,
    /// The extraction with factors, evidence and reasons for unknowns; `None` before phase 1.
    pub kpis: Option<Value>,
    pub comparisons: Vec<Meeting>,
    pub history: Vec<HistoryRow>,
}

/// One comparison from one plan's point of view.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Meeting {
    pub opponent: PlanId,
    pub opponent_title: String,
    /// −4..=4, positive when this plan was preferred; `None` when void or not judged yet.
    pub level: Option<i64>,
    pub shown_first: bool,
    pub void_reason: Option<String>,
    pub reason: String,
    pub flags: Vec<String>,
    pub model: Option<String>,
    pub cost_nano_usd: String,
    /// Signs as in `level`.
    pub verdict: Option<Verdict>,
}

/// Two plans side by side.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PairStory {
    pub a: LeaderRow,
    pub b: LeaderRow,
    /// Probability that the true strength of `a` is higher, if both are rated.
    pub probability_a_better: Option<f64>,
    /// Direct comparisons from `a`'s point of view.
    pub meetings: Vec<Meeting>,
    /// Plans that both have met, with the mean level against them: (title, a's, b's).
    pub common_opponents: Vec<(String, f64, f64)>,
}

/// The plan that a person means.
pub async fn find(store: &Store, text: &str) -> Result<Plan, ExplainError> {
    let mut plans = store.find_plans(text, 10).await?;
    let exact = plans
        .iter()
        .position(|p| p.title.eq_ignore_ascii_case(text));
    match (exact, plans.len()) {
        (Some(index), _) => Ok(plans.swap_remove(index)),
        (None, 0) => Err(ExplainError::NotFound(text.to_owned())),
        (None, 1) => Ok(plans.swap_remove(0)),
        (None, _) => {
            let matches = plans
                .iter()
                .map(|p| format!("{} ({})", on_one_line(&p.title), p.plan_id))
                .collect();
            Err(ExplainError::Ambiguous {
                text: text.to_owned(),
                matches,
            })
        }
    }
}

/// A title that may hold anything, as part of a message.
fn on_one_line(title: &str) -> String {
    let words: Vec<&str> = title.split_whitespace().collect();
    words.join(" ").chars().take(MAX_TITLE_CHARS).collect()
}

/// Tells one plan's story.
pub async fn plan_story(store: &Store, plan: Plan) -> Result<PlanStory, ExplainError> {
    let id = plan.plan_id;
    let standing = standing(store, id).await?;
    let kpis = store
        .kpis(id)
        .await?
        .and_then(|row| serde_json::from_str(&row.evidence).ok());
    Ok(PlanStory {
        comparisons: meetings(store, id).await?,
        history: store.rating_history(id).await?,
        plan,
        standing,
        kpis,
    })
}

/// Puts two plans side by side.
pub async fn pair_story(store: &Store, a: PlanId, b: PlanId) -> Result<PairStory, ExplainError> {
    if a == b {
        return Err(ExplainError::SamePlan);
    }
    let (row_a, row_b) = (standing(store, a).await?, standing(store, b).await?);
    let (all_a, all_b) = (meetings(store, a).await?, meetings(store, b).await?);
    let common_opponents = common_opponents(&all_a, &all_b);
    Ok(PairStory {
        probability_a_better: rating(&row_a)
            .zip(rating(&row_b))
            .and_then(|(a, b)| probability_better(a, b)),
        meetings: all_a.into_iter().filter(|m| m.opponent == b).collect(),
        common_opponents,
        a: row_a,
        b: row_b,
    })
}

fn rating(row: &LeaderRow) -> Option<(f64, f64)> {
    row.elo.zip(row.elo_se)
}

async fn standing(store: &Store, id: PlanId) -> Result<LeaderRow, ExplainError> {
    store
        .metrics(id)
        .await?
        .ok_or_else(|| ExplainError::NotFound(id.to_string()))
}

async fn meetings(store: &Store, id: PlanId) -> Result<Vec<Meeting>, ExplainError> {
    let page = PlanComparisons {
        plan: id,
        which: Which::Meetings,
        before: None,
        limit: MAX_COMPARISONS,
    };
    let comparisons = store.comparisons_of_plan(&page).await?;
    let opponents: Vec<PlanId> = comparisons.iter().map(|c| opponent_of(id, c)).collect();
    let titles: BTreeMap<PlanId, String> = store
        .plan_faces(&opponents)
        .await?
        .into_iter()
        .map(|face| (face.plan_id, face.title))
        .collect();
    let told = comparisons.into_iter().zip(opponents).map(|(c, opponent)| {
        let title = titles.get(&opponent).cloned().unwrap_or_default();
        meeting(id, opponent, title, c)
    });
    Ok(told.collect())
}

/// The plan that `id` met.
pub(crate) fn opponent_of(id: PlanId, comparison: &Comparison) -> PlanId {
    if comparison.first_plan == id {
        comparison.second_plan
    } else {
        comparison.first_plan
    }
}

fn meeting(id: PlanId, opponent: PlanId, opponent_title: String, c: Comparison) -> Meeting {
    let shown_first = c.first_plan == id;
    let verdict: Option<Verdict> = c
        .verdict
        .as_deref()
        .and_then(|v| serde_json::from_str(v).ok());
    Meeting {
        opponent,
        opponent_title,
        level: c.level.map(|l| if shown_first { l } else { -l }),
        shown_first,
        void_reason: c.void_reason,
        reason: c.reason,
        flags: c
            .flags
            .as_deref()
            .and_then(|f| serde_json::from_str(f).ok())
            .unwrap_or_default(),
        model: c.model,
        cost_nano_usd: c.cost_nano_usd.to_string(),
        verdict: verdict.map(|v| if shown_first { v } else { turned(v) }),
    }
}

/// Posterior probability from two published (Elo, standard error), taken as independent.
pub(crate) fn probability_better(a: (f64, f64), b: (f64, f64)) -> Option<f64> {
    let gap = (a.0 - b.0) / ELO_PER_LOGIT;
    let sd = a.1.hypot(b.1) / ELO_PER_LOGIT;
    (sd > 0.0).then(|| 0.5 * erfc(-gap / (sd * std::f64::consts::SQRT_2)))
}

fn common_opponents(a: &[Meeting], b: &[Meeting]) -> Vec<(String, f64, f64)> {
    let mean = |all: &[Meeting], opponent: PlanId| {
        let levels: Vec<i64> = all
            .iter()
            .filter(|m| m.opponent == opponent)
            .filter_map(|m| m.level)
            .collect();
        (!levels.is_empty()).then(|| levels.iter().sum::<i64>() as f64 / levels.len() as f64)
    };
    let mut seen = std::collections::BTreeSet::new();
    let common = a
        .iter()
        .filter(|m| seen.insert(m.opponent))
        .filter_map(|m| {
            Some((
                m.opponent_title.clone(),
                mean(a, m.opponent)?,
                mean(b, m.opponent)?,
            ))
        });
    let mut common: Vec<_> = common.collect();
    common.sort_by(|x, y| {
        (y.1 - y.2)
            .total_cmp(&(x.1 - x.2))
            .then_with(|| x.0.cmp(&y.0))
    });
    common
}

/// The same verdict with the plans exchanged.
pub(crate) fn turned(verdict: Verdict) -> Verdict {
    let turn = |d: Dimension| Dimension {
        preference: -d.preference,
        first_quote: d.second_quote,
        second_quote: d.first_quote,
        ..d
    };
    Verdict {
        overall: -verdict.overall,
        dimensions: verdict.dimensions.into_iter().map(turn).collect(),
        remaining: turn(verdict.remaining),
        ..verdict
    }
}
