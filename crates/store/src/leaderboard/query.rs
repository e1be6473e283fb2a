//! The statements behind a page of the board.
//!
//! Without conditions, or with a domain or a flag, a page is one range of an index in the order of
//! Elo. A time or an owner may leave a handful of a million, which that range would search for
//! in vain; then these few are found by an index of their own and put in order. Which of the two
//! is decided by counting up to [`MAX_FEW`], not by the planner: a prepared statement is planned
//! before its times are known.

use sea_orm::Value;

use super::cursor::{Cursor, Side};
use super::{LeaderFilter, SELECT, Standing};
use crate::sql::params;

/// More than this are found soon enough in the order of Elo: of a million, one in 500.
pub(super) const MAX_FEW: i64 = 2_000;

/// What is read before it is put in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Few {
    OfOwner,
    Recent,
}

/// A statement that grows by conditions with `?` for their parameters.
struct Statement {
    sql: String,
    params: Vec<Value>,
}

impl Statement {
    fn push(&mut self, text: &str, values: Vec<Value>) {
        let mut text = text.to_owned();
        for value in values {
            self.params.push(value);
            text = text.replacen('?', &format!("${}", self.params.len()), 1);
        }
        self.sql.push_str(&text);
    }
}

/// How many plans of the time asked for are on the board, counted no further than needed.
pub(super) fn count_recent(filter: &LeaderFilter) -> (String, Vec<Value>) {
    let mut statement = Statement {
        sql: "SELECT COUNT(*) AS value FROM (SELECT 1 AS one".to_owned(),
        params: Vec::new(),
    };
    recent(&mut statement, filter);
    let limit = format!(" LIMIT {}) AS recent", MAX_FEW + 1);
    statement.push(&limit, params![]);
    (statement.sql, statement.params)
}

/// One page and one row more, in the order in which the page is read from the cursor.
pub(super) fn page(
    filter: &LeaderFilter,
    few: Option<&Few>,
    cursor: Option<&Cursor>,
    limit: usize,
) -> (String, Vec<Value>) {
    let mut statement = Statement {
        sql: String::new(),
        params: Vec::new(),
    };
    source(&mut statement, filter, few);
    let standing = format!(
        " AND m.listed = TRUE AND m.provisional = {}",
        provisional(filter)
    );
    statement.push(" AND m.contest = ?", params![filter.contest]);
    statement.push(&standing, params![]);
    statement.push(" AND m.elo IS NOT NULL", params![]);
    conditions(&mut statement, filter);
    let backwards = cursor.is_some_and(|at| at.side == Side::Before);
    if let Some(at) = cursor {
        let values = params![at.elo, at.content_hash, at.plan_id];
        let beyond = if backwards { '>' } else { '<' };
        let condition = format!(" AND (m.elo, m.content_hash, m.plan_id) {beyond} (?, ?, ?)");
        statement.push(&condition, values);
    }
    let order = if backwards { "ASC" } else { "DESC" };
    let rows = limit + 1;
    statement.push(
        &format!(" ORDER BY m.elo {order}, m.content_hash {order}, m.plan_id {order} LIMIT {rows}"),
        params![],
    );
    (statement.sql, statement.params)
}

/// The tables; `CROSS JOIN` and `MATERIALIZED` keep both planners from reading the board first.
fn source(statement: &mut Statement, filter: &LeaderFilter, few: Option<&Few>) {
    let Some(few) = few else {
        statement.push(SELECT, params![]);
        return statement.push(" WHERE TRUE", params![]);
    };
    statement.push("WITH few AS MATERIALIZED (SELECT plan_id", params![]);
    match few {
        Few::OfOwner => statement.push(
            " FROM plan_corpus WHERE owner_id = ?",
            params![filter.owner],
        ),
        Few::Recent => {
            recent(statement, filter);
            statement.push(&format!(" LIMIT {MAX_FEW}"), params![]);
        }
    }
    statement.push(
        ") SELECT m.*, p.owner_id, p.family_id, p.external_id, p.title, p.visibility
           FROM few CROSS JOIN plan_metrics m CROSS JOIN plan_corpus p
           WHERE m.plan_id = few.plan_id AND p.plan_id = m.plan_id",
        params![],
    );
}

fn recent(statement: &mut Statement, filter: &LeaderFilter) {
    let standing = format!(
        " AND listed = TRUE AND provisional = {}",
        provisional(filter)
    );
    statement.push(
        " FROM plan_metrics WHERE contest = ?",
        params![filter.contest],
    );
    statement.push(&standing, params![]);
    if let Some(since) = filter.since {
        statement.push(" AND submitted_at >= ?", params![since]);
    }
    if let Some(until) = filter.until {
        statement.push(" AND submitted_at < ?", params![until]);
    }
}

/// Conditions that don't apply are left out, rather than written as `$n IS NULL OR …`, so that
/// the planner sees which index fits.
fn conditions(statement: &mut Statement, filter: &LeaderFilter) {
    if let Some(domain) = &filter.domain {
        statement.push(" AND m.domain = ?", params![domain]);
    }
    if let Some(since) = filter.since {
        statement.push(" AND m.submitted_at >= ?", params![since]);
    }
    if let Some(until) = filter.until {
        statement.push(" AND m.submitted_at < ?", params![until]);
    }
    // A literal, or the index of flagged plans does not fit.
    match filter.flagged {
        Some(true) => statement.push(" AND m.flagged = TRUE", params![]),
        Some(false) => statement.push(" AND m.flagged = FALSE", params![]),
        None => {}
    }
}

fn provisional(filter: &LeaderFilter) -> &'static str {
    match filter.standing {
        Standing::Provisional => "TRUE",
        Standing::Established => "FALSE",
    }
}
