//! Issuers and browsers that lie: nobody is logged in, and no account is made.

use accounts::{Accounts, Callback, LoginError, ReturnTo, Role};
use chrono::TimeDelta;

use crate::fixture::{World, on_both};
use crate::issuer::{Fault, Issuer};
use crate::login::{log_in, with_issuer};

async fn world_with_issuer(world: &World) -> (Issuer, Accounts) {
    let issuer = Issuer::start(world.clock.now()).await;
    let accounts = world.replica(with_issuer(&issuer, &[]));
    (issuer, accounts)
}

async fn users(world: &World) -> usize {
    let root = world.caller("Root", Role::Admin).await;
    let page = world.accounts.list_accounts(&root, None, None, 200).await;
    page.unwrap().items.len()
}

on_both! {
    async fn a_token_that_is_not_to_be_trusted_logs_nobody_in(world) {
        let (issuer, accounts) = world_with_issuer(world).await;
        let cases = [
            (Fault::WrongNonce, "another login"),
            (Fault::NoNonce, "another login"),
            (Fault::WrongIssuer, "another issuer"),
            (Fault::WrongAudience, "another service"),
            (Fault::ExtraAudience, "another service"),
            (Fault::Expired, "too old"),
            (Fault::FromTheFuture, "from the future"),
            (Fault::AlgNone, "signed"),
            (Fault::Hs256WithPublicKey, "not allowed"),
            (Fault::Hs256WithClientSecret, "not allowed"),
            (Fault::UnknownKid, "unknown key"),
            (Fault::WrongSignature, "signature is wrong"),
            (Fault::NoIdToken, "missing or malformed"),
            (Fault::LongSubject, "subject"),
        ];
        for (fault, expected) in cases {
            issuer.fail(fault);
            let error = log_in(&accounts, &issuer).await.unwrap_err();
            assert!(matches!(&error, LoginError::Untrusted { why, .. } if why.contains(expected)), "{fault:?}: {error}");
            let shown = format!("{error} {error:?}");
            assert!(!shown.contains("ada") && !shown.contains("eyJ"), "{shown}");
        }
        assert_eq!(users(world).await, 1);
        issuer.fail(Fault::None);
        log_in(&accounts, &issuer).await.unwrap();
    }

    async fn clocks_may_differ_by_a_minute(world) {
        let (issuer, accounts) = world_with_issuer(world).await;
        for skew in [-60, 60] {
            issuer.set_now(world.clock.now() + TimeDelta::seconds(skew));
            log_in(&accounts, &issuer).await.unwrap();
        }
    }

    async fn an_answer_that_is_huge_or_no_json_or_leads_elsewhere_is_no_answer(world) {
        let (issuer, accounts) = world_with_issuer(world).await;
        for (fault, expected) in [
            (Fault::HugeToken, "larger than"),
            (Fault::RedirectedToken, "no token"),
            (Fault::TokenIsNoJson, "no token"),
        ] {
            issuer.fail(fault);
            let error = log_in(&accounts, &issuer).await.unwrap_err();
            assert!(matches!(&error, LoginError::Unreachable { why, .. } if why.contains(expected)), "{fault:?}: {error}");
        }
        assert_eq!(issuer.visits_elsewhere(), 0, "a code must not travel elsewhere");
        assert_eq!(users(world).await, 1);
    }

    async fn an_issuer_that_is_not_what_it_says_is_not_used(world) {
        let (issuer, accounts) = world_with_issuer(world).await;
        for fault in [Fault::HugeDiscovery, Fault::RedirectedDiscovery, Fault::OtherIssuerInDiscovery] {
            issuer.fail(fault);
            let error = accounts.begin_login("example", ReturnTo::default()).await.unwrap_err();
            assert!(matches!(error, LoginError::Unreachable { .. } | LoginError::Untrusted { .. }), "{fault:?}: {error}");
        }
        assert_eq!(issuer.visits_elsewhere(), 0);
    }

    async fn user_info_about_somebody_else_is_left_out(world) {
        let (issuer, accounts) = world_with_issuer(world).await;
        issuer.set_claims(serde_json::json!({ "sub": "ada" }));
        issuer.set_user_info(serde_json::json!({ "sub": "ada", "name": "Eve", "email": "eve@example.org", "email_verified": true }));
        issuer.fail(Fault::UserInfoOfSomebodyElse);
        let account = log_in(&accounts, &issuer).await.unwrap().account;
        assert_eq!((account.display_name.as_str(), account.email), ("Nameless", None));
    }

    async fn a_login_is_finished_once_and_only_by_the_browser_that_began_it(world) {
        let (issuer, accounts) = world_with_issuer(world).await;
        let start = accounts.begin_login("example", ReturnTo::default()).await.unwrap();
        let callback = issuer.log_in(&start.authorize_url);
        let other = accounts.begin_login("example", ReturnTo::default()).await.unwrap();
        let finish = async |callback: &Callback, binding: &str| accounts.finish_login("example", callback, binding).await;
        for binding in [other.binding.expose(), "", "x"] {
            let stolen = finish(&callback, binding).await;
            assert!(matches!(stolen, Err(LoginError::UnknownAttempt)));
        }
        for state in [None, Some(String::new()), Some("x".repeat(5_000))] {
            let forged = Callback { state, ..callback.clone() };
            assert!(matches!(finish(&forged, start.binding.expose()).await, Err(LoginError::UnknownAttempt)));
        }
        assert_eq!(issuer.token_requests(), 0, "no code is redeemed for a stranger");
        finish(&callback, start.binding.expose()).await.unwrap();
        let replayed = finish(&callback, start.binding.expose()).await;
        assert!(matches!(replayed, Err(LoginError::UnknownAttempt)));
        assert_eq!(issuer.token_requests(), 1);
    }

    async fn a_code_is_of_no_use_in_another_login(world) {
        let (issuer, accounts) = world_with_issuer(world).await;
        let victim = accounts.begin_login("example", ReturnTo::default()).await.unwrap();
        let code = issuer.log_in(&victim.authorize_url).code;
        let attacker = accounts.begin_login("example", ReturnTo::default()).await.unwrap();
        let callback = Callback { code, ..issuer.log_in(&attacker.authorize_url) };
        let injected = accounts.finish_login("example", &callback, attacker.binding.expose()).await.unwrap_err();
        assert!(matches!(&injected, LoginError::Denied { code, .. } if code == "invalid_grant"), "{injected}");
    }

    async fn an_answer_in_the_name_of_another_issuer_is_refused(world) {
        let (issuer, accounts) = world_with_issuer(world).await;
        let start = accounts.begin_login("example", ReturnTo::default()).await.unwrap();
        let callback = Callback { iss: Some("https://evil.example".to_owned()), ..issuer.log_in(&start.authorize_url) };
        let mixed = accounts.finish_login("example", &callback, start.binding.expose()).await;
        assert!(matches!(mixed, Err(LoginError::Untrusted { .. })));
        assert_eq!(issuer.token_requests(), 0);
    }

    async fn codes_are_bounded_and_providers_are_known(world) {
        let (issuer, accounts) = world_with_issuer(world).await;
        for code in [None, Some(String::new()), Some("x".repeat(4_001))] {
            let start = accounts.begin_login("example", ReturnTo::default()).await.unwrap();
            let callback = Callback { code, ..issuer.log_in(&start.authorize_url) };
            let refused = accounts.finish_login("example", &callback, start.binding.expose()).await;
            assert!(matches!(refused, Err(LoginError::Denied { .. })));
        }
        let unknown = accounts.begin_login("nobody", ReturnTo::default()).await;
        assert!(matches!(unknown, Err(LoginError::UnknownProvider)));
    }

    async fn an_unknown_key_makes_nobody_ask_the_issuer_all_the_time(world) {
        let (issuer, accounts) = world_with_issuer(world).await;
        issuer.fail(Fault::UnknownKid);
        world.pass(TimeDelta::minutes(5));
        issuer.set_now(world.clock.now());
        for _ in 0..10 {
            assert!(log_in(&accounts, &issuer).await.is_err());
        }
        assert_eq!(issuer.discoveries(), 1);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_issuer_that_does_not_answer_is_given_ten_seconds() {
    let world = World::sqlite().await;
    let (issuer, accounts) = world_with_issuer(&world).await;
    issuer.fail(Fault::SlowToken);
    let waited = tokio::time::timeout(
        std::time::Duration::from_secs(30),
        log_in(&accounts, &issuer),
    );
    let error = waited.await.expect("it gives up").unwrap_err();
    assert!(
        matches!(&error, LoginError::Unreachable { why, .. } if why.contains("10 seconds")),
        "{error}"
    );
}
