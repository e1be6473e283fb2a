//! A plan: its phase, standing, history, neighbours and advice.

use arena::status::{self, PlanStatus};
use arena::views::{self, PlanHead, StrengthSource};
use chrono::{DateTime, Utc};

use super::board::rating;
use super::count;
use crate::view::charts::{HistoryChart, HistoryPoint};
use crate::view::format::Moment;
use crate::view::parts::{Phase, Progress};
use crate::view::plan::{Advice, BetterPlan, PlanStanding};

pub(in crate::pages) fn phase(phase: status::Phase) -> Phase {
    match phase {
        status::Phase::Queued => Phase::Queued,
        status::Phase::Extracting => Phase::Extracting,
        status::Phase::Comparing => Phase::Comparing,
        status::Phase::Provisional => Phase::Provisional,
        status::Phase::Rated => Phase::Rated,
        status::Phase::Failed => Phase::Failed,
        status::Phase::Withdrawn => Phase::Withdrawn,
        status::Phase::Quarantined => Phase::Quarantined,
    }
}

pub(in crate::pages) fn progress(status: &PlanStatus) -> Option<Progress> {
    (status.comparisons_planned > 0).then_some(Progress {
        done: status.comparisons_done,
        planned: status.comparisons_planned,
    })
}

pub(in crate::pages) fn standing(
    row: &views::BoardRow,
    contest: &views::ContestOverview,
) -> Option<PlanStanding> {
    let ranked = !row.provisional;
    let range = row.rank_low.zip(row.rank_high);
    Some(PlanStanding {
        rank: row.rank.filter(|_| ranked).map(count),
        rank_range: range
            .filter(|_| ranked)
            .map(|(low, high)| (count(low), count(high))),
        of: count(contest.ranked()),
        rating: rating(row)?,
        percentile: row.percentile.filter(|_| ranked).map(|p| p / 100.0),
        comparisons: count(row.num_comparisons),
        opponents: count(row.num_opponents),
        tier: row.tier.as_ref().map(|tier| format!("tier {}", tier.label)),
    })
}

/// What a reader should know about the plan's text. Gaps are its owner's business.
pub(in crate::pages) fn notices(plan: &PlanHead) -> Vec<String> {
    let gaps = plan.warnings.iter().filter(|_| plan.mine);
    let all = plan.integrity.iter().chain(gaps);
    all.map(|notice| match &notice.source {
        Some(source) => format!("{source}: {}", notice.text),
        None => notice.text.clone(),
    })
    .collect()
}

pub(in crate::pages) fn history(
    points: Vec<views::HistoryPoint>,
    now: DateTime<Utc>,
) -> Option<HistoryChart> {
    let point = |point: views::HistoryPoint| HistoryPoint {
        at: Moment::new(point.published_at, now),
        value: point.elo,
        low: point.elo_low,
        high: point.elo_high,
        comparisons: count(point.num_comparisons),
    };
    HistoryChart::new(points.into_iter().map(point).collect())
}

pub(in crate::pages) fn better(
    better: views::BetterPlan,
    own_elo: Option<f64>,
) -> Option<BetterPlan> {
    let elo = better.plan.elo?;
    Some(BetterPlan {
        plan_id: better.plan.plan_id.to_string(),
        title: better.plan.title,
        elo,
        ahead_by: elo - own_elo?,
        likeness: Some(better.likeness.clamp(0.0, 1.0)),
        does_better: better.does_better.iter().map(strength).collect(),
    })
}

fn strength(strength: &views::Strength) -> String {
    match strength.source {
        StrengthSource::Verdict => format!("{}: {}", strength.what, strength.text),
        StrengthSource::CommonOpponent | StrengthSource::Kpi => super::capital(&strength.text),
    }
}

pub(in crate::pages) fn advice(item: &views::AdviceItem) -> Advice {
    let quoted: Vec<String> = item
        .reasons
        .iter()
        .map(|reason| format!("“{reason}”"))
        .collect();
    Advice {
        headline: super::capital(&item.action),
        because: super::capital(&item.basis),
        weight: (!quoted.is_empty()).then(|| quoted.join(" ")),
    }
}
