//! Sessions: how long they live, and who ends them.

use accounts::{AccountsError, Role, Scope, Via};
use chrono::TimeDelta;

use crate::fixture::{on_both, peppers, settings};

on_both! {
    async fn a_session_may_do_what_the_role_allows(world) {
        let ada = world.caller("Ada", Role::Reviewer).await;
        assert!(ada.may(Scope::Read) && ada.is_reviewer() && !ada.is_admin());
        assert!(matches!(ada.via, Via::Session { .. }) && ada.manages_credentials());
    }

    async fn what_is_no_token_of_a_session_opens_nothing(world) {
        world.caller("Ada", Role::User).await;
        let wrong = "0".repeat(43);
        for cookie in ["", "x", &wrong, &"ä".repeat(22), &"0".repeat(10_000), "' OR 1=1 --"] {
            assert!(world.accounts.by_session(cookie).await.unwrap().is_none(), "{cookie}");
        }
    }

    async fn a_session_ends_after_fourteen_days_without_use(world) {
        let account = world.account("Ada").await;
        let start = world.accounts.start_session(account, "Firefox").await.unwrap();
        let opens = async || world.accounts.by_session(start.token.expose()).await.unwrap().is_some();
        world.pass(TimeDelta::days(14) - TimeDelta::seconds(1));
        assert!(opens().await);
        world.pass(TimeDelta::days(13));
        assert!(opens().await, "use moves its end");
        world.pass(TimeDelta::days(14));
        assert!(!opens().await);
    }

    async fn a_session_ends_after_ninety_days_however_it_is_used(world) {
        let account = world.account("Ada").await;
        let start = world.accounts.start_session(account, "Firefox").await.unwrap();
        let opens = async || world.accounts.by_session(start.token.expose()).await.unwrap().is_some();
        for _ in 0..8 {
            world.pass(TimeDelta::days(10));
            assert!(opens().await);
        }
        world.pass(TimeDelta::days(10) - TimeDelta::seconds(1));
        assert!(opens().await);
        world.pass(TimeDelta::seconds(1));
        assert!(!opens().await);
    }

    async fn ending_one_session_leaves_the_others(world) {
        let (ada, phone) = (world.caller("Ada", Role::User).await, world.caller("Ada", Role::User).await);
        let listed = world.accounts.sessions(&ada).await.unwrap();
        assert_eq!(listed.len(), 2);
        assert_eq!(listed[0].client, "Tests");
        let Via::Session { session_id } = phone.via else { panic!("no session") };
        world.accounts.end_session(&ada, session_id).await.unwrap();
        assert!(matches!(world.accounts.end_session(&ada, session_id).await, Err(AccountsError::NotFound(_))));
        assert_eq!(world.accounts.sessions(&ada).await.unwrap().len(), 1);
        world.accounts.log_out(&ada).await.unwrap();
        assert!(world.accounts.sessions(&ada).await.unwrap().is_empty());
    }

    async fn all_sessions_end_at_once_and_those_of_others_stay(world) {
        let (ada, eve) = (world.caller("Ada", Role::User).await, world.caller("Eve", Role::User).await);
        world.caller("Ada", Role::User).await;
        let Via::Session { session_id } = eve.via else { panic!("no session") };
        assert!(world.accounts.end_session(&ada, session_id).await.is_err());
        assert_eq!(world.accounts.end_all_sessions(&ada).await.unwrap(), 2);
        assert_eq!(world.accounts.sessions(&eve).await.unwrap().len(), 1);
    }

    async fn a_disabled_account_loses_its_sessions_for_good(world) {
        let admin = world.caller("Root", Role::Admin).await;
        let ada = world.account("Ada").await;
        let start = world.accounts.start_session(ada, "Firefox").await.unwrap();
        world.accounts.disable_account(&admin, ada).await.unwrap();
        assert!(world.accounts.by_session(start.token.expose()).await.unwrap().is_none());
        assert!(world.accounts.start_session(ada, "Firefox").await.is_err());
        world.accounts.enable_account(&admin, ada).await.unwrap();
        assert!(world.accounts.by_session(start.token.expose()).await.unwrap().is_none());
    }

    async fn the_oldest_of_too_many_sessions_ends(world) {
        let ada = world.account("Ada").await;
        let first = world.accounts.start_session(ada, "0").await.unwrap();
        for n in 1..=50 {
            world.pass(TimeDelta::seconds(1));
            world.accounts.start_session(ada, &n.to_string()).await.unwrap();
        }
        assert!(world.accounts.by_session(first.token.expose()).await.unwrap().is_none());
        let ada = world.accounts.operator(ada).await.unwrap().unwrap();
        assert_eq!(world.accounts.sessions(&ada).await.unwrap().len(), 50);
    }

    async fn sessions_survive_a_new_pepper(world) {
        let ada = world.account("Ada").await;
        let start = world.accounts.start_session(ada, "Firefox").await.unwrap();
        let all = peppers(&["a new pepper, which has come to replace it", crate::fixture::PEPPER]);
        let replica = world.replica(accounts::Settings { peppers: all, ..settings() });
        assert!(replica.by_session(start.token.expose()).await.unwrap().is_some());
    }

    async fn neither_a_token_nor_a_name_is_printed(world) {
        let ada = world.caller("Ada Lovelace", Role::User).await;
        let start = world.accounts.start_session(ada.account_id, "Firefox").await.unwrap();
        let account = world.accounts.account(ada.account_id).await.unwrap();
        let shown = format!("{ada:?} {start:?} {account:?} {:?}", world.accounts);
        assert!(!shown.contains("Lovelace") && !shown.contains(start.token.expose()), "{shown}");
        assert!(!shown.contains(crate::fixture::PEPPER), "{shown}");
    }
}
