//! A run that is killed and run again makes the same plan and pays for no call twice.

use std::sync::Arc;

use llm::{Budget, MemoryJournal};
use pipeline::checkpoints::MemoryCheckpoints;
use pipeline::failure::Ended;
use pipeline::{Checkpoints as _, Mode, StageState, Stages};

use crate::model::{Model, author};
use crate::moments::{Moments, Watched, WatchedJournal};
use crate::support::{PROMPT, files, run, spec};

/// What outlives a process.
struct World {
    stages: Stages,
    model: Arc<Model>,
    checkpoints: MemoryCheckpoints,
    journal: Arc<MemoryJournal>,
}

impl World {
    fn new(stages: &Stages) -> Self {
        Self {
            stages: stages.clone(),
            model: Arc::new(Model::new(stages)),
            checkpoints: MemoryCheckpoints::default(),
            journal: Arc::default(),
        }
    }

    /// Runs until the fatal moment; `None` if it was reached. Also tells how many moments passed.
    async fn run_until(&self, fatal: u64, mode: Mode) -> (Option<Ended>, u64) {
        let moments = Arc::new(Moments::until(fatal));
        let journal = WatchedJournal {
            journal: Arc::clone(&self.journal),
            moments: Arc::clone(&moments),
        };
        let author = author(&self.model, Arc::new(journal), Budget::default());
        let watched = Watched {
            checkpoints: &self.checkpoints,
            moments: &moments,
        };
        let spec = spec(PROMPT, mode);
        let ended = tokio::select! {
            biased;
            () = moments.fatal() => None,
            ended = run(&self.stages, &author, &spec, &watched) => Some(ended),
        };
        (ended, moments.passed())
    }
}

/// Spreads `count` moments over `all`, by a seed.
fn moments(seed: u64, count: u64, all: u64) -> impl Iterator<Item = u64> {
    let mut state = seed;
    (0..count).map(move |_| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % all
    })
}

async fn survives_kills(stages: &Stages, mode: Mode, count: u64) {
    let undisturbed = World::new(stages);
    let (ended, all) = undisturbed.run_until(u64::MAX, mode).await;
    assert_eq!(ended, Some(Ended::Completed));
    let expected = files(&undisturbed.checkpoints).await;
    let answers = undisturbed.model.answers();
    for moment in moments(7, count, all) {
        let world = World::new(stages);
        assert_eq!(
            world.run_until(moment, mode).await.0,
            None,
            "moment {moment}"
        );
        assert_eq!(
            world.run_until(u64::MAX, mode).await.0,
            Some(Ended::Completed)
        );
        assert_eq!(files(&world.checkpoints).await, expected, "moment {moment}");
        assert_eq!(
            (world.model.answers(), world.model.repeated()),
            (answers, 0),
            "moment {moment}"
        );
    }
}

#[tokio::test]
async fn killed_at_30_moments_and_resumed_the_plan_is_the_same_and_no_call_is_paid_twice() {
    survives_kills(&crate::small::stages(), Mode::All, 30).await;
}

#[tokio::test]
async fn the_built_in_stages_survive_kills_too() {
    survives_kills(&crate::stages::built_in(), Mode::Fast, 5).await;
}

#[tokio::test]
async fn a_run_that_is_killed_again_and_again_gets_done() {
    let world = World::new(&crate::small::stages());
    let mut kills = 0;
    while world.run_until(24, Mode::All).await.0.is_none() {
        kills += 1;
        assert!(kills < 100);
    }
    assert!(kills >= 2, "{kills}");
    assert_eq!(
        (world.model.answers(), world.model.repeated()),
        (crate::small::CALLS, 0)
    );
    let records = world.checkpoints.records().await.unwrap();
    assert!(
        records
            .iter()
            .all(|record| record.state == StageState::Done)
    );
    let spent: i64 = records.iter().map(|record| record.cost_nano_usd).sum();
    let once = World::new(&crate::small::stages());
    once.run_until(u64::MAX, Mode::All).await;
    let records = once.checkpoints.records().await.unwrap();
    assert_eq!(
        spent,
        records
            .iter()
            .map(|record| record.cost_nano_usd)
            .sum::<i64>()
    );
}
