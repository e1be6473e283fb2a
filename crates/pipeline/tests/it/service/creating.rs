//! Creating: what is wrong is said, and the same wish twice is one run.

use std::collections::BTreeSet;

use chrono::{NaiveDate, TimeDelta};
use pipeline::service::{MAX_PROMPT_BYTES, NewRun, PipelineError, RunState};
use pipeline::{Mode, Viewer};
use store::{AccountId, Visibility};

use super::world::on_both;

on_both! {
    async fn fifty_who_ask_for_the_same_at_once_share_one_run(world) {
        let owner = world.account(1).await;
        let asks: Vec<_> = (0..50).map(|_| {
            let pipeline = world.pipeline.clone();
            tokio::spawn(async move { pipeline.create(owner, NewRun::of("Build a wooden bridge.")).await })
        }).collect();
        let mut ids = BTreeSet::new();
        let mut new = 0;
        for ask in asks {
            let created = ask.await.unwrap().unwrap();
            ids.insert(created.plan_id);
            new += u32::from(!created.deduplicated);
        }
        assert_eq!((ids.len(), new), (1, 1));
        let page = world.pipeline.list(Viewer::of(owner), 50, None).await.unwrap();
        assert_eq!(page.runs.len(), 1);
    }

    async fn what_makes_wishes_different(world) {
        let (one, other) = (world.account(1).await, world.account(2).await);
        let wish = || NewRun::of("Build a wooden bridge.");
        let first = world.pipeline.create(one, wish()).await.unwrap();
        let same = [
            NewRun { prompt: "  Build a wooden bridge.\n".to_owned(), ..wish() },
            NewRun { profile: Some("offline".to_owned()), ..wish() },
        ];
        for wish in same {
            let created = world.pipeline.create(one, wish.clone()).await.unwrap();
            assert_eq!((created.plan_id, created.deduplicated), (first.plan_id, true), "{wish:?}");
        }
        let different = [
            NewRun { prompt: "Build a narrow tunnel.".to_owned(), ..wish() },
            NewRun { mode: Mode::Fast, ..wish() },
            NewRun { profile: Some("test".to_owned()), ..wish() },
            NewRun { start_date: NaiveDate::from_ymd_opt(2027, 1, 4), ..wish() },
            NewRun { title: Some("A bridge".to_owned()), ..wish() },
            NewRun { max_cost_nano_usd: Some(5), ..wish() },
            // Or a private wish would be answered with a public run.
            NewRun { visibility: Visibility::Private, ..wish() },
        ];
        for wish in different {
            let created = world.pipeline.create(one, wish.clone()).await.unwrap();
            assert!(!created.deduplicated, "{wish:?}");
        }
        assert!(!world.pipeline.create(other, wish()).await.unwrap().deduplicated);
        world.clock.advance(TimeDelta::seconds(600));
        assert!(!world.pipeline.create(one, wish()).await.unwrap().deduplicated);
    }

    async fn a_bad_wish_is_refused_in_words_and_leaves_nothing(world) {
        let owner = world.account(1).await;
        let wish = || NewRun::of("Build a wooden bridge.");
        let bad = [
            ("prompt", NewRun::of(" \n ")),
            ("profile", NewRun { profile: Some("none".to_owned()), ..wish() }),
            ("title", NewRun { title: Some(" ".to_owned()), ..wish() }),
            ("title", NewRun { title: Some("a\u{1b}b".to_owned()), ..wish() }),
            ("title", NewRun { title: Some("x".repeat(201)), ..wish() }),
            ("visibility", NewRun { visibility: Visibility::System, ..wish() }),
            ("max_cost_nano_usd", NewRun { max_cost_nano_usd: Some(0), ..wish() }),
            ("start_date", NewRun { start_date: NaiveDate::from_ymd_opt(1999, 12, 31), ..wish() }),
        ];
        for (expected, wish) in bad {
            match world.pipeline.create(owner, wish.clone()).await.unwrap_err() {
                PipelineError::InvalidArgument { field, example, .. } => {
                    assert_eq!(field, expected, "{wish:?}");
                    assert!(!example.is_empty(), "{field} has no example");
                }
                other => panic!("{wish:?}: {other}"),
            }
        }
        let long = NewRun::of("x".repeat(MAX_PROMPT_BYTES + 1));
        let error = world.pipeline.create(owner, long).await.unwrap_err();
        assert!(matches!(error, PipelineError::TooLarge { .. }), "{error}");
        assert_eq!(world.pipeline.list(Viewer::of(owner), 50, None).await.unwrap().runs, []);
    }

    async fn a_list_is_read_page_by_page_newest_first(world) {
        let owner = world.account(1).await;
        let mut made = Vec::new();
        for n in 0..5 {
            world.clock.advance(TimeDelta::seconds(1));
            let wish = NewRun::of(format!("Build a wooden bridge, number {n}."));
            made.push(world.pipeline.create(owner, wish).await.unwrap().plan_id);
        }
        made.reverse();
        let (mut seen, mut cursor) = (Vec::new(), None);
        loop {
            let page = world.pipeline.list(Viewer::of(owner), 2, cursor.as_deref()).await.unwrap();
            seen.extend(page.runs.iter().map(|run| run.plan_id));
            cursor = page.next_cursor;
            if cursor.is_none() { break }
        }
        assert_eq!(seen, made);
        let error = world.pipeline.list(Viewer::of(owner), 2, Some("page 2")).await.unwrap_err();
        assert!(matches!(error, PipelineError::InvalidArgument { field: "cursor", .. }), "{error}");
        let nobody = world.pipeline.list(Viewer::ANYBODY, 2, None).await.unwrap();
        assert_eq!(nobody.runs, []);
    }

    async fn a_run_that_waits_says_what_it_will_take(world) {
        let id = world.waiting_for_the_model("Build a wooden bridge.").await;
        let status = world.pipeline.status(Viewer::SYSTEM, id).await.unwrap();
        assert_eq!((status.state, status.attempt, status.offline), (RunState::Pending, 1, false));
        assert_eq!(status.stages.len(), 8);
        assert!(status.cost.estimated_nano_usd > 0 && status.progress.calls_expected >= 8);
        assert_eq!(status.progress.fraction.to_bits(), 0.0f64.to_bits());
        assert!(status.eta_secs.is_some_and(|secs| secs > 0));
        let screen = status.stages.iter().position(|s| s.id == "screen").unwrap();
        let plan = &status.stages[screen + 1..].iter().find(|s| s.id == "plan").unwrap();
        assert_eq!(plan.needs, ["screen"], "gates come first");
        assert_eq!(world.pipeline.create(AccountId::SYSTEM, NewRun::of("Build a small boat.")).await.unwrap().estimate.calls, 0);
    }
}
