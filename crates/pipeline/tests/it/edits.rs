//! Edited files are kept, and what was made from them is made again: no more and no less.

use std::sync::Arc;

use llm::{Budget, MemoryJournal};
use pipeline::checkpoints::MemoryCheckpoints;
use pipeline::failure::{Ended, FailureReason};
use pipeline::runner::stale;
use pipeline::{Checkpoints, Mode, Stages};

use crate::model::{Model, author};
use crate::small;
use crate::support::{PROMPT, files, run, spec};

/// A finished plan.
struct Finished {
    stages: Stages,
    checkpoints: MemoryCheckpoints,
    journal: Arc<MemoryJournal>,
}

impl Finished {
    async fn new() -> Self {
        let finished = Self {
            stages: small::stages(),
            checkpoints: MemoryCheckpoints::default(),
            journal: Arc::default(),
        };
        finished.regenerate(0).await;
        finished
    }

    /// The stages that were asked again, in alphabetical order.
    async fn regenerate(&self, epoch: u32) -> Vec<String> {
        let model = Arc::new(Model::new(&self.stages));
        let author = author(&model, Arc::clone(&self.journal) as _, Budget::default());
        let mut spec = spec(PROMPT, Mode::All);
        spec.epoch = epoch;
        let ended = run(&self.stages, &author, &spec, &self.checkpoints).await;
        assert_eq!(ended, Ended::Completed);
        let mut asked = model.asked();
        asked.sort_unstable();
        asked.dedup();
        asked
    }

    async fn stale(&self) -> Vec<String> {
        let records = self.checkpoints.records().await.unwrap();
        let files = self.checkpoints.files().await.unwrap();
        let mut stale = stale(&self.stages, Mode::All, 0, &records, &files).unwrap();
        stale.sort_unstable();
        stale
    }

    fn edit(&self, file: &str, text: &str) {
        assert!(self.checkpoints.edit(file, Some(text.as_bytes())), "{file}");
    }

    async fn text(&self, file: &str) -> String {
        String::from_utf8(files(&self.checkpoints).await[file].clone()).unwrap()
    }
}

#[tokio::test]
async fn an_edit_stays_and_what_depends_on_it_is_made_again() {
    let plan = Finished::new().await;
    assert_eq!(plan.stale().await, [""; 0]);
    plan.edit("tasks_wanted.json", "[\"dig\", \"sell\"]");
    let after = ["costs", "staffing", "summary", "tasks", "team"];
    assert_eq!(plan.stale().await, after);
    assert_eq!(plan.regenerate(0).await, after);
    assert_eq!(plan.text("tasks_wanted.json").await, "[\"dig\", \"sell\"]");
    assert!(plan.text("costs.json").await.contains("\"total\": 4"));
    assert!(
        !files(&plan.checkpoints)
            .await
            .contains_key("3-tasks_raw.json")
    );
    assert_eq!(plan.stale().await, [""; 0]);
}

#[tokio::test]
async fn an_output_that_comes_out_the_same_leaves_its_descendants_alone() {
    let plan = Finished::new().await;
    plan.edit(
        "tasks_wanted.json",
        "[\"dig\", \"build\", \"paint\", \"rent\"]",
    );
    // Four tasks as before: the team is the same, so that nobody is hired anew.
    let asked = plan.regenerate(0).await;
    assert!(
        asked.contains(&"team".to_owned()) && !asked.contains(&"staffing".to_owned()),
        "{asked:?}"
    );
}

#[tokio::test]
async fn an_edited_output_is_kept_until_the_edit_is_taken_back() {
    let plan = Finished::new().await;
    plan.edit("team.json", "{\"size\": 10}");
    plan.edit("tasks_wanted.json", "[\"dig\"]");
    assert_eq!(
        plan.stale().await,
        ["costs", "staffing", "summary", "tasks"]
    );
    plan.regenerate(0).await;
    assert!(plan.text("costs.json").await.contains("\"total\": 10"));
    assert!(plan.checkpoints.edit("team.json", None));
    plan.regenerate(0).await;
    assert!(plan.text("team.json").await.contains("\"size\": 1"));
    assert!(plan.text("costs.json").await.contains("\"total\": 1"));
}

#[tokio::test]
async fn an_edit_taken_back_costs_nothing() {
    let plan = Finished::new().await;
    let before = files(&plan.checkpoints).await;
    plan.edit("tasks_wanted.json", "[\"dig\"]");
    plan.regenerate(0).await;
    plan.checkpoints.edit("tasks_wanted.json", None);
    assert_eq!(plan.regenerate(0).await, [""; 0]);
    assert_eq!(files(&plan.checkpoints).await, before);
}

#[tokio::test]
async fn an_edit_that_is_no_json_fails_with_the_name_of_the_file() {
    let plan = Finished::new().await;
    plan.edit("team.json", "{size: ");
    let model = Arc::new(Model::new(&plan.stages));
    let author = author(&model, Arc::clone(&plan.journal) as _, Budget::default());
    let ended = run(
        &plan.stages,
        &author,
        &spec(PROMPT, Mode::All),
        &plan.checkpoints,
    )
    .await;
    let Ended::Failed(failure) = ended else {
        panic!("{ended:?}")
    };
    assert_eq!(
        (failure.reason, failure.recoverable),
        (FailureReason::BadStage, true)
    );
    assert!(failure.message.contains("team.json"), "{}", failure.message);
}

#[tokio::test]
async fn another_epoch_makes_every_stage_anew_but_from_the_journal() {
    let plan = Finished::new().await;
    let before = files(&plan.checkpoints).await;
    assert_eq!(plan.regenerate(1).await, [""; 0]);
    assert_eq!(files(&plan.checkpoints).await, before);
    assert_eq!(plan.regenerate(1).await, [""; 0]);
}
