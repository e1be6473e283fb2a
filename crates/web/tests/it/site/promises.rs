//! What every served page promises: it is small, holds no script or style of its own, and no text
//! of a plan or a person becomes markup.

use serde_json::json;
use testkit::service::Client;

use super::{board_of_two, people, send, submitted, until, upload};
use crate::world::World;

const HOSTILE: &str = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>";

pub(super) async fn check(client: &Client, path: &str) -> String {
    let reply = client.get(path).await;
    let html = reply.with(200).text();
    assert!(html.len() < 100_000, "{path}: {} bytes", html.len());
    assert!(
        reply
            .header("content-security-policy")
            .contains("default-src 'none'")
    );
    for tag in html
        .split('<')
        .skip(1)
        .filter_map(|rest| rest.split('>').next())
    {
        // Attributes stand outside of quotes.
        let names: String = tag.split('"').step_by(2).collect();
        assert!(!names.contains(" style="), "{path}: {tag}");
        assert!(!names.contains(" on"), "{path}: {tag}");
        assert!(!tag.starts_with("style"), "{path}: {tag}");
        assert!(
            !tag.starts_with("script") || tag.contains(" src="),
            "{path}: {tag}"
        );
    }
    html
}

#[tokio::test]
async fn every_page_is_small_and_without_inline_scripts_or_styles() {
    let world = World::new().await;
    let [heron, stork] = board_of_two(&world).await;
    let people = people(&world).await;
    for path in [
        "/",
        "/rankings",
        "/compare",
        "/judges",
        "/docs",
        "/login",
        "/submit",
        "/plans/new",
        "/plans/new?example=night-buses",
    ] {
        check(&people.visitor, path).await;
        check(&people.admin, path).await;
    }
    for path in ["/plans", "/account", "/audit", "/audit/history", "/admin"] {
        check(&people.admin, path).await;
    }
    for path in [
        format!("/plans/{heron}"),
        format!("/metrics/{heron}"),
        format!("/compare/{heron}/{stork}"),
    ] {
        check(&people.visitor, &path).await;
    }
    let metrics = check(&people.visitor, &format!("/metrics/{heron}")).await;
    let opened = metrics.split("?comparison=").nth(1).expect("a comparison");
    let opened = opened.split('#').next().unwrap();
    let page = check(
        &people.visitor,
        &format!("/metrics/{heron}?comparison={opened}"),
    )
    .await;
    assert!(page.contains("Instructions"));
}

#[tokio::test]
async fn text_of_plans_and_people_stays_text() {
    let world = World::new().await;
    let mallory = world.client.clone();
    let login = send(
        &mallory,
        "/login/dev",
        &[("name", HOSTILE), ("role", "admin")],
    )
    .await;
    let cookies: Vec<&str> = login.with(303).cookies().collect();
    let mallory = world.client.with_cookies(&cookies.join("; "));
    let words: Vec<String> = (0..60).map(|i| format!("word{i}")).collect();
    let plan = json!({
        "title": HOSTILE,
        "domain": HOSTILE,
        "prompt": format!("{HOSTILE} {}", words.join(" ")),
        "wbs": [{ "id": "a", "name": HOSTILE }, { "id": "b", "name": format!("{HOSTILE} b") }],
    });
    let sent = upload(
        &mallory,
        &[("json", &plan.to_string()), ("external_id", HOSTILE)],
    )
    .await;
    let page = sent.with(303).header("location").to_owned();
    until(&mallory, &page, "Technical completeness").await;
    let metrics = page.replace("/plans/", "/metrics/");
    let search = "/admin?q=%3Cscript%3Ealert(1)%3C/script%3E";
    let login = "/login?return_to=/%22%3E%3Cscript%3E";
    for path in [
        &page,
        &metrics,
        "/plans",
        "/rankings?domain=%3Cimg%20src=x%3E",
        "/admin",
        search,
        "/account",
        login,
    ] {
        let html = check(&mallory, path).await;
        assert!(
            !html.contains("<script>") && !html.contains("<img"),
            "{path}"
        );
    }
}

#[tokio::test]
async fn a_reader_who_has_the_board_is_told_so_and_a_change_is_seen() {
    let world = World::new().await;
    board_of_two(&world).await;
    let board = until(&world.client, "/rankings", "stork").await;
    assert_eq!(board.header("cache-control"), "private, no-cache");
    assert!(board.header("vary").contains("Cookie"));
    let tag = board.header("etag").to_owned();
    // The page changes with the minute, so a test may be unlucky once.
    let ask = async |tag: &str| {
        let request = world.client.request(reqwest::Method::GET, "/rankings");
        world
            .client
            .send(request.header("if-none-match", tag))
            .await
    };
    let mut reply = ask(&tag).await;
    if reply.status == 200 {
        reply = ask(reply.header("etag")).await;
    }
    reply.with(304);
    assert!(reply.body.is_empty());
    // Somebody who is logged in sees a page of their own.
    let una = world.client.signed_in("una", "user").await;
    let own = una.get("/rankings").await;
    assert!(own.with(200).text().contains("Log out"));
    assert_eq!(own.header("etag"), "");
    assert!(
        !world
            .client
            .get("/rankings")
            .await
            .text()
            .contains("Log out")
    );
}

#[tokio::test]
async fn a_notice_is_shown_once_and_says_only_what_the_service_says() {
    let world = World::new().await;
    let una = world.client.signed_in("una", "user").await;
    let page = submitted(&una, "ruff", "private").await;
    let noticed = una.get(&page).await;
    assert!(noticed.with(200).text().contains("ruff"));
    for (word, shown) in [
        ("submitted", true),
        ("<b>you won</b>", false),
        ("you-won", false),
    ] {
        let browser = world
            .client
            .with_cookies(&format!("planrank_notice={word}"));
        let reply = browser.get("/judges").await;
        assert_eq!(
            reply.with(200).text().contains("role=\"status\""),
            shown,
            "{word}"
        );
        let forgets = reply.cookies().any(|cookie| cookie == "planrank_notice=");
        assert_eq!(forgets, shown, "{word}");
    }
}
