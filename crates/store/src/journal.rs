//! The journal of model calls: an answer that was paid for is never paid for again.
//!
//! A call is found by the hash of everything that it depends on. The first answer stays; what
//! [`Store::record_call`] returns is what every later run will read, so the caller goes on with it.

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::sql::{execute, from_row, one, params};
use crate::{Contest, PlanId, Store, StoreError};

/// A finished call, to be kept or as it was kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Call {
    pub request_key: String,
    /// For whose ranking it was made, if for one.
    pub contest: Option<Contest>,
    /// For which run and which of its stages it was made, if for one.
    pub plan_id: Option<PlanId>,
    pub stage: Option<String>,
    pub provider: String,
    pub model: String,
    pub purpose: String,
    /// The whole answer.
    pub response: String,
    /// Why the model stopped, such as `stop` or `length`.
    pub finish: String,
    pub input_tokens: i64,
    pub output_tokens: i64,
    pub cost_nano_usd: i64,
    pub created_at: DateTime<Utc>,
}

from_row!(Call {
    request_key,
    contest,
    plan_id,
    stage,
    provider,
    model,
    purpose,
    response,
    finish,
    input_tokens,
    output_tokens,
    cost_nano_usd,
    created_at,
});

/// What calls have used.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Spend {
    pub calls: i64,
    pub input_tokens: i64,
    pub output_tokens: i64,
    pub cost_nano_usd: i64,
}

from_row!(Spend {
    calls,
    input_tokens,
    output_tokens,
    cost_nano_usd
});

const FIND: &str = "SELECT request_key, contest, plan_id, stage, provider, model, purpose, response, finish, \
     input_tokens, output_tokens, cost_nano_usd, created_at FROM model_call WHERE request_key = $1";

impl Store {
    pub async fn find_call(&self, request_key: &str) -> Result<Option<Call>, StoreError> {
        one(self.read(), FIND, params![request_key]).await
    }

    /// Keeps a call, unless its key is kept already, and returns what the journal holds. What a
    /// run's calls cost is added to the run in the same transaction.
    pub async fn record_call(&self, call: &Call) -> Result<Call, StoreError> {
        let write = self.write().await?;
        let sql = "INSERT INTO model_call (request_key, contest, provider, model, purpose, response, finish,
                       input_tokens, output_tokens, cost_nano_usd, created_at, plan_id, stage)
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) ON CONFLICT (request_key) DO NOTHING";
        let params = params![
            call.request_key,
            call.contest,
            call.provider,
            call.model,
            call.purpose,
            call.response,
            call.finish,
            call.input_tokens,
            call.output_tokens,
            call.cost_nano_usd,
            call.created_at,
            call.plan_id,
            call.stage,
        ];
        if execute(&write.tx, sql, params).await? == 1
            && let Some(id) = call.plan_id
        {
            let sql = "UPDATE generation SET spent_nano_usd = spent_nano_usd + $2,
                           revision = revision + 1
                       WHERE plan_id = $1";
            execute(&write.tx, sql, params![id, call.cost_nano_usd]).await?;
        }
        let held = one(&write.tx, FIND, params![call.request_key]).await?;
        write.commit().await?;
        held.ok_or_else(|| StoreError::NotFound {
            what: "call",
            id: call.request_key.clone(),
        })
    }

    /// What the calls of a contest (of all, when `None`) have used since a time (ever, when `None`).
    pub async fn spend(
        &self,
        contest: Option<Contest>,
        since: Option<DateTime<Utc>>,
    ) -> Result<Spend, StoreError> {
        // A condition on what may be NULL would keep SQLite from its indexes.
        let conditions = match (contest, since) {
            (Some(_), Some(_)) => "contest = $1 AND created_at >= $2",
            (Some(_), None) => "contest = $1",
            (None, Some(_)) => "created_at >= $1",
            (None, None) => "1 = 1",
        };
        let mut params: Vec<_> = contest.iter().flat_map(|of| params![of]).collect();
        params.extend(since.iter().flat_map(|time| params![time]));
        let sql = format!(
            "SELECT COUNT(*) AS calls,
                          CAST(COALESCE(SUM(input_tokens), 0) AS BIGINT) AS input_tokens,
                          CAST(COALESCE(SUM(output_tokens), 0) AS BIGINT) AS output_tokens,
                          CAST(COALESCE(SUM(cost_nano_usd), 0) AS BIGINT) AS cost_nano_usd
             FROM model_call WHERE {conditions}"
        );
        Ok(one(self.read(), &sql, params).await?.unwrap_or_default())
    }
}
