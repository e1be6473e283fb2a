//! Rows and heads of boards.

use arena::views::{self, ContestOverview, JudgeBrief};
use chrono::{DateTime, Utc};
use store::Visibility;

use super::count;
use crate::view::format::Moment;
use crate::view::parts::{BoardRow, JudgeName, JudgedBy, Rating};
use crate::view::rankings::DomainChoice;

const FLAGGED: &str = "its verdicts contradict each other or look suspicious";

pub(in crate::pages) fn board_row(row: &views::BoardRow) -> BoardRow {
    let ranked = !row.provisional;
    let range = row.rank_low.zip(row.rank_high);
    BoardRow {
        plan_id: row.plan_id.to_string(),
        title: row.title.clone(),
        domain: row.domain.clone(),
        rank: row.rank.filter(|_| ranked).map(count),
        rank_range: range
            .filter(|_| ranked)
            .map(|(low, high)| (count(low), count(high))),
        rating: rating(row),
        comparisons: count(row.num_comparisons),
        opponents: count(row.num_opponents),
        tier: row.tier.as_ref().map(|tier| tier.label.clone()),
        provisional: row.provisional,
        flagged: flagged(row),
        mine: row.mine,
        private: row.visibility == Visibility::Private,
    }
}

pub(in crate::pages) fn flagged(row: &views::BoardRow) -> Option<String> {
    row.flagged.then(|| FLAGGED.to_owned())
}

pub(in crate::pages) fn rating(row: &views::BoardRow) -> Option<Rating> {
    Some(Rating {
        mean: row.elo?,
        se: row.elo_se?,
        low: row.elo_low?,
        high: row.elo_high?,
    })
}

pub(in crate::pages) fn judged_by(contest: &ContestOverview, now: DateTime<Utc>) -> JudgedBy {
    JudgedBy {
        judges: contest.judges.iter().map(judge_name).collect(),
        published: contest.published_at.map(|at| Moment::new(at, now)),
    }
}

fn judge_name(judge: &JudgeBrief) -> JudgeName {
    JudgeName {
        name: judge.name.clone(),
        offline: judge.kind == "offline",
        suspended_why: judge.suspended_why.clone(),
    }
}

pub(in crate::pages) fn domains(contest: &ContestOverview) -> Vec<DomainChoice> {
    let choice = |domain: &store::DomainCount| {
        Some(DomainChoice {
            name: domain.domain.clone()?,
            plans: count(domain.established + domain.provisional),
        })
    };
    contest.domains.iter().filter_map(choice).collect()
}
