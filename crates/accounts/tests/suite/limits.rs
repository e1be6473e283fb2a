//! Rate limits: exact however many take at once, and honest about when to come back.

use std::num::NonZeroU32;

use accounts::{Accounts, AccountsError, Limits, Role, Rule, Settings, TooMany};
use chrono::TimeDelta;
use proptest::prelude::*;

use crate::fixture::{World, on_both, settings, subject};

fn too_many(result: Result<(), AccountsError>) -> TooMany {
    match result {
        Err(AccountsError::TooMany(many)) => many,
        other => panic!("not refused: {other:?}"),
    }
}

on_both! {
    async fn fifty_who_take_at_once_get_exactly_the_limit(world) {
        let ada = world.account("Ada").await;
        let replica = world.replica(settings());
        let mut takers = tokio::task::JoinSet::new();
        for n in 0..50 {
            let accounts = if n % 2 == 0 { world.accounts.clone() } else { replica.clone() };
            takers.spawn(async move { accounts.take(ada, Rule::NewFamiliesPerDay, 1).await });
        }
        let outcomes = takers.join_all().await;
        assert_eq!(outcomes.iter().filter(|taken| taken.is_ok()).count(), 20);
        for refused in outcomes.into_iter().filter(Result::is_err) {
            assert_eq!(too_many(refused).retry_after_secs, 86_400 / 20);
        }
    }

    async fn five_ranks_a_minute_then_one_every_twelve_seconds(world) {
        let ada = world.account("Ada").await;
        let take = async || world.accounts.take(ada, Rule::RanksPerMinute, 1).await;
        for _ in 0..5 {
            take().await.unwrap();
        }
        let many = too_many(take().await);
        assert_eq!((many.limit, many.window_secs, many.retry_after_secs), (5, 60, 12));
        world.pass(TimeDelta::milliseconds(11_999));
        assert_eq!(too_many(take().await).retry_after_secs, 1);
        world.pass(TimeDelta::milliseconds(1));
        take().await.unwrap();
        too_many(take().await);
    }

    async fn limits_are_kept_apart_by_account_and_by_rule(world) {
        let (ada, eve) = (world.account("Ada").await, world.account("Eve").await);
        world.accounts.take(ada, Rule::RanksPerMinute, 5).await.unwrap();
        too_many(world.accounts.take(ada, Rule::RanksPerMinute, 1).await);
        world.accounts.take(eve, Rule::RanksPerMinute, 5).await.unwrap();
        world.accounts.take(ada, Rule::NewFamiliesPerDay, 1).await.unwrap();
    }

    async fn a_take_is_all_or_nothing(world) {
        let ada = world.account("Ada").await;
        let take = async |amount| world.accounts.take(ada, Rule::RanksPerMinute, amount).await;
        take(3).await.unwrap();
        assert_eq!(too_many(take(3).await).retry_after_secs, 12);
        take(2).await.unwrap();
        assert!(matches!(take(6).await, Err(AccountsError::Invalid { .. })), "six never fit");
    }

    async fn what_is_given_back_can_be_taken_again_and_no_more(world) {
        let ada = world.account("Ada").await;
        let accounts = &world.accounts;
        accounts.give_back(ada, Rule::RanksPerMinute, 5).await.unwrap();
        accounts.take(ada, Rule::RanksPerMinute, 5).await.unwrap();
        accounts.give_back(ada, Rule::RanksPerMinute, 2).await.unwrap();
        accounts.take(ada, Rule::RanksPerMinute, 2).await.unwrap();
        too_many(accounts.take(ada, Rule::RanksPerMinute, 1).await);
        world.pass(TimeDelta::minutes(2));
        accounts.give_back(ada, Rule::RanksPerMinute, 5).await.unwrap();
        accounts.take(ada, Rule::RanksPerMinute, 5).await.unwrap();
        too_many(accounts.take(ada, Rule::RanksPerMinute, 1).await);
    }

    async fn quotas_tell_what_is_used_and_until_when(world) {
        let ada = world.account("Ada").await;
        let fresh = world.accounts.quotas(ada).await.unwrap();
        assert_eq!(fresh.iter().map(|quota| (quota.used, quota.limit)).collect::<Vec<_>>(), [(0, 5), (0, 20)]);
        world.accounts.take(ada, Rule::RanksPerMinute, 3).await.unwrap();
        world.pass(TimeDelta::seconds(13));
        let quota = world.accounts.quotas(ada).await.unwrap().remove(0);
        assert_eq!((quota.rule, quota.used), (Rule::RanksPerMinute, 2));
        assert_eq!(quota.resets_at, world.clock.now() + TimeDelta::seconds(23));
    }

    async fn requests_are_counted_by_session_and_not_by_account(world) {
        let limits = Limits { requests_per_minute: NonZeroU32::new(3).unwrap(), ..Limits::default() };
        let accounts = world.replica(Settings { limits, ..settings() });
        let (desk, phone) = (world.caller("Ada", Role::User).await, world.caller("Ada", Role::User).await);
        for _ in 0..3 {
            accounts.take_request(&desk).await.unwrap();
        }
        let many = too_many(accounts.take_request(&desk).await);
        assert_eq!((many.rule, many.limit, many.retry_after_secs), (Rule::RequestsPerMinute, 3, 20));
        accounts.take_request(&phone).await.unwrap();
    }

    async fn addresses_are_limited_by_network_and_not_kept(world) {
        let take = async |ip: &str| {
            let subject = accounts::Subject::Address(ip.parse().unwrap());
            world.accounts.take_as(subject, Rule::LoginsPerMinute, 20).await
        };
        take("2001:db8::1").await.unwrap();
        too_many(take("2001:db8::2").await);
        take("2001:db8:0:1::1").await.unwrap();
        take("192.0.2.1").await.unwrap();
        too_many(take("::ffff:192.0.2.1").await);
        for subject in ["address:192.0.2.1", "192.0.2.1"] {
            assert!(world.store.limit_uses(subject).await.unwrap().is_empty());
        }
    }
}

/// The limit by the book, as a bucket in exact fractions of a microsecond's drip.
struct Bucket {
    limit: i64,
    per_unit: i64,
    drained_at: i64,
}

impl Bucket {
    fn take(&mut self, now: i64, amount: i64) -> bool {
        let after = self.drained_at.max(now) + amount * self.per_unit;
        let fits = after - now <= self.limit * self.per_unit;
        if fits {
            self.drained_at = after;
        }
        fits
    }
}

async fn takes(accounts: &Accounts, world: &World, limit: u32, steps: &[(u32, i64)]) {
    let who = subject(1);
    let limit = i64::from(limit);
    let per_unit = 60_000_000 / limit;
    let mut bucket = Bucket {
        limit,
        per_unit,
        drained_at: 0,
    };
    let mut granted: Vec<(i64, i64)> = Vec::new();
    for (amount, pause) in steps {
        world.pass(TimeDelta::milliseconds(*pause));
        let amount = (*amount).min(u32::try_from(limit).unwrap());
        let now = world.clock.now().timestamp_micros();
        let taken = accounts.take_as(who, Rule::LoginsPerMinute, amount).await;
        assert_eq!(taken.is_ok(), bucket.take(now, amount.into()), "{steps:?}");
        if taken.is_ok() {
            granted.push((now, amount.into()));
            continue;
        }
        let wait = too_many(taken).retry_after_secs;
        world.pass(TimeDelta::seconds(i64::try_from(wait).unwrap()));
        let now = world.clock.now().timestamp_micros();
        accounts
            .take_as(who, Rule::LoginsPerMinute, amount)
            .await
            .unwrap();
        assert!(bucket.take(now, amount.into()));
        granted.push((now, amount.into()));
    }
    for (start, _) in &granted {
        let within = |(at, _): &&(i64, i64)| (*start..start + 60_000_000).contains(at);
        let sum: i64 = granted
            .iter()
            .filter(within)
            .map(|(_, amount)| amount)
            .sum();
        assert!(
            sum <= 2 * limit,
            "{sum} within a minute of {start}: {granted:?}"
        );
    }
}

#[test]
fn no_more_than_the_limit_is_granted_and_who_waits_as_told_is_served() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let world = runtime.block_on(World::sqlite());
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig::with_cases(64));
    let steps = prop::collection::vec((1..9_u32, 0..30_000_i64), 1..30);
    runner
        .run(&(1..13_u32, steps), |(limit, steps)| {
            let logins_per_minute = NonZeroU32::new(limit).unwrap();
            let limits = Limits {
                logins_per_minute,
                ..Limits::default()
            };
            let accounts = world.replica(Settings {
                limits,
                ..settings()
            });
            world.pass(TimeDelta::minutes(10));
            runtime.block_on(takes(&accounts, &world, limit, &steps));
            Ok(())
        })
        .unwrap();
}
