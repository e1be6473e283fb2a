//! The worker's part: plans are made and ranked, answers are kept for their own attempt, and what
//! can't be used any more is said.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use llm::{
    Completion, Finish, Journal, ModelSpec, ProviderKind, Request, RequestKey, TokenPrice, Usage,
};
use pipeline::journal::{RunJournal, of_stage};
use pipeline::service::{Driven, PipelineError, RunState};
use pipeline::{Checkpoints, Download, StageRecord, StageState, Stages, Viewer, work};
use queue::{Holder, Settings, Stop, Worker};
use store::PlanId;
use testkit::TestEntropy;

use super::world::{Board, World, on_both};
use crate::small;

fn completion(text: &str) -> Completion {
    Completion {
        text: text.to_owned(),
        usage: Usage::default(),
        cost_nano_usd: 7,
        model: "m".to_owned(),
        finish: Finish::Stop,
    }
}

fn journal(world: &World, id: PlanId, attempt: i64) -> RunJournal {
    let models = [ModelSpec::unlisted(
        ProviderKind::Vllm,
        "m",
        TokenPrice::FREE,
    )];
    RunJournal::new(
        world.store.clone(),
        Arc::new(world.clock.clone()),
        id,
        attempt,
        models.iter(),
    )
}

on_both! {
    async fn an_answer_is_found_by_its_own_plan_and_attempt_only(world) {
        let (one, other) = (world.waiting("Build a wooden bridge.").await, world.waiting("Build a narrow tunnel.").await);
        let key = RequestKey::new(ProviderKind::Vllm, "m", &Request::default());
        let first = journal(world, one, 1);
        let kept = of_stage("pitch", first.record(&key, &completion("one"))).await.unwrap();
        assert_eq!(kept.text, "one");
        let again = first.record(&key, &completion("two")).await.unwrap();
        assert_eq!(again.text, "one", "the first answer stays");
        assert_eq!(journal(world, one, 1).find(&key).await.unwrap().unwrap().text, "one");
        assert_eq!(journal(world, one, 2).find(&key).await.unwrap(), None, "a retry asks anew");
        assert_eq!(journal(world, other, 1).find(&key).await.unwrap(), None, "plans don't share");
        let call = world.store.find_call(&format!("{one}/1/{key}")).await.unwrap().unwrap();
        assert_eq!((call.plan_id, call.stage.as_deref()), (Some(one), Some("pitch")));
        assert_eq!((call.provider.as_str(), call.purpose.as_str()), ("vllm", "generate"));
        let status = world.pipeline.status(Viewer::SYSTEM, one).await.unwrap();
        assert_eq!(status.cost.spent_nano_usd, 7, "paid once, counted once");
    }

    async fn a_worker_makes_plans_and_hands_them_to_the_ranking(world) {
        let board = Arc::new(Board::default());
        let worker = Worker::new(
            world.store.clone(),
            Arc::new(world.clock.clone()),
            Arc::new(TestEntropy::seeded(3)),
            Settings { poll_min: Duration::from_millis(5), poll_max: Duration::from_millis(20), ..Settings::default() },
            Holder { token: "worker".to_owned(), is_dead: Arc::new(|_| false) },
            work::handlers(&world.pipeline, board.clone()),
            Vec::new(),
        );
        let pipeline = world.pipeline.clone().with_wake(worker.wake());
        let stop = Stop::new();
        let working = tokio::spawn({ let stop = stop.clone(); async move { worker.run(stop).await } });
        let good = world.waiting_for_the_model("Build a wooden bridge.").await;
        let refused = world.waiting("Build a forbidden bridge.").await;
        let minute = Duration::from_secs(30);
        let done = pipeline.wait(Viewer::SYSTEM, good, None, minute).await.unwrap();
        assert_eq!((done.state, done.progress.fraction.to_bits()), (RunState::Completed, 1.0f64.to_bits()));
        let failed = pipeline.wait(Viewer::SYSTEM, refused, None, minute).await.unwrap();
        assert_eq!(failed.state, RunState::Failed);
        let failure = failed.failure.unwrap();
        assert_eq!((failure.reason.as_str(), failure.recoverable), ("refused", false));
        while pipeline.status(Viewer::SYSTEM, good).await.unwrap().ranked_plan_id.is_none() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        stop.request();
        working.await.unwrap();
        let zip = pipeline.fetch(Viewer::SYSTEM, good, Download::Zip).await.unwrap();
        assert_eq!(*board.0.lock().unwrap(), [zip.bytes], "the plan, and not the refused one");
        assert_eq!(world.model.repeated(), 0);
    }

    async fn a_plan_is_ranked_once_and_again_when_it_was_regenerated(world) {
        let board = Board::default();
        let (id, _) = world.driven("Build a wooden bridge.").await;
        for _ in 0..2 {
            world.pipeline.rank(id, &board).await.unwrap().unwrap();
        }
        assert_eq!(board.0.lock().unwrap().len(), 1);
        let bytes = br#"{"size": 9}"#.to_vec();
        world.pipeline.edit(Viewer::SYSTEM, id, "team.json", bytes, None).await.unwrap();
        world.pipeline.regenerate(Viewer::SYSTEM, id).await.unwrap();
        world.drive(id).await;
        world.pipeline.rank(id, &board).await.unwrap().unwrap();
        assert_eq!(board.0.lock().unwrap().len(), 2);
    }

    async fn of_two_workers_the_later_has_the_run(world) {
        let id = world.waiting("Build a wooden bridge.").await;
        let old = world.store.begin_generation(id, world.clock.now()).await.unwrap().unwrap();
        assert_eq!(world.drive(id).await, Driven::Completed);
        let ended = world.store.end_generation(id, old.epoch, store::GenerationEnd::Stopped, world.clock.now()).await;
        assert!(!ended.unwrap());
        assert_eq!(world.drive(id).await, Driven::NothingToDo);
    }

    async fn stored_progress_is_what_was_written(world) {
        let id = world.waiting("Build a wooden bridge.").await;
        let run = world.store.begin_generation(id, world.clock.now()).await.unwrap().unwrap();
        let checkpoints = world.pipeline.checkpoints(&run);
        let now = world.clock.now();
        let bytes = b"# Plan".to_vec();
        let record = StageRecord {
            stage: "plan".to_owned(),
            inputs_hash: "aa".to_owned(),
            state: StageState::Done,
            calls_done: 1,
            calls_total: 1,
            started_at: Some(now),
            finished_at: Some(now),
            ..StageRecord::default()
        };
        checkpoints.begin("plan", 1, now).await.unwrap();
        checkpoints.finish(&record, &[("plan.md".to_owned(), bytes.clone())]).await.unwrap();
        assert_eq!(checkpoints.records().await.unwrap(), [record]);
        assert_eq!(checkpoints.read("plan.md").await.unwrap(), Some(bytes));
        assert_eq!(checkpoints.read("team.json").await.unwrap(), None);
        let files = checkpoints.files().await.unwrap();
        assert_eq!((files.len(), files[0].stage.as_str(), files[0].size), (1, "plan", 6));
    }

    async fn changed_stages_are_made_again_and_a_lost_file_is_named(world) {
        let id = world.waiting("Build a wooden bridge.").await;
        world.drive(id).await;
        // A version with another wording: what it changes is stale, and nothing is refused.
        let text = b"---\ntitle: Ping\nphase: planning\nmax_output_tokens: 500\noutputs: [ping.json]\nschema: {type: object}\n---\n\
                     # System\nx\n# User\nx\n# Offline\n{}\n";
        let other = Stages::of_files(BTreeMap::from([
            ("_system".to_owned(), b"Other rules.".to_vec()),
            ("team".to_owned(), text.to_vec()),
        ])).unwrap();
        let newer = world.pipeline_with(&other, |_| {});
        assert_eq!(newer.status(Viewer::SYSTEM, id).await.unwrap().stages.len(), 1);
        // Where the files of plans are gone, resuming says so instead of failing half-way.
        let lost = world.pipeline_with(&small::stages(), |settings| {
            settings.artifacts = pipeline::artifacts::Artifacts::in_memory();
        });
        let again = world.waiting("Build a narrow tunnel.").await;
        world.drive(again).await;
        let seen = world.store.generation(again).await.unwrap().unwrap();
        let reopened = store::Reopen::Regenerate;
        world.store.reopen_generation(again, seen.revision, reopened, None, world.clock.now()).await.unwrap();
        world.pipeline.stop(Viewer::SYSTEM, again).await.unwrap();
        let error = lost.resume(Viewer::SYSTEM, again, None).await.unwrap_err();
        assert!(matches!(&error, PipelineError::PipelineVersionMismatch { why } if why.contains(".json")), "{error}");
        world.pipeline.resume(Viewer::SYSTEM, again, None).await.unwrap();
    }
}
