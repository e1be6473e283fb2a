//! Runs that make plans: the run, its stages, its files, and what people say about them.

use sea_orm::ConnectionTrait;
use sea_orm_migration::async_trait::async_trait;
use sea_orm_migration::{DbErr, MigrationName, MigrationTrait, SchemaManager};

use crate::dialect::Backend;

pub(super) struct Generation;

impl MigrationName for Generation {
    fn name(&self) -> &'static str {
        "m20261123_000007_generation"
    }
}

#[async_trait]
impl MigrationTrait for Generation {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let connection = manager.get_connection();
        let backend = Backend::of(connection);
        for statement in [RUNS, STAGES, FILES, CALLS, FEEDBACK] {
            connection
                .execute_unprepared(&backend.ddl(statement))
                .await?;
        }
        Ok(())
    }
}

// `epoch` grows whenever a worker or an attempt takes the run over; whoever shows an older one
// writes nothing. `dedupe` is set while the same wish of the same owner means this run.
const RUNS: &str = "
CREATE TABLE generation (
    plan_id {uuid} NOT NULL PRIMARY KEY,
    owner_id {uuid} NOT NULL REFERENCES account (account_id),
    title {text} NOT NULL,
    titled {bool} NOT NULL,
    prompt {text} NOT NULL,
    mode {text} NOT NULL,
    profile {text} NOT NULL,
    start_date {text} NOT NULL,
    visibility {text} NOT NULL CHECK (visibility IN ('system', 'public', 'private')),
    state {text} NOT NULL
        CHECK (state IN ('pending', 'processing', 'completed', 'failed', 'stopped')),
    failure {text},
    stop_requested {bool} NOT NULL,
    attempt {int} NOT NULL,
    resume_count {int} NOT NULL,
    epoch {int} NOT NULL,
    revision {int} NOT NULL,
    max_cost_nano_usd {int},
    estimated_nano_usd {int} NOT NULL,
    spent_nano_usd {int} NOT NULL,
    dedupe {bytes},
    bundle_of {bytes},
    bundle_sha256 {bytes},
    bundle_size {int},
    ranked_plan_id {uuid},
    ranking_note {text},
    ranked_at {time},
    created_at {time} NOT NULL,
    started_at {time},
    finished_at {time},
    last_progress_at {time} NOT NULL,
    CHECK ((state = 'failed') = (failure IS NOT NULL)),
    CHECK ((state IN ('completed', 'failed', 'stopped')) = (finished_at IS NOT NULL))
) {strict};
CREATE INDEX generation_owner ON generation (owner_id, plan_id);
CREATE UNIQUE INDEX generation_dedupe ON generation (owner_id, dedupe) WHERE dedupe IS NOT NULL;
";

const STAGES: &str = "
CREATE TABLE generation_stage (
    plan_id {uuid} NOT NULL REFERENCES generation (plan_id),
    stage {text} NOT NULL,
    state {text} NOT NULL
        CHECK (state IN ('waiting', 'running', 'done', 'failed', 'skipped', 'stale')),
    inputs_hash {text} NOT NULL,
    model {text},
    calls_done {int} NOT NULL,
    calls_total {int} NOT NULL,
    cost_nano_usd {int} NOT NULL,
    input_tokens {int} NOT NULL,
    output_tokens {int} NOT NULL,
    started_at {time},
    finished_at {time},
    error {text},
    outputs {text} NOT NULL,
    PRIMARY KEY (plan_id, stage)
) {no_rowid};
";

// What the stage wrote last is kept beside an edit, so that the edit can be reverted.
const FILES: &str = "
CREATE TABLE artifact (
    plan_id {uuid} NOT NULL REFERENCES generation (plan_id),
    file {text} NOT NULL,
    stage {text} NOT NULL,
    sha256 {bytes} NOT NULL,
    size {int} NOT NULL,
    edited {bool} NOT NULL,
    generated_sha256 {bytes} NOT NULL,
    generated_size {int} NOT NULL,
    updated_at {time} NOT NULL,
    PRIMARY KEY (plan_id, file)
) {no_rowid};
";

const CALLS: &str = "
ALTER TABLE model_call ADD COLUMN plan_id {uuid};
ALTER TABLE model_call ADD COLUMN stage {text};
CREATE INDEX model_call_plan ON model_call (plan_id, created_at) WHERE plan_id IS NOT NULL;
";

const FEEDBACK: &str = "
CREATE TABLE feedback (
    feedback_id {uuid} NOT NULL PRIMARY KEY,
    account_id {uuid} NOT NULL REFERENCES account (account_id),
    plan_id {uuid},
    category {text} NOT NULL,
    message {text} NOT NULL,
    rating {int} CHECK (rating BETWEEN 1 AND 5),
    created_at {time} NOT NULL
) {strict};
CREATE INDEX feedback_time ON feedback (created_at, feedback_id);
";
