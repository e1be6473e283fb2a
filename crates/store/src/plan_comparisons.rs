//! The comparisons of one plan: pages, whom it met, and what they cost.
//!
//! A plan stands first or second, so each read is two index ranges, each cut off where the page
//! ends. A canary has the plan on both sides and is read once.

use sea_orm::Value;
use serde::Serialize;

use crate::comparisons::COLUMNS;
use crate::sql::{all, from_row, one, params};
use crate::{Comparison, PlanId, Store, StoreError};

/// Which comparisons of a plan to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// With other plans, ended with or without a verdict.
    Meetings,
    /// Canaries, scheduled ones and meetings alike.
    All,
}

/// Which page of a plan's comparisons.
#[derive(Debug, Clone, Copy)]
pub struct PlanComparisons {
    pub plan: PlanId,
    pub which: Which,
    /// Only those planned before this round and place.
    pub before: Option<(i64, i64)>,
    /// At most this many; 1,000 is the ceiling.
    pub limit: u32,
}

/// One verdict on a plan and another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Met {
    pub opponent: PlanId,
    /// −4..=4, positive when the plan asked about was preferred.
    pub level: i64,
}

from_row!(Met { opponent, level });

/// What a plan's comparisons have used, canaries included.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct ComparisonTotals {
    pub scheduled: i64,
    pub done: i64,
    pub void: i64,
    pub calls: i64,
    pub input_tokens: i64,
    pub output_tokens: i64,
    pub cost_nano_usd: i64,
}

from_row!(ComparisonTotals {
    scheduled,
    done,
    void,
    calls,
    input_tokens,
    output_tokens,
    cost_nano_usd
});

/// Two ranges; the plan that is on both sides belongs to the first.
const SIDES: [&str; 2] = [
    "c.first_plan = $1",
    "c.second_plan = $1 AND c.first_plan <> $1",
];

const MEETINGS: &str = " AND c.kind IN ('normal', 'second_order') AND c.state <> 'scheduled'";

impl Store {
    /// One page of a plan's comparisons, newest first.
    pub async fn comparisons_of_plan(
        &self,
        page: &PlanComparisons,
    ) -> Result<Vec<Comparison>, StoreError> {
        let (sql, params) = page_query(page);
        all(self.read(), &sql, params).await
    }

    /// The newest verdicts on a plan, at most `limit`.
    pub async fn met_by(&self, plan: PlanId, limit: u32) -> Result<Vec<Met>, StoreError> {
        let limit = limit.clamp(1, 1_000);
        let side = |condition: &str, opponent: &str, level: &str| {
            format!(
                "SELECT * FROM (SELECT c.{opponent} AS opponent, {level} AS level, c.round, c.seq FROM comparison c
                 WHERE {condition} AND c.kind IN ('normal', 'second_order') AND c.state = 'done'
                 ORDER BY c.round DESC, c.seq DESC LIMIT {limit}) AS {opponent}_side"
            )
        };
        let sql = format!(
            "SELECT opponent, level FROM ({} UNION ALL {}) AS met ORDER BY round DESC, seq DESC LIMIT {limit}",
            side(SIDES[0], "second_plan", "c.level"),
            side(SIDES[1], "first_plan", "-c.level"),
        );
        all(self.read(), &sql, params![plan]).await
    }

    /// What all comparisons of a plan have used.
    pub async fn comparison_totals(&self, plan: PlanId) -> Result<ComparisonTotals, StoreError> {
        let side = |condition: &str| {
            format!(
                "SELECT c.state, c.calls, c.input_tokens, c.output_tokens, c.cost_nano_usd
                 FROM comparison c WHERE {condition}"
            )
        };
        let sum = |column: &str| format!("CAST(COALESCE(SUM({column}), 0) AS BIGINT) AS {column}");
        let sql = format!(
            "SELECT COUNT(*) FILTER (WHERE state = 'scheduled') AS scheduled,
                    COUNT(*) FILTER (WHERE state = 'done') AS done,
                    COUNT(*) FILTER (WHERE state = 'void') AS void, {}, {}, {}, {}
             FROM ({} UNION ALL {}) AS sides",
            sum("calls"),
            sum("input_tokens"),
            sum("output_tokens"),
            sum("cost_nano_usd"),
            side(SIDES[0]),
            side(SIDES[1]),
        );
        let totals = one(self.read(), &sql, params![plan]).await?;
        Ok(totals.unwrap_or_default())
    }
}

fn page_query(page: &PlanComparisons) -> (String, Vec<Value>) {
    let mut params = params![page.plan];
    let mut condition = match page.which {
        Which::Meetings => MEETINGS.to_owned(),
        Which::All => String::new(),
    };
    if let Some((round, seq)) = page.before {
        params.extend(params![round, seq]);
        condition.push_str(" AND (c.round, c.seq) < ($2, $3)");
    }
    let limit = page.limit.clamp(1, 1_000);
    let side = |side: &str, name: &str| {
        format!(
            "SELECT * FROM (SELECT {COLUMNS} FROM comparison c WHERE {side}{condition}
             ORDER BY c.round DESC, c.seq DESC LIMIT {limit}) AS {name}"
        )
    };
    let sql = format!(
        "SELECT * FROM ({} UNION ALL {}) AS c ORDER BY c.round DESC, c.seq DESC LIMIT {limit}",
        side(SIDES[0], "as_first"),
        side(SIDES[1], "as_second"),
    );
    (sql, params)
}
