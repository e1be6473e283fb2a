//! Indexes under which a page of a plan's comparisons, of an owner's plans or of a narrowed
//! board is one range, however many plans there are.

use sea_orm::ConnectionTrait;
use sea_orm_migration::async_trait::async_trait;
use sea_orm_migration::{DbErr, MigrationName, MigrationTrait, SchemaManager};

pub(super) struct Reads;

impl MigrationName for Reads {
    fn name(&self) -> &'static str {
        "m20261122_000006_reads"
    }
}

#[async_trait]
impl MigrationTrait for Reads {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let connection = manager.get_connection();
        connection.execute_unprepared(INDEXES).await?;
        Ok(())
    }
}

// The two indexes that go are prefixes of those that take their place.
const INDEXES: &str = "
CREATE INDEX plan_metrics_recent ON plan_metrics (contest, listed, provisional, submitted_at);
CREATE INDEX plan_metrics_flagged
    ON plan_metrics (contest, listed, provisional, elo, content_hash, plan_id) WHERE flagged = TRUE;
CREATE INDEX plan_corpus_owner ON plan_corpus (owner_id, plan_id);
CREATE INDEX plan_corpus_owner_state ON plan_corpus (owner_id, state, plan_id);
CREATE INDEX comparison_by_first ON comparison (first_plan, round, seq);
CREATE INDEX comparison_by_second ON comparison (second_plan, round, seq);
DROP INDEX comparison_first;
DROP INDEX comparison_second;
";
