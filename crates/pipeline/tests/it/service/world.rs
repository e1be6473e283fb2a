//! A pipeline of small stages on a database of a test's own.

use std::sync::Arc;

use async_trait::async_trait;
use chrono::TimeDelta;
use environment::{Clock, Entropy};
use llm::{Budget, NoJournal};
use pipeline::artifacts::Artifacts;
use pipeline::profiles::Profiles;
use pipeline::ranking::{FinishedPlan, Ranking, RankingError};
use pipeline::service::{Driven, NewRun};
use pipeline::{Author, Pipeline, PipelineSettings, Stages, Viewer};
use queue::Stop;
use store::{AccountId, GENERATE, LeaseTerms, PlanId, Store};
use testkit::databases::{self, TestDatabase};
use testkit::{TestClock, TestEntropy};

use crate::model::{Model, author};
use crate::small;

/// [`testkit::on_both!`] in a [`World`].
macro_rules! on_both {
    ($($tests:tt)*) => { testkit::on_both! { crate::service::world::World; $($tests)* } };
}
pub(crate) use on_both;

/// A pipeline whose clock stands still; the database goes when this goes.
pub(crate) struct World {
    pub(crate) store: Store,
    pub(crate) clock: TestClock,
    pub(crate) model: Arc<Model>,
    pub(crate) pipeline: Pipeline,
    entropy: Arc<TestEntropy>,
    artifacts: Artifacts,
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
        let stages = small::stages();
        let mut world = Self {
            model: Arc::new(Model::new(&stages)),
            clock: TestClock::default(),
            entropy: Arc::default(),
            artifacts: Artifacts::in_memory(),
            pipeline: Pipeline::offline(
                store.clone(),
                Arc::new(TestClock::default()),
                Arc::new(TestEntropy::default()),
            )
            .unwrap(),
            store,
            _database: database,
        };
        world.pipeline = world.pipeline_with(&stages, |_| {});
        world
    }

    /// Another process on the same database and files, with the small stages but for what
    /// `change` changes.
    pub(crate) fn pipeline_with(
        &self,
        stages: &Stages,
        change: impl FnOnce(&mut PipelineSettings),
    ) -> Pipeline {
        let Author::Models(client) = author(&self.model, Arc::new(NoJournal), Budget::default())
        else {
            panic!("the model is a model")
        };
        let profiles = Profiles::offline().with("test", client);
        let profiles = profiles.with_default("offline").unwrap();
        let artifacts = self.artifacts.clone();
        let mut settings = PipelineSettings::new(stages.clone(), artifacts, profiles, [9; 32]);
        change(&mut settings);
        let clock: Arc<dyn Clock> = Arc::new(self.clock.clone());
        let entropy: Arc<dyn Entropy> = self.entropy.clone();
        Pipeline::new(self.store.clone(), clock, entropy, settings)
    }

    /// Somebody of that number.
    pub(crate) async fn account(&self, n: u8) -> AccountId {
        let id = AccountId(uuid::Uuid::from_u128(1_000 + u128::from(n)));
        if self.store.account(id).await.unwrap().is_none() {
            let name = format!("account {n}");
            let now = self.clock.now();
            self.store.add_account(id, &name, now).await.unwrap();
        }
        id
    }

    /// A run of the system that waits.
    pub(crate) async fn waiting(&self, prompt: &str) -> PlanId {
        let wish = NewRun::of(prompt);
        let made = self.pipeline.create(AccountId::SYSTEM, wish).await;
        made.unwrap().plan_id
    }

    /// A run of the system that waits for the scripted model.
    pub(crate) async fn waiting_for_the_model(&self, prompt: &str) -> PlanId {
        let wish = NewRun {
            profile: Some("test".to_owned()),
            ..NewRun::of(prompt)
        };
        let made = self.pipeline.create(AccountId::SYSTEM, wish).await;
        made.unwrap().plan_id
    }

    /// A run of the system that was driven to its end.
    pub(crate) async fn driven(&self, prompt: &str) -> (PlanId, Driven) {
        let id = self.waiting(prompt).await;
        (id, self.drive(id).await)
    }

    pub(crate) async fn drive(&self, id: PlanId) -> Driven {
        self.pipeline.drive(id, &Stop::new()).await.unwrap()
    }

    /// Lets a worker claim the run's job, and all before it.
    pub(crate) async fn claim(&self, id: PlanId) {
        let kinds = [GENERATE];
        let terms = LeaseTerms {
            token: "a worker",
            lease: TimeDelta::minutes(1),
            kinds: &kinds,
            first: None,
        };
        let wanted = Some(id.to_string());
        while let Some(job) = self.store.claim_job(terms, self.clock.now()).await.unwrap() {
            if job.key == wanted {
                return;
            }
        }
        panic!("there is no job for {id}");
    }

    /// Every file with its content.
    pub(crate) async fn files(&self, id: PlanId) -> Vec<(String, String)> {
        let files = self.pipeline.files(Viewer::SYSTEM, id).await.unwrap();
        files.into_iter().map(|f| (f.file, f.sha256)).collect()
    }

    pub(crate) async fn text(&self, id: PlanId, file: &str) -> String {
        let read = self.pipeline.read(Viewer::SYSTEM, id, file).await.unwrap();
        String::from_utf8(read.bytes).unwrap()
    }
}

/// Takes every plan under its own id, and remembers the zips.
#[derive(Debug, Default)]
pub(crate) struct Board(pub(crate) std::sync::Mutex<Vec<Vec<u8>>>);

#[async_trait]
impl Ranking for Board {
    async fn submit(&self, plan: FinishedPlan) -> Result<PlanId, RankingError> {
        self.0.lock().unwrap().push(plan.zip);
        Ok(plan.plan_id)
    }
}
