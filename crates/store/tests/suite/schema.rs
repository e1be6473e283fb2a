//! The schema: the same tables and columns on both backends, by the names that others rely on.

use sea_orm::{ConnectionTrait, Database, Statement};
use store::{Backend, Store, StoreError};

use crate::fixture::{World, on_both};

on_both! {
    async fn migrating_again_does_nothing(world) {
        assert!(world.store.pending_migrations().await.unwrap().is_empty());
        assert!(world.store.migrate().await.unwrap().is_empty());
        world.store.ping().await.unwrap();
    }

    async fn a_newer_schema_is_refused(world) {
        let raw = Database::connect(world.database.url()).await.unwrap();
        raw.execute_unprepared("INSERT INTO seaql_migrations (version, applied_at) VALUES ('m29990101_future', 0)").await.unwrap();
        let error = Store::connect(world.database.url()).await.unwrap_err();
        assert!(matches!(&error, StoreError::NewerSchema { found } if found == "m29990101_future"), "{error}");
        assert!(matches!(world.store.migrate().await, Err(StoreError::NewerSchema { .. })));
        raw.close().await.unwrap();
    }

    async fn tables_and_columns_have_the_names_that_others_rely_on(world) {
        insta::assert_snapshot!(tables(world).await, @"");
    }
}

/// One line per table: its name and its columns in order.
async fn tables(world: &World) -> String {
    let (backend, sql) = match world.store.backend() {
        Backend::Sqlite => (
            sea_orm::DbBackend::Sqlite,
            "SELECT t.name AS table_name, c.name AS column_name FROM sqlite_master t, pragma_table_info(t.name) c
             WHERE t.type = 'table' ORDER BY t.name, c.cid",
        ),
        Backend::Postgres => (
            sea_orm::DbBackend::Postgres,
            "SELECT table_name::text, column_name::text FROM information_schema.columns
             WHERE table_schema = current_schema() ORDER BY table_name, ordinal_position",
        ),
    };
    let raw = Database::connect(world.database.url()).await.unwrap();
    let rows = raw
        .query_all_raw(Statement::from_string(backend, sql))
        .await
        .unwrap();
    raw.close().await.unwrap();
    let mut lines: Vec<(String, String)> = Vec::new();
    for row in rows {
        let (table, column): (String, String) = (
            row.try_get("", "table_name").unwrap(),
            row.try_get("", "column_name").unwrap(),
        );
        // Not part of the versioned schema: the migrations' own list, and pgvector's copy.
        if ["seaql_migrations", "plan_vector"].contains(&table.as_str()) {
            continue;
        }
        match lines.last_mut().filter(|(name, _)| *name == table) {
            Some((_, columns)) => *columns = format!("{columns} {column}"),
            None => lines.push((table, column)),
        }
    }
    lines
        .into_iter()
        .map(|(table, columns)| format!("{table}: {columns}\n"))
        .collect()
}
