//! Logging in through GitHub, played by a server of the tests.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use accounts::{
    Accounts, Callback, GitHubSettings, LoginDone, LoginError, LoginSettings, ProviderSettings,
    ReturnTo, Secret, Settings,
};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Form, Json, Router};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use url::Url;

use crate::fixture::{World, on_both, settings};

#[derive(Debug, Clone)]
struct GitHub {
    emails: Arc<Mutex<Value>>,
    verifiers: Arc<Mutex<Vec<String>>>,
}

async fn token(
    State(hub): State<GitHub>,
    Form(form): Form<BTreeMap<String, String>>,
) -> Json<Value> {
    hub.verifiers
        .lock()
        .unwrap()
        .push(form["code_verifier"].clone());
    let known = form["code"] == "good" && form["client_secret"] == "s";
    Json(if known {
        json!({ "access_token": "gho_x", "token_type": "bearer", "scope": "" })
    } else {
        json!({ "error": "bad_verification_code", "error_description": "expired" })
    })
}

fn authorised(headers: &HeaderMap) -> bool {
    let agent = headers.contains_key("user-agent");
    agent
        && headers
            .get("authorization")
            .is_some_and(|value| value == "Bearer gho_x")
}

async fn user(headers: HeaderMap) -> Response {
    if !authorised(&headers) {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    Json(json!({ "id": 583_231, "login": "octocat", "name": null, "email": "public@example.org" }))
        .into_response()
}

async fn emails(State(hub): State<GitHub>, headers: HeaderMap) -> Response {
    if !authorised(&headers) {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    Json(hub.emails.lock().unwrap().clone()).into_response()
}

async fn start(world: &World) -> (GitHub, Accounts, Url) {
    let hub = GitHub {
        emails: Arc::new(Mutex::new(json!([]))),
        verifiers: Arc::default(),
    };
    let routes = Router::new()
        .route("/login/oauth/access_token", post(token))
        .route("/api/v3/user", get(user))
        .route("/api/v3/user/emails", get(emails))
        .with_state(hub.clone());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url: Url = format!("http://{}", listener.local_addr().unwrap())
        .parse()
        .unwrap();
    tokio::spawn(async move { axum::serve(listener, routes).await.unwrap() });
    let provider = ProviderSettings::GitHub(GitHubSettings {
        name: "github".to_owned(),
        label: "GitHub".to_owned(),
        client_id: "c".to_owned(),
        client_secret: Secret::new("s"),
        web_url: url.clone(),
        api_url: url.join("/api/v3").unwrap(),
    });
    let login = LoginSettings {
        providers: vec![provider],
        ..settings().login
    };
    (
        hub,
        world.replica(Settings {
            login,
            ..settings()
        }),
        url,
    )
}

async fn log_in(accounts: &Accounts, code: &str) -> Result<LoginDone, LoginError> {
    let start = accounts.begin_login("github", ReturnTo::default()).await?;
    let query: BTreeMap<_, _> = start.authorize_url.query_pairs().into_owned().collect();
    assert_eq!(query["code_challenge_method"], "S256");
    assert_eq!(
        query["redirect_uri"],
        "http://127.0.0.1:8080/login/github/callback"
    );
    let callback = Callback {
        code: Some(code.to_owned()),
        state: Some(query["state"].clone()),
        ..Callback::default()
    };
    accounts
        .finish_login("github", &callback, start.binding.expose())
        .await
}

on_both! {
    async fn an_account_is_known_by_its_number_on_this_github(world) {
        let (hub, accounts, url) = start(world).await;
        let done = log_in(&accounts, "good").await.unwrap();
        assert_eq!(done.account.display_name, "octocat");
        assert_eq!(done.account.email, None, "a public address may be anybody's");
        let caller = accounts.operator(done.account.account_id).await.unwrap().unwrap();
        let identity = accounts.identities(&caller).await.unwrap().remove(0);
        assert_eq!((identity.issuer.as_str(), identity.subject.as_str()), (url.as_str().trim_end_matches('/'), "583231"));
        assert!(!log_in(&accounts, "good").await.unwrap().created);
        let verifiers = hub.verifiers.lock().unwrap();
        assert!(verifiers[0] != verifiers[1] && verifiers[0].len() >= 43);
    }

    async fn only_the_primary_verified_address_is_kept(world) {
        let (hub, accounts, _) = start(world).await;
        let address = |email: &str, primary, verified| json!({ "email": email, "primary": primary, "verified": verified });
        for (addresses, expected) in [
            (json!([address("a@example.org", false, true), address("b@example.org", true, false)]), None),
            (json!([address("a@example.org", false, true), address("b@example.org", true, true)]), Some("b@example.org")),
            (json!({ "message": "no" }), None),
        ] {
            *hub.emails.lock().unwrap() = addresses;
            assert_eq!(log_in(&accounts, "good").await.unwrap().account.email.as_deref(), expected);
        }
    }

    async fn a_refused_code_logs_nobody_in(world) {
        let (_, accounts, _) = start(world).await;
        let refused = log_in(&accounts, "stale").await.unwrap_err();
        assert!(matches!(&refused, LoginError::Denied { code, .. } if code == "bad_verification_code"), "{refused}");
    }
}
