//! Logging in and out.

use super::send;
use crate::world::World;

fn session(reply: &testkit::service::Reply) -> String {
    let mut cookies = reply.cookies();
    let found = cookies.find(|cookie| cookie.starts_with("planrank_session="));
    found.expect("a session's cookie").to_owned()
}

#[tokio::test]
async fn a_login_begins_a_session_and_logging_out_ends_it() {
    let world = World::new().await;
    let login = send(
        &world.client,
        "/login/dev",
        &[("name", "una"), ("role", "user")],
    )
    .await;
    assert_eq!(login.with(303).header("location"), "/");
    let cookie = login.header("set-cookie");
    for part in ["Path=/", "HttpOnly", "SameSite=Lax", "Max-Age="] {
        assert!(cookie.contains(part), "{cookie}");
    }
    assert!(
        !cookie.contains("Secure"),
        "this test has no HTTPS: {cookie}"
    );
    let una = world.client.with_cookies(&session(&login));
    una.get("/account").await.with(200);
    let out = send(&una, "/logout", &[]).await;
    assert_eq!(out.with(303).header("location"), "/");
    una.get("/account").await.with(303);
}

#[tokio::test]
async fn each_login_has_a_token_of_its_own_and_ends_the_browsers_former_session() {
    let world = World::new().await;
    let wish = [("name", "una"), ("role", "user")];
    let first = session(&send(&world.client, "/login/dev", &wish).await);
    let browser = world.client.with_cookies(&first);
    let second = session(&send(&browser, "/login/dev", &wish).await);
    assert_ne!(first, second);
    browser.get("/account").await.with(303);
    world
        .client
        .with_cookies(&second)
        .get("/account")
        .await
        .with(200);
    // A token that a stranger chose opens nothing and is never taken over.
    let planted = format!("planrank_session={}", "a".repeat(43));
    let victim = world.client.with_cookies(&planted);
    assert_ne!(session(&send(&victim, "/login/dev", &wish).await), planted);
    victim.get("/account").await.with(303);
}

#[tokio::test]
async fn a_login_leads_to_paths_of_this_site_only() {
    let world = World::new().await;
    for (return_to, location) in [
        ("/submit", "/submit"),
        ("/rankings?scope=mine", "/rankings?scope=mine"),
        ("", "/"),
        ("//evil.example", "/"),
        ("https://evil.example/", "/"),
        ("/\\evil.example", "/"),
        ("/%2f/evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("/x\r\nSet-Cookie: a=b", "/"),
    ] {
        let wish = [("name", "una"), ("role", "user"), ("return_to", return_to)];
        let reply = send(&world.client, "/login/dev", &wish).await;
        assert_eq!(
            reply.with(303).header("location"),
            location,
            "{return_to:?}"
        );
    }
}

#[tokio::test]
async fn a_wrong_login_says_so_over_the_form() {
    let world = World::new().await;
    let nameless = [("name", "\u{200b}"), ("role", "user")];
    let reply = send(&world.client, "/login/dev", &nameless).await;
    assert!(reply.with(422).text().contains("role=\"alert\""));
    assert_eq!(reply.cookies().count(), 0);
    send(
        &world.client,
        "/login/dev",
        &[("name", "una"), ("role", "emperor")],
    )
    .await
    .with(422);
    send(&world.client, "/login/nobody", &[]).await.with(404);
    let finish = "/login/nobody/callback?code=a&state=b";
    world.client.get(finish).await.with(404);
}

#[tokio::test]
async fn the_development_login_is_for_this_machine_without_a_proxy() {
    let world = World::new().await;
    let request = world.client.request(reqwest::Method::POST, "/login/dev");
    let request = request
        .header("content-type", super::FORM)
        .header("x-forwarded-for", "203.0.113.9")
        .body("name=una&role=admin");
    let reply = world.client.send(request).await;
    assert_eq!(reply.with(404).cookies().count(), 0);
}

#[tokio::test]
async fn logins_of_one_address_are_limited() {
    let world = World::new().await;
    let mut last = 0;
    for _ in 0..60 {
        last = send(&world.client, "/login/nobody", &[]).await.status;
        if last == 429 {
            break;
        }
    }
    assert_eq!(last, 429);
}

#[tokio::test]
async fn all_sessions_end_at_once_when_their_owner_wishes_so() {
    let world = World::new().await;
    let here = world.client.signed_in("una", "user").await;
    let there = world.client.signed_in("una", "user").await;
    assert!(here.get("/account").await.text().contains("this one"));
    send(&here, "/account/sessions/end-all", &[])
        .await
        .with(303);
    here.get("/account").await.with(303);
    there.get("/account").await.with(303);
}
