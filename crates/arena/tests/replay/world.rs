//! A database with example plans, a judge that counts, and a ranking of them.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use arena::audit::{Audit, AuditSettings, Reviewer};
use arena::import::{Imported, Prepared, Submitter, submit};
use arena::judge::{Contestant, Judge, JudgeError, JudgeFingerprint, Judged, Jury, OfflineJudge};
use arena::lease::Holder;
use arena::progress::Silent;
use arena::rank::{Cadence, RankReport, Run, Settings, Spent, Stop, rank};
use arena::{Clock, Entropy};
use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use store::{
    AccountId, Comparison, ComparisonFilter, Contest, KpiRow, KpiValues, LeaderFilter, LeaderRow,
    Standing, Store,
};
use testkit::TestClock;
use testkit::databases::{TestDatabase, sqlite};

/// The judge of the demo; counts how often it is asked.
#[derive(Debug, Default)]
pub(crate) struct CountingJudge {
    asked: AtomicU64,
}

#[async_trait]
impl Judge for CountingJudge {
    fn fingerprint(&self) -> JudgeFingerprint {
        OfflineJudge.fingerprint()
    }

    async fn compare(
        &self,
        first: &Contestant<'_>,
        second: &Contestant<'_>,
    ) -> Result<Judged, JudgeError> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        OfflineJudge.compare(first, second).await
    }
}

#[derive(Debug, Clone)]
struct Ticking(TestClock);

impl Clock for Ticking {
    fn now(&self) -> DateTime<Utc> {
        self.0.advance(TimeDelta::milliseconds(7));
        self.0.now()
    }
}

/// Bytes that differ each time and from world to world.
#[derive(Debug)]
struct Counter(AtomicU64, u64);

impl Entropy for Counter {
    fn bytes(&self) -> [u8; 16] {
        let count = self.0.fetch_add(1, Ordering::Relaxed);
        let mixed = (count + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ self.1.rotate_left(32);
        let mut bytes = [0; 16];
        bytes[..8].copy_from_slice(&mixed.to_be_bytes());
        bytes[8..].copy_from_slice(&count.wrapping_add(self.1).to_be_bytes());
        bytes
    }
}

/// A database of its own with everything that a ranking needs.
pub(crate) struct World {
    pub(crate) store: Store,
    pub(crate) judge: Arc<CountingJudge>,
    pub(crate) cadence: Cadence,
    clock: Arc<Ticking>,
    entropy: Arc<Counter>,
    _database: TestDatabase,
}

/// The example plans by file name, in the order of the names.
pub(crate) fn examples() -> Vec<Prepared> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/plans");
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "json"))
        .collect();
    paths.sort();
    paths
        .iter()
        .map(|path| prepared(path, |text| text))
        .collect()
}

/// A plan file as it would be after `edit`.
pub(crate) fn prepared(path: &Path, edit: impl Fn(String) -> String) -> Prepared {
    let name = path.file_stem().unwrap().to_string_lossy().into_owned();
    let text = edit(std::fs::read_to_string(path).unwrap());
    let plan = plan::read_json(text.as_bytes(), &name).unwrap();
    Prepared::new(path.to_owned(), name, plan)
}

impl World {
    pub(crate) async fn new(seed: u64) -> Self {
        Self::on(sqlite(), seed).await
    }

    /// On a database of the caller's choice.
    pub(crate) async fn on(database: TestDatabase, seed: u64) -> Self {
        let store = Store::connect(database.url()).await.unwrap();
        store.migrate().await.unwrap();
        let clock = TestClock::default();
        clock.advance(TimeDelta::days(i64::try_from(seed).unwrap()));
        Self {
            store,
            judge: Arc::default(),
            cadence: Cadence::default(),
            clock: Arc::new(Ticking(clock)),
            entropy: Arc::new(Counter(AtomicU64::new(0), seed)),
            _database: database,
        }
    }

    /// With all examples as plans of the system.
    pub(crate) async fn with_examples(seed: u64) -> Self {
        let world = Self::new(seed).await;
        world.submit(Submitter::SYSTEM, examples()).await;
        world
    }

    pub(crate) async fn submit(&self, who: Submitter, plans: Vec<Prepared>) -> Vec<Imported> {
        let imported = submit(&self.store, &*self.clock, &*self.entropy, who, plans)
            .await
            .unwrap();
        self.measure(&imported).await;
        imported
    }

    /// Unmeasured plans take part in nothing; what was measured decides nothing here.
    async fn measure(&self, plans: &[Imported]) {
        let unknown = KpiRow {
            values: KpiValues::default(),
            version: "none".to_owned(),
            evidence: "{}".to_owned(),
            extracted_at: self.now(),
        };
        let rows: Vec<_> = plans.iter().map(|p| (p.plan_id, unknown.clone())).collect();
        self.store.put_all_kpis(&rows).await.unwrap();
    }

    /// Returns when the judge was asked so many times since the last look.
    pub(crate) async fn until_asked(&self, times: u64) {
        while self.judge.asked.load(Ordering::Relaxed) < times {
            tokio::task::yield_now().await;
        }
    }

    /// The audit of this world, by whoever may.
    pub(crate) fn audit(&self, settings: AuditSettings) -> Audit {
        let (clock, entropy) = (self.clock.clone(), self.entropy.clone());
        Audit::new(self.store.clone(), clock, entropy, settings).unwrap()
    }

    /// A new reviewer.
    pub(crate) async fn reviewer(&self, name: &str) -> Reviewer {
        let account = AccountId::new(self.now(), self.random());
        let added = self.store.add_account(account, name, self.now()).await;
        added.unwrap();
        Reviewer {
            account,
            is_admin: false,
        }
    }

    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    pub(crate) fn random(&self) -> [u8; 10] {
        let bytes = self.entropy.bytes();
        std::array::from_fn(|i| bytes[i])
    }

    /// How often the judge was asked since the last look.
    pub(crate) fn asked(&self) -> u64 {
        self.judge.asked.swap(0, Ordering::Relaxed)
    }

    pub(crate) async fn rank(&self, contest: Contest, calls_per_plan: u32) -> RankReport {
        let run = Run {
            store: &self.store,
            clock: self.clock.clone(),
            entropy: self.entropy.clone(),
            contest,
            jury: Jury::new([self.judge.clone() as Arc<dyn Judge>]),
            settings: Settings {
                calls_per_plan,
                seed: 1,
                concurrency: 4,
            },
            cadence: self.cadence,
            stop: Stop::default(),
            observer: &Silent,
            meter: &Spent::default,
            abandon_round: false,
            holder: Holder {
                token: "test".to_owned(),
                is_dead: Arc::new(|_| false),
            },
        };
        rank(&run).await.unwrap()
    }

    /// Established plans, then provisional ones, each best first.
    pub(crate) async fn board(&self, contest: Contest) -> Vec<LeaderRow> {
        let mut rows = Vec::new();
        for standing in [Standing::Established, Standing::Provisional] {
            let filter = LeaderFilter {
                contest,
                standing,
                domain: None,
                owner: None,
                since: None,
                until: None,
                flagged: None,
                limit: 1000,
                cursor: None,
            };
            rows.extend(self.store.leaderboard(&filter).await.unwrap().rows);
        }
        rows
    }

    pub(crate) async fn comparisons(&self, contest: Contest) -> Vec<Comparison> {
        let all = ComparisonFilter::default();
        self.store.comparisons(contest, &all).await.unwrap()
    }
}
