//! The files of a run: which content each has, and what people changed.

use chrono::{DateTime, Utc};
use sea_orm::ConnectionTrait;

use crate::dialect::Backend;
use crate::generation::GenerationState;
use crate::sql::{all, execute, from_row, one, params, scalar};
use crate::{Digest, PlanId, Store, StoreError};

/// A file that a stage wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewArtifact {
    pub file: String,
    pub sha256: Digest,
    /// In bytes.
    pub size: i64,
}

/// A file of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArtifactRow {
    pub file: String,
    pub stage: String,
    pub sha256: Digest,
    pub size: i64,
    pub edited: bool,
    /// What its stage wrote last.
    pub generated_sha256: Digest,
    pub generated_size: i64,
    pub updated_at: DateTime<Utc>,
}

from_row!(ArtifactRow {
    file,
    stage,
    sha256,
    size,
    edited,
    generated_sha256,
    generated_size,
    updated_at,
});

const COLUMNS: &str =
    "file, stage, sha256, size, edited, generated_sha256, generated_size, updated_at";

/// What somebody wants of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ArtifactChange {
    To {
        sha256: Digest,
        size: i64,
    },
    /// Back to what its stage wrote.
    Revert,
}

/// In bytes: what the files of a run may have in all after an edit that makes them larger.
pub const MAX_EDITED_RUN: i64 = 16 << 20;

/// What became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EditOutcome {
    Done(ArtifactRow),
    NoSuchFile,
    /// The run is worked on, or waits to be.
    UnderWay(GenerationState),
    /// It has this content now, not the one that the caller saw.
    Changed(Digest),
    /// The run's files would have so many bytes in all.
    TooLarge {
        size: i64,
    },
}

struct State {
    state: GenerationState,
}

from_row!(State { state });

impl Store {
    /// In the order of their names.
    pub async fn artifacts(&self, id: PlanId) -> Result<Vec<ArtifactRow>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM artifact WHERE plan_id = $1 ORDER BY file");
        all(self.read(), &sql, params![id]).await
    }

    pub async fn artifact(
        &self,
        id: PlanId,
        file: &str,
    ) -> Result<Option<ArtifactRow>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM artifact WHERE plan_id = $1 AND file = $2");
        one(self.read(), &sql, params![id, file]).await
    }

    /// Changes a file by hand, if it still has the content `seen` (any, when absent).
    pub async fn edit_artifact(
        &self,
        id: PlanId,
        file: &str,
        change: ArtifactChange,
        seen: Option<Digest>,
        now: DateTime<Utc>,
    ) -> Result<EditOutcome, StoreError> {
        let write = self.write().await?;
        let sql = format!(
            "SELECT state FROM generation WHERE plan_id = $1{}",
            Backend::of(&write.tx).for_update()
        );
        let run: Option<State> = one(&write.tx, &sql, params![id]).await?;
        let Some(State { state }) = run else {
            return Ok(EditOutcome::NoSuchFile);
        };
        if matches!(
            state,
            GenerationState::Pending | GenerationState::Processing
        ) {
            return Ok(EditOutcome::UnderWay(state));
        }
        let sql = format!("SELECT {COLUMNS} FROM artifact WHERE plan_id = $1 AND file = $2");
        let held: Option<ArtifactRow> = one(&write.tx, &sql, params![id, file]).await?;
        let Some(held) = held else {
            return Ok(EditOutcome::NoSuchFile);
        };
        if seen.is_some_and(|seen| seen != held.sha256) {
            return Ok(EditOutcome::Changed(held.sha256));
        }
        let before = held.size;
        let changed = held.after(change, now);
        let size = changed.size + size_without(&write.tx, id, file).await?;
        let is_edit = matches!(change, ArtifactChange::To { .. });
        if is_edit && changed.size > before && size > MAX_EDITED_RUN {
            return Ok(EditOutcome::TooLarge { size });
        }
        write_content(&write.tx, id, &changed).await?;
        let sql = "UPDATE generation SET revision = revision + 1 WHERE plan_id = $1";
        execute(&write.tx, sql, params![id]).await?;
        write.commit().await?;
        Ok(EditOutcome::Done(changed))
    }
}

impl ArtifactRow {
    fn after(self, change: ArtifactChange, now: DateTime<Utc>) -> Self {
        let (sha256, size) = match change {
            ArtifactChange::To { sha256, size } => (sha256, size),
            ArtifactChange::Revert => (self.generated_sha256, self.generated_size),
        };
        Self {
            // Written back by hand is as good as reverted.
            edited: sha256 != self.generated_sha256,
            sha256,
            size,
            updated_at: crate::sql::truncate(now),
            ..self
        }
    }
}

/// What the other files of a run have in all.
async fn size_without(
    on: &impl ConnectionTrait,
    id: PlanId,
    file: &str,
) -> Result<i64, StoreError> {
    let sql = "SELECT CAST(COALESCE(SUM(size), 0) AS BIGINT) AS value FROM artifact
               WHERE plan_id = $1 AND file <> $2";
    Ok(scalar(on, sql, params![id, file]).await?.unwrap_or(0))
}

async fn write_content(
    on: &impl ConnectionTrait,
    id: PlanId,
    row: &ArtifactRow,
) -> Result<(), StoreError> {
    let sql = "UPDATE artifact SET sha256 = $3, size = $4, edited = $5, updated_at = $6
               WHERE plan_id = $1 AND file = $2";
    let params = params![
        id,
        row.file,
        row.sha256,
        row.size,
        row.edited,
        row.updated_at
    ];
    execute(on, sql, params).await?;
    Ok(())
}

/// Keeps what a stage wrote; an edit stays in front of it.
pub(super) async fn keep(
    on: &impl ConnectionTrait,
    id: PlanId,
    stage: &str,
    file: &NewArtifact,
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO artifact (plan_id, file, stage, sha256, size, edited, generated_sha256,
                   generated_size, updated_at)
               VALUES ($1, $2, $3, $4, $5, FALSE, $4, $5, $6)
               ON CONFLICT (plan_id, file) DO UPDATE SET
                   stage = excluded.stage,
                   sha256 = CASE WHEN artifact.edited = TRUE THEN artifact.sha256
                                 ELSE excluded.sha256 END,
                   size = CASE WHEN artifact.edited = TRUE THEN artifact.size
                               ELSE excluded.size END,
                   generated_sha256 = excluded.generated_sha256,
                   generated_size = excluded.generated_size,
                   updated_at = CASE WHEN artifact.edited = TRUE
                                       OR artifact.sha256 = excluded.sha256
                                     THEN artifact.updated_at ELSE excluded.updated_at END";
    let params = params![id, file.file, stage, file.sha256, file.size, at];
    execute(on, sql, params).await?;
    Ok(())
}
