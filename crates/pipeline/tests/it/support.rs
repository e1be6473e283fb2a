//! What the tests of this folder share.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use pipeline::checkpoints::MemoryCheckpoints;
use pipeline::failure::Ended;
use pipeline::{Author, Checkpoints, Mode, RunSpec, Runner, Slots, Stages};
use queue::Stop;
use store::PlanId;
use testkit::TestClock;

/// A prompt that says all that a planner wants to know.
pub(crate) const PROMPT: &str = "Open a bakery for sourdough bread in Aarhus, Denmark. The owner has \
baked at home for ten years and has signed a lease for a shop of 80 square metres. The budget is DKK \
1,500,000, of which 300,000 are for ovens. The shop must open by 2027-03-01 and serve 120 customers a \
day within six months. Neighbours may object to early work, and the food authority must approve the \
kitchen before it opens.";

/// What to make of a prompt.
pub(crate) fn spec(prompt: &str, mode: Mode) -> RunSpec {
    RunSpec {
        plan_id: PlanId(uuid::Uuid::from_u128(7)),
        prompt: prompt.to_owned(),
        title: String::new(),
        mode,
        start_date: NaiveDate::from_ymd_opt(2026, 11, 23).unwrap(),
        nonce_secret: [42; 32],
        epoch: 0,
    }
}

/// One run from whatever the checkpoints hold to its end, undisturbed.
pub(crate) async fn run(
    stages: &Stages,
    author: &Author,
    spec: &RunSpec,
    checkpoints: &dyn Checkpoints,
) -> Ended {
    let runner = Runner {
        stages,
        author,
        spec,
        checkpoints,
        clock: &TestClock::default(),
        calls: Slots::new(16),
        stop: &Stop::new(),
        release: &Stop::new(),
    };
    pipeline::run(&runner).await.unwrap()
}

/// Every file as it is now.
pub(crate) async fn files(checkpoints: &MemoryCheckpoints) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    for info in checkpoints.files().await.unwrap() {
        let bytes = checkpoints.read(&info.file).await.unwrap().unwrap();
        files.insert(info.file, bytes);
    }
    files
}
