//! The stages of a run, and the files that each wrote.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use sea_orm::ConnectionTrait;

use crate::generation::drive::touch;
use crate::generation::files::{NewArtifact, keep};
use crate::sql::{all, execute, from_row, params, placeholders, text_enum};
use crate::{PlanId, Store, StoreError};

text_enum! {
    /// Where a stage stands.
    StageState {
        Waiting = "waiting",
        Running = "running",
        Done = "done",
        Failed = "failed",
        Skipped = "skipped",
        Stale = "stale",
    }
}

/// One stage of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StageRow {
    pub plan_id: PlanId,
    pub stage: String,
    pub state: StageState,
    pub inputs_hash: String,
    pub model: Option<String>,
    pub calls_done: i64,
    pub calls_total: i64,
    pub cost_nano_usd: i64,
    pub input_tokens: i64,
    pub output_tokens: i64,
    pub started_at: Option<DateTime<Utc>>,
    pub finished_at: Option<DateTime<Utc>>,
    pub error: Option<String>,
    /// JSON.
    pub outputs: String,
}

from_row!(StageRow {
    plan_id,
    stage,
    state,
    inputs_hash,
    model,
    calls_done,
    calls_total,
    cost_nano_usd,
    input_tokens,
    output_tokens,
    started_at,
    finished_at,
    error,
    outputs,
});

const COLUMNS: &str = "plan_id, stage, state, inputs_hash, model, calls_done, calls_total, \
    cost_nano_usd, input_tokens, output_tokens, started_at, finished_at, error, outputs";

/// What one answered question of a stage took.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StageCall<'a> {
    pub model: Option<&'a str>,
    pub cost_nano_usd: i64,
    pub input_tokens: i64,
    pub output_tokens: i64,
}

impl Store {
    /// The stages of these runs that have begun.
    pub async fn generation_stages(&self, runs: &[PlanId]) -> Result<Vec<StageRow>, StoreError> {
        if runs.is_empty() {
            return Ok(Vec::new());
        }
        let marks = placeholders(self.backend(), 1, runs.len());
        let sql = format!(
            "SELECT {COLUMNS} FROM generation_stage WHERE plan_id IN {marks} ORDER BY plan_id, stage"
        );
        let params = runs.iter().flat_map(|id| params![id]).collect();
        all(self.read(), &sql, params).await
    }

    /// A stage makes its calls from now on; what an earlier try of it counted is forgotten.
    pub async fn begin_stage(
        &self,
        id: PlanId,
        epoch: i64,
        stage: &str,
        calls_total: i64,
        at: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let write = self.write().await?;
        if !touch(&write.tx, id, epoch, at).await? {
            return Ok(false);
        }
        let sql = "INSERT INTO generation_stage (plan_id, stage, state, inputs_hash, calls_done,
                       calls_total, cost_nano_usd, input_tokens, output_tokens, started_at, outputs)
                   VALUES ($1, $2, 'running', '', 0, $3, 0, 0, 0, $4, '[]')
                   ON CONFLICT (plan_id, stage) DO UPDATE SET
                       state = 'running', model = NULL, calls_done = 0,
                       calls_total = excluded.calls_total, cost_nano_usd = 0, input_tokens = 0,
                       output_tokens = 0, started_at = excluded.started_at, finished_at = NULL,
                       error = NULL";
        execute(&write.tx, sql, params![id, stage, calls_total, at]).await?;
        write.commit().await?;
        Ok(true)
    }

    pub async fn count_stage_call(
        &self,
        id: PlanId,
        epoch: i64,
        stage: &str,
        call: StageCall<'_>,
        at: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let write = self.write().await?;
        if !touch(&write.tx, id, epoch, at).await? {
            return Ok(false);
        }
        let sql = "UPDATE generation_stage SET calls_done = calls_done + 1,
                       model = COALESCE($3, model), cost_nano_usd = cost_nano_usd + $4,
                       input_tokens = input_tokens + $5, output_tokens = output_tokens + $6
                   WHERE plan_id = $1 AND stage = $2";
        let params = params![
            id,
            stage,
            call.model,
            call.cost_nano_usd,
            call.input_tokens,
            call.output_tokens
        ];
        execute(&write.tx, sql, params).await?;
        write.commit().await?;
        Ok(true)
    }

    /// A stage is done: its record and its files, together.
    pub async fn finish_stage(
        &self,
        epoch: i64,
        row: &StageRow,
        files: &[NewArtifact],
        at: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let write = self.write().await?;
        if !touch(&write.tx, row.plan_id, epoch, at).await? {
            return Ok(false);
        }
        replace(&write.tx, row).await?;
        for file in files {
            keep(&write.tx, row.plan_id, &row.stage, file, at).await?;
        }
        drop_others(&write.tx, row, files).await?;
        write.commit().await?;
        Ok(true)
    }

    pub async fn fail_stage(
        &self,
        id: PlanId,
        epoch: i64,
        stage: &str,
        error: &str,
        at: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let write = self.write().await?;
        if !touch(&write.tx, id, epoch, at).await? {
            return Ok(false);
        }
        let sql = "INSERT INTO generation_stage (plan_id, stage, state, inputs_hash, calls_done,
                       calls_total, cost_nano_usd, input_tokens, output_tokens, finished_at, error,
                       outputs)
                   VALUES ($1, $2, 'failed', '', 0, 0, 0, 0, 0, $4, $3, '[]')
                   ON CONFLICT (plan_id, stage) DO UPDATE SET
                       state = 'failed', error = excluded.error, finished_at = excluded.finished_at";
        execute(&write.tx, sql, params![id, stage, error, at]).await?;
        write.commit().await?;
        Ok(true)
    }
}

async fn replace(on: &impl ConnectionTrait, row: &StageRow) -> Result<(), StoreError> {
    let sql = format!(
        "INSERT INTO generation_stage ({COLUMNS})
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
         ON CONFLICT (plan_id, stage) DO UPDATE SET
             state = excluded.state, inputs_hash = excluded.inputs_hash, model = excluded.model,
             calls_done = excluded.calls_done, calls_total = excluded.calls_total,
             cost_nano_usd = excluded.cost_nano_usd, input_tokens = excluded.input_tokens,
             output_tokens = excluded.output_tokens, started_at = excluded.started_at,
             finished_at = excluded.finished_at, error = excluded.error, outputs = excluded.outputs"
    );
    let params = params![
        row.plan_id,
        row.stage,
        row.state,
        row.inputs_hash,
        row.model,
        row.calls_done,
        row.calls_total,
        row.cost_nano_usd,
        row.input_tokens,
        row.output_tokens,
        row.started_at,
        row.finished_at,
        row.error,
        row.outputs
    ];
    execute(on, &sql, params).await?;
    Ok(())
}

/// Files that an earlier try of the stage wrote and this one didn't, unless somebody edited them.
async fn drop_others(
    on: &impl ConnectionTrait,
    row: &StageRow,
    files: &[NewArtifact],
) -> Result<(), StoreError> {
    let written: BTreeSet<&str> = files.iter().map(|file| file.file.as_str()).collect();
    let sql = "SELECT file FROM artifact WHERE plan_id = $1 AND stage = $2 AND edited = FALSE";
    let known: Vec<Name> = all(on, sql, params![row.plan_id, row.stage]).await?;
    for Name { file } in known.iter().filter(|n| !written.contains(n.file.as_str())) {
        let sql = "DELETE FROM artifact WHERE plan_id = $1 AND file = $2";
        execute(on, sql, params![row.plan_id, file]).await?;
    }
    Ok(())
}

struct Name {
    file: String,
}

from_row!(Name { file });
