//! Forms: what they do, and what they say when something is wrong.

use super::{people, send, submitted, until, upload};
use crate::world::{World, plan};

#[tokio::test]
async fn an_uploaded_plan_leads_to_its_page_and_again_to_the_same_page() {
    let world = World::new().await;
    let una = world.client.signed_in("una", "user").await;
    let page = submitted(&una, "avocet", "public").await;
    let shown = una.get(&page).await;
    assert!(shown.with(200).text().contains("avocet"));
    let text = plan("avocet").to_string();
    let again = upload(&una, &[("json", &text), ("visibility", "public")]).await;
    assert_eq!(again.with(303).header("location"), page);
    let notice = again
        .cookies()
        .find(|cookie| cookie.starts_with("planrank_notice="));
    assert_eq!(notice, Some("planrank_notice=known-plan"));
    assert!(una.get("/plans").await.with(200).text().contains(&page));
}

#[tokio::test]
async fn a_plan_that_cannot_be_used_brings_the_form_back_with_what_was_typed() {
    let world = World::new().await;
    let una = world.client.signed_in("una", "user").await;
    let long = "x".repeat(300);
    let fine = plan("godwit").to_string();
    for (parts, field) in [
        (&[("json", "{\"title\": \"half")][..], "json-error"),
        (&[("json", "{\"title\": 7}")], "json-error"),
        (&[("file", "not JSON")], "file-error"),
        (&[("file", "PK\u{3}\u{4} not a zip")], "file-error"),
        (&[("json", "")], "file-error"),
        (&[], "file-error"),
        (
            &[("json", &fine), ("external_id", &long)],
            "external_id-error",
        ),
        (&[("json", &fine), ("title", &long)], "title-error"),
    ] {
        let typed = [("external_id", "MINE-1"), ("visibility", "private")];
        let parts: Vec<(&str, &str)> = typed.iter().chain(parts).copied().collect();
        let reply = upload(&una, &parts).await;
        let text = reply.with(422).text();
        assert!(
            text.contains(&format!("id=\"{field}\"")),
            "{field}: {parts:?}\n{text}"
        );
        if !field.starts_with("external") {
            assert!(text.contains("value=\"MINE-1\""), "{parts:?}");
        }
        assert!(text.contains("value=\"private\" checked"), "{parts:?}");
    }
    assert!(
        una.get("/plans")
            .await
            .text()
            .contains("You have no plan yet")
    );
}

#[tokio::test]
async fn a_plan_is_withdrawn_restored_and_published_by_its_owner() {
    let world = World::new().await;
    let una = world.client.signed_in("una", "user").await;
    let page = submitted(&una, "knot", "private").await;
    send(&una, &format!("{page}/withdraw"), &[]).await.with(303);
    assert!(una.get(&page).await.text().contains("Restore this plan"));
    // Twice: the second has nothing to do, and says so.
    let twice = send(&una, &format!("{page}/withdraw"), &[]).await;
    assert!(
        twice
            .with(409)
            .header("content-type")
            .starts_with("text/html")
    );
    send(&una, &format!("{page}/restore"), &[]).await.with(303);
    send(&una, &format!("{page}/publish"), &[]).await.with(303);
    world.client.get(&page).await.with(200);
}

#[tokio::test]
async fn a_key_is_shown_once_rotated_and_revoked() {
    let world = World::new().await;
    let una = world.client.signed_in("una", "user").await;
    let wish = [
        ("name", "nightly"),
        ("scopes", "read"),
        ("scopes", "submit"),
        ("expires_days", "30"),
    ];
    let made = send(&una, "/account/keys", &wish).await;
    assert_eq!(made.with(200).header("cache-control"), "no-store");
    let secret = secret_in(&made.text());
    world
        .client
        .with_key(&secret)
        .get("/api/account")
        .await
        .with(200);
    let account = una.get("/account").await.with(200).text();
    assert!(account.contains("nightly") && !account.contains(&secret));

    let rotate = action(&account, "/rotate");
    let rotated = send(&una, &rotate, &[("overlap_hours", "0")]).await;
    let second = secret_in(&rotated.with(200).text());
    assert_ne!(second, secret);
    world
        .client
        .with_key(&secret)
        .get("/api/account")
        .await
        .with(401);
    world
        .client
        .with_key(&second)
        .get("/api/account")
        .await
        .with(200);

    let account = una.get("/account").await.text();
    send(&una, &action(&account, "/revoke"), &[])
        .await
        .with(303);
    world
        .client
        .with_key(&second)
        .get("/api/account")
        .await
        .with(401);
}

fn secret_in(html: &str) -> String {
    let start = html.find("prk_live_").expect("a key");
    let key = html[start..].chars();
    key.take_while(|c| c.is_ascii_alphanumeric() || *c == '_')
        .collect()
}

/// The first form of a page whose address ends so.
fn action(html: &str, end: &str) -> String {
    let mut actions = html.split("action=\"").skip(1);
    let found = actions.find_map(|rest| rest.split('"').next().filter(|path| path.ends_with(end)));
    found.expect("a form").to_owned()
}

#[tokio::test]
async fn a_wish_for_a_key_that_cannot_be_granted_is_corrected_beside_its_field() {
    let world = World::new().await;
    let una = world.client.signed_in("una", "user").await;
    for (wish, field) in [
        (&[("name", ""), ("scopes", "read")][..], "key_name-error"),
        (&[("name", "a")], "scopes-error"),
        (&[("name", "a"), ("scopes", "admin")], "scopes-error"),
        (&[("name", "a"), ("scopes", "everything")], "scopes-error"),
        (
            &[("name", "a"), ("scopes", "read"), ("expires_days", "soon")],
            "expires-error",
        ),
    ] {
        let reply = send(&una, "/account/keys", wish).await;
        let text = reply.with(422).text();
        assert!(
            text.contains(&format!("id=\"{field}\"")),
            "{wish:?}: {text}"
        );
        assert!(!text.contains("prk_live_"), "{wish:?}");
    }
}

#[tokio::test]
async fn two_plans_are_found_by_id_address_and_words() {
    let world = World::new().await;
    let una = world.client.signed_in("una", "user").await;
    let a = submitted(&una, "oystercatcher", "private").await;
    let b = submitted(&una, "sanderling", "private").await;
    let pair = format!("/compare/{}/{}", id(&a), id(&b));
    for (one, other) in [(id(&a), id(&b)), (&a, &b), ("oystercatcher", "SANDERLING")] {
        let query = format!("/compare?a={one}&b={other}");
        let reply = una.get(&query).await;
        assert_eq!(reply.with(303).header("location"), pair, "{query}");
    }
    una.get(&pair).await.with(200);
    let nothing = una.get("/compare?a=oystercatcher&b=albatross").await;
    assert!(nothing.with(200).text().contains("id=\"b-error\""));
    // Somebody else finds nothing of it.
    let rea = world.client.signed_in("rea", "reviewer").await;
    let reply = rea.get("/compare?a=oystercatcher&b=sanderling").await;
    assert!(!reply.with(200).text().contains(id(&a)));
}

fn id(page: &str) -> &str {
    page.trim_start_matches("/plans/")
}

#[tokio::test]
async fn an_operator_pauses_a_kind_and_gives_roles() {
    let world = World::new().await;
    let people = people(&world).await;
    send(&people.admin, "/admin/pause", &[("kind", "extract")])
        .await
        .with(303);
    let admin = people.admin.get("/admin").await.with(200).text();
    assert!(admin.contains("paused") && admin.contains("action=\"/admin/resume\""));
    let page = submitted(&people.user, "turnstone", "public").await;
    assert!(people.user.get(&page).await.text().contains("Waiting"));
    send(&people.admin, "/admin/resume", &[("kind", "extract")])
        .await
        .with(303);
    until(&people.user, &page, "Technical completeness").await;
    send(&people.admin, "/admin/pause", &[("kind", "DROP TABLE")])
        .await
        .with(404);

    let role = action(&admin, "/role");
    send(&people.admin, &role, &[("role", "emperor")])
        .await
        .with(422);
    send(&people.admin, &role, &[("role", "reviewer")])
        .await
        .with(303);
}
