//! A database, accounts, plans that are nobody's copy, and a service that works with rules.

use std::path::Path;
use std::sync::Arc;

use arena::lease::Holder;
use arena::models::Models;
use arena::submit::{Content, Submission, SubmitError, Submitted, submit};
use arena::{Service, ServiceSettings};
use chrono::{DateTime, Utc};
use llm::HashedNgrams;
use queue::{Done, Failure, Job, Stop};
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng, rngs::StdRng};
use serde_json::{Value, json};
use store::{AccountId, Contest, JobId, PlanId, Store, Visibility};
use testkit::databases::{self, TestDatabase};
use testkit::{TestClock, TestEntropy};

/// [`testkit::on_both!`] in a [`World`].
macro_rules! on_both {
    ($($tests:tt)*) => { testkit::on_both! { crate::world::World; $($tests)* } };
}
pub(crate) use on_both;

pub(crate) struct World {
    pub(crate) store: Store,
    pub(crate) clock: TestClock,
    pub(crate) entropy: Arc<TestEntropy>,
    _database: TestDatabase,
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
        for n in 1..=5 {
            let name = format!("owner {n}");
            store.add_account(owner(n), &name, now()).await.unwrap();
        }
        Self {
            store,
            clock: TestClock::default(),
            entropy: Arc::new(TestEntropy::seeded(1)),
            _database: database,
        }
    }

    pub(crate) fn service(&self, settings: ServiceSettings) -> Service {
        let nobody = Holder {
            token: "test".to_owned(),
            is_dead: Arc::new(|_| false),
        };
        self.service_of(settings, nobody)
    }

    pub(crate) fn service_of(&self, settings: ServiceSettings, holder: Holder) -> Service {
        Service::new(
            self.store.clone(),
            Arc::new(self.clock.clone()),
            self.entropy.clone(),
            Models::offline(Arc::new(HashedNgrams::default())),
            settings,
            holder,
        )
    }

    /// Runs the job that waits under a key, as a worker would.
    pub(crate) async fn run(
        &self,
        service: &Service,
        kind: &str,
        payload: Value,
    ) -> Result<Done, Failure> {
        let handlers = arena::work::handlers(service, Vec::new());
        let handler = handlers.iter().find(|h| h.kind() == kind).unwrap();
        let job = Job {
            id: JobId::new(now(), [7; 10]),
            kind: kind.to_owned(),
            key: None,
            account_id: AccountId::SYSTEM,
            payload,
            attempt: 1,
            fence: 1,
        };
        handler.run(&job, &Stop::new()).await
    }

    pub(crate) async fn extract(&self, service: &Service, plan: PlanId) {
        let done = self
            .run(service, "extract", json!({ "plan_id": plan }))
            .await;
        assert_eq!(done, Ok(Done::Finished));
    }

    pub(crate) async fn rank(&self, service: &Service, contest: Contest) -> Result<Done, Failure> {
        self.run(service, "rank", json!({ "contest": contest }))
            .await
    }
}

pub(crate) fn now() -> DateTime<Utc> {
    TestClock::default().now()
}

pub(crate) fn owner(n: u8) -> AccountId {
    AccountId::new(DateTime::UNIX_EPOCH, [n; 10])
}

pub(crate) async fn submit_plan(
    service: &Service,
    by: u8,
    plan: &str,
    visibility: Visibility,
) -> Submitted {
    try_submit(service, by, plan, visibility, None)
        .await
        .unwrap()
}

pub(crate) async fn try_submit(
    service: &Service,
    by: u8,
    plan: &str,
    visibility: Visibility,
    external_id: Option<&str>,
) -> Result<Submitted, SubmitError> {
    let submission = Submission {
        content: Content::Json(plan.as_bytes().to_vec()),
        name: "plan".to_owned(),
        owner: owner(by),
        visibility,
        external_id: external_id.map(str::to_owned),
        plan_id: None,
    };
    submit(service, submission).await
}

/// An example by its file name.
pub(crate) fn example(name: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/plans");
    std::fs::read_to_string(folder.join(format!("{name}.json"))).unwrap()
}

/// All examples, in the order of their names.
pub(crate) fn examples() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/plans");
    let names = std::fs::read_dir(folder).unwrap();
    let mut paths: Vec<_> = names.map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|e| e == "json"));
    paths.sort();
    let read = |path: &std::path::PathBuf| std::fs::read_to_string(path).unwrap();
    paths.iter().map(read).collect()
}

/// A plan in a language of its own, so that it is nobody's near copy; some are better made.
pub(crate) fn invented(seed: u64) -> String {
    let mut random = StdRng::seed_from_u64(seed);
    let letters = |random: &mut StdRng| {
        let mut letter = || char::from(b'a' + random.random_range(0..26_u8));
        [letter(), letter(), letter()].iter().collect::<String>()
    };
    let syllables: Vec<String> = (0..12).map(|_| letters(&mut random)).collect();
    let text = |random: &mut StdRng, words: usize| {
        let word = |random: &mut StdRng| {
            let parts = [0, 1].map(|_| syllables.choose(random).unwrap().as_str());
            parts.concat()
        };
        let words: Vec<String> = (0..words).map(|_| word(random)).collect();
        words.join(" ")
    };
    let tasks = 3 + usize::try_from(seed % 9).unwrap();
    let wbs: Vec<Value> = (0..tasks)
        .map(|n| {
            json!({ "id": format!("t{n}"), "name": text(&mut random, 4),
                    "deliverable": text(&mut random, 3), "resources": [text(&mut random, 1)] })
        })
        .collect();
    let dependencies: Vec<Value> = (1..tasks)
        .map(|n| json!({ "task": format!("t{n}"), "depends_on": format!("t{}", n - 1) }))
        .collect();
    json!({
        "title": text(&mut random, 5),
        "prompt": text(&mut random, 60),
        "objective": text(&mut random, 20),
        "wbs": wbs,
        "dependencies": dependencies,
    })
    .to_string()
}
