//! What browsers are told on every answer, and what other sites can't do with somebody's session.

use reqwest::Method;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use testkit::service::Reply;

use crate::support::World;

const POLICY: [&str; 4] = [
    "default-src 'none'",
    "script-src 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
];

#[track_caller]
fn assert_guarded(what: &str, reply: &Reply) {
    let policy = reply.header("content-security-policy");
    for directive in POLICY {
        assert!(policy.contains(directive), "{what}: {policy}");
    }
    assert!(!policy.contains("unsafe"), "{what}: {policy}");
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "same-origin"),
        ("cross-origin-opener-policy", "same-origin"),
    ] {
        assert_eq!(reply.header(name), value, "{what}: {name}");
    }
    assert!(
        !reply.header("cache-control").is_empty(),
        "{what}: no word on caching"
    );
    assert!(
        !reply.header("x-request-id").is_empty(),
        "{what}: no request id"
    );
    assert!(
        reply.header("server").is_empty(),
        "{what} tells its software"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_bears_the_security_headers() {
    let world = World::new().await;
    let client = world.service.client();
    for path in [
        "/",
        "/rankings",
        "/login",
        "/account",
        "/healthz",
        "/openapi.json",
        "/api/leaderboard",
        "/api/rank",
        "/no-such-page",
        "/static/no-such-file",
        "/metrics",
    ] {
        assert_guarded(path, &client.get(path).await);
    }
    let refused = client.post("/api/rank", "application/json", "{}").await;
    assert_guarded("a refused request", &refused);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_that_resolves_to_loopback_is_not_served() {
    let world = World::new().await;
    let client = world.service.client();
    let request = client
        .request(Method::GET, "/api/leaderboard")
        .header("host", "evil.example");
    client.send(request).await.problem(421, "unknown_host");
}

#[tokio::test(flavor = "multi_thread")]
async fn another_site_can_not_act_with_somebodys_session() {
    let world = World::new().await;
    let ada = world.service.client().signed_in("ada", "user").await;
    let post = async |headers: &[(&'static str, &'static str)]| {
        let pair = |(name, value): &(&'static str, &'static str)| {
            (
                HeaderName::from_static(name),
                HeaderValue::from_static(value),
            )
        };
        let headers: HeaderMap = headers.iter().map(pair).collect();
        ada.send(ada.request(Method::POST, "/logout").headers(headers))
            .await
    };
    for foreign in [
        &[("sec-fetch-site", "cross-site")][..],
        &[("sec-fetch-site", "same-site")],
        &[
            ("sec-fetch-site", "cross-site"),
            ("origin", "https://evil.example"),
        ],
        &[("sec-fetch-site", "cross-site"), ("origin", "null")],
    ] {
        let refused = post(foreign).await;
        assert!(refused.with(403).text().contains("another site"));
    }
    ada.get("/account").await.with(200);
    assert_eq!(post(&[]).await.status, 303);
    assert_ne!(ada.get("/account").await.status, 200, "the session goes on");
}

#[tokio::test(flavor = "multi_thread")]
async fn cookies_of_a_session_can_not_be_read_by_scripts_nor_sent_from_elsewhere() {
    let world = World::new().await;
    let form = "name=ada&role=user&return_to=%2Faccount";
    let client = world.service.client();
    let reply = client
        .post("/login/dev", "application/x-www-form-urlencoded", form)
        .await;
    let cookies: Vec<_> = reply.headers.get_all("set-cookie").iter().collect();
    assert!(!cookies.is_empty(), "{}", reply.text());
    for cookie in cookies {
        let cookie = cookie.to_str().unwrap();
        for attribute in ["HttpOnly", "SameSite=Lax", "Path=/"] {
            assert!(cookie.contains(attribute), "{cookie}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_login_leads_to_another_site() {
    let world = World::new().await;
    let client = world.service.client();
    for target in [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
    ] {
        let form = url::form_urlencoded::Serializer::new(String::from("name=ada&role=user"))
            .append_pair("return_to", target)
            .finish();
        let reply = client
            .post("/login/dev", "application/x-www-form-urlencoded", form)
            .await;
        let location = reply.header("location");
        let stays = location.is_empty()
            || (location.starts_with('/')
                && !location.starts_with("//")
                && !location.contains('\\'));
        assert!(stays, "{target} leads to {location}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_are_refused_however_they_are_spoilt() {
    let world = World::new().await;
    let secret = world.launcher.create_key("ada", "user").await.secret;
    let anonymous = world.service.client();
    anonymous
        .with_key(&secret)
        .get("/api/account")
        .await
        .with(200);
    let cut = secret[..secret.len() - 1].to_owned();
    let swapped = secret.chars().rev().collect::<String>();
    for spoilt in [
        cut,
        swapped,
        secret.clone() + "x",
        String::new(),
        "prk_live_".to_owned(),
    ] {
        anonymous
            .with_key(&spoilt)
            .get("/api/account")
            .await
            .problem(401, "unauthenticated");
    }
    let log = world.service.log();
    assert!(!log.contains(&secret), "the key is in the log");
}
