//! Repeated requests: done once, answered alike.

use accounts::{AccountsError, Repeat};
use chrono::TimeDelta;

use crate::fixture::{digest, on_both, settings};

on_both! {
    async fn a_repeated_request_gets_the_first_answer(world) {
        let ada = world.account("Ada").await;
        let accounts = &world.accounts;
        let Repeat::Fresh(claim) = accounts.idempotent(ada, "k", digest(1)).await.unwrap() else { panic!("not fresh") };
        assert_eq!(accounts.idempotent(ada, "k", digest(1)).await.unwrap(), Repeat::InProgress { retry_after_secs: 5 });
        assert!(accounts.remember(claim, "{\"id\":1}").await.unwrap());
        assert_eq!(accounts.idempotent(ada, "k", digest(1)).await.unwrap(), Repeat::Same("{\"id\":1}".to_owned()));
    }

    async fn of_many_first_uses_at_once_one_is_fresh(world) {
        let ada = world.account("Ada").await;
        let replica = world.replica(settings());
        let mut users = tokio::task::JoinSet::new();
        for n in 0..30 {
            let accounts = if n % 2 == 0 { world.accounts.clone() } else { replica.clone() };
            users.spawn(async move { accounts.idempotent(ada, "k", digest(1)).await.unwrap() });
        }
        let outcomes = users.join_all().await;
        assert_eq!(outcomes.iter().filter(|use_| matches!(use_, Repeat::Fresh(_))).count(), 1);
        assert_eq!(outcomes.iter().filter(|use_| matches!(use_, Repeat::InProgress { .. })).count(), 29);
    }

    async fn a_key_belongs_to_one_request_of_one_account(world) {
        let (ada, eve) = (world.account("Ada").await, world.account("Eve").await);
        let accounts = &world.accounts;
        let Repeat::Fresh(claim) = accounts.idempotent(ada, "k", digest(1)).await.unwrap() else { panic!("not fresh") };
        assert_eq!(accounts.idempotent(ada, "k", digest(2)).await.unwrap(), Repeat::Conflict);
        accounts.remember(claim, "1").await.unwrap();
        assert_eq!(accounts.idempotent(ada, "k", digest(2)).await.unwrap(), Repeat::Conflict);
        assert!(matches!(accounts.idempotent(eve, "k", digest(2)).await.unwrap(), Repeat::Fresh(_)));
        assert!(matches!(accounts.idempotent(ada, "K", digest(2)).await.unwrap(), Repeat::Fresh(_)));
    }

    async fn a_claim_that_was_left_is_taken_over_after_a_minute(world) {
        let ada = world.account("Ada").await;
        let accounts = &world.accounts;
        let Repeat::Fresh(left) = accounts.idempotent(ada, "k", digest(1)).await.unwrap() else { panic!("not fresh") };
        world.pass(TimeDelta::seconds(59));
        assert_eq!(accounts.idempotent(ada, "k", digest(1)).await.unwrap(), Repeat::InProgress { retry_after_secs: 1 });
        world.pass(TimeDelta::seconds(1));
        assert_eq!(accounts.idempotent(ada, "k", digest(2)).await.unwrap(), Repeat::Conflict);
        let Repeat::Fresh(next) = accounts.idempotent(ada, "k", digest(1)).await.unwrap() else { panic!("not fresh") };
        assert!(!accounts.remember(left, "late").await.unwrap());
        assert!(accounts.remember(next, "right").await.unwrap());
        assert_eq!(accounts.idempotent(ada, "k", digest(1)).await.unwrap(), Repeat::Same("right".to_owned()));
    }

    async fn a_claim_that_is_given_up_is_fresh_again(world) {
        let ada = world.account("Ada").await;
        let accounts = &world.accounts;
        let Repeat::Fresh(claim) = accounts.idempotent(ada, "k", digest(1)).await.unwrap() else { panic!("not fresh") };
        accounts.give_up(claim).await.unwrap();
        assert!(matches!(accounts.idempotent(ada, "k", digest(2)).await.unwrap(), Repeat::Fresh(_)));
    }

    async fn a_key_is_forgotten_after_a_day(world) {
        let ada = world.account("Ada").await;
        let accounts = &world.accounts;
        let Repeat::Fresh(claim) = accounts.idempotent(ada, "k", digest(1)).await.unwrap() else { panic!("not fresh") };
        accounts.remember(claim, "1").await.unwrap();
        world.pass(TimeDelta::hours(24) - TimeDelta::seconds(1));
        assert_eq!(accounts.idempotent(ada, "k", digest(1)).await.unwrap(), Repeat::Same("1".to_owned()));
        world.pass(TimeDelta::seconds(1));
        assert!(matches!(accounts.idempotent(ada, "k", digest(2)).await.unwrap(), Repeat::Fresh(_)));
    }

    async fn keys_are_short_and_printable(world) {
        let ada = world.account("Ada").await;
        for key in ["", &"k".repeat(256), "a\nb", "ключ", "a\u{0}"] {
            let refused = world.accounts.idempotent(ada, key, digest(1)).await;
            assert!(matches!(refused, Err(AccountsError::Invalid { field: "Idempotency-Key", .. })), "{key:?}");
        }
        let longest = "~".repeat(255);
        assert!(world.accounts.idempotent(ada, &longest, digest(1)).await.is_ok());
    }
}
