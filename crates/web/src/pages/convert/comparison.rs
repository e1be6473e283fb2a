//! Comparisons: a meeting of two plans with the judge's reasons.

use arena::judge::Quote;
use arena::views;
use chrono::{DateTime, Utc};

use super::judge::JudgeNames;
use crate::view::format::Moment;
use crate::view::parts::Level;
use crate::view::plan::{DimensionView, MeetingView, QuoteView};

pub(in crate::pages) fn meeting(
    comparison: views::PlanComparison,
    judges: &JudgeNames,
    now: DateTime<Utc>,
) -> MeetingView {
    let opponent = comparison.opponent;
    MeetingView {
        comparison_id: comparison.comparison_id.to_string(),
        opponent_id: opponent.as_ref().map(|plan| plan.plan_id.to_string()),
        opponent_title: opponent
            .map_or_else(|| "A plan that is hidden".to_owned(), |plan| plan.title),
        level: comparison.level.map(level),
        void_reason: comparison.void_reason,
        shown_first: comparison.shown_first,
        because: comparison.because.unwrap_or_default(),
        judge: judges.of(comparison.judge_id),
        flags: comparison.flags.into_iter().map(|flag| flag.text).collect(),
        dimensions: comparison.dimensions.into_iter().map(dimension).collect(),
        at: comparison.finished_at.map(|at| Moment::new(at, now)),
    }
}

/// A stored level.
pub(in crate::pages) fn level(level: i64) -> Level {
    Level(i8::try_from(level.clamp(-4, 4)).unwrap_or(0))
}

fn dimension(dimension: views::DimensionView) -> DimensionView {
    DimensionView {
        name: dimension.name,
        level: Level(dimension.preference),
        reason: dimension.reason,
        mine: quote(dimension.own_quote),
        theirs: quote(dimension.opponent_quote),
        verified: dimension.verified,
    }
}

pub(in crate::pages) fn quote(quote: Option<Quote>) -> QuoteView {
    let quote = quote.unwrap_or_default();
    QuoteView {
        item: quote.item,
        text: quote.text,
        found: quote.found,
    }
}
