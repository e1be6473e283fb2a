//! Who sees which page.

use super::{people, send, submitted};
use crate::world::World;

const NOTHING: &str = "00000000-0000-7000-8000-000000000000";

/// A visitor, a user, a reviewer, an administrator.
const ALL: [u16; 4] = [200; 4];
const KNOWN: [u16; 4] = [303, 200, 200, 200];
const REVIEWERS: [u16; 4] = [303, 403, 200, 200];
const ADMINS: [u16; 4] = [303, 403, 403, 200];
const NOBODY: [u16; 4] = [404; 4];
/// Private, of the user; administrators see all.
const OWN: [u16; 4] = [404, 200, 404, 200];

#[tokio::test]
async fn each_page_is_shown_to_who_may_see_it() {
    let world = World::new().await;
    let people = people(&world).await;
    let mine = submitted(&people.user, "curlew", "private").await;
    let other = submitted(&people.user, "dunlin", "private").await;
    let id = mine.trim_start_matches("/plans/");
    let pair = format!("/compare/{id}/{}", other.trim_start_matches("/plans/"));
    let pages = [
        ("/".to_owned(), ALL),
        ("/rankings".to_owned(), ALL),
        ("/rankings?scope=mine".to_owned(), KNOWN),
        ("/rankings?scope=private".to_owned(), KNOWN),
        ("/compare".to_owned(), ALL),
        ("/judges".to_owned(), ALL),
        ("/docs".to_owned(), ALL),
        ("/llms.txt".to_owned(), ALL),
        ("/login".to_owned(), ALL),
        ("/submit".to_owned(), ALL),
        ("/plans/new".to_owned(), ALL),
        ("/plans".to_owned(), KNOWN),
        ("/account".to_owned(), KNOWN),
        ("/audit".to_owned(), REVIEWERS),
        ("/audit/history".to_owned(), REVIEWERS),
        (format!("/audit/{NOTHING}"), [303, 403, 404, 404]),
        ("/admin".to_owned(), ADMINS),
        (format!("/plans/{NOTHING}"), NOBODY),
        ("/plans/not-an-id".to_owned(), NOBODY),
        (mine.clone(), OWN),
        (format!("/metrics/{id}"), OWN),
        (pair, OWN),
    ];
    let all = [
        &people.visitor,
        &people.user,
        &people.reviewer,
        &people.admin,
    ];
    for (path, statuses) in pages {
        for (who, status) in all.iter().zip(statuses) {
            let reply = who.get(&path).await;
            assert_eq!(reply.status, status, "{path}: {}", reply.text());
        }
    }
}

#[tokio::test]
async fn each_form_is_taken_from_who_may_send_it() {
    let world = World::new().await;
    let people = people(&world).await;
    let plan = submitted(&people.user, "plover", "private").await;
    let all = [
        &people.visitor,
        &people.reviewer,
        &people.user,
        &people.admin,
    ];
    // A visitor, a reviewer, the owner, an administrator.
    for (path, statuses) in [
        (format!("{plan}/withdraw"), [401, 404, 303, 404]),
        (format!("{plan}/restore"), [401, 404, 303, 404]),
        (
            format!("/account/keys/{NOTHING}/revoke"),
            [401, 404, 404, 404],
        ),
        (
            format!("/account/sessions/{NOTHING}/end"),
            [401, 404, 404, 404],
        ),
        (format!("/audit/{NOTHING}/decide"), [401, 404, 403, 404]),
        (format!("/audit/{NOTHING}/preview"), [401, 404, 403, 404]),
        (
            format!("/audit/history/{NOTHING}/withdraw"),
            [401, 404, 403, 404],
        ),
        (format!("/admin/jobs/{NOTHING}/retry"), [401, 403, 403, 404]),
        (
            format!("/admin/jobs/{NOTHING}/discard"),
            [401, 403, 403, 404],
        ),
        (
            format!("/admin/accounts/{NOTHING}/disable"),
            [401, 403, 403, 404],
        ),
        (
            format!("/admin/accounts/{NOTHING}/enable"),
            [401, 403, 403, 404],
        ),
    ] {
        for (who, status) in all.iter().zip(statuses) {
            let reply = send(who, &path, &[]).await;
            assert_eq!(reply.status, status, "{path}: {}", reply.text());
        }
    }
}

#[tokio::test]
async fn what_fails_on_a_page_is_a_page_and_in_the_api_a_document() {
    let world = World::new().await;
    let html = |path: &str| {
        let request = world.client.request(reqwest::Method::GET, path);
        world
            .client
            .send(request.header("accept", "text/html,*/*;q=0.8"))
    };
    for path in [format!("/plans/{NOTHING}"), "/no-such-page".to_owned()] {
        let reply = html(&path).await;
        assert!(
            reply.header("content-type").starts_with("text/html"),
            "{path}"
        );
        let (text, id) = (reply.with(404).text(), reply.header("x-request-id"));
        assert!(
            !id.is_empty() && text.contains(id),
            "{path} shows its request id"
        );
        assert!(text.contains("Not found"), "{text}");
    }
    html("/api/no-such-page").await.problem(404, "not_found");
    world
        .client
        .get("/no-such-page")
        .await
        .problem(404, "not_found");
    // From another site: refused before any page is asked.
    let other = world.client.request(reqwest::Method::POST, "/logout");
    let other = other
        .header("sec-fetch-site", "cross-site")
        .header("accept", "text/html");
    let reply = world.client.send(other).await;
    assert!(reply.with(403).text().contains("<h1>Not allowed</h1>"));
}

#[tokio::test]
async fn who_must_log_in_comes_back_to_the_page() {
    let world = World::new().await;
    let reply = world.client.get("/rankings?scope=mine&domain=rail").await;
    assert_eq!(
        reply.with(303).header("location"),
        "/login?return_to=%2Frankings%3Fscope%3Dmine%26domain%3Drail"
    );
}
