//! Accounts as rows: identities, credentials, limits. What they are for is tested in `accounts`.

use chrono::TimeDelta;
use store::{
    AccountFilter, AccountId, KeyAdded, KeyId, Login, NewApiKey, NewLoginAttempt, NewSession, Role,
    RoleAtLogin, SessionId, Take,
};

use crate::fixture::{World, account, at, bytes, digest, on_both};

fn login(subject: &str) -> Login<'_> {
    Login {
        issuer: "https://issuer.example",
        subject,
        account_id: account(1),
        display_name: "Ada",
        email: Some("ada@example.org"),
        role: RoleAtLogin::Keep,
        now: at(0),
    }
}

fn key(n: u8, owner: AccountId) -> NewApiKey {
    NewApiKey {
        key_id: KeyId::new(at(0), bytes(usize::from(n))),
        account_id: owner,
        name: format!("key {n}"),
        hint: "abcd".to_owned(),
        secret_hash: digest(n),
        scopes: "read".to_owned(),
        created_at: at(0),
        expires_at: None,
    }
}

async fn ada(world: &World) -> AccountId {
    world
        .store
        .log_in(&login("ada"))
        .await
        .unwrap()
        .account
        .account_id
}

fn take(cost: i64, seconds: i64) -> Take<'static> {
    Take {
        subject: "account:1",
        rule: "r",
        cost,
        room: 10_000_000,
        now: at(seconds),
    }
}

on_both! {
    async fn an_identity_has_one_account_and_its_later_logins_change_only_what_they_prove(world) {
        let first = world.store.log_in(&login("ada")).await.unwrap();
        assert!(first.created);
        let later = Login { account_id: account(2), display_name: "Eve", email: None, now: at(60), ..login("ada") };
        let again = world.store.log_in(&later).await.unwrap();
        assert!(!again.created);
        assert_eq!(again.account.account_id, first.account.account_id);
        assert_eq!((again.account.display_name.as_str(), again.account.email), ("Ada", None));
        assert_eq!(again.account.last_login, Some(at(60)));
        assert!(world.store.account(account(2)).await.unwrap().is_none());
    }

    async fn subjects_differ_by_every_byte(world) {
        let one = world.store.log_in(&login("Ada")).await.unwrap();
        let other = world.store.log_in(&Login { account_id: account(2), ..login("ada") }).await.unwrap();
        assert_ne!(one.account.account_id, other.account.account_id);
    }

    async fn the_role_of_a_login_stays_until_it_is_set_again(world) {
        let set = Login { role: RoleAtLogin::Set(Role::Admin), ..login("ada") };
        world.store.log_in(&set).await.unwrap();
        assert_eq!(world.store.log_in(&login("ada")).await.unwrap().account.role, Role::Admin);
    }

    async fn two_keys_never_have_one_hash(world) {
        let ada = ada(world).await;
        assert_eq!(world.store.add_api_key(&key(1, ada), 5).await.unwrap(), KeyAdded::Added);
        let same = NewApiKey { key_id: key(2, ada).key_id, ..key(1, ada) };
        assert!(world.store.add_api_key(&same, 5).await.is_err());
        assert_eq!(world.store.api_keys(ada).await.unwrap().len(), 1);
    }

    async fn a_replacement_that_finds_no_room_leaves_the_old_key_as_it_was(world) {
        let ada = ada(world).await;
        let old = key(1, ada);
        world.store.add_api_key(&old, 1).await.unwrap();
        let refused = world.store.replace_api_key(old.key_id, at(3_600), &key(2, ada), 1).await.unwrap();
        assert_eq!(refused, KeyAdded::TooMany);
        let kept = world.store.api_key(ada, old.key_id).await.unwrap().unwrap();
        assert_eq!((kept.expires_at, kept.replaced_by), (None, None));
        let done = world.store.replace_api_key(old.key_id, at(0), &key(2, ada), 1).await.unwrap();
        assert_eq!(done, KeyAdded::Added);
    }

    async fn the_system_account_is_nobody_s_to_use(world) {
        assert_eq!(world.store.add_api_key(&key(1, AccountId::SYSTEM), 5).await.unwrap(), KeyAdded::Gone);
        let session = NewSession {
            session_id: SessionId::new(at(0), bytes(1)),
            account_id: AccountId::SYSTEM,
            token_hash: digest(1),
            client: String::new(),
            created_at: at(0),
            expires_at: at(60),
            ends_at: at(60),
        };
        assert!(!world.store.add_session(&session, 5).await.unwrap());
        let listed = world.store.accounts(&AccountFilter { limit: 10, ..AccountFilter::default() }).await.unwrap();
        assert!(listed.is_empty());
    }

    async fn an_attempt_is_used_up_only_when_everything_fits(world) {
        let attempt = NewLoginAttempt {
            state_hash: digest(1),
            binding_hash: digest(2),
            provider: "p".to_owned(),
            return_to: "/x".to_owned(),
            expires_at: at(600),
        };
        world.store.add_login_attempt(&attempt).await.unwrap();
        let try_it = async |state, binding, provider, seconds| {
            world.store.use_login_attempt(digest(state), digest(binding), provider, at(seconds)).await.unwrap()
        };
        assert_eq!(try_it(9, 2, "p", 0).await, None);
        assert_eq!(try_it(1, 9, "p", 0).await, None);
        assert_eq!(try_it(1, 2, "q", 0).await, None);
        assert_eq!(try_it(1, 2, "p", 600).await, None);
        assert_eq!(try_it(1, 2, "p", 599).await.as_deref(), Some("/x"));
        assert_eq!(try_it(1, 2, "p", 599).await, None);
    }

    async fn a_limit_never_goes_further_ahead_than_its_room(world) {
        let store = &world.store;
        assert!(store.take_limit(&take(10_000_000, 0)).await.unwrap().is_some());
        assert_eq!(store.take_limit(&take(1, 0)).await.unwrap(), None);
        assert!(store.take_limit(&take(4_000_000, 4)).await.unwrap().is_some());
        assert_eq!(store.take_limit(&take(1, 4)).await.unwrap(), None);
        store.give_back_limit("account:1", "r", 4_000_000).await.unwrap();
        assert!(store.take_limit(&take(4_000_000, 4)).await.unwrap().is_some());
        let drained = at(14).timestamp_micros();
        assert_eq!(store.limit_use("account:1", "r").await.unwrap(), Some(drained));
    }

    async fn sweeping_takes_no_more_rows_than_it_may_and_only_those_that_say_nothing(world) {
        let store = &world.store;
        for n in 0..5 {
            let subject = format!("account:{n}");
            store.take_limit(&Take { subject: &subject, ..take(1_000_000 * (n + 1), 0) }).await.unwrap();
        }
        assert_eq!(store.sweep_limits(at(4), 3).await.unwrap(), 3);
        assert_eq!(store.sweep_limits(at(4), 3).await.unwrap(), 1);
        assert_eq!(store.sweep_limits(at(4), 3).await.unwrap(), 0);
        assert_eq!(store.sweep_limits(at(5) + TimeDelta::microseconds(1), 3).await.unwrap(), 1);
    }
}
