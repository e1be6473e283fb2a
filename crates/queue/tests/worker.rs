//! What a worker promises, against real databases.

#[path = "worker/fixture.rs"]
mod fixture;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use chrono::TimeDelta;
use queue::{Done, Failure, Schedule, Settings, Stop};
use store::{JobPriority, JobState, NewJob};

use fixture::{act, on_both, quick};

on_both! {
    async fn jobs_are_run_with_their_payload_and_done(world) {
        let seen = Arc::new(std::sync::Mutex::new(Vec::new()));
        let log = Arc::clone(&seen);
        let handler = act(move |job, _stop| {
            log.lock().unwrap().push((job.payload["n"].as_u64().unwrap(), job.attempt, job.fence));
            Box::pin(async { Ok(Done::Finished) })
        });
        let running = world.start("w", quick(), handler, Vec::new());
        for n in 1..=3 {
            world.put(n).await;
        }
        running.wake.notify();
        for n in 1..=3 {
            world.until(n, JobState::Done).await;
        }
        running.stop().await;
        let mut seen = seen.lock().unwrap().clone();
        seen.sort_unstable();
        assert_eq!(seen, [(1, 1, 1), (2, 1, 1), (3, 1, 1)]);
    }

    async fn a_failing_job_backs_off_by_the_clock_and_ends_dead(world) {
        let handler = act(|_, _| Box::pin(async { Err(Failure::Retry { why: "no luck".into() }) }));
        let running = world.start("w", quick(), handler, Vec::new());
        world.put(1).await;
        world.until_row(1, |row| row.attempts == 1 && row.state == JobState::Waiting).await;
        let wait = world.row(1).await.run_at - world.clock.now();
        assert!((TimeDelta::milliseconds(2_500)..=TimeDelta::seconds(5)).contains(&wait), "{wait}");
        for attempts in 2..=3 {
            world.clock.advance(TimeDelta::minutes(20));
            running.wake.notify();
            world.until_row(1, move |row| row.attempts == attempts).await;
        }
        running.stop().await;
        let row = world.row(1).await;
        assert_eq!((row.state, row.last_error.as_deref()), (JobState::Dead, Some("no luck")));
    }

    async fn a_fatal_failure_is_dead_at_once(world) {
        let handler = act(|_, _| Box::pin(async { Err(Failure::Fatal { why: "never".into() }) }));
        let running = world.start("w", quick(), handler, Vec::new());
        world.put(1).await;
        world.until(1, JobState::Dead).await;
        running.stop().await;
        assert_eq!(world.row(1).await.attempts, 1);
    }

    async fn a_payload_that_is_not_json_is_dead_and_says_so(world) {
        let handler = act(|_, _| Box::pin(async { Ok(Done::Finished) }));
        world.store.enqueue(&NewJob { payload: "{".into(), ..world.job(1) }, world.clock.now()).await.unwrap();
        let running = world.start("w", quick(), handler, Vec::new());
        world.until(1, JobState::Dead).await;
        running.stop().await;
        assert!(world.row(1).await.last_error.unwrap().contains("not JSON"));
    }

    async fn a_panic_is_a_failure_with_its_message(world) {
        let handler = act(|_, _| Box::pin(async { panic!("boom {}", 7) }));
        let running = world.start("w", quick(), handler, Vec::new());
        world.put(1).await;
        world.until_row(1, |row| row.attempts == 1).await;
        running.stop().await;
        assert_eq!(world.row(1).await.last_error.as_deref(), Some("the handler panicked: boom 7"));
    }

    async fn a_job_that_asks_to_run_again_waits_for_its_time(world) {
        let again = world.clock.now() + TimeDelta::hours(1);
        let handler = act(move |_, _| Box::pin(async move { Ok(Done::Again { at: again }) }));
        let running = world.start("w", quick(), handler, Vec::new());
        world.put(1).await;
        world.until_row(1, move |row| row.run_at == again && row.state == JobState::Waiting).await;
        running.stop().await;
    }

    async fn heartbeats_go_on_while_the_handler_blocks_its_thread(world) {
        let handler = act(|_, _| Box::pin(async {
            std::thread::sleep(Duration::from_secs(2));
            Ok(Done::Finished)
        }));
        let settings = Settings { heartbeat: Duration::from_millis(50), ..quick() };
        let running = world.start("w", settings, handler, Vec::new());
        world.put(1).await;
        world.until(1, JobState::Running).await;
        let first = world.row(1).await.lease_until;
        world.clock.advance(TimeDelta::seconds(30));
        world.until_row(1, move |row| row.state == JobState::Running && row.lease_until > first).await;
        world.until(1, JobState::Done).await;
        running.stop().await;
    }

    async fn a_lost_lease_stops_the_handler_and_its_result_is_thrown_away(world) {
        let stopped = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&stopped);
        let handler = act(move |job, stop| {
            let count = Arc::clone(&count);
            Box::pin(async move {
                if job.fence == 1 {
                    stop.requested().await;
                    count.fetch_add(1, Ordering::SeqCst);
                    return Err(Failure::Fatal { why: "too late".into() });
                }
                Ok(Done::Finished)
            })
        });
        let settings = Settings { heartbeat: Duration::from_millis(50), ..quick() };
        let running = world.start("w", settings, handler, Vec::new());
        world.put(1).await;
        world.until(1, JobState::Running).await;
        // As another worker would that takes this one for dead.
        world.store.take_back_from("w", 50, world.clock.now()).await.unwrap();
        running.wake.notify();
        world.until(1, JobState::Done).await;
        running.stop().await;
        assert_eq!(stopped.load(Ordering::SeqCst), 1);
        assert_eq!(world.row(1).await.fence, 2);
    }

    async fn a_shutdown_asks_handlers_to_stop_and_counts_no_attempt(world) {
        let handler = act(|_, stop| Box::pin(async move {
            stop.requested().await;
            Err(Failure::Released)
        }));
        let running = world.start("w", quick(), handler, Vec::new());
        world.put(1).await;
        world.until(1, JobState::Running).await;
        running.stop().await;
        let row = world.row(1).await;
        assert_eq!((row.state, row.attempts, row.expiries), (JobState::Waiting, 0, 0));
    }

    async fn handlers_that_do_not_stop_are_given_up_after_the_drain_time(world) {
        let handler = act(|_, _| Box::pin(std::future::pending()));
        let settings = Settings { drain: Duration::from_millis(100), ..quick() };
        let running = world.start("w", settings, handler, Vec::new());
        world.put(1).await;
        world.until(1, JobState::Running).await;
        running.stop().await;
        let row = world.row(1).await;
        assert_eq!((row.state, row.attempts, row.expiries), (JobState::Waiting, 0, 0));
    }

    async fn nothing_is_claimed_after_the_stop(world) {
        let handler = act(|_, _| Box::pin(async { Ok(Done::Finished) }));
        world.put(1).await;
        let stop = Stop::new();
        stop.request();
        world.worker("w", quick(), handler, Vec::new()).run(stop).await;
        assert_eq!(world.row(1).await.state, JobState::Waiting);
    }

    async fn the_jobs_of_a_dead_process_are_taken_back_at_once(world) {
        world.put(1).await;
        world.claim("dead").await;
        world.put(2).await;
        world.claim("alive").await;
        let handler = act(|_, _| Box::pin(async { Ok(Done::Finished) }));
        let running = world.start("w", quick(), handler, Vec::new());
        world.until(1, JobState::Done).await;
        running.stop().await;
        let row = world.row(1).await;
        assert_eq!((row.attempts, row.expiries), (0, 1));
        assert_eq!(world.row(2).await.lease_token.as_deref(), Some("alive"));
    }

    async fn a_period_is_run_once_over_replicas_and_at_most_one_is_caught_up(world) {
        let runs = Arc::new(AtomicUsize::new(0));
        let schedule = Schedule { kind: "k", key: "hourly".into(), every: Duration::from_hours(1), priority: JobPriority::Low };
        let start = |name| {
            let runs = Arc::clone(&runs);
            let handler = act(move |_, _| {
                runs.fetch_add(1, Ordering::SeqCst);
                Box::pin(async { Ok(Done::Finished) })
            });
            world.start(name, quick(), handler, vec![schedule.clone()])
        };
        let replicas = [start("a"), start("b"), start("c")];
        for (passed, expected) in [(0, 1), (1, 2), (5, 3)] {
            world.clock.advance(TimeDelta::hours(passed));
            world.until_count(&runs, expected).await;
            tokio::time::sleep(Duration::from_millis(200)).await;
            assert_eq!(runs.load(Ordering::SeqCst), expected, "after {passed} hours more");
        }
        for replica in replicas {
            replica.stop().await;
        }
    }

    async fn urgent_work_does_not_starve_the_rest(world) {
        for n in 1..=60 {
            world.store.enqueue(&NewJob { priority: JobPriority::High, ..world.job(n) }, world.clock.now()).await.unwrap();
        }
        world.store.enqueue(&NewJob { priority: JobPriority::Low, ..world.job(100) }, world.clock.now()).await.unwrap();
        let order = Arc::new(std::sync::Mutex::new(Vec::new()));
        let log = Arc::clone(&order);
        let handler = act(move |job, _| {
            log.lock().unwrap().push(job.payload["n"].as_u64().unwrap());
            Box::pin(async { Ok(Done::Finished) })
        });
        let running = world.start("w", Settings { concurrency: 1, ..quick() }, handler, Vec::new());
        world.until(100, JobState::Done).await;
        running.stop().await;
        let place = order.lock().unwrap().iter().position(|n| *n == 100).unwrap();
        assert!(place < 16, "claimed after {place} urgent ones");
    }
}
