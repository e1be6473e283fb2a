//! Human audit: items to be judged blind, claims on them, labels, decisions.
//!
//! Labels and decisions are what ratings and figures rest on, so the database itself refuses to
//! change or delete them, and items; only claims, which expire, are ever updated.

use sea_orm::ConnectionTrait;
use sea_orm_migration::async_trait::async_trait;
use sea_orm_migration::{DbErr, MigrationName, MigrationTrait, SchemaManager};

use crate::dialect::Backend;

pub(super) struct Audit;

impl MigrationName for Audit {
    fn name(&self) -> &'static str {
        "m20261122_000005_audit"
    }
}

#[async_trait]
impl MigrationTrait for Audit {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let connection = manager.get_connection();
        let backend = Backend::of(connection);
        let guards = match backend {
            Backend::Sqlite => sqlite_guards(),
            Backend::Postgres => postgres_guards(),
        };
        for statement in [backend.ddl(TABLES), guards] {
            connection.execute_unprepared(&statement).await?;
        }
        Ok(())
    }
}

/// Tables whose rows stay as they were written.
const APPEND_ONLY: [&str; 3] = ["audit_item", "audit_label", "audit_decision"];

// A decision refers to the label of the same person on the same comparison: nobody decides before
// having judged blind. `comparison_flagged` finds what is worth a look.
const TABLES: &str = "
CREATE TABLE audit_item (
    item_id {uuid} NOT NULL PRIMARY KEY,
    contest {text} NOT NULL,
    number {int} NOT NULL,
    comparison_id {uuid} NOT NULL REFERENCES comparison (comparison_id),
    stream {text} NOT NULL CHECK (stream IN ('random', 'targeted')),
    reason {text} NOT NULL CHECK (reason IN ('random', 'contradicted', 'flagged', 'surprising',
        'top_of_board', 'suspected_injection')),
    swapped {bool} NOT NULL,
    labels_wanted {int} NOT NULL CHECK (labels_wanted BETWEEN 1 AND 2),
    created_at {time} NOT NULL,
    UNIQUE (contest, number),
    UNIQUE (comparison_id, stream),
    CHECK ((stream = 'random') = (reason = 'random'))
) {strict};

CREATE TABLE audit_claim (
    item_id {uuid} NOT NULL REFERENCES audit_item (item_id),
    reviewer_id {uuid} NOT NULL REFERENCES account (account_id),
    claimed_at {time} NOT NULL,
    claimed_until {time} NOT NULL,
    PRIMARY KEY (item_id, reviewer_id)
) {no_rowid};

CREATE TABLE audit_label (
    label_id {uuid} NOT NULL PRIMARY KEY,
    item_id {uuid} NOT NULL REFERENCES audit_item (item_id),
    comparison_id {uuid} NOT NULL REFERENCES comparison (comparison_id),
    reviewer_id {uuid} NOT NULL REFERENCES account (account_id),
    level {int} NOT NULL CHECK (level BETWEEN -4 AND 4),
    swapped {bool} NOT NULL,
    seconds {int} NOT NULL CHECK (seconds >= 0),
    created_at {time} NOT NULL,
    UNIQUE (comparison_id, reviewer_id)
) {strict};

CREATE TABLE audit_decision (
    decision_id {uuid} NOT NULL PRIMARY KEY,
    item_id {uuid} NOT NULL REFERENCES audit_item (item_id),
    comparison_id {uuid} NOT NULL,
    reviewer_id {uuid} NOT NULL,
    author_id {uuid} NOT NULL REFERENCES account (account_id),
    action {text} NOT NULL CHECK (action IN ('keep', 'override', 'withdraw')),
    reason {text} CHECK (reason IN ('agree', 'judge_missed_evidence', 'judge_fabricated_or_misquoted',
        'judge_over_weighted_length_or_style', 'position_or_order_effect', 'domain_knowledge',
        'injection_or_gaming', 'tie_judged_as_difference', 'other')),
    note {text},
    quote {text},
    level {int} CHECK (level BETWEEN -4 AND 4),
    swapped {bool} NOT NULL,
    weight {real} CHECK (weight BETWEEN 0.5 AND 10),
    supersedes {uuid} UNIQUE REFERENCES audit_decision (decision_id),
    created_at {time} NOT NULL,
    FOREIGN KEY (comparison_id, reviewer_id) REFERENCES audit_label (comparison_id, reviewer_id),
    CHECK ((action = 'override') = (level IS NOT NULL)),
    CHECK ((action = 'override') = (weight IS NOT NULL)),
    CHECK ((action = 'withdraw') = (reason IS NULL)),
    CHECK (action <> 'withdraw' OR supersedes IS NOT NULL)
) {strict};
CREATE UNIQUE INDEX audit_decision_first
    ON audit_decision (comparison_id, reviewer_id) WHERE supersedes IS NULL;
CREATE INDEX audit_decision_label ON audit_decision (comparison_id, reviewer_id);
CREATE INDEX audit_claim_reviewer ON audit_claim (reviewer_id, claimed_until);

CREATE INDEX comparison_flagged
    ON comparison (contest, round, seq) WHERE flags IS NOT NULL AND flags <> '[]';
";

fn sqlite_guards() -> String {
    let guard = |table: &str, change: &str| {
        format!(
            "CREATE TRIGGER {table}_no_{change} BEFORE {change} ON {table}
             BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END;"
        )
    };
    APPEND_ONLY
        .iter()
        .flat_map(|table| [guard(table, "update"), guard(table, "delete")])
        .collect()
}

fn postgres_guards() -> String {
    let guard = |table: &&str| {
        format!(
            "CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
             FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change();"
        )
    };
    let refuse = "CREATE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$;";
    std::iter::once(refuse.to_owned())
        .chain(APPEND_ONLY.iter().map(guard))
        .collect()
}
