//! The queue: jobs, the turns that share them out between accounts, paused kinds, schedules.
//!
//! Claiming walks `job_claim` alone: `gate` keeps jobs whose time has not come and jobs of paused
//! kinds out of that index, so that they never stand in the way of the others.

use sea_orm::ConnectionTrait;
use sea_orm_migration::async_trait::async_trait;
use sea_orm_migration::{DbErr, MigrationName, MigrationTrait, SchemaManager};

use crate::dialect::Backend;

pub(super) struct Jobs;

impl MigrationName for Jobs {
    fn name(&self) -> &'static str {
        "m20261122_000003_jobs"
    }
}

#[async_trait]
impl MigrationTrait for Jobs {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let connection = manager.get_connection();
        let ddl = Backend::of(connection).ddl(TABLES);
        connection.execute_unprepared(&ddl).await?;
        Ok(())
    }
}

const TABLES: &str = "
CREATE TABLE job (
    job_id {uuid} NOT NULL PRIMARY KEY,
    kind {text} NOT NULL,
    key {text},
    account_id {uuid} NOT NULL REFERENCES account (account_id),
    priority {int} NOT NULL CHECK (priority BETWEEN 0 AND 2),
    turn {int} NOT NULL,
    gate {text} NOT NULL CHECK (gate IN ('open', 'later', 'paused')),
    state {text} NOT NULL CHECK (state IN ('waiting', 'running', 'done', 'dead', 'discarded')),
    payload {text} NOT NULL,
    run_at {time} NOT NULL,
    attempts {int} NOT NULL DEFAULT 0,
    max_attempts {int} NOT NULL,
    expiries {int} NOT NULL DEFAULT 0,
    fence {int} NOT NULL DEFAULT 0,
    lease_token {text},
    lease_until {time},
    last_error {text},
    discarded_by {text},
    created_at {time} NOT NULL,
    started_at {time},
    finished_at {time},
    CHECK ((state = 'running') = (lease_token IS NOT NULL)),
    CHECK ((state = 'running') = (lease_until IS NOT NULL)),
    CHECK ((state IN ('done', 'dead', 'discarded')) = (finished_at IS NOT NULL))
) {strict};
CREATE INDEX job_claim ON job (priority, turn, job_id) WHERE state = 'waiting' AND gate = 'open';
CREATE INDEX job_later ON job (run_at, job_id) WHERE state = 'waiting' AND gate = 'later';
CREATE INDEX job_paused ON job (kind) WHERE state = 'waiting' AND gate = 'paused';
CREATE UNIQUE INDEX job_one_waiting ON job (kind, key) WHERE state = 'waiting';
CREATE UNIQUE INDEX job_one_running ON job (kind, key) WHERE state = 'running';
CREATE INDEX job_lease ON job (lease_until) WHERE state = 'running';
CREATE INDEX job_finished ON job (finished_at) WHERE state IN ('done', 'discarded');
CREATE INDEX job_list ON job (state, kind, job_id);

CREATE TABLE job_turn (
    account_id {uuid} NOT NULL REFERENCES account (account_id),
    priority {int} NOT NULL,
    turn {int} NOT NULL,
    PRIMARY KEY (account_id, priority)
) {no_rowid};
CREATE INDEX job_turn_latest ON job_turn (priority, turn);

CREATE TABLE job_pause (
    kind {text} NOT NULL PRIMARY KEY,
    reason {text} NOT NULL,
    paused_at {time} NOT NULL,
    resumed_at {time}
) {strict};

CREATE TABLE job_schedule (
    kind {text} NOT NULL,
    key {text} NOT NULL,
    period {time} NOT NULL,
    PRIMARY KEY (kind, key)
) {no_rowid};
";
