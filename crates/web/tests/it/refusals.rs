//! What is refused, with which code.

use accounts::{Scope, Scopes};
use reqwest::Method;
use serde_json::json;
use store::Role;

use crate::world::{World, plan};

#[tokio::test]
async fn a_key_that_opens_nothing_is_refused_even_where_anybody_may_read() {
    let world = World::new().await;
    world.client.get("/api/leaderboard").await.with(200);
    for key in ["", "prk_live_nonsense", "x"] {
        let reply = world.client.with_key(key).get("/api/leaderboard").await;
        reply.problem(401, "unauthenticated");
        assert!(!reply.header("www-authenticate").is_empty());
    }
    world
        .client
        .get("/api/account")
        .await
        .problem(401, "unauthenticated");
}

#[tokio::test]
async fn a_missing_scope_is_named_and_a_missing_role_forbids() {
    let world = World::new().await;
    let reading = Scopes::from_iter([Scope::Read]);
    let key = world.key("reader", reading, Role::Admin).await;
    let reader = world.client.with_key(&key);
    let problem = reader.post_json("/api/rank", &plan("oak")).await;
    assert_eq!(
        problem.problem(403, "insufficient_scope")["field"],
        "submit"
    );
    let user = world.user("user", Role::User).await;
    user.get("/api/admin/queue").await.problem(403, "forbidden");
    user.get("/api/audit/statistics")
        .await
        .problem(403, "forbidden");
    let body = json!({ "name": "more", "scopes": ["read"] });
    user.post_json("/api/account/keys", &body)
        .await
        .problem(403, "forbidden");
}

#[tokio::test]
async fn bad_submissions_say_what_is_wrong_and_store_nothing() {
    let world = World::new().await;
    let user = world.user("user", Role::User).await;
    let post = |kind: &'static str, body: Vec<u8>| {
        let user = user.clone();
        async move { user.post("/api/rank", kind, body).await }
    };
    post("text/plain", b"{}".to_vec())
        .await
        .problem(415, "unsupported_media_type");
    post("application/json", b"{".to_vec())
        .await
        .problem(400, "malformed_json");
    post("application/zip", b"PK".to_vec())
        .await
        .problem(422, "unreadable_plan");
    post("application/json", vec![b' '; 17 << 20])
        .await
        .problem(413, "too_large");
    let unknown = json!({ "title": "a", "prompt": "b", "wbs": [{ "name": "x", "colour": 1 }] });
    let reply = user.post_json("/api/rank", &unknown).await;
    assert_eq!(reply.problem(422, "unreadable_plan")["field"], "/wbs/0");
    for query in [
        "visibility=secret",
        "colour=red",
        "name=a&name=b",
        "external_id=",
    ] {
        let reply = user
            .post_json(&format!("/api/rank?{query}"), &plan("oak"))
            .await;
        reply.problem(422, "invalid");
    }
    let mine = user.get("/api/plans").await.with(200).json();
    assert_eq!(mine["items"], json!([]));
}

#[tokio::test]
async fn a_repeated_request_is_done_once_and_another_body_under_its_key_is_refused() {
    let world = World::new().await;
    let user = world.user("user", Role::User).await;
    let send = |body: serde_json::Value| {
        let request = user
            .request(Method::POST, "/api/rank")
            .header("Idempotency-Key", "k-1");
        user.send(request.json(&body))
    };
    let first = send(plan("oak")).await.json();
    let second = send(plan("oak")).await.json();
    assert_eq!(
        (&first["plan_id"], &first["created"]),
        (&second["plan_id"], &second["created"])
    );
    send(plan("pine"))
        .await
        .problem(422, "idempotency_key_reused");
}

#[tokio::test]
async fn the_limit_of_new_families_is_kept_and_says_when_to_come_again() {
    let world = World::new().await;
    let user = world.user("user", Role::User).await;
    for n in 0..20 {
        let name = format!("plan{}", char::from(b'a' + n));
        user.post_json("/api/rank", &plan(&name)).await.with(202);
    }
    let over = user.post_json("/api/rank", &plan("onemore")).await;
    assert_eq!(
        over.problem(429, "rate_limited")["field"],
        "new_families_per_day"
    );
    let known = user.post_json("/api/rank", &plan("plana")).await;
    known.with(200);
    let quotas = user.get("/api/account").await.with(200).json();
    assert_eq!(quotas["quotas"][1]["used"], 20);
}

#[tokio::test]
async fn what_is_private_is_not_found_for_others_until_it_is_published() {
    let world = World::new().await;
    let (owner, other) = (
        world.user("owner", Role::User).await,
        world.user("other", Role::User).await,
    );
    let taken = owner
        .post_json("/api/rank?visibility=private", &plan("oak"))
        .await;
    let id = taken.with(202).json()["plan_id"]
        .as_str()
        .unwrap()
        .to_owned();
    for path in ["", "/comparisons", "/history", "/advice"] {
        let path = format!("/api/plans/{id}{path}");
        owner.get(&path).await.with(200);
        other.get(&path).await.problem(404, "not_found");
        world.client.get(&path).await.problem(404, "not_found");
    }
    let verb = |verb: &str| format!("/api/plans/{id}/{verb}");
    other
        .post_json(&verb("withdraw"), &json!({}))
        .await
        .problem(404, "not_found");
    owner
        .post_json(&verb("withdraw"), &json!({}))
        .await
        .with(200);
    owner
        .post_json(&verb("withdraw"), &json!({}))
        .await
        .problem(409, "already");
    owner
        .post_json(&verb("restore"), &json!({}))
        .await
        .with(200);
    owner
        .post_json(&verb("publish"), &json!({}))
        .await
        .with(200);
    other.get(&format!("/api/plans/{id}")).await.with(200);
    owner
        .post_json(&verb("publish"), &json!({}))
        .await
        .problem(409, "already_public");
}

#[tokio::test]
async fn parameters_are_checked() {
    let world = World::new().await;
    for query in [
        "limit=0",
        "limit=201",
        "limit=x",
        "limit=1&limit=2",
        "cursor=zz",
        "since=soon",
        "colour=red",
        "domain=",
    ] {
        let reply = world.client.get(&format!("/api/leaderboard?{query}")).await;
        reply.problem(422, "invalid");
    }
    let limit = world.client.get("/api/leaderboard?limit=0").await;
    assert_eq!(limit.problem(422, "invalid")["field"], "limit");
    world
        .client
        .get("/api/leaderboard?scope=mine")
        .await
        .problem(401, "unauthenticated");
    world
        .client
        .get("/api/plans/nonsense")
        .await
        .problem(404, "not_found");
    let reply = world.client.delete("/api/leaderboard").await;
    reply.problem(405, "method_not_allowed");
    assert!(reply.header("allow").contains("GET"), "{reply:?}");
}
