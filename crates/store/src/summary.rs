//! A contest at a glance: what was published last, and what its driver waits for.
//!
//! The summary is written in the transaction that publishes the ratings, so it always describes
//! the board that is shown; the status comes and goes with the job that drives the contest.

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, QueryResult};
use serde::{Deserialize, Serialize};

use crate::sql::{FromRow, all, execute, from_row, get, one, params};
use crate::{Contest, Store, StoreError};

/// How many listed plans a domain has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DomainCount {
    /// `None` gathers the plans that name no domain.
    pub domain: Option<String>,
    pub established: i64,
    pub provisional: i64,
}

/// What of a contest was published last.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ContestSummary {
    pub contest: Contest,
    pub publication: i64,
    pub published_at: DateTime<Utc>,
    /// Listed plans, by standing.
    pub established: i64,
    pub provisional: i64,
    pub flagged: i64,
    /// Verdicts behind the ratings.
    pub comparisons: i64,
    /// By name, the plans without one first.
    pub domains: Vec<DomainCount>,
    /// The ends of all listed intervals; `None` on an empty board.
    pub elo_min: Option<f64>,
    pub elo_max: Option<f64>,
    /// What the contest's model calls have cost, in nano-USD.
    pub spend_nano_usd: i64,
    /// JSON, as the publisher gave it.
    pub judges: String,
}

impl FromRow for ContestSummary {
    fn from_row(row: &QueryResult) -> Result<Self, StoreError> {
        let domains: String = get(row, "domains")?;
        Ok(Self {
            contest: get(row, "contest")?,
            publication: get(row, "publication")?,
            published_at: get(row, "published_at")?,
            established: get(row, "established")?,
            provisional: get(row, "provisional")?,
            flagged: get(row, "flagged")?,
            comparisons: get(row, "comparisons")?,
            domains: serde_json::from_str(&domains).map_err(|error| StoreError::Corrupt {
                column: "domains".to_owned(),
                why: error.to_string(),
            })?,
            elo_min: get(row, "elo_min")?,
            elo_max: get(row, "elo_max")?,
            spend_nano_usd: get(row, "spend_nano_usd")?,
            judges: get(row, "judges")?,
        })
    }
}

/// What the publisher knows of a contest and the board doesn't say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewSummary {
    pub comparisons: i64,
    pub spend_nano_usd: i64,
    /// JSON.
    pub judges: String,
}

/// Nothing judged, nothing spent, nobody judging.
impl Default for NewSummary {
    fn default() -> Self {
        Self {
            comparisons: 0,
            spend_nano_usd: 0,
            judges: "[]".to_owned(),
        }
    }
}

/// What a contest's driver is doing or waits for, for people to read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ContestStatus {
    pub contest: Contest,
    /// The driver's own word, such as `comparing`.
    pub phase: String,
    pub note: Option<String>,
    /// When it goes on by itself.
    pub again_at: Option<DateTime<Utc>>,
    pub updated_at: DateTime<Utc>,
}

from_row!(ContestStatus {
    contest,
    phase,
    note,
    again_at,
    updated_at
});

impl Store {
    /// What was published last of a contest; `None` before the first publication.
    pub async fn contest_summary(
        &self,
        contest: Contest,
    ) -> Result<Option<ContestSummary>, StoreError> {
        let sql = "SELECT * FROM contest_summary WHERE contest = $1";
        one(self.read(), sql, params![contest]).await
    }

    pub async fn contest_status(
        &self,
        contest: Contest,
    ) -> Result<Option<ContestStatus>, StoreError> {
        let sql = "SELECT * FROM contest_status WHERE contest = $1";
        one(self.read(), sql, params![contest]).await
    }

    /// Replaces what is said of a contest.
    pub async fn set_contest_status(&self, status: &ContestStatus) -> Result<(), StoreError> {
        let write = self.write().await?;
        let sql = "INSERT INTO contest_status (contest, phase, note, again_at, updated_at)
                   VALUES ($1, $2, $3, $4, $5)
                   ON CONFLICT (contest) DO UPDATE SET phase = excluded.phase, note = excluded.note,
                       again_at = excluded.again_at, updated_at = excluded.updated_at";
        let params = params![
            status.contest,
            status.phase,
            status.note,
            status.again_at,
            status.updated_at
        ];
        execute(&write.tx, sql, params).await?;
        write.commit().await
    }
}

/// The listed plans of a contest that agree in domain, standing and flag.
struct Group {
    domain: Option<String>,
    provisional: bool,
    flagged: bool,
    plans: i64,
    low: f64,
    high: f64,
}

from_row!(Group {
    domain,
    provisional,
    flagged,
    plans,
    low,
    high
});

/// Describes the board as it stands in `tx`, under the number of its publication.
pub(crate) async fn write(
    tx: &impl ConnectionTrait,
    contest: Contest,
    publication: i64,
    new: &NewSummary,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let sql = "SELECT domain, provisional, flagged, COUNT(*) AS plans, MIN(elo_low) AS low, MAX(elo_high) AS high
               FROM plan_metrics WHERE contest = $1 AND listed = $2 AND elo IS NOT NULL
               GROUP BY domain, provisional, flagged ORDER BY domain, provisional, flagged";
    let groups: Vec<Group> = all(tx, sql, params![contest, true]).await?;
    let count = |which: &dyn Fn(&Group) -> bool| -> i64 {
        groups.iter().filter(|g| which(g)).map(|g| g.plans).sum()
    };
    let domains = serde_json::to_string(&domains(&groups)).unwrap_or_default();
    let sql = "INSERT INTO contest_summary (contest, publication, published_at, established, provisional, flagged,
                   comparisons, domains, elo_min, elo_max, spend_nano_usd, judges)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
               ON CONFLICT (contest) DO UPDATE SET publication = excluded.publication,
                   published_at = excluded.published_at, established = excluded.established,
                   provisional = excluded.provisional, flagged = excluded.flagged,
                   comparisons = excluded.comparisons, domains = excluded.domains,
                   elo_min = excluded.elo_min, elo_max = excluded.elo_max,
                   spend_nano_usd = excluded.spend_nano_usd, judges = excluded.judges";
    let params = params![
        contest,
        publication,
        now,
        count(&|g| !g.provisional),
        count(&|g| g.provisional),
        count(&|g| g.flagged),
        new.comparisons,
        domains,
        groups.iter().map(|g| g.low).min_by(f64::total_cmp),
        groups.iter().map(|g| g.high).max_by(f64::total_cmp),
        new.spend_nano_usd,
        new.judges,
    ];
    execute(tx, sql, params).await?;
    Ok(())
}

fn domains(groups: &[Group]) -> Vec<DomainCount> {
    let mut counts: std::collections::BTreeMap<Option<&str>, DomainCount> = [].into();
    for group in groups {
        let count = counts
            .entry(group.domain.as_deref())
            .or_insert_with(|| DomainCount {
                domain: group.domain.clone(),
                established: 0,
                provisional: 0,
            });
        if group.provisional {
            count.provisional += group.plans;
        } else {
            count.established += group.plans;
        }
    }
    counts.into_values().collect()
}
