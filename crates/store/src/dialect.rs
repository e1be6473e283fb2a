//! The few places where SQLite and Postgres need different words.
//!
//! Everything else is written once: `$n` parameters, `ON CONFLICT`, `RETURNING`, row values and
//! `UPDATE … FROM` mean the same on both.

use sea_orm::{ConnectionTrait, DbBackend};
use serde::Serialize;

use crate::StoreError;
use crate::sql::{params, scalar};

/// Which database is behind the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Backend {
    Sqlite,
    Postgres,
}

impl Backend {
    pub(crate) fn of(connection: &impl ConnectionTrait) -> Self {
        match connection.get_database_backend() {
            DbBackend::Postgres => Self::Postgres,
            _ => Self::Sqlite,
        }
    }

    /// Ends a SELECT whose row must not change until the transaction is over. A SQLite write
    /// transaction is alone anyway.
    pub(crate) fn for_share(self) -> &'static str {
        match self {
            Self::Sqlite => "",
            Self::Postgres => " FOR SHARE",
        }
    }

    /// As [`Backend::for_share`], for a row that this transaction will change.
    pub(crate) fn for_update(self) -> &'static str {
        match self {
            Self::Sqlite => "",
            Self::Postgres => " FOR UPDATE",
        }
    }

    /// As [`Backend::for_update`], passing over rows that another transaction is changing.
    pub(crate) fn skip_locked(self) -> &'static str {
        match self {
            Self::Sqlite => "",
            Self::Postgres => " FOR UPDATE SKIP LOCKED",
        }
    }

    /// Makes the rest of a transaction fail rather than wait for long, or into a deadlock; for work
    /// that another attempt will do as well.
    pub(crate) fn impatient(self) -> &'static str {
        match self {
            Self::Sqlite => "SELECT 1",
            Self::Postgres => "SET LOCAL lock_timeout = '200ms'",
        }
    }

    /// Puts the column types of this backend in the place of `{uuid}` and the like.
    ///
    /// Text sorts by code point on both (`COLLATE "C"`), so that pages and orders agree.
    pub(crate) fn ddl(self, template: &str) -> String {
        let types: &[(&str, &str)] = match self {
            Self::Sqlite => &[
                ("{uuid}", "BLOB"),
                ("{bytes}", "BLOB"),
                ("{text}", "TEXT"),
                ("{time}", "TEXT"),
                ("{real}", "REAL"),
                ("{int}", "INTEGER"),
                ("{bool}", "INTEGER"),
                ("{strict}", "STRICT"),
                ("{no_rowid}", "STRICT, WITHOUT ROWID"),
                ("{system_account}", "X'00000000000000000000000000000001'"),
            ],
            Self::Postgres => &[
                ("{uuid}", "UUID"),
                ("{bytes}", "BYTEA"),
                ("{text}", "TEXT COLLATE \"C\""),
                ("{time}", "TIMESTAMPTZ"),
                ("{real}", "DOUBLE PRECISION"),
                ("{int}", "BIGINT"),
                ("{bool}", "BOOLEAN"),
                ("{strict}", ""),
                ("{no_rowid}", ""),
                ("{system_account}", "'00000000-0000-0000-0000-000000000001'"),
            ],
        };
        types.iter().fold(template.to_owned(), |sql, (name, own)| {
            sql.replace(name, own)
        })
    }

    pub(crate) async fn has_table(
        self,
        on: &impl ConnectionTrait,
        table: &str,
    ) -> Result<bool, StoreError> {
        let sql = match self {
            Self::Sqlite => {
                "SELECT COUNT(*) AS value FROM sqlite_master WHERE type = 'table' AND name = $1"
            }
            Self::Postgres => {
                "SELECT COUNT(*) AS value FROM pg_tables WHERE schemaname = current_schema() AND tablename = $1"
            }
        };
        Ok(scalar::<i64>(on, sql, params![table]).await? == Some(1))
    }
}
