//! API keys: their life from being made to being forgotten.

use accounts::{
    Accounts, AccountsError, Caller, CreatedKey, KeyRefusal, KeyWish, Role, Scope, Scopes, Via,
};
use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;

use crate::fixture::{World, on_both, peppers, settings};

fn wish(name: &str, scopes: Scopes) -> KeyWish {
    KeyWish {
        name: name.to_owned(),
        scopes,
        expires_at: None,
    }
}

async fn make(world: &World, caller: &Caller) -> CreatedKey {
    let scopes = Scopes::of(caller.role);
    let made = world.accounts.create_key(caller, &wish("ci", scopes)).await;
    made.unwrap()
}

async fn check(accounts: &Accounts, key: &CreatedKey) -> Result<Caller, KeyRefusal> {
    accounts.check_key(key.secret.expose()).await.unwrap()
}

on_both! {
    async fn a_key_says_who_presents_it_and_what_it_may(world) {
        let ada = world.caller("Ada", Role::Reviewer).await;
        let scopes: Scopes = [Scope::Read].into_iter().collect();
        let key = world.accounts.create_key(&ada, &wish("  reader ", scopes)).await.unwrap();
        let caller = check(&world.accounts, &key).await.unwrap();
        assert_eq!((caller.account_id, caller.display_name.as_str()), (ada.account_id, "Ada"));
        assert!(caller.may(Scope::Read) && !caller.may(Scope::Submit) && !caller.is_reviewer());
        assert!(matches!(&caller.via, Via::Key { name, .. } if name == "reader"));
        assert_eq!(key.key.hint, key.secret.expose()[54..]);
    }

    async fn the_database_does_not_hold_the_key(world) {
        let ada = world.caller("Ada", Role::User).await;
        let key = make(world, &ada).await;
        let listed = format!("{:?}", world.accounts.keys(&ada).await.unwrap());
        assert!(!listed.contains(&key.secret.expose()[9..30]));
        assert!(!format!("{key:?}").contains(&key.secret.expose()[9..30]));
    }

    async fn why_a_key_opens_nothing_is_told_apart(world) {
        let ada = world.caller("Ada", Role::User).await;
        let (used, other) = (make(world, &ada).await, make(world, &ada).await);
        let accounts = &world.accounts;
        accounts.revoke_key(&ada, used.key.key_id).await.unwrap();
        assert_eq!(check(accounts, &used).await, Err(KeyRefusal::Revoked));
        assert!(check(accounts, &other).await.is_ok());
        let foreign = World::sqlite().await;
        let elsewhere = foreign.replica(settings());
        let eve = foreign.caller("Eve", Role::User).await;
        let stranger = elsewhere.create_key(&eve, &wish("x", Scopes::of(Role::User))).await.unwrap();
        assert_eq!(check(accounts, &stranger).await, Err(KeyRefusal::Unknown));
        let typo = other.secret.expose().replacen("prk_live_", "prk_live_x", 1);
        assert_eq!(accounts.check_key(&typo[..58]).await.unwrap(), Err(KeyRefusal::Mistyped));
        assert_eq!(accounts.check_key("Bearer x").await.unwrap(), Err(KeyRefusal::NotAKey));
        assert!(accounts.by_key(used.secret.expose()).await.unwrap().is_none());
    }

    async fn a_key_ends_when_it_expires(world) {
        let ada = world.caller("Ada", Role::User).await;
        let expires_at = Some(world.clock.now() + TimeDelta::hours(1));
        let wish = KeyWish { expires_at, ..wish("short", Scopes::of(Role::User)) };
        let key = world.accounts.create_key(&ada, &wish).await.unwrap();
        world.pass(TimeDelta::hours(1) - TimeDelta::microseconds(1));
        assert!(check(&world.accounts, &key).await.is_ok());
        world.pass(TimeDelta::microseconds(1));
        assert_eq!(check(&world.accounts, &key).await, Err(KeyRefusal::Expired));
    }

    async fn a_bad_wish_is_refused_with_its_field(world) {
        let ada = world.caller("Ada", Role::User).await;
        let user = Scopes::of(Role::User);
        let past = KeyWish { expires_at: Some(world.clock.now()), ..wish("k", user) };
        let cases = [
            ("name", wish("", user)),
            ("name", wish(" \u{3000} ", user)),
            ("name", wish(&"x".repeat(81), user)),
            ("name", wish("a\u{202E}b", user)),
            ("name", wish("a\nb", user)),
            ("scopes", wish("k", Scopes::NONE)),
            ("scopes", wish("k", Scopes::of(Role::Reviewer))),
            ("expires_at", past),
        ];
        for (expected, wish) in cases {
            let error = world.accounts.create_key(&ada, &wish).await.unwrap_err();
            assert!(matches!(&error, AccountsError::Invalid { field, .. } if *field == expected), "{wish:?}: {error}");
        }
        world.accounts.create_key(&ada, &wish(&"é".repeat(80), user)).await.unwrap();
    }

    async fn an_account_has_twenty_working_keys_at_most_however_many_are_wished_at_once(world) {
        let ada = world.caller("Ada", Role::User).await;
        let mut makers = tokio::task::JoinSet::new();
        for n in 0..30 {
            let (accounts, ada) = (world.accounts.clone(), ada.clone());
            makers.spawn(async move {
                accounts.create_key(&ada, &wish(&format!("k{n}"), Scopes::of(Role::User))).await
            });
        }
        let outcomes = makers.join_all().await;
        assert_eq!(outcomes.iter().filter(|made| made.is_ok()).count(), 20);
        let refused = outcomes.into_iter().find_map(Result::err).unwrap();
        assert!(matches!(refused, AccountsError::TooManyKeys { limit: 20 }), "{refused}");
        let first = world.accounts.keys(&ada).await.unwrap()[0].key_id;
        world.accounts.revoke_key(&ada, first).await.unwrap();
        make(world, &ada).await;
    }

    async fn a_lower_role_and_a_disabled_account_count_at_once(world) {
        let admin = world.caller("Root", Role::Admin).await;
        let ada = world.caller("Ada", Role::Admin).await;
        let key = make(world, &ada).await;
        let accounts = &world.accounts;
        assert!(check(accounts, &key).await.unwrap().is_admin());
        accounts.set_role(&admin, ada.account_id, Role::User).await.unwrap();
        let caller = check(accounts, &key).await.unwrap();
        assert_eq!(caller.scopes(), Scopes::of(Role::User));
        accounts.disable_account(&admin, ada.account_id).await.unwrap();
        assert_eq!(check(accounts, &key).await, Err(KeyRefusal::AccountDisabled));
        let refused = accounts.create_key(&ada, &wish("k", Scopes::of(Role::User))).await;
        assert!(matches!(refused, Err(AccountsError::NotFound(_))));
        accounts.enable_account(&admin, ada.account_id).await.unwrap();
        assert!(check(accounts, &key).await.is_ok());
    }

    async fn a_rotated_key_works_until_its_overlap_ends(world) {
        let ada = world.caller("Ada", Role::User).await;
        let old = make(world, &ada).await;
        let accounts = &world.accounts;
        let id = old.key.key_id;
        for overlap in [TimeDelta::days(-1), TimeDelta::days(31)] {
            assert!(matches!(accounts.rotate_key(&ada, id, overlap).await, Err(AccountsError::Invalid { .. })));
        }
        let new = accounts.rotate_key(&ada, id, TimeDelta::days(7)).await.unwrap();
        assert_eq!((&new.key.name, &new.key.scopes), (&old.key.name, &old.key.scopes));
        assert!(check(accounts, &old).await.is_ok() && check(accounts, &new).await.is_ok());
        let again = accounts.rotate_key(&ada, id, TimeDelta::zero()).await;
        assert!(matches!(again, Err(AccountsError::Refused(_))));
        world.pass(TimeDelta::days(7));
        assert_eq!(check(accounts, &old).await, Err(KeyRefusal::Expired));
        assert!(check(accounts, &new).await.is_ok());
        let last = accounts.rotate_key(&ada, new.key.key_id, TimeDelta::zero()).await.unwrap();
        assert_eq!(check(accounts, &new).await, Err(KeyRefusal::Expired));
        assert!(check(accounts, &last).await.is_ok());
    }

    async fn a_key_may_rotate_and_revoke_itself_and_nothing_else(world) {
        let ada = world.caller("Ada", Role::User).await;
        let (mine, other) = (make(world, &ada).await, make(world, &ada).await);
        let accounts = &world.accounts;
        let caller = check(accounts, &mine).await.unwrap();
        let forbidden = |result: Result<(), AccountsError>| assert!(matches!(result, Err(AccountsError::Forbidden(_))));
        forbidden(accounts.create_key(&caller, &wish("k", Scopes::of(Role::User))).await.map(drop));
        forbidden(accounts.keys(&caller).await.map(drop));
        forbidden(accounts.sessions(&caller).await.map(drop));
        forbidden(accounts.revoke_key(&caller, other.key.key_id).await);
        forbidden(accounts.rotate_key(&caller, other.key.key_id, TimeDelta::zero()).await.map(drop));
        let new = accounts.rotate_key(&caller, mine.key.key_id, TimeDelta::zero()).await.unwrap();
        let caller = check(accounts, &new).await.unwrap();
        accounts.revoke_key(&caller, new.key.key_id).await.unwrap();
        assert_eq!(check(accounts, &new).await, Err(KeyRefusal::Revoked));
    }

    async fn the_keys_of_others_do_not_exist(world) {
        let (ada, eve) = (world.caller("Ada", Role::User).await, world.caller("Eve", Role::Admin).await);
        let key = make(world, &ada).await;
        let id = key.key.key_id;
        assert!(world.accounts.keys(&eve).await.unwrap().is_empty());
        assert!(matches!(world.accounts.revoke_key(&eve, id).await, Err(AccountsError::NotFound(_))));
        let rotated = world.accounts.rotate_key(&eve, id, TimeDelta::zero()).await;
        assert!(matches!(rotated, Err(AccountsError::NotFound(_))));
        assert!(check(&world.accounts, &key).await.is_ok());
    }

    async fn the_last_use_is_written_once_a_minute(world) {
        let ada = world.caller("Ada", Role::User).await;
        let key = make(world, &ada).await;
        let start = world.clock.now();
        let mut seen = Vec::new();
        for _ in 0..5 {
            check(&world.accounts, &key).await.unwrap();
            let listed = world.accounts.keys(&ada).await.unwrap();
            seen.push((listed[0].last_used_at.unwrap() - start).num_seconds());
            world.pass(TimeDelta::seconds(25));
        }
        assert_eq!(seen, [0, 0, 0, 75, 75]);
    }

    async fn a_pepper_is_rotated_without_a_key_being_lost(world) {
        let ada = world.caller("Ada", Role::User).await;
        let key = make(world, &ada).await;
        let with = |all: &[&str]| world.replica(accounts::Settings { peppers: peppers(all), ..settings() });
        let (new, old) = ("a new pepper, which has come to replace it", crate::fixture::PEPPER);
        assert_eq!(check(&with(&[new]), &key).await, Err(KeyRefusal::Unknown));
        assert!(check(&with(&[new, old]), &key).await.is_ok());
        assert!(check(&with(&[new]), &key).await.is_ok(), "a use signs anew");
    }
}

#[derive(Debug, Clone)]
enum Step {
    Make,
    Rotate { key: usize, hours: i64 },
    Revoke { key: usize },
    Wait { hours: i64 },
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        Just(Step::Make),
        (0..6_usize, 0..72_i64).prop_map(|(key, hours)| Step::Rotate { key, hours }),
        (0..6_usize).prop_map(|key| Step::Revoke { key }),
        (1..48_i64).prop_map(|hours| Step::Wait { hours }),
    ];
    prop::collection::vec(step, 1..14)
}

/// What a key's life should be, in the simplest words.
struct Life {
    made: CreatedKey,
    ends: Option<DateTime<Utc>>,
    rotated: bool,
}

impl Life {
    fn works(&self, now: DateTime<Utc>) -> bool {
        self.ends.is_none_or(|end| now < end)
    }
}

async fn live(world: &World, steps: &[Step]) {
    let ada = world.caller("Ada", Role::User).await;
    let mut keys: Vec<Life> = Vec::new();
    let born = |made| Life {
        made,
        ends: None,
        rotated: false,
    };
    for step in steps {
        let now = world.clock.now();
        match *step {
            Step::Make => keys.push(born(make(world, &ada).await)),
            Step::Wait { hours } => world.pass(TimeDelta::hours(hours)),
            Step::Revoke { key } if key < keys.len() => {
                let id = keys[key].made.key.key_id;
                let done = world.accounts.revoke_key(&ada, id).await;
                assert_eq!(done.is_ok(), keys[key].works(now), "{step:?} of {steps:?}");
                keys[key].ends = Some(keys[key].ends.map_or(now, |end| end.min(now)));
            }
            Step::Rotate { key, hours } if key < keys.len() => {
                let (id, overlap) = (keys[key].made.key.key_id, TimeDelta::hours(hours));
                let done = world.accounts.rotate_key(&ada, id, overlap).await;
                let may = keys[key].works(now) && !keys[key].rotated;
                assert_eq!(done.is_ok(), may, "{step:?} of {steps:?}");
                if let Ok(made) = done {
                    keys[key].ends = Some(now + overlap);
                    keys[key].rotated = true;
                    keys.push(born(made));
                }
            }
            Step::Revoke { .. } | Step::Rotate { .. } => {}
        }
        for life in &keys {
            let opens = check(&world.accounts, &life.made).await.is_ok();
            assert_eq!(
                opens,
                life.works(world.clock.now()),
                "after {step:?} of {steps:?}"
            );
        }
    }
}

#[test]
fn a_key_works_exactly_from_its_making_to_its_end_whatever_happens_to_it() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig::with_cases(24));
    runner
        .run(&steps(), |steps| {
            runtime.block_on(async { live(&World::sqlite().await, &steps).await });
            Ok(())
        })
        .unwrap();
}
