//! What can go wrong with the database, in words that tell the user what to do.
//!
//! The driver's errors are classified once, here: callers never look at SQL states.

use sea_orm::{ConnAcquireErr, DbErr, RuntimeErr, SqlErr, SqlxError};

/// Why the store could not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error(
        "cannot read the database address {url:?}: {why}. Use sqlite://PATH, a plain file path, \
         sqlite::memory: or postgres://USER:PASSWORD@HOST/DATABASE"
    )]
    BadUrl { url: String, why: String },
    #[error(
        "the folder {folder:?} for the database file does not exist: create it, or give another path"
    )]
    FolderMissing { folder: String },
    #[error(
        "{path:?} is not a SQLite database: give the path of a Planrank database or of a new file"
    )]
    NotADatabase { path: String },
    #[error("the database at {url} cannot be written (read-only file, folder or role): {detail}")]
    ReadOnly { url: String, detail: String },
    #[error("the database at {url} refused the user name or password: check the address")]
    WrongPassword { url: String },
    #[error("there is no database named as in {url}: create it first (createdb)")]
    DatabaseMissing { url: String },
    #[error(
        "cannot reach the database at {url}: {detail}. Is it running, and is the address right?"
    )]
    Unreachable { url: String, detail: String },
    #[error(
        "the database was written by a newer Planrank (it knows {found:?}, this binary does not): \
         upgrade this binary"
    )]
    NewerSchema { found: String },
    #[error("the database has no Planrank tables yet, or older ones: run `planrank migrate`")]
    NotMigrated,
    #[error(
        "the database stayed locked or fully used by others for too long: try again when they are done"
    )]
    Busy,
    #[error("{what} already exists with other content")]
    Conflict { what: String },
    #[error("there is no {what} {id}")]
    NotFound { what: &'static str, id: String },
    #[error(
        "the lease on ranking {contest} was lost to another process: this process must stop driving it"
    )]
    LeaseLost { contest: String },
    #[error("{what} is not acceptable: {why}")]
    Invalid { what: &'static str, why: String },
    #[error("the database holds a value that this binary cannot read: column {column}: {why}")]
    Corrupt { column: String, why: String },
    #[error("the database failed: {0}")]
    Database(String),
}

impl From<DbErr> for StoreError {
    fn from(error: DbErr) -> Self {
        if let Some(SqlErr::UniqueConstraintViolation(detail)) = error.sql_err() {
            return Self::Conflict { what: detail };
        }
        if let Some(SqlErr::ForeignKeyConstraintViolation(detail)) = error.sql_err() {
            return Self::Invalid {
                what: "a reference to another row",
                why: detail,
            };
        }
        // All connections stayed in use: too much is asked at once, and it passes.
        if matches!(error, DbErr::ConnectionAcquire(ConnAcquireErr::Timeout)) {
            return Self::Busy;
        }
        let code = sqlx_error(&error).and_then(sql_state);
        let text = error.to_string();
        match code.as_deref() {
            // SQLITE_BUSY and its extended codes; lock_not_available, deadlock on Postgres.
            Some("5" | "261" | "517" | "6" | "55P03" | "40P01") => Self::Busy,
            // undefined_table
            Some("42P01") => Self::NotMigrated,
            _ if text.contains("no such table") => Self::NotMigrated,
            _ => Self::Database(text),
        }
    }
}

/// Classifies a failure to open the database; `url` must already hide the password.
pub(crate) fn connect_error(url: String, error: &DbErr) -> StoreError {
    let detail = error.to_string();
    let code = sqlx_error(error).and_then(sql_state);
    match code.as_deref() {
        Some("28P01" | "28000") => StoreError::WrongPassword { url },
        Some("3D000") => StoreError::DatabaseMissing { url },
        Some("26") => StoreError::NotADatabase { path: url },
        Some("8" | "1032" | "1544" | "776") => StoreError::ReadOnly { url, detail },
        Some("5" | "261") => StoreError::Busy,
        _ => StoreError::Unreachable { url, detail },
    }
}

fn sqlx_error(error: &DbErr) -> Option<&SqlxError> {
    match error {
        DbErr::Conn(RuntimeErr::SqlxError(e))
        | DbErr::Exec(RuntimeErr::SqlxError(e))
        | DbErr::Query(RuntimeErr::SqlxError(e)) => Some(e),
        _ => None,
    }
}

/// The SQLSTATE on Postgres, the extended result code on SQLite.
fn sql_state(error: &SqlxError) -> Option<String> {
    error
        .as_database_error()?
        .code()
        .map(std::borrow::Cow::into_owned)
}
