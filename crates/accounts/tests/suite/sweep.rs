//! Forgetting what has ended.

use accounts::{KeyWish, Repeat, Role, Rule, Scopes, Swept};
use chrono::TimeDelta;

use crate::fixture::{digest, on_both};

on_both! {
    async fn a_sweep_forgets_what_has_ended_and_nothing_else(world) {
        let accounts = &world.accounts;
        let ada = world.caller("Ada", Role::User).await;
        let wish = |name: &str| KeyWish { name: name.to_owned(), scopes: Scopes::of(Role::User), expires_at: None };
        let revoked = accounts.create_key(&ada, &wish("old")).await.unwrap();
        accounts.revoke_key(&ada, revoked.key.key_id).await.unwrap();
        let working = accounts.create_key(&ada, &wish("working")).await.unwrap();
        accounts.take(ada.account_id, Rule::RanksPerMinute, 1).await.unwrap();
        let repeat = accounts.idempotent(ada.account_id, "k", digest(1)).await.unwrap();
        assert!(matches!(repeat, Repeat::Fresh(_)));
        assert_eq!(accounts.sweep(world.clock.now()).await.unwrap(), Swept::default());
        world.pass(TimeDelta::days(91));
        let swept = accounts.sweep(world.clock.now()).await.unwrap();
        let expected = Swept { sessions: 1, login_attempts: 0, idempotency_keys: 1, limits: 1, api_keys: 1 };
        assert_eq!(swept, expected);
        assert!(accounts.by_key(working.secret.expose()).await.unwrap().is_some());
        assert_eq!(accounts.sweep(world.clock.now()).await.unwrap(), Swept::default());
    }

    async fn more_rows_than_a_batch_are_swept(world) {
        let ada = world.account("Ada").await;
        for n in 0..520 {
            let repeat = world.accounts.idempotent(ada, &n.to_string(), digest(1)).await.unwrap();
            assert!(matches!(repeat, Repeat::Fresh(_)));
        }
        world.pass(TimeDelta::hours(24));
        assert_eq!(world.accounts.sweep(world.clock.now()).await.unwrap().idempotency_keys, 520);
    }
}
