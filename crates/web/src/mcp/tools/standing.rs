//! Where a plan stands, in few words.

use arena::views::{BoardRow, KpiView};
use schemars::JsonSchema;
use serde::Serialize;

use super::cut;
use crate::mcp::context::Context;

/// Longer titles are cut.
pub(super) const TITLE: usize = 90;

/// A plan's place on the board.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Place {
    rank: Option<i64>,
    plan_id: String,
    title: String,
    elo: Option<i64>,
    /// Half of the 90 % interval.
    elo_margin: Option<i64>,
    comparisons: i64,
    provisional: bool,
    mine: bool,
    url: String,
}

impl Place {
    pub(super) fn of(context: &Context, row: &BoardRow) -> Self {
        let margin = row.elo_low.zip(row.elo_high);
        Self {
            rank: row.rank,
            title: cut(&row.title, TITLE),
            elo: row.elo.map(whole),
            elo_margin: margin.map(|(low, high)| whole((high - low) / 2.0)),
            comparisons: row.num_comparisons,
            provisional: row.provisional,
            mine: row.mine,
            url: context.url(&format!("plans/{}", row.plan_id)),
            plan_id: row.plan_id.to_string(),
        }
    }
}

/// One KPI: a value, or why there is none.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Kpi {
    name: String,
    value: Option<f64>,
    unknown_because: Option<String>,
}

impl Kpi {
    pub(super) fn of(kpi: KpiView) -> Self {
        Self {
            name: kpi.name,
            value: kpi.value.map(thousandths),
            unknown_because: kpi.unknown_reason.map(|why| cut(&why, 160)),
        }
    }
}

#[expect(clippy::cast_possible_truncation, reason = "ratings have four digits")]
fn whole(x: f64) -> i64 {
    x.round() as i64
}

pub(super) fn thousandths(x: f64) -> f64 {
    (x * 1_000.0).round() / 1_000.0
}
