//! The board: pages by key, not by offset, each one range of one index.
//!
//! It is ordered by Elo (the posterior mean), ties by content hash, so that equal inputs give
//! equal boards; the plan's id only separates equal contents of two owners.

mod cursor;
mod query;

use chrono::{DateTime, Utc};
use sea_orm::QueryResult;
use serde::Serialize;

use crate::kpis::KpiValues;
use crate::sql::{FromRow, all, get, one, params, placeholders, scalar};
use crate::{AccountId, Contest, Digest, FamilyId, PlanId, Store, StoreError, Visibility};
use cursor::{Cursor, Side};
use query::Few;

/// Provisional plans, rated too vaguely to rank, are listed apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Standing {
    Established,
    Provisional,
}

/// Which page of which board.
#[derive(Debug, Clone)]
pub struct LeaderFilter {
    pub contest: Contest,
    pub standing: Standing,
    /// Only plans of this account.
    pub owner: Option<AccountId>,
    pub domain: Option<String>,
    /// Only plans submitted at or after this time …
    pub since: Option<DateTime<Utc>>,
    /// … and before this one.
    pub until: Option<DateTime<Utc>>,
    pub flagged: Option<bool>,
    /// At most this many; 1,000 is the ceiling.
    pub limit: u32,
    /// What another page gave as `next` or `previous`.
    pub cursor: Option<String>,
}

impl LeaderFilter {
    /// The first page of a board, without conditions.
    pub fn first(contest: Contest, standing: Standing, limit: u32) -> Self {
        Self {
            contest,
            standing,
            owner: None,
            domain: None,
            since: None,
            until: None,
            flagged: None,
            limit,
            cursor: None,
        }
    }
}

/// One page.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LeaderPage {
    pub rows: Vec<LeaderRow>,
    /// The cursor of the next page; `None` at the end.
    pub next: Option<String>,
    /// The cursor of the page before; `None` at the start.
    pub previous: Option<String>,
}

/// One rated plan with what a list shows of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LeaderRow {
    pub plan_id: PlanId,
    pub owner_id: AccountId,
    pub family_id: FamilyId,
    pub external_id: Option<String>,
    pub title: String,
    pub domain: Option<String>,
    pub visibility: Visibility,
    pub content_hash: Digest,
    pub submitted_at: DateTime<Utc>,
    pub listed: bool,
    pub kpis: KpiValues,
    pub kpi_version: Option<String>,
    /// `None` before the first publication; so are the other ratings.
    pub elo: Option<f64>,
    pub elo_se: Option<f64>,
    pub elo_low: Option<f64>,
    pub elo_high: Option<f64>,
    pub rank: Option<i64>,
    pub rank_low: Option<i64>,
    pub rank_high: Option<i64>,
    pub percentile: Option<f64>,
    pub num_comparisons: i64,
    pub num_opponents: i64,
    pub num_opponent_owners: i64,
    pub provisional: Option<bool>,
    pub flagged: Option<bool>,
    pub bucket_id: Option<i64>,
    pub comment: Option<String>,
    pub rated_at: Option<DateTime<Utc>>,
}

impl FromRow for LeaderRow {
    fn from_row(row: &QueryResult) -> Result<Self, StoreError> {
        Ok(Self {
            plan_id: get(row, "plan_id")?,
            owner_id: get(row, "owner_id")?,
            family_id: get(row, "family_id")?,
            external_id: get(row, "external_id")?,
            title: get(row, "title")?,
            domain: get(row, "domain")?,
            visibility: get(row, "visibility")?,
            content_hash: get(row, "content_hash")?,
            submitted_at: get(row, "submitted_at")?,
            listed: get(row, "listed")?,
            kpis: KpiValues::from_row(row)?,
            kpi_version: get(row, "kpi_version")?,
            elo: get(row, "elo")?,
            elo_se: get(row, "elo_se")?,
            elo_low: get(row, "elo_low")?,
            elo_high: get(row, "elo_high")?,
            rank: get(row, "rank")?,
            rank_low: get(row, "rank_low")?,
            rank_high: get(row, "rank_high")?,
            percentile: get(row, "percentile")?,
            num_comparisons: get(row, "num_comparisons")?,
            num_opponents: get(row, "num_opponents")?,
            num_opponent_owners: get(row, "num_opponent_owners")?,
            provisional: get(row, "provisional")?,
            flagged: get(row, "flagged")?,
            bucket_id: get(row, "bucket_id")?,
            comment: get(row, "comment")?,
            rated_at: get(row, "rated_at")?,
        })
    }
}

const SELECT: &str = "SELECT m.*, p.owner_id, p.family_id, p.external_id, p.title, p.visibility
    FROM plan_metrics m JOIN plan_corpus p ON p.plan_id = m.plan_id";

impl Store {
    /// One page of a board, best first. Hidden plans and second members of a family are not on it.
    pub async fn leaderboard(&self, filter: &LeaderFilter) -> Result<LeaderPage, StoreError> {
        let cursor = filter.cursor.as_deref().map(Cursor::read).transpose()?;
        let limit = usize::try_from(filter.limit.clamp(1, 1_000)).unwrap_or(1_000);
        let few = self.few(filter).await?;
        let page = self
            .page(filter, few.as_ref(), cursor.as_ref(), limit)
            .await?;
        let at_the_top = page.previous.is_none() && page.rows.len() < limit;
        if at_the_top && cursor.is_some_and(|at| at.side == Side::Before) {
            // Rows have gone since the cursor was given: fill the first page up.
            return self.page(filter, few.as_ref(), None, limit).await;
        }
        Ok(page)
    }

    async fn page(
        &self,
        filter: &LeaderFilter,
        few: Option<&Few>,
        cursor: Option<&Cursor>,
        limit: usize,
    ) -> Result<LeaderPage, StoreError> {
        let (sql, params) = query::page(filter, few, cursor, limit);
        let mut rows: Vec<LeaderRow> = all(self.read(), &sql, params).await?;
        let more = rows.len() > limit;
        rows.truncate(limit);
        let backwards = cursor.is_some_and(|at| at.side == Side::Before);
        if backwards {
            rows.reverse();
        }
        let (above, below) = if backwards {
            (more, true)
        } else {
            (cursor.is_some(), more)
        };
        let place = |row: Option<&LeaderRow>, side| Some(Cursor::at(row?, side)?.write());
        Ok(LeaderPage {
            next: below.then(|| place(rows.last(), Side::Behind)).flatten(),
            previous: above.then(|| place(rows.first(), Side::Before)).flatten(),
            rows,
        })
    }

    /// What narrows a board so much that it is read first and put in order afterwards.
    async fn few(&self, filter: &LeaderFilter) -> Result<Option<Few>, StoreError> {
        if filter.owner.is_some() {
            return Ok(Some(Few::OfOwner));
        }
        if filter.since.is_none() && filter.until.is_none() {
            return Ok(None);
        }
        let (sql, params) = query::count_recent(filter);
        let found: Option<i64> = scalar(self.read(), &sql, params).await?;
        Ok((found.unwrap_or(0) <= query::MAX_FEW).then_some(Few::Recent))
    }

    /// The rows of these plans, listed or not, in no order.
    pub async fn leader_rows(&self, plans: &[PlanId]) -> Result<Vec<LeaderRow>, StoreError> {
        if plans.is_empty() {
            return Ok(Vec::new());
        }
        let marks = placeholders(self.backend(), 1, plans.len());
        let sql = format!("{SELECT} WHERE m.plan_id IN {marks}");
        let params = plans.iter().flat_map(|plan| params![plan]).collect();
        all(self.read(), &sql, params).await
    }

    /// A plan's KPIs and rating, listed or not.
    pub async fn metrics(&self, plan: PlanId) -> Result<Option<LeaderRow>, StoreError> {
        one(
            self.read(),
            &format!("{SELECT} WHERE m.plan_id = $1"),
            params![plan],
        )
        .await
    }

    /// How many plans a board holds.
    pub async fn count_leaders(
        &self,
        contest: Contest,
        standing: Standing,
    ) -> Result<i64, StoreError> {
        let sql = "SELECT COUNT(*) AS value FROM plan_metrics
                   WHERE contest = $1 AND listed = $2 AND provisional = $3 AND elo IS NOT NULL";
        let provisional = standing == Standing::Provisional;
        Ok(
            scalar(self.read(), sql, params![contest, true, provisional])
                .await?
                .unwrap_or(0),
        )
    }
}
