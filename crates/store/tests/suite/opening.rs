//! Opening a database that isn't there, isn't one, or isn't ours: each says what to do.

use store::{Backend, Store, StoreError};
use testkit::databases;

async fn refused(url: &str) -> StoreError {
    match Store::connect(url).await {
        Ok(_) => panic!("{url} was opened"),
        Err(error) => error,
    }
}

#[tokio::test]
async fn a_plain_path_with_odd_characters_is_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("odd ?#% name.db");
    let store = Store::connect(path.to_str().unwrap()).await.unwrap();
    store.migrate().await.unwrap();
    assert_eq!(store.backend(), Backend::Sqlite);
    assert!(path.is_file());
}

#[tokio::test]
async fn what_is_not_a_sqlite_database_is_refused_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("plan.zip");
    std::fs::write(
        &path,
        "PK not a database, but long enough to be read as a header of one",
    )
    .unwrap();
    let before = std::fs::read(&path).unwrap();
    assert!(matches!(
        refused(path.to_str().unwrap()).await,
        StoreError::NotADatabase { .. }
    ));
    assert_eq!(std::fs::read(&path).unwrap(), before);
    assert!(matches!(
        refused(folder.path().to_str().unwrap()).await,
        StoreError::NotADatabase { .. }
    ));
}

#[tokio::test]
async fn a_missing_folder_is_named_and_not_made() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("no/such/planrank.db");
    let error = refused(path.to_str().unwrap()).await;
    assert!(
        matches!(&error, StoreError::FolderMissing { folder } if folder.ends_with("no/such")),
        "{error}"
    );
    assert!(!folder.path().join("no").exists());
}

#[tokio::test]
async fn a_read_only_file_is_refused() {
    let database = databases::sqlite();
    let store = Store::connect(database.url()).await.unwrap();
    store.migrate().await.unwrap();
    store.close().await.unwrap();
    let file = database.file().unwrap();
    let mut permissions = file.metadata().unwrap().permissions();
    permissions.set_readonly(true);
    std::fs::set_permissions(&file, permissions).unwrap();
    assert!(matches!(
        refused(database.url()).await,
        StoreError::ReadOnly { .. }
    ));
}

#[tokio::test]
async fn a_database_without_our_tables_asks_to_be_migrated() {
    let database = databases::sqlite();
    let store = Store::connect(database.url()).await.unwrap();
    let pending = store.pending_migrations().await.unwrap();
    assert_eq!(pending[0], "m20261122_000001_core");
    assert!(matches!(
        store.count_plans().await,
        Err(StoreError::NotMigrated)
    ));
}

#[tokio::test]
async fn a_server_that_does_not_answer_is_named_without_the_password() {
    let error = refused("postgres://me:hunter2@127.0.0.1:1/planrank").await;
    assert!(matches!(error, StoreError::Unreachable { .. }), "{error}");
    assert!(!format!("{error} {error:?}").contains("hunter2"));
}

#[tokio::test]
async fn a_wrong_password_and_a_missing_database_are_told_apart() {
    let Some(database) = databases::postgres().await else {
        return;
    };
    let url = database.url();
    let missing = refused(&format!("{url}_not_there")).await;
    assert!(
        matches!(missing, StoreError::DatabaseMissing { .. }),
        "{missing}"
    );
    let (scheme, rest) = url.split_once("://").unwrap();
    let (_, host) = rest.split_once('@').unwrap();
    let wrong = refused(&format!("{scheme}://nobody:wrong@{host}")).await;
    assert!(matches!(wrong, StoreError::WrongPassword { .. }), "{wrong}");
}
