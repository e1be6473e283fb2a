//! Judges: one row per version of a judge; its fingerprint names everything its verdicts depend on.

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::sql::{all, execute, from_row, one, params, scalar};
use crate::{JudgeId, Store, StoreError};

/// A judge to be known; the id counts only when the fingerprint is new.
#[derive(Debug, Clone)]
pub struct NewJudge {
    pub judge_id: JudgeId,
    pub fingerprint: String,
    /// Such as `offline`, `model`, `jury`.
    pub kind: String,
    pub name: String,
    pub version: String,
    pub model: Option<String>,
    pub created_at: DateTime<Utc>,
}

/// One version of one judge.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Judge {
    pub judge_id: JudgeId,
    pub fingerprint: String,
    pub kind: String,
    pub name: String,
    pub version: String,
    pub model: Option<String>,
    /// Discrimination, position effect and cut points as JSON; `{}` before the first fit.
    pub params: String,
    pub canary_stats: Option<String>,
    pub suspended_at: Option<DateTime<Utc>>,
    pub suspended_why: Option<String>,
    pub created_at: DateTime<Utc>,
}

from_row!(Judge {
    judge_id,
    fingerprint,
    kind,
    name,
    version,
    model,
    params,
    canary_stats,
    suspended_at,
    suspended_why,
    created_at,
});

const COLUMNS: &str = "judge_id, fingerprint, kind, name, version, model, params, canary_stats, suspended_at, \
     suspended_why, created_at";

impl Store {
    /// Returns the judge with this fingerprint, adding it when it is new.
    pub async fn upsert_judge(&self, judge: &NewJudge) -> Result<JudgeId, StoreError> {
        let write = self.write().await?;
        let sql = "INSERT INTO judge (judge_id, fingerprint, kind, name, version, model, params, created_at)
                   VALUES ($1, $2, $3, $4, $5, $6, '{}', $7) ON CONFLICT (fingerprint) DO NOTHING";
        let params = params![
            judge.judge_id,
            judge.fingerprint,
            judge.kind,
            judge.name,
            judge.version,
            judge.model,
            judge.created_at,
        ];
        execute(&write.tx, sql, params).await?;
        let sql = "SELECT judge_id AS value FROM judge WHERE fingerprint = $1";
        let id = scalar(&write.tx, sql, params![judge.fingerprint]).await?;
        write.commit().await?;
        id.ok_or_else(|| StoreError::NotFound {
            what: "judge",
            id: judge.fingerprint.clone(),
        })
    }

    pub async fn judge(&self, id: JudgeId) -> Result<Option<Judge>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM judge WHERE judge_id = $1");
        one(self.read(), &sql, params![id]).await
    }

    /// All judges, by fingerprint.
    pub async fn judges(&self) -> Result<Vec<Judge>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM judge ORDER BY fingerprint");
        all(self.read(), &sql, params![]).await
    }

    /// Keeps what the last fit found about a judge (JSON).
    pub async fn set_judge_params(&self, id: JudgeId, params: &str) -> Result<(), StoreError> {
        self.update_judge(
            "UPDATE judge SET params = $2 WHERE judge_id = $1",
            id,
            params![id, params],
        )
        .await
    }

    /// Keeps what the canaries found about a judge (JSON).
    pub async fn set_judge_canary_stats(&self, id: JudgeId, stats: &str) -> Result<(), StoreError> {
        self.update_judge(
            "UPDATE judge SET canary_stats = $2 WHERE judge_id = $1",
            id,
            params![id, stats],
        )
        .await
    }

    /// Takes a judge's right to judge; the first reason stays.
    pub async fn suspend_judge(
        &self,
        id: JudgeId,
        why: &str,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let sql = "UPDATE judge SET suspended_why = COALESCE(suspended_why, $2),
                                    suspended_at = COALESCE(suspended_at, $3) WHERE judge_id = $1";
        self.update_judge(sql, id, params![id, why, now]).await
    }

    /// Gives a judge its right back; `false` when it is not suspended.
    pub async fn reinstate_judge(&self, id: JudgeId) -> Result<bool, StoreError> {
        let write = self.write().await?;
        let sql = "UPDATE judge SET suspended_why = NULL, suspended_at = NULL
                   WHERE judge_id = $1 AND suspended_at IS NOT NULL";
        let changed = execute(&write.tx, sql, params![id]).await?;
        write.commit().await?;
        Ok(changed > 0)
    }

    async fn update_judge(
        &self,
        sql: &str,
        id: JudgeId,
        params: Vec<sea_orm::Value>,
    ) -> Result<(), StoreError> {
        let write = self.write().await?;
        if execute(&write.tx, sql, params).await? == 0 {
            return Err(StoreError::NotFound {
                what: "judge",
                id: id.to_string(),
            });
        }
        write.commit().await
    }
}
