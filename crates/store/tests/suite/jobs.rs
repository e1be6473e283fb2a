//! The queue: what claiming, settling and operating promise.

use chrono::TimeDelta;
use store::{
    AccountId, ClaimedJob, Enqueued, JobFailed, JobFilter, JobId, JobPriority, JobRow, JobState,
    LeaseTerms, NewJob, StoreError, TakenBack,
};

use crate::fixture::{World, at, bytes, on_both};

pub(crate) const LEASE: i64 = 60;

pub(crate) fn terms<'a>(token: &'a str, kinds: &'a [&'a str]) -> LeaseTerms<'a> {
    LeaseTerms {
        token,
        lease: TimeDelta::seconds(LEASE),
        kinds,
        first: None,
    }
}

pub(crate) fn job(n: usize, kind: &str) -> NewJob {
    NewJob {
        job_id: JobId::new(at(0), bytes(n)),
        kind: kind.to_owned(),
        key: None,
        account_id: AccountId::SYSTEM,
        priority: JobPriority::Normal,
        payload: format!("{{\"n\":{n}}}"),
        run_at: at(0),
        max_attempts: 3,
    }
}

pub(crate) fn keyed(n: usize, key: &str) -> NewJob {
    NewJob {
        key: Some(key.to_owned()),
        ..job(n, "k")
    }
}

impl World {
    async fn put(&self, job: NewJob, now: i64) -> Enqueued {
        self.store.enqueue(&job, at(now)).await.unwrap()
    }

    async fn take(&self, token: &str, now: i64) -> Option<ClaimedJob> {
        self.store
            .claim_job(terms(token, &["k"]), at(now))
            .await
            .unwrap()
    }

    async fn row(&self, n: usize) -> JobRow {
        self.store.job(job(n, "k").job_id).await.unwrap().unwrap()
    }

    async fn kill(&self, n: usize) {
        self.put(
            NewJob {
                max_attempts: 1,
                ..job(n, "k")
            },
            0,
        )
        .await;
        let lease = self.take("w", 0).await.unwrap().lease;
        self.store.bury_job(lease, "broken", at(1)).await.unwrap();
    }
}

on_both! {
    async fn a_job_goes_from_waiting_over_running_to_done(world) {
        assert!(world.put(job(1, "k"), 0).await.created);
        assert_eq!(world.row(1).await.state, JobState::Waiting);
        let claimed = world.take("w", 5).await.unwrap();
        assert_eq!((claimed.payload.as_str(), claimed.attempts, claimed.lease.fence), ("{\"n\":1}", 0, 1));
        let row = world.row(1).await;
        assert_eq!((row.state, row.lease_token.as_deref()), (JobState::Running, Some("w")));
        assert_eq!(row.lease_until, Some(at(5 + LEASE)));
        assert!(world.take("other", 5).await.is_none(), "claimed twice");
        assert!(world.store.complete_job(claimed.lease, at(9)).await.unwrap());
        let row = world.row(1).await;
        assert_eq!((row.state, row.finished_at, row.lease_token), (JobState::Done, Some(at(9)), None));
    }

    async fn only_kinds_that_the_claimer_can_run_are_claimed(world) {
        world.put(job(1, "other"), 0).await;
        assert!(world.take("w", 0).await.is_none());
        assert!(world.store.claim_job(terms("w", &[]), at(0)).await.unwrap().is_none());
    }

    async fn a_job_is_not_claimed_before_its_time(world) {
        world.put(NewJob { run_at: at(10), ..job(1, "k") }, 0).await;
        assert!(world.take("w", 9).await.is_none());
        assert!(world.take("w", 10).await.is_some());
    }

    async fn a_stale_fence_changes_nothing_and_says_so(world) {
        world.put(job(1, "k"), 0).await;
        let stale = world.take("slow", 0).await.unwrap().lease;
        world.store.take_back_expired(50, at(LEASE)).await.unwrap();
        let valid = world.take("quick", LEASE).await.unwrap().lease;
        let before = world.row(1).await;
        let store = &world.store;
        assert!(!store.renew_job(stale, at(999)).await.unwrap());
        assert!(!store.complete_job(stale, at(70)).await.unwrap());
        assert!(!store.bury_job(stale, "x", at(70)).await.unwrap());
        assert!(!store.release_job(stale, at(70)).await.unwrap());
        assert!(!store.repeat_job(stale, at(70), at(70)).await.unwrap());
        assert_eq!(store.fail_job(stale, "x", at(70), at(70)).await.unwrap(), JobFailed::LeaseLost);
        assert_eq!(world.row(1).await, before);
        assert!(store.complete_job(valid, at(71)).await.unwrap());
        assert!(!store.complete_job(valid, at(72)).await.unwrap(), "completed twice");
    }

    async fn a_heartbeat_keeps_the_lease(world) {
        world.put(job(1, "k"), 0).await;
        let lease = world.take("w", 0).await.unwrap().lease;
        assert!(world.store.renew_job(lease, at(100)).await.unwrap());
        assert_eq!(world.store.take_back_expired(50, at(99)).await.unwrap(), TakenBack::default());
        assert_eq!(world.store.take_back_expired(50, at(100)).await.unwrap().waiting, 1);
    }

    async fn failures_are_retried_and_end_in_a_dead_letter_with_the_last_error(world) {
        world.put(job(1, "k"), 0).await;
        for attempt in 1..=3_u16 {
            let now = i64::from(attempt) * 10;
            let claimed = world.take("w", now).await.unwrap();
            assert_eq!(claimed.attempts, attempt - 1);
            let failed = world.store.fail_job(claimed.lease, &format!("error {attempt}\n\u{1b}"), at(now + 5), at(now)).await.unwrap();
            let expected = if attempt < 3 { JobFailed::Retried } else { JobFailed::Dead };
            assert_eq!(failed, expected, "attempt {attempt}");
            assert!(world.take("w", now + 4).await.is_none(), "before its time");
        }
        let row = world.row(1).await;
        assert_eq!((row.state, row.attempts, row.last_error.as_deref()), (JobState::Dead, 3, Some("error 3  ")));
    }

    async fn a_released_job_is_as_it_was_and_first_in_line(world) {
        world.put(job(1, "k"), 0).await;
        world.put(job(2, "k"), 0).await;
        let before = world.row(1).await;
        let lease = world.take("w", 0).await.unwrap().lease;
        assert!(world.store.release_job(lease, at(1)).await.unwrap());
        let row = world.row(1).await;
        assert_eq!((row.attempts, row.expiries, row.turn, row.gate), (0, 0, before.turn, before.gate));
        assert_eq!(world.take("w", 1).await.unwrap().lease.job_id, before.job_id);
    }

    async fn a_repeated_job_waits_with_all_of_its_attempts(world) {
        world.put(job(1, "k"), 0).await;
        let lease = world.take("w", 0).await.unwrap().lease;
        world.store.fail_job(lease, "x", at(1), at(0)).await.unwrap();
        let lease = world.take("w", 1).await.unwrap().lease;
        assert!(world.store.repeat_job(lease, at(30), at(2)).await.unwrap());
        assert!(world.take("w", 29).await.is_none());
        assert_eq!(world.take("w", 30).await.unwrap().attempts, 0);
    }

    async fn workers_that_die_have_a_limit_of_their_own(world) {
        world.put(NewJob { max_attempts: 1, ..job(1, "k") }, 0).await;
        for death in 0..=50 {
            world.take("doomed", 0).await.unwrap();
            let taken = world.store.take_back_from("doomed", 50, at(0)).await.unwrap();
            let expected = if death < 50 { (1, 0) } else { (0, 1) };
            assert_eq!((taken.waiting, taken.dead), expected, "death {death}");
        }
        let row = world.row(1).await;
        assert_eq!((row.state, row.attempts, row.expiries), (JobState::Dead, 0, 51));
    }

    async fn only_the_jobs_of_the_dead_holder_are_taken_back(world) {
        world.put(job(1, "k"), 0).await;
        world.put(job(2, "k"), 0).await;
        world.take("dead", 0).await.unwrap();
        let alive = world.take("alive", 0).await.unwrap().lease;
        assert_eq!(world.store.job_holders().await.unwrap(), ["alive", "dead"]);
        assert_eq!(world.store.take_back_from("dead", 50, at(1)).await.unwrap().waiting, 1);
        assert_eq!(world.store.job_holders().await.unwrap(), ["alive"]);
        assert!(world.store.complete_job(alive, at(1)).await.unwrap());
    }

    async fn one_job_waits_per_key_and_takes_the_earlier_time_and_the_higher_priority(world) {
        let first = world.put(NewJob { run_at: at(100), priority: JobPriority::Low, ..keyed(1, "a") }, 0).await;
        let again = world.put(NewJob { run_at: at(50), ..keyed(2, "a") }, 0).await;
        assert_eq!(again, Enqueued { job_id: first.job_id, created: false });
        let row = world.row(1).await;
        assert_eq!((row.run_at, row.priority), (at(50), JobPriority::Normal));
        world.put(NewJob { run_at: at(70), priority: JobPriority::Low, ..keyed(3, "a") }, 0).await;
        assert_eq!(world.row(1).await, row, "made worse");
        assert!(world.put(keyed(4, "b"), 0).await.created, "another key");
        assert!(world.put(NewJob { kind: "l".into(), ..keyed(5, "a") }, 0).await.created, "another kind");
        world.put(keyed(6, "a"), 0).await;
        assert!(world.take("w", 0).await.is_some() && world.take("w", 0).await.is_some(), "due at once");
    }

    async fn two_of_one_key_never_run_together(world) {
        world.put(keyed(1, "a"), 0).await;
        let running = world.take("w", 0).await.unwrap().lease;
        assert!(world.put(keyed(2, "a"), 1).await.created, "a running one does not block a new one");
        assert!(world.take("w", 1).await.is_none(), "while its key runs");
        assert!(world.store.complete_job(running, at(2)).await.unwrap());
        assert_eq!(world.take("w", 2).await.unwrap().lease.job_id, keyed(2, "a").job_id);
    }

    async fn a_failed_job_hands_over_to_the_one_that_waits_under_its_key(world) {
        world.put(keyed(1, "a"), 0).await;
        let lease = world.take("w", 0).await.unwrap().lease;
        world.put(NewJob { run_at: at(100), ..keyed(2, "a") }, 1).await;
        assert_eq!(world.store.fail_job(lease, "x", at(20), at(2)).await.unwrap(), JobFailed::Retried);
        assert_eq!(world.row(1).await.state, JobState::Done);
        let heir = world.row(2).await;
        assert_eq!((heir.attempts, heir.run_at, heir.last_error.as_deref()), (1, at(20), Some("x")));
        assert_eq!(world.take("w", 20).await.unwrap().lease.job_id, heir.job_id);
    }

    async fn operators_see_retry_and_discard_dead_jobs(world) {
        for n in 1..=3 {
            world.kill(n).await;
        }
        let filter = JobFilter { state: Some(JobState::Dead), limit: 2, ..JobFilter::default() };
        let page = world.store.jobs(&filter).await.unwrap();
        let ids = |page: &store::JobPage| page.jobs.iter().map(|job| job.job_id).collect::<Vec<_>>();
        assert_eq!(ids(&page), [job(3, "k").job_id, job(2, "k").job_id]);
        let rest = JobFilter { cursor: page.next, ..filter };
        let rest = world.store.jobs(&rest).await.unwrap();
        assert_eq!((ids(&rest), rest.next), (vec![job(1, "k").job_id], None));

        assert!(world.store.retry_dead(job(1, "k").job_id, at(9)).await.unwrap());
        assert!(!world.store.retry_dead(job(1, "k").job_id, at(9)).await.unwrap(), "no longer dead");
        let retried = world.take("w", 9).await.unwrap();
        assert_eq!((retried.lease.job_id, retried.attempts), (job(1, "k").job_id, 0));

        assert!(world.store.discard_dead(job(2, "k").job_id, "ada\n", at(9)).await.unwrap());
        let row = world.row(2).await;
        assert_eq!((row.state, row.discarded_by.as_deref()), (JobState::Discarded, Some("ada ")));
        assert_eq!(row.last_error.as_deref(), Some("broken"), "what happened stays on record");
    }

    async fn a_dead_job_is_not_retried_beside_a_waiting_one_of_its_key(world) {
        world.put(keyed(1, "a"), 0).await;
        let lease = world.take("w", 0).await.unwrap().lease;
        world.store.bury_job(lease, "x", at(0)).await.unwrap();
        world.put(keyed(2, "a"), 0).await;
        let refused = world.store.retry_dead(keyed(1, "a").job_id, at(1)).await;
        assert!(matches!(refused, Err(StoreError::Conflict { .. })), "{refused:?}");
    }

    async fn nothing_of_a_paused_kind_is_claimed_until_it_is_resumed(world) {
        world.put(job(1, "k"), 0).await;
        world.put(job(2, "other"), 0).await;
        world.store.pause_jobs("k", "the model is down", at(1)).await.unwrap();
        world.put(job(3, "k"), 2).await;
        assert!(world.take("w", 3).await.is_none());
        let other = world.store.claim_job(terms("w", &["k", "other"]), at(3)).await.unwrap().unwrap();
        assert_eq!(other.kind, "other");
        let paused = world.store.paused_kinds().await.unwrap();
        assert_eq!((paused.len(), paused[0].reason.as_str()), (1, "the model is down"));
        assert!(world.store.resume_jobs("k", at(4)).await.unwrap());
        assert!(!world.store.resume_jobs("k", at(4)).await.unwrap());
        assert!(world.take("w", 4).await.is_some() && world.take("w", 4).await.is_some());
    }

    async fn each_period_is_enqueued_once_and_never_backwards(world) {
        let sweep = |n| NewJob { key: Some("nightly".into()), ..job(n, "k") };
        let mut tries = tokio::task::JoinSet::new();
        for n in 0..8 {
            let (store, job) = (world.store.clone(), sweep(n));
            tries.spawn(async move { store.enqueue_period(&job, at(0), at(1)).await.unwrap() });
        }
        assert_eq!(tries.join_all().await.into_iter().flatten().count(), 1);
        assert!(world.store.enqueue_period(&sweep(9), at(-60), at(1)).await.unwrap().is_none());
        assert!(world.store.enqueue_period(&sweep(9), at(60), at(61)).await.unwrap().is_some());
        assert_eq!(world.store.last_period("k", "nightly").await.unwrap(), Some(at(60)));
    }

    async fn old_jobs_are_forgotten_in_batches_but_dead_ones_stay(world) {
        world.kill(1).await;
        for n in 2..=6 {
            world.put(job(n, "k"), 0).await;
            let lease = world.take("w", 0).await.unwrap().lease;
            world.store.complete_job(lease, at(i64::try_from(n).unwrap())).await.unwrap();
        }
        assert_eq!(world.store.prune_jobs(at(6), 3).await.unwrap(), 3);
        assert_eq!(world.store.prune_jobs(at(6), 3).await.unwrap(), 1);
        assert_eq!(world.store.prune_jobs(at(6), 3).await.unwrap(), 0);
        assert_eq!(world.row(6).await.state, JobState::Done);
        assert_eq!(world.row(1).await.state, JobState::Dead);
        let counts = world.store.count_jobs().await.unwrap();
        assert_eq!((counts.len(), counts[0].state, counts[0].count), (1, JobState::Dead, 1));
    }

    async fn bad_jobs_are_refused(world) {
        let cases = [
            NewJob { kind: String::new(), ..job(1, "k") },
            NewJob { kind: "x".repeat(65), ..job(1, "k") },
            NewJob { key: Some("x".repeat(201)), ..job(1, "k") },
            NewJob { max_attempts: 0, ..job(1, "k") },
            NewJob { account_id: AccountId::new(at(9), bytes(9)), ..job(1, "k") },
        ];
        for case in cases {
            let refused = world.store.enqueue(&case, at(0)).await;
            assert!(matches!(refused, Err(StoreError::Invalid { .. })), "{case:?}: {refused:?}");
        }
    }

    async fn of_many_claimers_and_enqueuers_each_job_goes_to_one(world) {
        let mut tasks = tokio::task::JoinSet::new();
        for worker in 0..6_usize {
            let store = world.store.clone();
            tasks.spawn(async move {
                let mut claimed = Vec::new();
                for n in 0..25 {
                    let new = NewJob { key: Some(format!("{}", n % 3)), ..job(worker * 100 + n, "k") };
                    let new = if n % 2 == 0 { NewJob { key: None, ..new } } else { new };
                    store.enqueue(&new, at(0)).await.unwrap();
                    if let Some(job) = store.claim_job(terms("w", &["k"]), at(0)).await.unwrap() {
                        claimed.push(job.lease.job_id);
                        assert!(store.complete_job(job.lease, at(0)).await.unwrap());
                    }
                }
                claimed
            });
        }
        let mut claimed: Vec<JobId> = tasks.join_all().await.into_iter().flatten().collect();
        while let Some(job) = world.take("w", 0).await {
            claimed.push(job.lease.job_id);
            assert!(world.store.complete_job(job.lease, at(0)).await.unwrap());
        }
        let all = claimed.len();
        claimed.sort_unstable();
        claimed.dedup();
        assert_eq!(claimed.len(), all, "a job was claimed twice");
        assert!(all >= 6 * 13, "jobs without a key were lost: {all}");
        assert!(world.store.count_jobs().await.unwrap().is_empty());
    }
}
