//! A fresh, empty database for each test: a SQLite file always, a Postgres database when
//! `PLANRANK_TEST_POSTGRES` names a server (`./test` starts one with `scripts/postgres`).
//!
//! Whatever is made here is removed when the value is dropped. The schema is not migrated.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

use sea_orm::{ConnectionTrait, Database};
use tempfile::TempDir;

/// The environment variable with the address of a Postgres server whose role may create databases.
pub const POSTGRES_VARIABLE: &str = "PLANRANK_TEST_POSTGRES";

static NEXT: AtomicU32 = AtomicU32::new(0);

/// Turns one body into two tests, `name::sqlite` and `name::postgres`, each in a world of its own:
/// a type with the async functions `sqlite() -> Self` and `postgres() -> Option<Self>`.
#[macro_export]
macro_rules! on_both {
    ($World:path; $($(#[doc = $doc:literal])* async fn $name:ident($world:ident) $body:block)*) => {$(
        $(#[doc = $doc])*
        async fn $name($world: &$World) $body

        mod $name {
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                super::$name(&<$World>::sqlite().await).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                let Some(world) = <$World>::postgres().await else { return };
                super::$name(&world).await;
            }
        }
    )*};
}

/// A database of a test's own.
#[derive(Debug)]
pub struct TestDatabase {
    url: String,
    place: Place,
}

#[derive(Debug)]
enum Place {
    Folder(TempDir),
    Server { address: String, name: String },
}

impl Place {
    fn server(&self) -> (&str, &str) {
        match self {
            Self::Server { address, name } => (address, name),
            Self::Folder(_) => panic!("a SQLite file has no server"),
        }
    }
}

impl TestDatabase {
    /// The address to connect to.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// A copy of a Postgres database to which nobody is connected, all rows as they are.
    ///
    /// # Panics
    /// When somebody is connected, or this is a SQLite file.
    pub async fn copied(&self) -> Self {
        let (address, name) = self.place.server();
        create(address, Some(name)).await
    }

    /// Ends all connections to a Postgres database and lets no new ones in, as if it were gone.
    ///
    /// # Panics
    /// When this is a SQLite file.
    pub async fn shut_out(&self) {
        let (address, name) = self.place.server();
        let statements = [
            format!("ALTER DATABASE {name} ALLOW_CONNECTIONS false"),
            format!(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"
            ),
        ];
        for statement in statements {
            run(address, &statement)
                .await
                .expect("the server obeys its owner");
        }
    }

    /// The file behind a SQLite database.
    pub fn file(&self) -> Option<PathBuf> {
        match &self.place {
            Place::Folder(folder) => Some(folder.path().join(FILE)),
            Place::Server { .. } => None,
        }
    }
}

const FILE: &str = "planrank.db";

/// A SQLite file, not created yet, in a folder of its own.
///
/// # Panics
/// When no temporary folder can be made.
pub fn sqlite() -> TestDatabase {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let url = format!("sqlite://{}", folder.path().join(FILE).display());
    TestDatabase {
        url,
        place: Place::Folder(folder),
    }
}

/// An empty Postgres database; `None`, with a line that says so, when no server is named.
///
/// # Panics
/// When a server is named and does not let a database be created.
pub async fn postgres() -> Option<TestDatabase> {
    let Ok(address) = std::env::var(POSTGRES_VARIABLE) else {
        println!("skipped: {POSTGRES_VARIABLE} names no Postgres server");
        return None;
    };
    Some(create(&address, None).await)
}

/// A database of its own on that server, empty or with all that `template` has.
async fn create(address: &str, template: Option<&str>) -> TestDatabase {
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let name = format!("planrank_test_{}_{number}", std::process::id());
    let template = template.map_or_else(String::new, |t| format!(" TEMPLATE {t}"));
    // A process of the same number may have died before it could clean up.
    let statements = [
        format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"),
        format!("CREATE DATABASE {name}{template}"),
    ];
    for statement in statements {
        run(address, &statement)
            .await
            .expect("the Postgres server lets tests create databases");
    }
    TestDatabase {
        url: with_database(address, &name),
        place: Place::Server {
            address: address.to_owned(),
            name,
        },
    }
}

async fn run(address: &str, statement: &str) -> Result<(), sea_orm::DbErr> {
    let connection = Database::connect(address).await?;
    connection.execute_unprepared(statement).await?;
    connection.close().await
}

/// `address` with another database: `postgres://user@host:port/HERE?options`.
fn with_database(address: &str, name: &str) -> String {
    let (address, options) = address.split_once('?').unwrap_or((address, ""));
    let host_starts = address.find("://").map_or(0, |at| at + 3);
    let host_ends = address[host_starts..]
        .find('/')
        .map_or(address.len(), |at| host_starts + at);
    let options = if options.is_empty() {
        String::new()
    } else {
        format!("?{options}")
    };
    format!("{}/{name}{options}", &address[..host_ends])
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        let Place::Server { address, name } = &self.place else {
            return;
        };
        let (address, statement) = (
            address.clone(),
            format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"),
        );
        // A test drops this inside its own runtime, which cannot wait for another: hence a thread.
        let cleaner = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build();
            runtime.map(|runtime| runtime.block_on(run(&address, &statement)))
        });
        if !matches!(cleaner.join(), Ok(Ok(Ok(())))) {
            eprintln!("note: the test database {name} could not be removed");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::with_database;

    #[test]
    fn the_database_name_is_replaced_and_options_stay() {
        assert_eq!(
            with_database("postgres://u:p@h:5/postgres", "t"),
            "postgres://u:p@h:5/t"
        );
        assert_eq!(with_database("postgres://h", "t"), "postgres://h/t");
        assert_eq!(
            with_database("postgres://h/x?sslmode=disable", "t"),
            "postgres://h/t?sslmode=disable"
        );
    }
}
