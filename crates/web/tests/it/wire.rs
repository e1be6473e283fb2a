//! Waiting, sessions, and bodies that are sent as no library sends them.

use accounts::{Scope, Scopes};
use reqwest::Method;
use serde_json::json;
use store::{AccountId, Role};
use testkit::service::raw::RawRequest;

use crate::world::{World, plan};

#[tokio::test]
async fn whoever_waits_is_answered_with_the_result() {
    let world = World::new().await;
    let send = async |name: &str, wish: &str| {
        let user = world.user(name, Role::User).await;
        let request = user
            .request(Method::POST, "/api/rank")
            .header("Prefer", wish);
        user.send(request.json(&plan(name))).await
    };
    for name in ["alder", "birch", "cedar"] {
        send(name, "respond-async").await.with(202);
    }
    let waited = send("dogwood", "wait=50").await;
    waited.with(200);
    assert_eq!(waited.header("preference-applied"), "wait=50");
    let phase = waited.json()["status"]["phase"].clone();
    assert!(
        phase == "provisional" || phase == "rated",
        "{}",
        waited.text()
    );
    assert!(waited.json()["rating"]["elo"].is_f64(), "{}", waited.text());
    let hurried = send("elm", "wait=1").await;
    assert!([200, 202].contains(&hurried.status), "{hurried:?}");
}

#[tokio::test]
async fn a_session_makes_keys_that_do_no_more_than_asked_and_end_when_told() {
    let world = World::new().await;
    let app = &world.app;
    let id = AccountId::new(app.clock.now(), [7; 10]);
    app.store
        .add_account(id, "browser", app.clock.now())
        .await
        .unwrap();
    let session = app.accounts.start_session(id, "test").await.unwrap();
    let cookie = format!("planrank_session={}", session.token.expose());
    let browser = world.client.with_cookies(&cookie);
    assert_eq!(
        browser.get("/api/account").await.with(200).json()["via"],
        "session"
    );
    let too_much = json!({ "name": "k", "scopes": ["admin"] });
    browser
        .post_json("/api/account/keys", &too_much)
        .await
        .problem(422, "invalid");
    let wanted = json!({ "name": "k", "scopes": ["read"] });
    let made = browser
        .post_json("/api/account/keys", &wanted)
        .await
        .with(201)
        .json();
    let key = world.client.with_key(made["secret"].as_str().unwrap());
    assert_eq!(
        key.get("/api/account").await.with(200).json()["scopes"],
        json!(["read"])
    );
    let path = format!(
        "/api/account/keys/{}",
        made["key"]["key_id"].as_str().unwrap()
    );
    let rotated = browser
        .post_json(&format!("{path}/rotate"), &json!({}))
        .await;
    let next = world
        .client
        .with_key(rotated.with(201).json()["secret"].as_str().unwrap());
    key.get("/api/account").await.with(200);
    next.get("/api/account").await.with(200);
    browser.delete(&path).await.with(204);
    key.get("/api/account")
        .await
        .problem(401, "unauthenticated");
    browser.delete(&path).await.problem(404, "not_found");
    let listed = browser.get("/api/account/keys").await.with(200).json();
    assert_eq!(listed["items"].as_array().unwrap().len(), 2);
    assert!(!listed.to_string().contains("prk_live_"));
}

#[tokio::test]
async fn a_form_of_another_site_changes_nothing() {
    let world = World::new().await;
    let user = world.user("user", Role::User).await;
    let request = user
        .request(Method::POST, "/api/rank")
        .header("Origin", "https://elsewhere.example")
        .header("Sec-Fetch-Site", "cross-site");
    user.send(request.json(&plan("oak")))
        .await
        .problem(403, "cross_site");
}

#[tokio::test]
async fn a_body_without_length_is_read_only_up_to_the_limit() {
    let world = World::new().await;
    let key = world
        .key("user", Scopes::from_iter([Scope::Submit]), Role::User)
        .await;
    let address = world.address();
    let head = format!(
        "POST /api/rank HTTP/1.1\nHost: {address}\nAuthorization: Bearer {key}\n\
         Content-Type: application/json\nTransfer-Encoding: chunked\nConnection: close\n\n"
    );
    let mut request = RawRequest::open(address, &head).await.unwrap();
    let chunk = vec![b' '; 1 << 20];
    let mut sent = 0;
    while sent < 40 && request.chunk(&chunk).await.is_ok() {
        sent += 1;
    }
    // Whoever goes on sending may be cut off before the answer arrives.
    assert!(matches!(request.answer().await.status(), Some(413) | None));
    let told = format!(
        "POST /api/rank HTTP/1.1\nHost: {address}\nAuthorization: Bearer {key}\n\
         Content-Type: application/zip\nContent-Length: 999999999\nConnection: close\n\n"
    );
    let request = RawRequest::open(address, &told).await.unwrap();
    assert_eq!(request.answer().await.status(), Some(413));
    world.client.get("/healthz").await.with(200);
}
