//! Opening a database: what the address means, and connections with the settings that the rest
//! relies on (SQLite: WAL, foreign keys, busy timeout; Postgres: a named pool with timeouts).

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::Duration;

use sea_orm::{ConnectOptions, Database, DatabaseConnection};

use crate::error::connect_error;
use crate::{Store, StoreError};

/// How long a SQLite writer waits for another process's write transaction.
const BUSY_TIMEOUT: Duration = Duration::from_mins(1);
const SQLITE_CONNECTIONS: u32 = 8;
const POSTGRES_CONNECTIONS: u32 = 16;
/// How long to wait for a free connection, and for a server that is just starting.
const POSTGRES_PATIENCE: Duration = Duration::from_secs(10);

/// What a database address stands for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Address {
    File(PathBuf),
    Memory,
    Postgres(String),
}

impl Address {
    /// Reads `sqlite://PATH`, `sqlite:PATH`, `sqlite::memory:`, `postgres://…` or a plain path.
    pub(crate) fn parse(url: &str) -> Result<Self, StoreError> {
        let bad = |why: &str| StoreError::BadUrl {
            url: redact(url),
            why: why.to_owned(),
        };
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            return Ok(Self::Postgres(url.to_owned()));
        }
        let path = match url.split_once(':') {
            Some(("sqlite", rest)) => rest.strip_prefix("//").unwrap_or(rest),
            Some((scheme, rest)) if rest.starts_with("//") => {
                return Err(bad(&format!("{scheme:?} is neither sqlite nor postgres")));
            }
            _ => url,
        };
        match path {
            ":memory:" => Ok(Self::Memory),
            "" => Err(bad("it names no file")),
            _ if path.contains('\0') => Err(bad("a path cannot hold a NUL byte")),
            _ => Ok(Self::File(PathBuf::from(path))),
        }
    }
}

impl Store {
    /// The file that an address names, as [`Store::connect`] reads it; `None` for a database in
    /// memory or on a server.
    pub fn sqlite_file(url: &str) -> Result<Option<PathBuf>, StoreError> {
        match Address::parse(url)? {
            Address::File(path) => Ok(Some(path)),
            Address::Memory | Address::Postgres(_) => Ok(None),
        }
    }
}

/// The address without its password, fit for messages.
pub(crate) fn redact(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else {
        return url.to_owned();
    };
    let Some((credentials, host)) = rest.rsplit_once('@') else {
        return url.to_owned();
    };
    let user = credentials.split(':').next().unwrap_or_default();
    format!("{scheme}://{user}@{host}")
}

pub(crate) async fn open(url: &str) -> Result<DatabaseConnection, StoreError> {
    let options = match Address::parse(url)? {
        Address::File(path) => {
            check_file(&path)?;
            sqlite_file(path)
        }
        Address::Memory => sqlite_memory(),
        Address::Postgres(url) => postgres(url),
    };
    let connection = Database::connect(options).await;
    connection.map_err(|error| connect_error(redact(url), &error))
}

/// Finds the usual mistakes before SQLite words them as "unable to open database file".
fn check_file(path: &Path) -> Result<(), StoreError> {
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    if let Some(folder) = folder.filter(|folder| !folder.is_dir()) {
        return Err(StoreError::FolderMissing {
            folder: folder.display().to_string(),
        });
    }
    let shown = path.display().to_string();
    if path.is_dir() {
        return Err(StoreError::NotADatabase { path: shown });
    }
    let Ok(mut file) = File::open(path) else {
        return Ok(());
    };
    let mut head = [0; 16];
    let read = file.read(&mut head).unwrap_or(0);
    if read > 0 && &head[..read] != b"SQLite format 3\0" {
        return Err(StoreError::NotADatabase { path: shown });
    }
    let writable = path
        .metadata()
        .is_ok_and(|metadata| !metadata.permissions().readonly());
    if !writable {
        return Err(StoreError::ReadOnly {
            url: shown,
            detail: "its permissions allow reading only".to_owned(),
        });
    }
    Ok(())
}

fn sqlite_file(path: PathBuf) -> ConnectOptions {
    // The path is handed over as it is: inside a URL `?`, `#` and `%` would mean something.
    let mut options = ConnectOptions::new("sqlite://planrank.db");
    options
        .max_connections(SQLITE_CONNECTIONS)
        .acquire_timeout(BUSY_TIMEOUT);
    options.sqlx_logging(false).record_stmt_in_spans(false);
    options.map_sqlx_sqlite_opts(move |sqlite| {
        sqlite
            .filename(&path)
            .create_if_missing(true)
            .foreign_keys(true)
            .busy_timeout(BUSY_TIMEOUT)
            .pragma("journal_mode", "WAL")
            // In WAL mode NORMAL survives the death of the process; a power cut may lose the last
            // commits but never corrupts.
            .pragma("synchronous", "NORMAL")
    });
    options
}

/// One connection that never expires: the database lives and dies with it.
fn sqlite_memory() -> ConnectOptions {
    let mut options = ConnectOptions::new("sqlite::memory:");
    options
        .max_connections(1)
        .min_connections(1)
        .sqlx_logging(false)
        .record_stmt_in_spans(false);
    options
        .idle_timeout(None::<Duration>)
        .max_lifetime(None::<Duration>);
    options.map_sqlx_sqlite_opts(|sqlite| sqlite.foreign_keys(true));
    options
}

fn postgres(url: String) -> ConnectOptions {
    let mut options = ConnectOptions::new(url);
    options
        .max_connections(POSTGRES_CONNECTIONS)
        .acquire_timeout(POSTGRES_PATIENCE);
    options.sqlx_logging(false).record_stmt_in_spans(false);
    options.set_application_name("planrank");
    options
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_mean_what_they_say() {
        let file = |path: &str| Address::File(PathBuf::from(path));
        let cases = [
            ("sqlite://data/a.db", file("data/a.db")),
            ("sqlite:///data/a.db", file("/data/a.db")),
            ("sqlite:a.db", file("a.db")),
            ("odd name?#%.db", file("odd name?#%.db")),
            ("C:plan.db", file("C:plan.db")),
            ("sqlite::memory:", Address::Memory),
            (
                "postgres://h/d",
                Address::Postgres("postgres://h/d".to_owned()),
            ),
        ];
        for (url, expected) in cases {
            assert_eq!(Address::parse(url).unwrap(), expected, "{url}");
        }
        for url in ["mysql://h/d", "", "sqlite://", "a\0b"] {
            assert!(
                matches!(Address::parse(url), Err(StoreError::BadUrl { .. })),
                "{url}"
            );
        }
    }

    #[test]
    fn only_a_file_is_a_file() {
        let file = |url| Store::sqlite_file(url).unwrap();
        assert_eq!(file("sqlite:a.db"), Some(PathBuf::from("a.db")));
        assert_eq!(file("sqlite::memory:"), None);
        assert_eq!(file("postgres://h/d"), None);
    }

    #[test]
    fn messages_never_show_a_password() {
        assert_eq!(
            redact("postgres://me:se@cret@host:5/d"),
            "postgres://me@host:5/d"
        );
        assert_eq!(redact("postgres://host/d"), "postgres://host/d");
    }
}
