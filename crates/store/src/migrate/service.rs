//! What the service keeps of a contest beside its ratings: a summary, so that no page counts, and
//! what its driver waits for.

use sea_orm::ConnectionTrait;
use sea_orm_migration::async_trait::async_trait;
use sea_orm_migration::{DbErr, MigrationName, MigrationTrait, SchemaManager};

use crate::dialect::Backend;

pub(super) struct Service;

impl MigrationName for Service {
    fn name(&self) -> &'static str {
        "m20261122_000004_service"
    }
}

#[async_trait]
impl MigrationTrait for Service {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let connection = manager.get_connection();
        let backend = Backend::of(connection);
        for statement in [SUMMARY, STATUS, STATE_BY] {
            connection
                .execute_unprepared(&backend.ddl(statement))
                .await?;
        }
        Ok(())
    }
}

// Written with each publication. `elo_min` and `elo_max` are the ends of the listed plans'
// intervals: the common scale of the bars. `domains` and `judges` are JSON.
const SUMMARY: &str = "
CREATE TABLE contest_summary (
    contest {text} NOT NULL PRIMARY KEY,
    publication {int} NOT NULL,
    published_at {time} NOT NULL,
    established {int} NOT NULL,
    provisional {int} NOT NULL,
    flagged {int} NOT NULL,
    comparisons {int} NOT NULL,
    domains {text} NOT NULL,
    elo_min {real},
    elo_max {real},
    spend_nano_usd {int} NOT NULL,
    judges {text} NOT NULL
) {strict};
";

const STATUS: &str = "
CREATE TABLE contest_status (
    contest {text} NOT NULL PRIMARY KEY,
    phase {text} NOT NULL,
    note {text},
    again_at {time},
    updated_at {time} NOT NULL
) {strict};
";

// An owner ends only a state that the owner began.
const STATE_BY: &str = "ALTER TABLE plan_corpus ADD COLUMN state_by {uuid};";
