//! The whole flow against an `OpenID` Connect server that others wrote: `scripts/oidc-peer`.
//!
//! Runs when `PLANRANK_TEST_OIDC` names the issuer, and says so when not.

use std::time::Duration;

use accounts::{
    Callback, LoginSettings, OidcSettings, ProviderSettings, ReturnTo, Secret, Settings,
};
use chrono::{DateTime, Utc};
use reqwest::{Client, redirect};
use url::Url;

use crate::fixture::{World, settings};

const VARIABLE: &str = "PLANRANK_TEST_OIDC";

/// What `scripts/oidc-peer` says of whoever logs in.
const NAME: &str = "Ada Lovelace";

fn client() -> Client {
    let builder = Client::builder()
        .redirect(redirect::Policy::none())
        .timeout(Duration::from_secs(10))
        .tls_certs_only([])
        .no_proxy();
    builder.build().unwrap()
}

/// The peer's clock, so that this test needs none of its own.
async fn time_of(client: &Client, issuer: &str) -> DateTime<Utc> {
    let url = format!("{issuer}/.well-known/openid-configuration");
    let answer = client.get(url).send().await.unwrap();
    let date = answer.headers()["date"].to_str().unwrap().to_owned();
    DateTime::parse_from_rfc2822(&date).unwrap().to_utc()
}

/// What the peer sends a browser back with.
async fn authorise(client: &Client, url: &Url) -> Callback {
    let answer = client.get(url.clone()).send().await.unwrap();
    assert!(answer.status().is_redirection(), "{}", answer.status());
    let back: Url = answer.headers()["location"]
        .to_str()
        .unwrap()
        .parse()
        .unwrap();
    assert_eq!(back.path(), "/login/peer/callback");
    let find = |name: &str| {
        back.query_pairs()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.into_owned())
    };
    Callback {
        code: find("code"),
        state: find("state"),
        error: find("error"),
        iss: find("iss"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn somebody_logs_in_through_a_server_that_others_wrote() {
    let Ok(issuer) = std::env::var(VARIABLE) else {
        println!(
            "skipped: {VARIABLE} names no OpenID Connect server (start one with scripts/oidc-peer)"
        );
        return;
    };
    let world = World::sqlite().await;
    let provider = ProviderSettings::Oidc(OidcSettings {
        name: "peer".to_owned(),
        label: "Peer".to_owned(),
        issuer: issuer.clone(),
        client_id: "planrank".to_owned(),
        client_secret: Some(Secret::new("secret of the peer's client")),
        scopes: vec!["email".to_owned(), "profile".to_owned()],
    });
    let login = LoginSettings {
        providers: vec![provider],
        ..settings().login
    };
    let accounts = world.replica(Settings {
        login,
        ..settings()
    });
    let client = client();
    world.pass(time_of(&client, &issuer).await - world.clock.now());

    let mut ids = Vec::new();
    for _ in 0..2 {
        let start = accounts
            .begin_login("peer", ReturnTo::default())
            .await
            .unwrap();
        let callback = authorise(&client, &start.authorize_url).await;
        let done = accounts
            .finish_login("peer", &callback, start.binding.expose())
            .await
            .unwrap();
        assert_eq!(done.account.display_name, NAME);
        assert_eq!(done.account.email.as_deref(), Some("ada@example.org"));
        ids.push(done.account.account_id);
        let replayed = accounts
            .finish_login("peer", &callback, start.binding.expose())
            .await;
        assert!(replayed.is_err());
    }
    assert_eq!(ids[0], ids[1]);
}
