//! Fair share between accounts, and between the classes of priority.

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use store::{AccountId, JobId, JobPriority, LeaseTerms, NewJob};

use crate::fixture::{World, account, at, bytes, on_both};
use crate::jobs::{job, terms};

const ACCOUNTS: u8 = 4;

impl World {
    async fn accounts(&self) {
        for n in 1..=ACCOUNTS {
            self.store
                .add_account(account(n), "somebody", at(0))
                .await
                .unwrap();
        }
    }

    async fn put_for(&self, n: usize, owner: u8, kind: &str) {
        let new = NewJob {
            account_id: account(owner),
            ..job(n, kind)
        };
        self.store.enqueue(&new, at(0)).await.unwrap();
    }

    /// Claims and completes a job and tells whose it was.
    async fn serve(&self, kind: &str) -> Option<AccountId> {
        let claimed = self
            .store
            .claim_job(terms("w", &[kind]), at(0))
            .await
            .unwrap()?;
        assert!(self.store.complete_job(claimed.lease, at(0)).await.unwrap());
        Some(claimed.account_id)
    }

    async fn next_class(&self, first: Option<JobPriority>) -> JobPriority {
        let terms = LeaseTerms {
            first,
            ..terms("w", &["k"])
        };
        let claimed = self.store.claim_job(terms, at(0)).await.unwrap().unwrap();
        self.store
            .job(claimed.lease.job_id)
            .await
            .unwrap()
            .unwrap()
            .priority
    }
}

/// A step of a schedule: this account enqueues so many jobs, or a worker claims one.
#[derive(Debug, Clone)]
enum Step {
    Enqueue { owner: u8, jobs: usize },
    Claim,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let enqueue =
        (1..=ACCOUNTS, 1_usize..12).prop_map(|(owner, jobs)| Step::Enqueue { owner, jobs });
    prop::collection::vec(prop_oneof![1 => enqueue, 4 => Just(Step::Claim)], 1..70)
}

/// Start-time fair queueing with jobs of one size: two accounts that both have work all the time
/// are served equally often, give or take two.
const SLACK: usize = 2;

/// What was served at each claim, and who had work waiting before it.
type Served = Vec<(AccountId, Vec<AccountId>)>;

async fn play(world: &World, kind: &str, steps: Vec<Step>, next: &mut usize) -> Served {
    let mut waiting: Vec<AccountId> = Vec::new();
    let mut served = Served::new();
    for step in steps {
        match step {
            Step::Enqueue { owner, jobs } => {
                for _ in 0..jobs {
                    *next += 1;
                    world.put_for(*next, owner, kind).await;
                    waiting.push(account(owner));
                }
            }
            Step::Claim => {
                let mut before = waiting.clone();
                before.sort_unstable();
                before.dedup();
                let owner = world.serve(kind).await;
                assert_eq!(
                    owner.is_none(),
                    waiting.is_empty(),
                    "idle although work waits"
                );
                let Some(owner) = owner else { continue };
                let at = waiting
                    .iter()
                    .position(|waiting| *waiting == owner)
                    .unwrap();
                waiting.swap_remove(at);
                served.push((owner, before));
            }
        }
    }
    while let Some(_left) = world.serve(kind).await {}
    served
}

/// In each stretch of claims during which an account always had work, it got its n-th share.
fn check_shares(served: &Served) -> Result<(), TestCaseError> {
    for n in 1..=ACCOUNTS {
        for start in 0..served.len() {
            let stretch = served[start..]
                .iter()
                .take_while(|(_, waiting)| waiting.contains(&account(n)));
            let (mut claims, mut own) = (0, 0);
            for (owner, _) in stretch {
                claims += 1;
                own += usize::from(*owner == account(n));
                let share = claims / usize::from(ACCOUNTS);
                prop_assert!(
                    own + SLACK >= share,
                    "account {n} got {own} of {claims} claims from {start} on"
                );
            }
        }
    }
    Ok(())
}

on_both! {
    async fn whoever_has_work_waiting_gets_a_fair_share_of_the_claims(world) {
        world.accounts().await;
        let mut runner = TestRunner::new(Config { cases: 12, failure_persistence: None, ..Config::default() });
        let next = std::cell::Cell::new(0);
        let outcome = runner.run(&steps(), |steps| {
            let mut number = next.get();
            let served = tokio::task::block_in_place(|| {
                tokio::runtime::Handle::current().block_on(play(world, "fair", steps, &mut number))
            });
            next.set(number);
            check_shares(&served)
        });
        outcome.unwrap();
    }

    async fn an_account_with_very_many_jobs_does_not_delay_anothers_one(world) {
        world.accounts().await;
        for n in 0..300 {
            world.put_for(n, 1, "k").await;
        }
        for _ in 0..20 {
            world.serve("k").await;
        }
        world.put_for(1_000, 2, "k").await;
        let first = [world.serve("k").await, world.serve("k").await];
        assert!(first.contains(&Some(account(2))), "{first:?}");
    }

    async fn jobs_that_come_due_together_pass_nobody(world) {
        world.accounts().await;
        for n in 0..50 {
            let new = NewJob { account_id: account(1), run_at: at(10), ..job(n, "k") };
            world.store.enqueue(&new, at(0)).await.unwrap();
        }
        for n in 100..120 {
            world.put_for(n, 2, "k").await;
        }
        let mut own = 0;
        for _ in 0..20 {
            let claimed = world.store.claim_job(terms("w", &["k"]), at(10)).await.unwrap().unwrap();
            own += usize::from(claimed.account_id == account(2));
        }
        assert!((8..=12).contains(&own), "{own} of 20");
    }

    async fn who_was_idle_is_owed_nothing_for_the_past(world) {
        world.accounts().await;
        for n in 0..30 {
            world.put_for(n, 1, "k").await;
            world.serve("k").await;
        }
        for n in 100..130 {
            world.put_for(n, 2, "k").await;
        }
        world.put_for(200, 1, "k").await;
        let mut waited = 0;
        while world.serve("k").await != Some(account(1)) {
            waited += 1;
        }
        assert!(waited <= 2, "waited for {waited} jobs");
    }

    async fn higher_classes_go_first_unless_the_claimer_asks_for_a_lower_one(world) {
        for (n, priority) in [JobPriority::Low, JobPriority::Normal, JobPriority::High].into_iter().enumerate() {
            for copy in 0..3 {
                let new = NewJob { priority, job_id: JobId::new(at(0), bytes(n * 10 + copy)), ..job(0, "k") };
                world.store.enqueue(&new, at(0)).await.unwrap();
            }
        }
        assert_eq!(world.next_class(Some(JobPriority::Low)).await, JobPriority::Low);
        assert_eq!(world.next_class(Some(JobPriority::Normal)).await, JobPriority::Normal);
        let mut rest = Vec::new();
        for _ in 0..7 {
            rest.push(world.next_class(None).await);
        }
        assert!(rest.is_sorted(), "{rest:?}");
        assert_eq!(rest.iter().filter(|class| **class == JobPriority::High).count(), 3);
    }
}
