//! The queue against a small model of it, over random interleavings of what many workers, some of
//! them dying or coming too late, can do.

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use store::{JobFailed, JobLease, JobState, NewJob};

use crate::fixture::{World, at, on_both};
use crate::jobs::{LEASE, job, terms};

const MAX_ATTEMPTS: u16 = 2;
const MAX_EXPIRIES: u16 = 2;

#[derive(Debug, Clone)]
enum Op {
    Enqueue {
        key: Option<u8>,
        delay: i64,
    },
    Claim,
    Advance {
        secs: i64,
    },
    /// The workers whose leases have ended are taken for dead.
    TakeBack,
    /// Somebody who holds, or once held, a lease does something with it.
    Act {
        lease: prop::sample::Index,
        act: Act,
    },
}

#[derive(Debug, Clone, Copy)]
enum Act {
    Renew,
    Complete,
    Fail { delay: i64 },
    Bury,
    Release,
    Repeat { delay: i64 },
}

fn ops() -> impl Strategy<Value = Vec<Op>> {
    let key = prop::option::of(0..2_u8);
    let act = prop_oneof![
        Just(Act::Renew),
        Just(Act::Complete),
        (0..40_i64).prop_map(|delay| Act::Fail { delay }),
        Just(Act::Bury),
        Just(Act::Release),
        (0..40_i64).prop_map(|delay| Act::Repeat { delay }),
    ];
    let op = prop_oneof![
        3 => (key, 0..40_i64).prop_map(|(key, delay)| Op::Enqueue { key, delay: (delay - 20).max(0) }),
        4 => Just(Op::Claim),
        2 => (1..50_i64).prop_map(|secs| Op::Advance { secs }),
        2 => Just(Op::TakeBack),
        5 => (any::<prop::sample::Index>(), act).prop_map(|(lease, act)| Op::Act { lease, act }),
    ];
    prop::collection::vec(op, 1..60)
}

/// A job as it should be.
#[derive(Debug, Clone)]
struct Expected {
    n: usize,
    key: Option<u8>,
    state: JobState,
    run_at: i64,
    fence: i64,
    lease_until: i64,
    attempts: u16,
    expiries: u16,
}

#[derive(Debug, Default)]
struct Model {
    now: i64,
    jobs: Vec<Expected>,
    leases: Vec<JobLease>,
}

impl Model {
    fn waiting(&self, key: Option<u8>) -> Option<usize> {
        let same = |job: &Expected| job.state == JobState::Waiting && job.key == key;
        key.and_then(|_| self.jobs.iter().position(same))
    }

    fn may_be_claimed(&self, job: &Expected) -> bool {
        let key_runs = |other: &Expected| other.state == JobState::Running && other.key == job.key;
        let free = job.key.is_none() || !self.jobs.iter().any(key_runs);
        job.state == JobState::Waiting && job.run_at <= self.now && free
    }

    /// The job that a lease still holds.
    fn held(&self, lease: JobLease, kind: &str) -> Option<usize> {
        self.jobs.iter().position(|expected| {
            let same = job(expected.n, kind).job_id == lease.job_id;
            same && expected.state == JobState::Running && expected.fence == lease.fence
        })
    }

    /// Back to waiting, or into the one that waits under its key.
    fn back(&mut self, at: usize) {
        match self.waiting(self.jobs[at].key) {
            None => self.jobs[at].state = JobState::Waiting,
            Some(heir) => {
                self.jobs[at].state = JobState::Done;
                let from = self.jobs[at].clone();
                let heir = &mut self.jobs[heir];
                heir.attempts = heir.attempts.max(from.attempts);
                heir.expiries = heir.expiries.max(from.expiries);
                heir.run_at = heir.run_at.min(from.run_at);
            }
        }
    }

    fn take_back(&mut self) -> u32 {
        let mut order: Vec<usize> = (0..self.jobs.len())
            .filter(|at| {
                self.jobs[*at].state == JobState::Running && self.jobs[*at].lease_until <= self.now
            })
            .collect();
        order.sort_by_key(|at| (self.jobs[*at].lease_until, self.jobs[*at].n));
        for at in &order {
            self.jobs[*at].expiries += 1;
            if self.jobs[*at].expiries > MAX_EXPIRIES {
                self.jobs[*at].state = JobState::Dead;
            } else {
                self.back(*at);
            }
        }
        u32::try_from(order.len()).unwrap()
    }

    fn act(&mut self, at: usize, act: Act) {
        let now = self.now;
        let held = &mut self.jobs[at];
        match act {
            Act::Renew => held.lease_until = now + LEASE,
            Act::Complete => held.state = JobState::Done,
            Act::Bury => {
                held.attempts += 1;
                held.state = JobState::Dead;
            }
            Act::Fail { delay } => {
                held.attempts += 1;
                if held.attempts >= MAX_ATTEMPTS {
                    held.state = JobState::Dead;
                } else {
                    held.run_at = now + delay;
                    self.back(at);
                }
            }
            Act::Release => self.back(at),
            Act::Repeat { delay } => {
                (held.attempts, held.expiries, held.run_at) = (0, 0, now + delay);
                self.back(at);
            }
        }
    }
}

/// One case: the jobs have a kind of their own, so that cases do not see one another.
struct Case<'a> {
    world: &'a World,
    kind: String,
    first: usize,
    model: Model,
}

impl Case<'_> {
    async fn step(&mut self, op: Op) {
        match op {
            Op::Enqueue { key, delay } => self.enqueue(key, delay).await,
            Op::Claim => self.claim().await,
            Op::Advance { secs } => self.model.now += secs,
            Op::TakeBack => {
                let store = &self.world.store;
                let taken = store
                    .take_back_expired(MAX_EXPIRIES, at(self.model.now))
                    .await
                    .unwrap();
                assert_eq!(taken.waiting + taken.dead, self.model.take_back());
            }
            Op::Act { lease, act } if !self.model.leases.is_empty() => {
                let lease = *lease.get(&self.model.leases);
                let held = self.model.held(lease, &self.kind);
                let said = self.perform(lease, act).await;
                assert_eq!(said, held.is_some(), "{act:?} with {lease:?}");
                if let Some(at) = held {
                    self.model.act(at, act);
                }
            }
            Op::Act { .. } => {}
        }
    }

    async fn enqueue(&mut self, key: Option<u8>, delay: i64) {
        let (n, now) = (self.first + self.model.jobs.len(), self.model.now);
        let new = NewJob {
            key: key.map(|key| key.to_string()),
            run_at: at(now + delay),
            max_attempts: MAX_ATTEMPTS,
            ..job(n, &self.kind)
        };
        let enqueued = self.world.store.enqueue(&new, at(now)).await.unwrap();
        if let Some(waiting) = self.model.waiting(key) {
            let waiting = &mut self.model.jobs[waiting];
            assert_eq!(
                (enqueued.job_id, enqueued.created),
                (job(waiting.n, "").job_id, false)
            );
            waiting.run_at = waiting.run_at.min(now + delay);
            return;
        }
        assert!(enqueued.created);
        self.model.jobs.push(Expected {
            n,
            key,
            state: JobState::Waiting,
            run_at: now + delay,
            fence: 0,
            lease_until: 0,
            attempts: 0,
            expiries: 0,
        });
    }

    async fn claim(&mut self) {
        let (now, kinds) = (self.model.now, [self.kind.as_str()]);
        let claimed = self
            .world
            .store
            .claim_job(terms("w", &kinds), at(now))
            .await
            .unwrap();
        let Some(claimed) = claimed else {
            let left = self
                .model
                .jobs
                .iter()
                .find(|job| self.model.may_be_claimed(job));
            assert!(left.is_none(), "{left:?} was not claimed");
            return;
        };
        let same = |expected: &Expected| job(expected.n, "").job_id == claimed.lease.job_id;
        let which = self
            .model
            .jobs
            .iter()
            .position(same)
            .expect("a job of this case");
        assert!(
            self.model.may_be_claimed(&self.model.jobs[which]),
            "{:?}",
            self.model.jobs[which]
        );
        let expected = &mut self.model.jobs[which];
        assert_eq!(claimed.lease.fence, expected.fence + 1);
        expected.state = JobState::Running;
        expected.fence += 1;
        expected.lease_until = now + LEASE;
        self.model.leases.push(claimed.lease);
    }

    /// Whether the store says that the lease was held.
    async fn perform(&self, lease: JobLease, act: Act) -> bool {
        let (store, now) = (&self.world.store, self.model.now);
        let done = match act {
            Act::Renew => store.renew_job(lease, at(now + LEASE)).await,
            Act::Complete => store.complete_job(lease, at(now)).await,
            Act::Bury => store.bury_job(lease, "x", at(now)).await,
            Act::Release => store.release_job(lease, at(now)).await,
            Act::Repeat { delay } => store.repeat_job(lease, at(now + delay), at(now)).await,
            Act::Fail { delay } => {
                let failed = store.fail_job(lease, "x", at(now + delay), at(now)).await;
                failed.map(|failed| failed != JobFailed::LeaseLost)
            }
        };
        done.unwrap()
    }

    /// Every job is where the model has it: none is lost, none came out of nowhere.
    async fn compare(&self) {
        for expected in &self.model.jobs {
            let row = self
                .world
                .store
                .job(job(expected.n, "").job_id)
                .await
                .unwrap()
                .unwrap();
            // Of a job that ended its time says nothing more.
            let time = |run_at| (expected.state == JobState::Waiting).then_some(run_at);
            let seen = (
                row.state,
                time(row.run_at),
                row.fence,
                row.attempts,
                row.expiries,
            );
            let should = (
                expected.state,
                time(at(expected.run_at)),
                expected.fence,
                expected.attempts,
                expected.expiries,
            );
            assert_eq!(seen, should, "{expected:?}");
        }
    }
}

async fn play(world: &World, number: usize, ops: Vec<Op>) {
    // Later than the leases of the cases before, which are over for good.
    let now = i64::try_from(number).unwrap() * 1_000_000;
    world.store.take_back_expired(0, at(now)).await.unwrap();
    let model = Model {
        now,
        ..Model::default()
    };
    let mut case = Case {
        world,
        kind: format!("case-{number}"),
        first: number * 100,
        model,
    };
    for op in ops {
        case.step(op).await;
    }
    case.compare().await;
}

on_both! {
    async fn the_queue_does_what_its_model_does(world) {
        let config = Config { cases: 40, failure_persistence: None, ..Config::default() };
        let number = std::cell::Cell::new(0);
        let outcome = TestRunner::new(config).run(&ops(), |ops| {
            number.set(number.get() + 1);
            let played = std::panic::AssertUnwindSafe(|| {
                tokio::task::block_in_place(|| {
                    tokio::runtime::Handle::current().block_on(play(world, number.get(), ops));
                });
            });
            std::panic::catch_unwind(played).map_err(|_| TestCaseError::fail("see the panic above"))
        });
        outcome.unwrap();
    }
}
