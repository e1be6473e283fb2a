//! Logging in with an honest issuer, and for development.

use accounts::{
    Accounts, AdminRule, Callback, LoginDone, LoginError, LoginSettings, ReturnTo, Role, Settings,
};
use chrono::TimeDelta;
use serde_json::json;

use crate::fixture::{World, on_both, settings};
use crate::issuer::Issuer;

pub(crate) fn with_issuer(issuer: &Issuer, admins: &[&str]) -> Settings {
    let login = LoginSettings {
        providers: vec![issuer.settings()],
        admins: admins.iter().map(|rule| rule.parse().unwrap()).collect(),
        ..settings().login
    };
    Settings {
        login,
        ..settings()
    }
}

pub(crate) async fn log_in(accounts: &Accounts, issuer: &Issuer) -> Result<LoginDone, LoginError> {
    let start = accounts
        .begin_login("example", ReturnTo::parse("/account?x=1").unwrap())
        .await?;
    let callback = issuer.log_in(&start.authorize_url);
    accounts
        .finish_login("example", &callback, start.binding.expose())
        .await
}

async fn issuer(world: &World) -> Issuer {
    Issuer::start(world.clock.now()).await
}

on_both! {
    async fn a_login_makes_an_account_once_and_finds_it_again(world) {
        let issuer = issuer(world).await;
        let accounts = world.replica(with_issuer(&issuer, &[]));
        let first = log_in(&accounts, &issuer).await.unwrap();
        assert!(first.created);
        assert_eq!(first.return_to.as_str(), "/account?x=1");
        assert_eq!(first.account.display_name, "Ada Lovelace");
        assert_eq!(first.account.email.as_deref(), Some("ada@example.org"));
        assert_eq!(first.account.role, Role::User);
        issuer.set_claims(json!({ "sub": "ada", "name": "Countess", "email": "new@example.org", "email_verified": true }));
        let again = log_in(&accounts, &issuer).await.unwrap();
        assert!(!again.created);
        assert_eq!(again.account.account_id, first.account.account_id);
        assert_eq!(again.account.display_name, "Ada Lovelace");
        assert_eq!(again.account.email.as_deref(), Some("new@example.org"));
    }

    async fn another_replica_finishes_what_one_began(world) {
        let issuer = issuer(world).await;
        let (one, other) = (world.replica(with_issuer(&issuer, &[])), world.replica(with_issuer(&issuer, &[])));
        let start = one.begin_login("example", ReturnTo::default()).await.unwrap();
        let callback = issuer.log_in(&start.authorize_url);
        let done = other.finish_login("example", &callback, start.binding.expose()).await.unwrap();
        assert!(done.created);
    }

    async fn an_account_is_never_found_by_its_email(world) {
        let issuer = issuer(world).await;
        let accounts = world.replica(with_issuer(&issuer, &[]));
        let ada = log_in(&accounts, &issuer).await.unwrap();
        issuer.set_claims(json!({ "sub": "eve", "name": "Eve", "email": "ada@example.org", "email_verified": true }));
        let eve = log_in(&accounts, &issuer).await.unwrap();
        assert!(eve.created);
        assert_ne!(eve.account.account_id, ada.account.account_id);
    }

    async fn an_email_that_nobody_verified_is_not_kept(world) {
        let issuer = issuer(world).await;
        let accounts = world.replica(with_issuer(&issuer, &["ada@example.org"]));
        for claims in [
            json!({ "sub": "a", "name": "A", "email": "ada@example.org", "email_verified": false }),
            json!({ "sub": "b", "name": "B", "email": "ada@example.org" }),
            json!({ "sub": "c", "name": "C", "email": "ada@example.org\n", "email_verified": true }),
        ] {
            issuer.set_claims(claims);
            let account = log_in(&accounts, &issuer).await.unwrap().account;
            assert_eq!((account.email, account.role), (None, Role::User));
        }
    }

    async fn a_name_from_outside_is_made_fit_to_be_shown(world) {
        let issuer = issuer(world).await;
        let accounts = world.replica(with_issuer(&issuer, &[]));
        let names = [("1", json!("\u{202E}Ada\u{0}\n <b>"), "Ada <b>"), ("2", json!("\u{200B}"), "Nameless")];
        for (sub, name, expected) in names {
            issuer.set_claims(json!({ "sub": sub, "name": name, "email": "x@example.org", "email_verified": true }));
            assert_eq!(log_in(&accounts, &issuer).await.unwrap().account.display_name, expected);
        }
    }

    async fn administrators_are_named_by_verified_email_or_identity(world) {
        let issuer = issuer(world).await;
        let by_subject = format!("{}|ada", issuer.url());
        for rule in ["ADA@example.org", &by_subject] {
            let accounts = world.replica(with_issuer(&issuer, &[rule]));
            assert_eq!(log_in(&accounts, &issuer).await.unwrap().account.role, Role::Admin, "{rule}");
            issuer.set_claims(json!({ "sub": "bob", "name": "Bob", "email": "bob@example.org", "email_verified": true }));
            assert_eq!(log_in(&accounts, &issuer).await.unwrap().account.role, Role::User);
            issuer.set_claims(json!({ "sub": "ada", "name": "Ada", "email": "ada@example.org", "email_verified": true }));
        }
        for wrong in ["", "ada", "|ada", "https://x|"] {
            assert!(wrong.parse::<AdminRule>().is_err(), "{wrong}");
        }
    }

    async fn what_the_id_token_lacks_is_asked_from_the_user_info(world) {
        let issuer = issuer(world).await;
        let accounts = world.replica(with_issuer(&issuer, &[]));
        issuer.set_claims(json!({ "sub": "ada" }));
        // The text \"true\" is what some issuers send.
        issuer.set_user_info(json!({ "sub": "ada", "preferred_username": "ada99", "email": "ada@example.org", "email_verified": "true" }));
        let account = log_in(&accounts, &issuer).await.unwrap().account;
        assert_eq!(account.display_name, "ada99");
        assert_eq!(account.email.as_deref(), Some("ada@example.org"));
    }

    async fn a_disabled_account_does_not_log_in(world) {
        let issuer = issuer(world).await;
        let accounts = world.replica(with_issuer(&issuer, &[]));
        let root = world.caller("Root", Role::Admin).await;
        let ada = log_in(&accounts, &issuer).await.unwrap().account.account_id;
        accounts.disable_account(&root, ada).await.unwrap();
        assert!(matches!(log_in(&accounts, &issuer).await, Err(LoginError::Disabled)));
    }

    async fn first_logins_of_one_person_at_once_make_one_account(world) {
        let issuer = issuer(world).await;
        let accounts = world.replica(with_issuer(&issuer, &[]));
        let logins = (0..8).map(|_| log_in(&accounts, &issuer));
        let done = futures::future::try_join_all(logins).await.unwrap();
        assert_eq!(done.iter().filter(|login| login.created).count(), 1);
        assert!(done.iter().all(|login| login.account.account_id == done[0].account.account_id));
    }

    async fn a_login_takes_ten_minutes_at_most(world) {
        let issuer = issuer(world).await;
        let accounts = world.replica(with_issuer(&issuer, &[]));
        let start = accounts.begin_login("example", ReturnTo::default()).await.unwrap();
        let callback = issuer.log_in(&start.authorize_url);
        world.pass(TimeDelta::minutes(10));
        let late = accounts.finish_login("example", &callback, start.binding.expose()).await;
        assert!(matches!(late, Err(LoginError::UnknownAttempt)));
        assert_eq!(accounts.sweep(world.clock.now()).await.unwrap().login_attempts, 1);
    }

    async fn the_issuer_is_asked_about_itself_once_an_hour(world) {
        let issuer = issuer(world).await;
        let accounts = world.replica(with_issuer(&issuer, &[]));
        for _ in 0..3 {
            log_in(&accounts, &issuer).await.unwrap();
        }
        assert_eq!(issuer.discoveries(), 1);
        world.pass(TimeDelta::hours(1));
        issuer.set_now(world.clock.now());
        log_in(&accounts, &issuer).await.unwrap();
        assert_eq!(issuer.discoveries(), 2);
    }

    async fn a_new_key_of_the_issuer_is_learnt_when_it_is_used(world) {
        let issuer = issuer(world).await;
        let accounts = world.replica(with_issuer(&issuer, &[]));
        log_in(&accounts, &issuer).await.unwrap();
        world.pass(TimeDelta::minutes(1));
        issuer.set_now(world.clock.now());
        issuer.rotate_key("second");
        log_in(&accounts, &issuer).await.unwrap();
        assert_eq!(issuer.discoveries(), 2);
    }

    async fn who_says_no_at_the_provider_is_not_logged_in(world) {
        let issuer = issuer(world).await;
        let accounts = world.replica(with_issuer(&issuer, &[]));
        let start = accounts.begin_login("example", ReturnTo::default()).await.unwrap();
        let state = issuer.log_in(&start.authorize_url).state;
        let callback = Callback { state, error: Some("access_denied<script>".to_owned()), ..Callback::default() };
        let refused = accounts.finish_login("example", &callback, start.binding.expose()).await.unwrap_err();
        assert!(matches!(&refused, LoginError::Denied { code, .. } if code == "access_deniedscript"), "{refused}");
    }

    async fn the_development_login_exists_only_when_it_is_switched_on(world) {
        let account = world.accounts.dev_login(" Ada ", Role::Reviewer).await.unwrap();
        assert_eq!((account.display_name.as_str(), account.role), ("Ada", Role::Reviewer));
        let again = world.accounts.dev_login("Ada", Role::User).await.unwrap();
        assert_eq!((again.account_id, again.role), (account.account_id, Role::User));
        assert!(matches!(world.accounts.dev_login("\u{200B}", Role::User).await, Err(LoginError::Invalid { .. })));
        let login = LoginSettings { dev_login: false, ..settings().login };
        let strict = world.replica(Settings { login, ..settings() });
        assert!(!strict.dev_login_enabled());
        assert!(matches!(strict.dev_login("Ada", Role::Admin).await, Err(LoginError::DevDisabled)));
    }
}
