//! The judges: who they are, how they judge, and whether they may.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use store::{Contest, Judge, JudgeId, Store};

use super::ViewError;
use super::leaderboard::{JudgeCount, judge_counts};
use crate::judge::canary::{Health, Standing};

/// A judge in a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct JudgeBrief {
    pub judge_id: JudgeId,
    pub name: String,
    /// `offline` or `model`.
    pub kind: String,
    /// Of its verdicts in the ratings of the contest.
    pub verdicts: i64,
    pub suspended_at: Option<DateTime<Utc>>,
    pub suspended_why: Option<String>,
}

/// What the last fit found of a judge.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Habits {
    /// κ: how sharply its levels follow the difference in strength; 1 is the jury's mean.
    pub discrimination: f64,
    /// β: what being shown first is worth to it, in logits.
    pub position_effect_logits: f64,
    /// Where one level ends and the next begins.
    pub cut_points_logits: [f64; 4],
    pub verdicts: usize,
}

/// Everything known of a judge.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct JudgeView {
    pub judge_id: JudgeId,
    pub name: String,
    pub kind: String,
    pub version: String,
    pub model: Option<String>,
    pub fingerprint: String,
    /// `None` before its first verdict was rated.
    pub habits: Option<Habits>,
    /// What canaries and second orders of the public contest show; `None` before the first.
    pub health: Option<Health>,
    /// Follows from `health`; a suspension stays when the figures improve.
    pub standing: Option<Standing>,
    pub flip_rate: Option<f64>,
    /// Verdicts in the public ratings.
    pub verdicts: i64,
    pub suspended_at: Option<DateTime<Utc>>,
    pub suspended_why: Option<String>,
    pub created_at: DateTime<Utc>,
}

/// All judges, those with most verdicts in the public ratings first.
pub async fn judges(store: &Store) -> Result<Vec<JudgeView>, ViewError> {
    let summary = store.contest_summary(Contest::Public).await?;
    let verdicts: BTreeMap<JudgeId, i64> = summary
        .as_ref()
        .map(judge_counts)
        .unwrap_or_default()
        .into_iter()
        .map(|count| (count.judge_id, count.verdicts))
        .collect();
    let all = store.judges().await?.into_iter();
    let mut judges: Vec<JudgeView> = all
        .map(|judge| {
            let count = verdicts.get(&judge.judge_id).copied().unwrap_or(0);
            JudgeView::of(judge, count)
        })
        .collect();
    judges.sort_by(|a, b| {
        let order = b.verdicts.cmp(&a.verdicts);
        order.then_with(|| a.fingerprint.cmp(&b.fingerprint))
    });
    Ok(judges)
}

impl JudgeView {
    fn of(judge: Judge, verdicts: i64) -> Self {
        let health: Option<Health> = judge
            .canary_stats
            .as_deref()
            .and_then(|stats| serde_json::from_str(stats).ok());
        let standing = match (&health, judge.suspended_at) {
            (_, Some(_)) => Some(Standing::Suspended),
            (health, None) => health.as_ref().map(Health::standing),
        };
        Self {
            judge_id: judge.judge_id,
            name: judge.name,
            kind: judge.kind,
            version: judge.version,
            model: judge.model,
            fingerprint: judge.fingerprint,
            habits: serde_json::from_str(&judge.params).ok(),
            standing,
            flip_rate: health.as_ref().map(|h| h.swaps.flip_rate()),
            health,
            verdicts,
            suspended_at: judge.suspended_at,
            suspended_why: judge.suspended_why,
            created_at: judge.created_at,
        }
    }
}

impl JudgeBrief {
    fn of(judge: Judge, verdicts: i64) -> Self {
        Self {
            judge_id: judge.judge_id,
            name: judge.name,
            kind: judge.kind,
            verdicts,
            suspended_at: judge.suspended_at,
            suspended_why: judge.suspended_why,
        }
    }
}

/// The judges of a contest, with suspensions as of now.
pub(super) async fn briefs(
    store: &Store,
    counts: &[JudgeCount],
) -> Result<Vec<JudgeBrief>, ViewError> {
    let mut known = by_id(store).await?;
    let found = counts.iter().filter_map(|count| {
        let judge = known.remove(&count.judge_id)?;
        Some(JudgeBrief::of(judge, count.verdicts))
    });
    Ok(found.collect())
}

/// There are as many judges as models and prompts were tried: a few.
pub(super) async fn by_id(store: &Store) -> Result<BTreeMap<JudgeId, Judge>, ViewError> {
    let judges = store.judges().await?.into_iter();
    Ok(judges.map(|judge| (judge.judge_id, judge)).collect())
}
