//! The state of rate limits: for each subject and rule the time at which its use has drained away,
//! in microseconds since 1970. What a unit costs and how far ahead a row may be, the caller says.
//!
//! Invariant: a take is one guarded statement, so however many meet, what they were granted
//! together never puts a row further ahead than allowed.

use chrono::{DateTime, Utc};

use crate::sql::{all, execute, from_row, params, scalar};
use crate::{Store, StoreError};

/// A wish to use something that is limited, in microseconds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Take<'a> {
    pub subject: &'a str,
    pub rule: &'a str,
    /// How far this take moves the row.
    pub cost: i64,
    /// How far ahead of `now` the row may be; at least `cost`.
    pub room: i64,
    pub now: DateTime<Utc>,
}

struct Granted {
    drained_at: i64,
}

from_row!(Granted { drained_at });

/// One limit's use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LimitUse {
    pub rule: String,
    pub drained_at: i64,
}

from_row!(LimitUse { rule, drained_at });

impl Store {
    /// Takes, and returns when the use will have drained away; `None` when there is no room.
    pub async fn take_limit(&self, take: &Take<'_>) -> Result<Option<i64>, StoreError> {
        let sql = "INSERT INTO rate_limit (subject, rule, drained_at) VALUES ($1, $2, $3 + $4)
             ON CONFLICT (subject, rule) DO UPDATE SET drained_at =
                 CASE WHEN rate_limit.drained_at > $3 THEN rate_limit.drained_at ELSE $3 END + $4
             WHERE CASE WHEN rate_limit.drained_at > $3 THEN rate_limit.drained_at ELSE $3 END + $4
                 <= $3 + $5
             RETURNING drained_at";
        let now = take.now.timestamp_micros();
        let params = params![take.subject, take.rule, now, take.cost, take.room];
        let alone = self.alone().await;
        let granted: Vec<Granted> = all(alone.db, sql, params).await?;
        Ok(granted.first().map(|row| row.drained_at))
    }

    /// Gives back what was taken and not used.
    pub async fn give_back_limit(
        &self,
        subject: &str,
        rule: &str,
        cost: i64,
    ) -> Result<(), StoreError> {
        let sql =
            "UPDATE rate_limit SET drained_at = drained_at - $3 WHERE subject = $1 AND rule = $2";
        let alone = self.alone().await;
        execute(alone.db, sql, params![subject, rule, cost]).await?;
        Ok(())
    }

    /// When the use of one limit will have drained away; `None` when it was never used.
    pub async fn limit_use(&self, subject: &str, rule: &str) -> Result<Option<i64>, StoreError> {
        let sql = "SELECT drained_at AS value FROM rate_limit WHERE subject = $1 AND rule = $2";
        scalar(self.read(), sql, params![subject, rule]).await
    }

    /// The use of all limits of a subject, by rule.
    pub async fn limit_uses(&self, subject: &str) -> Result<Vec<LimitUse>, StoreError> {
        let sql = "SELECT rule, drained_at FROM rate_limit WHERE subject = $1 ORDER BY rule";
        all(self.read(), sql, params![subject]).await
    }

    /// Forgets up to `most` rows that say nothing any more.
    pub async fn sweep_limits(&self, now: DateTime<Utc>, most: u32) -> Result<u64, StoreError> {
        // The time is asked twice, because a row may be taken from between the two looks at it.
        let sql = "DELETE FROM rate_limit WHERE drained_at <= $1 AND (subject, rule) IN
                   (SELECT subject, rule FROM rate_limit WHERE drained_at <= $1 LIMIT $2)";
        let alone = self.alone().await;
        let params = params![now.timestamp_micros(), i64::from(most)];
        execute(alone.db, sql, params).await
    }
}
