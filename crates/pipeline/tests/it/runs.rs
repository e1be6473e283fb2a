//! How runs end, and how they go on.

use std::sync::Arc;
use std::time::Duration;

use llm::{Budget, MemoryJournal};
use pipeline::checkpoints::MemoryCheckpoints;
use pipeline::failure::{Ended, FailureReason, RunFailure};
use pipeline::{Author, Checkpoints, Mode, RunSpec, Runner, Slots, StageState, Stages};
use queue::Stop;
use testkit::TestClock;

use crate::model::{Model, Whim, author};
use crate::small;
use crate::support::{PROMPT, files, run, spec};

const UNLIMITED: Budget = Budget {
    max_calls: None,
    max_tokens: None,
    max_cost_nano_usd: None,
};

/// A plan whose run uses another model from time to time.
struct Plan {
    stages: Stages,
    checkpoints: MemoryCheckpoints,
    journal: Arc<MemoryJournal>,
    spec: RunSpec,
}

impl Plan {
    fn new(prompt: &str) -> Self {
        Self {
            stages: small::stages(),
            checkpoints: MemoryCheckpoints::default(),
            journal: Arc::default(),
            spec: spec(prompt, Mode::All),
        }
    }

    async fn run(&self, model: &Arc<Model>, budget: Budget) -> Ended {
        let author = author(model, Arc::clone(&self.journal) as _, budget);
        run(&self.stages, &author, &self.spec, &self.checkpoints).await
    }

    fn model(&self) -> Model {
        Model::new(&self.stages)
    }

    async fn done(&self) -> Vec<String> {
        let records = self.checkpoints.records().await.unwrap().into_iter();
        let done = records.filter(|record| record.state == StageState::Done);
        done.map(|record| record.stage).collect()
    }
}

fn failure(ended: Ended) -> RunFailure {
    match ended {
        Ended::Failed(failure) => failure,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_run_writes_every_file_once_and_a_second_run_does_nothing() {
    let plan = Plan::new(PROMPT);
    let model = Arc::new(plan.model());
    assert_eq!(plan.run(&model, UNLIMITED).await, Ended::Completed);
    assert_eq!(model.answers(), small::CALLS);
    let made = files(&plan.checkpoints).await;
    let names: Vec<&str> = made.keys().map(String::as_str).collect();
    assert_eq!(
        names,
        [
            "1-tasks_raw.json",
            "2-tasks_raw.json",
            "3-tasks_raw.json",
            "4-tasks_raw.json",
            "costs.json",
            "plan.json",
            "plan.md",
            "risks.json",
            "screen.json",
            "staffing.json",
            "summary.json",
            "summary.md",
            "tasks.json",
            "tasks.md",
            "tasks_wanted.json",
            "team.json",
        ]
    );
    let tasks: serde_json::Value = serde_json::from_slice(&made["tasks.json"]).unwrap();
    let order: Vec<&str> = tasks
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["task"].as_str().unwrap())
        .collect();
    assert_eq!(order, ["dig", "build", "paint", "sell"]);
    assert_eq!(plan.run(&model, UNLIMITED).await, Ended::Completed);
    assert_eq!(model.answers(), small::CALLS);
}

#[tokio::test]
async fn a_model_answers_what_the_offline_author_drafts() {
    let offline = Plan::new(PROMPT);
    let ended = run(
        &offline.stages,
        &Author::Offline,
        &offline.spec,
        &offline.checkpoints,
    )
    .await;
    assert_eq!(ended, Ended::Completed);
    let plan = Plan::new(PROMPT);
    plan.run(&Arc::new(plan.model()), UNLIMITED).await;
    assert_eq!(
        files(&plan.checkpoints).await,
        files(&offline.checkpoints).await
    );
}

#[tokio::test]
async fn a_gate_that_closes_ends_the_run_before_any_other_call() {
    let plan = Plan::new("Something forbidden");
    let model = Arc::new(plan.model());
    let refused = failure(plan.run(&model, UNLIMITED).await);
    assert_eq!(
        (refused.reason, refused.recoverable),
        (FailureReason::Refused, false)
    );
    assert_eq!(refused.message, "It is Something forbidden.");
    assert_eq!(
        (model.asked(), plan.done().await),
        (vec!["screen".into()], vec!["screen".into()])
    );
    // Neither another try nor an edit opens it, and neither is paid for.
    assert_eq!(
        failure(plan.run(&model, UNLIMITED).await).reason,
        FailureReason::Refused
    );
    assert!(
        plan.checkpoints
            .edit("screen.json", Some(b"{\"verdict\": \"ALLOW\"}"))
    );
    assert_eq!(
        failure(plan.run(&model, UNLIMITED).await).reason,
        FailureReason::Refused
    );
    assert_eq!(model.answers(), 1);
}

#[tokio::test]
async fn a_stage_that_fails_lets_none_begin_and_keeps_those_under_way() {
    let plan = Plan::new(PROMPT);
    let bad = Arc::new(plan.model().with_whim("plan", Whim::Nonsense));
    let failed = failure(plan.run(&bad, UNLIMITED).await);
    assert_eq!(failed.reason, FailureReason::ModelFailed);
    assert_eq!(
        (failed.stage.as_deref(), failed.recoverable),
        (Some("plan"), true)
    );
    // The question, and one repair.
    assert_eq!(bad.asked(), ["screen", "plan", "plan"]);
    let records = plan.checkpoints.records().await.unwrap();
    let record = records
        .iter()
        .find(|record| record.stage == "plan")
        .unwrap();
    assert_eq!(record.state, StageState::Failed);
    assert!(
        record
            .error
            .as_deref()
            .is_some_and(|error| error.contains("schema")),
        "{record:?}"
    );
    let other = Plan {
        journal: Arc::default(),
        ..plan
    };
    let good = Arc::new(other.model());
    assert_eq!(other.run(&good, UNLIMITED).await, Ended::Completed);
    assert_eq!(good.answers(), small::CALLS - 1);
}

#[tokio::test]
async fn a_stall_and_a_refusal_are_told_apart_and_can_be_resumed() {
    for (whim, reason) in [
        (Whim::Stalls, FailureReason::Stalled),
        (Whim::Refuses, FailureReason::Refused),
    ] {
        let plan = Plan::new(PROMPT);
        let bad = Arc::new(plan.model().with_whim("risks", whim));
        let failed = failure(plan.run(&bad, UNLIMITED).await);
        assert_eq!(
            (failed.reason, failed.recoverable),
            (reason, true),
            "{failed:?}"
        );
        let done = plan.done().await.len() as u64;
        assert!(done >= 2);
        let resumed = Plan {
            journal: Arc::default(),
            ..plan
        };
        let good = Arc::new(resumed.model());
        assert_eq!(resumed.run(&good, UNLIMITED).await, Ended::Completed);
        assert!(!good.asked().contains(&"plan".to_owned()));
    }
}

#[tokio::test]
async fn a_budget_that_is_used_up_fails_the_run_and_a_larger_one_finishes_it() {
    let plan = Plan::new(PROMPT);
    let model = Arc::new(plan.model());
    let small_budget = Budget {
        max_calls: Some(3),
        ..UNLIMITED
    };
    let failed = failure(plan.run(&model, small_budget).await);
    assert_eq!(
        (failed.reason, failed.recoverable),
        (FailureReason::BudgetExhausted, true)
    );
    assert_eq!(model.answers(), 3);
    assert_eq!(plan.run(&model, UNLIMITED).await, Ended::Completed);
    assert_eq!((model.answers(), model.repeated()), (small::CALLS, 0));
}

/// Runs until something was asked for `calls` times, then requests a stop or a release.
async fn interrupted(
    plan: &Plan,
    model: &Arc<Model>,
    calls: usize,
    stop: &Stop,
    release: &Stop,
    request: &Stop,
) -> Ended {
    let author = author(model, Arc::clone(&plan.journal) as _, UNLIMITED);
    let clock = TestClock::default();
    let runner = Runner {
        stages: &plan.stages,
        author: &author,
        spec: &plan.spec,
        checkpoints: &plan.checkpoints,
        clock: &clock,
        calls: Slots::new(2),
        stop,
        release,
    };
    let asking = async {
        while model.asked().len() < calls {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        request.request();
        std::future::pending::<()>().await;
    };
    tokio::select! {
        ended = pipeline::run(&runner) => ended.unwrap(),
        () = asking => panic!("the run outlived itself"),
    }
}

#[tokio::test]
async fn after_a_stop_no_call_begins_and_those_under_way_are_kept() {
    for calls in [1, 3, 4, 6] {
        let plan = Plan::new(PROMPT);
        let model = Arc::new(plan.model().slow(Duration::from_millis(20)));
        let (stop, release) = (Stop::new(), Stop::new());
        let ended = interrupted(&plan, &model, calls, &stop, &release, &stop).await;
        assert_eq!(ended, Ended::Stopped);
        let asked = model.asked().len();
        assert!(asked <= calls + 2, "{asked}");
        assert_eq!(plan.journal.len(), asked);
        assert_eq!(plan.run(&model, UNLIMITED).await, Ended::Completed);
        assert_eq!((model.answers(), model.repeated()), (small::CALLS, 0));
    }
}

#[tokio::test]
async fn a_worker_that_must_end_releases_the_run() {
    let plan = Plan::new(PROMPT);
    let model = Arc::new(plan.model().slow(Duration::from_millis(20)));
    let (stop, release) = (Stop::new(), Stop::new());
    let ended = interrupted(&plan, &model, 3, &stop, &release, &release).await;
    assert_eq!(ended, Ended::Released);
    assert_eq!(plan.run(&model, UNLIMITED).await, Ended::Completed);
    assert_eq!(model.repeated(), 0);
}

#[tokio::test]
async fn no_more_calls_are_under_way_than_there_are_slots_and_the_longest_path_goes_first() {
    let plan = Plan::new(PROMPT);
    let model = Arc::new(plan.model().slow(Duration::from_millis(5)));
    let (never, stop) = (Stop::new(), Stop::new());
    let author = author(&model, Arc::clone(&plan.journal) as _, UNLIMITED);
    let runner = Runner {
        stages: &plan.stages,
        author: &author,
        spec: &plan.spec,
        checkpoints: &plan.checkpoints,
        clock: &TestClock::default(),
        calls: Slots::new(1),
        stop: &stop,
        release: &never,
    };
    assert_eq!(pipeline::run(&runner).await.unwrap(), Ended::Completed);
    assert_eq!(model.most_at_once(), 1);
    let asked = model.asked();
    let place = |stage: &str| asked.iter().position(|other| other == stage).unwrap();
    // Two stages follow both, one follows risks.
    assert!(
        place("risks") > place("tasks") && place("risks") > place("team"),
        "{asked:?}"
    );
}
