//! The board: pages by key, not by offset, each one range of one index.
//!
//! It is ordered by Elo (the posterior mean), ties by content hash, so that equal inputs give
//! equal boards; the plan's id only separates equal contents of two owners.

use chrono::{DateTime, Utc};
use sea_orm::{QueryResult, Value};
use serde::Serialize;

use crate::kpis::KpiValues;
use crate::sql::{FromRow, all, get, one, params, scalar};
use crate::{AccountId, Contest, Digest, FamilyId, PlanId, Store, StoreError, Visibility};

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
    pub domain: Option<String>,
    /// Only plans submitted at or after this time.
    pub since: Option<DateTime<Utc>>,
    pub flagged: Option<bool>,
    /// At most this many; 1,000 is the ceiling.
    pub limit: u32,
    /// What the page before gave as `next`.
    pub cursor: Option<String>,
}

/// One page.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LeaderPage {
    pub rows: Vec<LeaderRow>,
    /// The cursor of the next page; `None` at the end.
    pub next: Option<String>,
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
        let limit = usize::try_from(filter.limit.clamp(1, 1_000)).unwrap_or(1_000);
        let (sql, params) = page_query(filter, limit)?;
        let mut rows: Vec<LeaderRow> = all(self.read(), &sql, params).await?;
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next = rows
            .last()
            .filter(|_| more)
            .and_then(Cursor::behind)
            .map(|cursor| cursor.write());
        Ok(LeaderPage { rows, next })
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

/// Conditions that don't apply are left out, rather than written as `$n IS NULL OR …`, so that
/// the planner sees which index fits.
fn page_query(filter: &LeaderFilter, limit: usize) -> Result<(String, Vec<Value>), StoreError> {
    let provisional = filter.standing == Standing::Provisional;
    let mut sql = format!(
        "{SELECT} WHERE m.contest = $1 AND m.listed = $2 AND m.provisional = $3 AND m.elo IS NOT NULL"
    );
    let mut params = params![filter.contest, true, provisional];
    let mut and = |condition: &str, values: Vec<Value>| {
        let mut condition = condition.to_owned();
        for value in values {
            params.push(value);
            condition = condition.replacen('?', &format!("${}", params.len()), 1);
        }
        sql.push_str(" AND ");
        sql.push_str(&condition);
    };
    if let Some(domain) = &filter.domain {
        and("m.domain = ?", params![domain]);
    }
    if let Some(since) = filter.since {
        and("m.submitted_at >= ?", params![since]);
    }
    if let Some(flagged) = filter.flagged {
        and("m.flagged = ?", params![flagged]);
    }
    if let Some(cursor) = &filter.cursor {
        let at = Cursor::read(cursor)?;
        and(
            "(m.elo, m.content_hash, m.plan_id) < (?, ?, ?)",
            params![at.elo, at.content_hash, at.plan_id],
        );
    }
    sql.push_str(" ORDER BY m.elo DESC, m.content_hash DESC, m.plan_id DESC LIMIT ");
    sql.push_str(&(limit + 1).to_string());
    Ok((sql, params))
}

/// The place behind a row. Its text is the hexadecimal of the bits of the Elo, hash and id.
struct Cursor {
    elo: f64,
    content_hash: Digest,
    plan_id: PlanId,
}

impl Cursor {
    fn behind(row: &LeaderRow) -> Option<Self> {
        Some(Self {
            elo: row.elo?,
            content_hash: row.content_hash,
            plan_id: row.plan_id,
        })
    }

    fn write(&self) -> String {
        let parts = [
            &self.elo.to_be_bytes()[..],
            &self.content_hash.0,
            self.plan_id.0.as_bytes(),
        ];
        hex::encode(parts.concat())
    }

    fn read(text: &str) -> Result<Self, StoreError> {
        let invalid = || StoreError::Invalid {
            what: "the cursor",
            why: "it was not given by this server".to_owned(),
        };
        let mut bytes = [0; 56];
        hex::decode_to_slice(text, &mut bytes).map_err(|_| invalid())?;
        let (elo, rest) = bytes.split_first_chunk::<8>().ok_or_else(invalid)?;
        let (hash, id) = rest.split_first_chunk::<32>().ok_or_else(invalid)?;
        let elo = f64::from_be_bytes(*elo);
        if !elo.is_finite() {
            return Err(invalid());
        }
        let plan_id = PlanId(uuid::Uuid::from_slice(id).map_err(|_| invalid())?);
        Ok(Self {
            elo,
            content_hash: Digest(*hash),
            plan_id,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_reads_back_and_rejects_what_it_did_not_write() {
        let cursor = Cursor {
            elo: 1512.25,
            content_hash: Digest([7; 32]),
            plan_id: PlanId(uuid::Uuid::from_u128(9)),
        };
        let text = cursor.write();
        let again = Cursor::read(&text).unwrap();
        assert_eq!(
            (again.elo.to_bits(), again.content_hash, again.plan_id),
            (1512.25_f64.to_bits(), Digest([7; 32]), cursor.plan_id)
        );
        let nan = text.replacen(&text[..16], &hex::encode(f64::NAN.to_be_bytes()), 1);
        for wrong in ["", "zz", &text[2..], &format!("{text}00"), &nan] {
            assert!(
                matches!(Cursor::read(wrong), Err(StoreError::Invalid { .. })),
                "{wrong}"
            );
        }
    }
}
