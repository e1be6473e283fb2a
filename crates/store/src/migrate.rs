//! Migrations: applied in order, in one transaction, by one process at a time.
//!
//! A migration that was released is never edited; a change is a new file. pgvector is not part of
//! the versioned schema, since it may come or go with the server: see `embeddings`.

mod accounts;
mod audit;
mod core;
mod generation;
mod jobs;
mod reads;
mod service;

use sea_orm::ConnectionTrait;
use sea_orm_migration::{MigrationTrait, MigratorTrait};

use crate::sql::{FromRow, all, execute, get, params};
use crate::{Backend, Store, StoreError, embeddings};

/// Any number that no other user of the same Postgres locks ("planrank" in ASCII).
const MIGRATION_LOCK: i64 = 0x706c_616e_7261_6e6b;

struct Migrator;

impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(core::Core),
            Box::new(accounts::Accounts),
            Box::new(jobs::Jobs),
            Box::new(service::Service),
            Box::new(audit::Audit),
            Box::new(reads::Reads),
            Box::new(generation::Generation),
        ]
    }
}

fn known() -> Vec<String> {
    Migrator::migrations()
        .iter()
        .map(|migration| migration.name().to_owned())
        .collect()
}

impl Store {
    /// Brings the schema up to date and returns the names of the migrations applied now.
    ///
    /// Also prepares vector search where Postgres has the pgvector extension.
    pub async fn migrate(&self) -> Result<Vec<String>, StoreError> {
        self.refuse_newer_schema().await?;
        let write = self.write().await?;
        if self.backend() == Backend::Postgres {
            execute(
                &write.tx,
                "SELECT pg_advisory_xact_lock($1)",
                params![MIGRATION_LOCK],
            )
            .await?;
        }
        let pending = self.pending(&write.tx).await?;
        Migrator::up(&write.tx, None).await?;
        write.commit().await?;
        embeddings::prepare_pgvector(self).await?;
        Ok(pending)
    }

    /// The names of the migrations that [`Store::migrate`] would apply; changes nothing.
    pub async fn pending_migrations(&self) -> Result<Vec<String>, StoreError> {
        self.pending(self.read()).await
    }

    async fn pending(&self, on: &impl ConnectionTrait) -> Result<Vec<String>, StoreError> {
        let applied = self.applied_migrations(on).await?;
        Ok(known()
            .into_iter()
            .filter(|name| !applied.contains(name))
            .collect())
    }

    pub(crate) async fn refuse_newer_schema(&self) -> Result<(), StoreError> {
        let known = known();
        let newer = self
            .applied_migrations(self.read())
            .await?
            .into_iter()
            .find(|name| !known.contains(name));
        newer.map_or(Ok(()), |found| Err(StoreError::NewerSchema { found }))
    }

    async fn applied_migrations(
        &self,
        on: &impl ConnectionTrait,
    ) -> Result<Vec<String>, StoreError> {
        if !self.backend().has_table(on, "seaql_migrations").await? {
            return Ok(Vec::new());
        }
        let rows: Vec<Applied> = all(
            on,
            "SELECT version FROM seaql_migrations ORDER BY version",
            params![],
        )
        .await?;
        Ok(rows.into_iter().map(|row| row.0).collect())
    }
}

struct Applied(String);

impl FromRow for Applied {
    fn from_row(row: &sea_orm::QueryResult) -> Result<Self, StoreError> {
        Ok(Self(get(row, "version")?))
    }
}
