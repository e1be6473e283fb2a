//! That a claim stays one range of one index however many jobs wait.

use sea_orm::{ConnectionTrait, Statement};
use testkit::databases::{self, TestDatabase};

use super::*;

const WAITING: i64 = 100_000;
const CLAIMS: usize = 100;

struct Crowd {
    store: Store,
    _database: TestDatabase,
}

impl Crowd {
    async fn in_database(database: TestDatabase) -> Self {
        let store = Store::connect(database.url()).await.unwrap();
        store.migrate().await.unwrap();
        let fill = fill(store.backend());
        store.read().execute_unprepared(&fill).await.unwrap();
        Self {
            store,
            _database: database,
        }
    }

    async fn plan(&self, explain: &str, class: Option<JobPriority>) -> String {
        let backend = self.store.backend();
        let now = DateTime::UNIX_EPOCH;
        let mut params = params!["w", now, now + TimeDelta::seconds(60)];
        params.extend(class.map(|class| class.value()));
        params.extend(params!["extract", "rank"]);
        let sql = format!("{explain} {}", claim_sql(backend, class, 2));
        let on = self.store.read();
        let statement = Statement::from_sql_and_values(on.get_database_backend(), sql, params);
        let rows = on.query_all_raw(statement).await.unwrap();
        let column = match backend {
            Backend::Sqlite => "detail",
            Backend::Postgres => "QUERY PLAN",
        };
        let lines: Vec<String> = rows
            .iter()
            .map(|row| row.try_get("", column).unwrap())
            .collect();
        lines.join("\n")
    }

    /// Claims some jobs and returns the middle one of the times that it took.
    async fn claim_time(&self) -> std::time::Duration {
        let terms = LeaseTerms {
            token: "w",
            lease: TimeDelta::seconds(60),
            kinds: &["extract", "rank"],
            first: None,
        };
        let mut times = Vec::new();
        for _ in 0..CLAIMS {
            let began = tokio::time::Instant::now();
            let claimed = self
                .store
                .claim_job(terms, DateTime::UNIX_EPOCH + TimeDelta::days(30_000))
                .await;
            times.push(began.elapsed());
            assert!(claimed.unwrap().is_some());
        }
        times.sort_unstable();
        times[CLAIMS / 2]
    }
}

/// Jobs of the system account, a tenth of them with a key, in three classes.
fn fill(backend: Backend) -> String {
    let (series, id) = match backend {
        Backend::Sqlite => (
            format!(
                "(WITH RECURSIVE s (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM s WHERE i < {WAITING}) SELECT i FROM s) s"
            ),
            "unhex(printf('%032x', i))",
        ),
        Backend::Postgres => (
            format!("generate_series(1, {WAITING}) AS s (i)"),
            "lpad(to_hex(i), 32, '0')::uuid",
        ),
    };
    let (account, time) = match backend {
        Backend::Sqlite => (
            "X'00000000000000000000000000000001'",
            "'2026-01-01T00:00:00+00:00'",
        ),
        Backend::Postgres => (
            "'00000000-0000-0000-0000-000000000001'::uuid",
            "'2026-01-01T00:00:00+00:00'::timestamptz",
        ),
    };
    let insert = format!(
        "INSERT INTO job (job_id, kind, key, account_id, priority, turn, gate, state, payload, run_at, max_attempts, created_at)
         SELECT {id}, CASE WHEN i % 2 = 0 THEN 'extract' ELSE 'rank' END,
                CASE WHEN i % 10 = 0 THEN CAST(i AS TEXT) END, {account}, i % 3, i / 100, 'open', 'waiting', '{{}}',
                {time}, 3, {time}
         FROM {series}"
    );
    insert
}

async fn check(database: TestDatabase, explain: &str, scan: &str, sorts: &str) {
    let crowd = Crowd::in_database(database).await;
    // Before the database has counted the jobs, and after.
    for count in ["SELECT 1", "ANALYZE"] {
        crowd.store.read().execute_unprepared(count).await.unwrap();
        for class in [None, Some(JobPriority::Low)] {
            let plan = crowd.plan(explain, class).await;
            assert!(plan.contains(scan), "{plan}");
            assert!(!plan.contains(sorts), "sorts: {plan}");
            assert!(
                !plan.contains("Seq Scan on job j"),
                "reads the whole table: {plan}"
            );
        }
    }
    println!(
        "claim with {WAITING} waiting: {:?}",
        crowd.claim_time().await
    );
}

#[tokio::test]
async fn a_claim_is_one_range_of_one_index_on_sqlite() {
    // It reads "SCAN j" when no class is asked for: from the start of the index, up to the first.
    let scan = "j USING INDEX job_claim";
    check(
        databases::sqlite(),
        "EXPLAIN QUERY PLAN",
        scan,
        "TEMP B-TREE",
    )
    .await;
}

#[tokio::test]
async fn a_claim_is_one_range_of_one_index_on_postgres() {
    let Some(database) = databases::postgres().await else {
        return;
    };
    check(
        database,
        "EXPLAIN",
        "Index Scan using job_claim on job j",
        "Sort",
    )
    .await;
}
