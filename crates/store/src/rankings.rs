//! Contests and the lease that lets one process at a time drive one.
//!
//! A lease is a token with an end; each grant raises the contest's fence number. Writes of the
//! driver name the fence they were granted: after somebody else was granted a higher one they
//! fail with [`StoreError::LeaseLost`], however late they arrive.

use std::time::Duration;

use chrono::{DateTime, Utc};
use sea_orm::ConnectionTrait;
use serde::Serialize;

use crate::sql::{execute, from_row, one, params, scalar};
use crate::{Contest, Store, StoreError};

/// One contest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Ranking {
    pub contest: Contest,
    pub seed: i64,
    /// JSON.
    pub settings: String,
    /// The driver's own word for where it stands, such as `open`.
    pub state: String,
    /// The number of the last publication; 0 before the first.
    pub published: i64,
    pub lease_token: Option<String>,
    pub lease_until: Option<DateTime<Utc>>,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

from_row!(Ranking {
    contest,
    seed,
    settings,
    state,
    published,
    lease_token,
    lease_until,
    created_at,
    updated_at,
});

/// The right to drive a contest, to be shown with every write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fence {
    pub contest: Contest,
    pub token: String,
    pub number: i64,
}

/// What became of a wish to drive a contest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Claim {
    Granted(Fence),
    Held { token: String, until: DateTime<Utc> },
}

impl Store {
    /// Opens a contest, or returns the one that exists with the seed and settings it was opened with.
    pub async fn open_ranking(
        &self,
        contest: Contest,
        seed: i64,
        settings: &str,
        now: DateTime<Utc>,
    ) -> Result<Ranking, StoreError> {
        let write = self.write().await?;
        let sql = "INSERT INTO ranking (contest, seed, settings, state, created_at, updated_at)
                   VALUES ($1, $2, $3, 'open', $4, $4) ON CONFLICT (contest) DO NOTHING";
        execute(&write.tx, sql, params![contest, seed, settings, now]).await?;
        let ranking = find(&write.tx, contest).await?;
        write.commit().await?;
        ranking.ok_or_else(|| missing(contest))
    }

    pub async fn ranking(&self, contest: Contest) -> Result<Option<Ranking>, StoreError> {
        find(self.read(), contest).await
    }

    /// Changes the settings and the state of a contest.
    pub async fn update_ranking(
        &self,
        fence: &Fence,
        settings: &str,
        state: &str,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let write = self.write().await?;
        hold(self, &write.tx, fence).await?;
        let sql =
            "UPDATE ranking SET settings = $2, state = $3, updated_at = $4 WHERE contest = $1";
        execute(&write.tx, sql, params![fence.contest, settings, state, now]).await?;
        write.commit().await
    }

    /// Asks for the lease. It is granted when it is free, has ended, or is `token`'s already.
    pub async fn claim_ranking(
        &self,
        contest: Contest,
        token: &str,
        now: DateTime<Utc>,
        ttl: Duration,
    ) -> Result<Claim, StoreError> {
        self.grant(contest, token, token, now, ttl).await
    }

    /// Takes the lease from `holder`, whom the caller knows to be dead (a process on this machine
    /// that no longer runs), without waiting for its end.
    pub async fn seize_ranking(
        &self,
        contest: Contest,
        token: &str,
        holder: &str,
        now: DateTime<Utc>,
        ttl: Duration,
    ) -> Result<Claim, StoreError> {
        self.grant(contest, token, holder, now, ttl).await
    }

    async fn grant(
        &self,
        contest: Contest,
        token: &str,
        holder: &str,
        now: DateTime<Utc>,
        ttl: Duration,
    ) -> Result<Claim, StoreError> {
        let write = self.write().await?;
        let sql = "UPDATE ranking SET lease_token = $2, lease_until = $3, fence = fence + 1
                   WHERE contest = $1 AND (lease_token IS NULL OR lease_token = $4 OR lease_until <= $5)
                   RETURNING fence AS value";
        let granted = scalar(
            &write.tx,
            sql,
            params![contest, token, now + ttl, holder, now],
        )
        .await?;
        let ranking = find(&write.tx, contest)
            .await?
            .ok_or_else(|| missing(contest))?;
        write.commit().await?;
        if let Some(number) = granted {
            return Ok(Claim::Granted(Fence {
                contest,
                token: token.to_owned(),
                number,
            }));
        }
        let until = ranking.lease_until.unwrap_or(now);
        Ok(Claim::Held {
            token: ranking.lease_token.unwrap_or_default(),
            until,
        })
    }

    /// Moves the end of the lease; `false` when it was lost.
    pub async fn renew_ranking(
        &self,
        fence: &Fence,
        now: DateTime<Utc>,
        ttl: Duration,
    ) -> Result<bool, StoreError> {
        let sql = "UPDATE ranking SET lease_until = $3
                   WHERE contest = $1 AND fence = $2 AND lease_token IS NOT NULL";
        self.update_lease(sql, params![fence.contest, fence.number, now + ttl])
            .await
    }

    /// Gives the lease back; `false` when it was lost before.
    pub async fn release_ranking(&self, fence: &Fence) -> Result<bool, StoreError> {
        let sql = "UPDATE ranking SET lease_token = NULL, lease_until = NULL
                   WHERE contest = $1 AND fence = $2 AND lease_token IS NOT NULL";
        self.update_lease(sql, params![fence.contest, fence.number])
            .await
    }

    async fn update_lease(
        &self,
        sql: &str,
        params: Vec<sea_orm::Value>,
    ) -> Result<bool, StoreError> {
        let write = self.write().await?;
        let changed = execute(&write.tx, sql, params).await?;
        write.commit().await?;
        Ok(changed > 0)
    }
}

/// Fails unless the fence is the newest; keeps it so until the transaction ends.
pub(crate) async fn hold(
    store: &Store,
    tx: &impl ConnectionTrait,
    fence: &Fence,
) -> Result<(), StoreError> {
    let sql = format!(
        "SELECT fence AS value FROM ranking WHERE contest = $1 AND fence = $2 AND lease_token IS NOT NULL{}",
        store.backend().for_share(),
    );
    let held: Option<i64> = scalar(tx, &sql, params![fence.contest, fence.number]).await?;
    held.map(|_| ()).ok_or_else(|| StoreError::LeaseLost {
        contest: fence.contest.to_string(),
    })
}

async fn find(on: &impl ConnectionTrait, contest: Contest) -> Result<Option<Ranking>, StoreError> {
    let sql = "SELECT contest, seed, settings, state, published, lease_token, lease_until, created_at, updated_at
               FROM ranking WHERE contest = $1";
    one(on, sql, params![contest]).await
}

fn missing(contest: Contest) -> StoreError {
    StoreError::NotFound {
        what: "ranking",
        id: contest.to_string(),
    }
}
