//! A database, a clock and workers whose one handler is a closure.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use chrono::TimeDelta;
use queue::{Done, Failure, Handler, Holder, Job, Schedule, Settings, Stop, Wake, Worker};
use store::{AccountId, JobId, JobPriority, JobRow, JobState, LeaseTerms, NewJob, Store};
use testkit::databases::{self, TestDatabase};
use testkit::{TestClock, TestEntropy};

/// Turns one body into two tests, `name::sqlite` and `name::postgres`.
macro_rules! on_both {
    ($(async fn $name:ident($world:ident) $body:block)*) => {$(
        async fn $name($world: &crate::fixture::World) $body

        mod $name {
            #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
            async fn sqlite() {
                super::$name(&crate::fixture::World::sqlite().await).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
            async fn postgres() {
                let Some(world) = crate::fixture::World::postgres().await else { return };
                super::$name(&world).await;
            }
        }
    )*};
}
pub(crate) use on_both;

type Running<'a> = Pin<Box<dyn Future<Output = Result<Done, Failure>> + Send + 'a>>;

pub(crate) struct Act<F>(F);

/// A handler of kind `k`.
pub(crate) fn act<F>(run: F) -> Arc<dyn Handler>
where
    F: Fn(Job, Stop) -> Running<'static> + Send + Sync + 'static,
{
    Arc::new(Act(run))
}

#[async_trait::async_trait]
impl<F> Handler for Act<F>
where
    F: Fn(Job, Stop) -> Running<'static> + Send + Sync,
{
    fn kind(&self) -> &'static str {
        "k"
    }

    async fn run(&self, job: &Job, stop: &Stop) -> Result<Done, Failure> {
        (self.0)(job.clone(), stop.clone()).await
    }
}

/// Everything at once, so that tests need not wait.
pub(crate) fn quick() -> Settings {
    Settings {
        poll_min: Duration::from_millis(5),
        poll_max: Duration::from_millis(20),
        housekeeping: Duration::from_millis(20),
        drain: Duration::from_secs(10),
        ..Settings::default()
    }
}

pub(crate) struct World {
    pub(crate) store: Store,
    pub(crate) clock: TestClock,
    _database: TestDatabase,
}

pub(crate) struct Started {
    pub(crate) wake: Wake,
    stop: Stop,
    task: tokio::task::JoinHandle<()>,
}

impl Started {
    pub(crate) async fn stop(self) {
        self.stop.request();
        self.task.await.unwrap();
    }
}

impl World {
    pub(crate) async fn sqlite() -> Self {
        Self::on(databases::sqlite()).await
    }

    pub(crate) async fn postgres() -> Option<Self> {
        Some(Self::on(databases::postgres().await?).await)
    }

    async fn on(database: TestDatabase) -> Self {
        let store = Store::connect(database.url()).await.unwrap();
        store.migrate().await.unwrap();
        Self {
            store,
            clock: TestClock::default(),
            _database: database,
        }
    }

    pub(crate) fn job(&self, n: u8) -> NewJob {
        NewJob {
            job_id: JobId::new(TestClock::default().now(), [n; 10]),
            kind: "k".to_owned(),
            key: None,
            account_id: AccountId::SYSTEM,
            priority: JobPriority::Normal,
            payload: format!("{{\"n\":{n}}}"),
            run_at: self.clock.now(),
            max_attempts: 3,
        }
    }

    pub(crate) async fn put(&self, n: u8) {
        let job = self.job(n);
        self.store.enqueue(&job, self.clock.now()).await.unwrap();
    }

    pub(crate) async fn claim(&self, token: &str) {
        let terms = LeaseTerms {
            token,
            lease: TimeDelta::hours(1),
            kinds: &["k"],
            first: None,
        };
        let claimed = self.store.claim_job(terms, self.clock.now()).await;
        claimed.unwrap().unwrap();
    }

    pub(crate) fn worker(
        &self,
        token: &str,
        settings: Settings,
        handler: Arc<dyn Handler>,
        schedules: Vec<Schedule>,
    ) -> Worker {
        let holder = Holder {
            token: token.to_owned(),
            is_dead: Arc::new(|token| token == "dead"),
        };
        Worker::new(
            self.store.clone(),
            Arc::new(self.clock.clone()),
            Arc::new(TestEntropy::seeded(
                token.len() as u64 + u64::from(token.as_bytes()[0]),
            )),
            settings,
            holder,
            vec![handler],
            schedules,
        )
    }

    pub(crate) fn start(
        &self,
        token: &str,
        settings: Settings,
        handler: Arc<dyn Handler>,
        schedules: Vec<Schedule>,
    ) -> Started {
        let worker = self.worker(token, settings, handler, schedules);
        let (wake, stop) = (worker.wake(), Stop::new());
        let asked = stop.clone();
        let task = tokio::spawn(async move { worker.run(asked).await });
        Started { wake, stop, task }
    }

    pub(crate) async fn row(&self, n: u8) -> JobRow {
        self.store.job(self.job(n).job_id).await.unwrap().unwrap()
    }

    pub(crate) async fn until(&self, n: u8, state: JobState) {
        self.until_row(n, move |row| row.state == state).await;
    }

    pub(crate) async fn until_row(&self, n: u8, there: impl Fn(&JobRow) -> bool) {
        for _ in 0..3_000 {
            if there(&self.row(n).await) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("job {n} never got there: {:?}", self.row(n).await);
    }

    pub(crate) async fn until_count(&self, count: &AtomicUsize, expected: usize) {
        for _ in 0..3_000 {
            if count.load(Ordering::SeqCst) >= expected {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("never reached {expected}");
    }
}
