//! The table of `service::steer`, cell by cell, and what each way on keeps.

use std::time::Duration;

use chrono::TimeDelta;
use pipeline::service::{Driven, PipelineError, ResumeOptions, RunState};
use pipeline::{Pipeline, Viewer};
use queue::Stop;
use store::{GenerationEnd, PlanId};

use super::world::{World, on_both};
use crate::small;

const STATES: [&str; 7] = [
    "pending",
    "processing",
    "stalled",
    "completed",
    "failed",
    "refused",
    "stopped",
];

/// A run in one of [`STATES`].
async fn in_state(world: &World, state: &str, wish: &str) -> PlanId {
    let prompt = match state {
        "refused" => format!("Build a forbidden bridge: {wish}."),
        _ => format!("Build a wooden bridge: {state} {wish}."),
    };
    let id = world.waiting(&prompt).await;
    let store = &world.store;
    match state {
        "completed" | "refused" => drop(world.drive(id).await),
        "stopped" => drop(world.pipeline.stop(Viewer::SYSTEM, id).await.unwrap()),
        "processing" | "stalled" | "failed" => {
            world.claim(id).await;
            let epoch = store
                .begin_generation(id, world.clock.now())
                .await
                .unwrap()
                .unwrap()
                .epoch;
            if state == "failed" {
                let failure =
                    r#"{"reason":"model_failed","stage":null,"message":"m","recoverable":true}"#;
                let end = GenerationEnd::Failed { failure };
                store
                    .end_generation(id, epoch, end, world.clock.now())
                    .await
                    .unwrap();
            }
        }
        _ => {}
    }
    id
}

/// How a wish is answered: `ok`, or the name of the error.
async fn answer(pipeline: &Pipeline, id: PlanId, wish: &str) -> &'static str {
    let outcome = match wish {
        "stop" => pipeline.stop(Viewer::SYSTEM, id).await,
        "resume" => pipeline.resume(Viewer::SYSTEM, id, None).await,
        "retry" => pipeline.retry(Viewer::SYSTEM, id, None).await,
        _ => pipeline.regenerate(Viewer::SYSTEM, id).await,
    };
    match outcome {
        Ok(_) => "ok",
        Err(PipelineError::NotStoppable(_)) => "not stoppable",
        Err(PipelineError::NotResumable(_)) => "not resumable",
        Err(PipelineError::NotRetryable(_)) => "not retryable",
        Err(PipelineError::Conflict(_)) => "nothing is stale",
        Err(other) => panic!("{wish}: {other}"),
    }
}

on_both! {
    async fn each_wish_in_each_state(world) {
        let table = [
            ("stop", ["ok", "ok", "ok", "not stoppable", "not stoppable", "not stoppable", "not stoppable"]),
            ("resume", ["not resumable", "not resumable", "ok", "not resumable", "ok", "not resumable", "ok"]),
            ("retry", ["not retryable", "not retryable", "ok", "not retryable", "ok", "ok", "ok"]),
            ("regenerate", ["not resumable", "not resumable", "not resumable", "nothing is stale",
                "not resumable", "not resumable", "not resumable"]),
        ];
        let mut stalled = Vec::new();
        for (wish, row) in table {
            for (state, expected) in STATES.iter().zip(row) {
                let id = in_state(world, state, wish).await;
                if *state == "stalled" {
                    stalled.push((id, wish, expected));
                    continue;
                }
                let said = world.pipeline.status(Viewer::SYSTEM, id).await.unwrap().state;
                let shown = if *state == "refused" { "failed" } else { state };
                assert_eq!(said.as_str(), shown);
                assert_eq!(answer(&world.pipeline, id, wish).await, expected, "{wish} when {state}");
            }
        }
        world.clock.advance(TimeDelta::minutes(11));
        for (id, wish, expected) in stalled {
            let status = world.pipeline.status(Viewer::SYSTEM, id).await.unwrap();
            assert_eq!(status.state, RunState::Stalled);
            assert!(status.failure.is_some_and(|failure| failure.recoverable));
            assert_eq!(answer(&world.pipeline, id, wish).await, expected, "{wish} when stalled");
        }
    }

    async fn a_run_that_a_worker_has_is_not_resumed_here(world) {
        let id = in_state(world, "processing", "here").await;
        let default = ResumeOptions::default();
        let dearer = ResumeOptions { max_cost_nano_usd: Some(5), ..default };
        for options in [default, dearer] {
            let refused = world.pipeline.resume_here(Viewer::SYSTEM, id, options).await;
            let why = refused.map_err(|error| error.to_string()).unwrap_err();
            assert!(why.contains("a worker of the service makes it"), "{why}");
        }
        world.clock.advance(TimeDelta::minutes(11));
        let gone = world.pipeline.resume_here(Viewer::SYSTEM, id, dearer).await;
        assert!(gone.is_ok(), "its worker shows no life: {gone:?}");
    }

    async fn a_refusal_says_what_to_do_instead(world) {
        for state in STATES {
            let id = in_state(world, state, "words").await;
            for outcome in [
                world.pipeline.resume(Viewer::SYSTEM, id, None).await,
                world.pipeline.retry(Viewer::SYSTEM, id, None).await,
            ] {
                if let Err(PipelineError::NotResumable(wrong) | PipelineError::NotRetryable(wrong)) = outcome {
                    assert!(!wrong.why.is_empty() && !wrong.next.is_empty(), "{state}: {wrong:?}");
                }
            }
        }
    }

    async fn a_run_under_way_stops_soon_and_resumes_without_paying_twice(world) {
        let id = world.waiting_for_the_model("Build a wooden bridge.").await;
        let stages = small::stages();
        world.claim(id).await;
        let slow = world.pipeline_with(&stages, |settings| settings.concurrency = 1);
        let driving = {
            let pipeline = slow.clone();
            tokio::spawn(async move { pipeline.drive(id, &Stop::new()).await.unwrap() })
        };
        while world.model.answers() == 0 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        // It may have ended by itself before the wish arrived: then there is nothing to stop.
        let asked = world.pipeline.stop(Viewer::SYSTEM, id).await;
        let driven = tokio::time::timeout(Duration::from_secs(5), driving).await.unwrap().unwrap();
        if asked.is_ok() && driven == Driven::Stopped {
            let status = world.pipeline.status(Viewer::SYSTEM, id).await.unwrap();
            assert_eq!((status.state, status.stop_requested), (RunState::Stopped, false));
            world.pipeline.resume(Viewer::SYSTEM, id, None).await.unwrap();
            assert_eq!(world.drive(id).await, Driven::Completed);
        } else {
            assert_eq!(driven, Driven::Completed);
        }
        assert_eq!((world.model.answers(), world.model.repeated()), (small::CALLS, 0));
    }

    async fn another_profile_may_finish_what_one_began(world) {
        let (id, driven) = world.driven("Build a wooden bridge.").await;
        assert_eq!(driven, Driven::Completed);
        let before = world.files(id).await;
        let other = in_state(world, "failed", "profile").await;
        let resumed = world.pipeline.resume(Viewer::SYSTEM, other, Some("test")).await.unwrap();
        assert_eq!((resumed.profile.as_str(), resumed.resume_count), ("test", 1));
        assert_eq!(world.drive(other).await, Driven::Completed);
        assert_eq!(world.model.answers(), small::CALLS);
        assert_eq!(world.files(id).await, before, "runs don't touch each other");
        let unknown = world.pipeline.retry(Viewer::SYSTEM, other, Some("none")).await;
        assert!(matches!(unknown, Err(PipelineError::NotRetryable(_))));
    }

    async fn a_retry_begins_from_nothing_and_pays_anew(world) {
        let id = world.waiting_for_the_model("Build a wooden bridge.").await;
        let release = Stop::new();
        release.request();
        assert_eq!(world.pipeline.drive(id, &release).await.unwrap(), Driven::Released);
        assert_eq!(world.drive(id).await, Driven::Completed);
        let spent = world.pipeline.status(Viewer::SYSTEM, id).await.unwrap().cost.spent_nano_usd;
        assert!(spent > 0);
        // A completed run isn't retried; one that its owner stopped is.
        let again = in_state(world, "stopped", "retry").await;
        let status = world.pipeline.retry(Viewer::SYSTEM, again, Some("test")).await.unwrap();
        assert_eq!((status.attempt, status.state, status.files_count), (2, RunState::Pending, 0));
        assert_eq!(world.drive(again).await, Driven::Completed);
    }

    async fn a_cap_ends_a_run_and_a_higher_one_lets_it_go_on(world) {
        let id = world.waiting_for_the_model("Build a wooden bridge.").await;
        let stages = small::stages();
        // A call may cost up to 0.5 million nano-USD here, and costs some 2,000.
        let poor = world.pipeline_with(&stages, |settings| settings.max_cost_nano_usd = Some(1_200_000));
        let driven = poor.drive(id, &Stop::new()).await.unwrap();
        let status = poor.status(Viewer::SYSTEM, id).await.unwrap();
        let Driven::Failed(failure) = driven else { panic!("{driven:?}, {:?}", status.cost) };
        assert_eq!(failure.reason.as_str(), "budget_exhausted");
        assert!(failure.recoverable && status.cost.spent_nano_usd <= 1_200_000);
        world.pipeline.resume_with(Viewer::SYSTEM, id, ResumeOptions::default()).await.unwrap();
        assert_eq!(world.drive(id).await, Driven::Completed);
        assert_eq!(world.model.repeated(), 0);
    }

    async fn the_days_cap_counts_all_runs_and_is_named(world) {
        let stages = small::stages();
        let first = world.waiting_for_the_model("Build a wooden bridge.").await;
        assert_eq!(world.drive(first).await, Driven::Completed);
        let spent = world.pipeline.status(Viewer::SYSTEM, first).await.unwrap().cost.spent_nano_usd;
        let capped = world.pipeline_with(&stages, |settings| {
            settings.max_cost_per_day_nano_usd = Some(spent + 1);
        });
        let second = world.waiting_for_the_model("Build a narrow tunnel.").await;
        let driven = capped.drive(second, &Stop::new()).await.unwrap();
        let Driven::Failed(failure) = driven else { panic!("{driven:?}") };
        assert!(failure.message.contains("today"), "{}", failure.message);
        world.clock.advance(TimeDelta::days(1));
        capped.resume_with(Viewer::SYSTEM, second, ResumeOptions::default()).await.unwrap();
        let driven = capped.drive(second, &Stop::new()).await.unwrap();
        assert!(matches!(driven, Driven::Failed(_)), "the cap is still less than a call may cost");
    }
}
