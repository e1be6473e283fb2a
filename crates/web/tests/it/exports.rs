//! The ranking as a file.

use serde_json::Value;
use store::Role;

use crate::world::{World, ranked};

#[tokio::test]
async fn an_export_comes_in_three_forms_and_names_its_file() {
    let world = World::new().await;
    ranked(&world, 5).await;
    let json = world.client.get("/api/export?comparisons=true").await;
    json.with(200);
    assert_eq!(json.json()["plans"].as_array().unwrap().len(), 5);
    assert!(!json.json()["comparisons"].as_array().unwrap().is_empty());
    assert!(json.header("content-disposition").contains("planrank.json"));

    let lines = world.client.get("/api/export?format=ndjson&top=3").await;
    lines.with(200);
    let plans = lines
        .text()
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .filter(|line| line["type"] == "plan")
        .count();
    assert_eq!(plans, 3);

    let table = world.client.get("/api/export?format=csv").await;
    assert_eq!(table.with(200).text().lines().count(), 6);
}

#[tokio::test]
async fn what_is_private_is_exported_to_its_owner_and_to_administrators_only() {
    let world = World::new().await;
    let owner = world.user("owner", Role::User).await;
    let admin = world.user("admin", Role::Admin).await;
    let id = owner.get("/api/account").await.json()["account_id"].clone();
    let theirs = format!("/api/export?scope=private&account={}", id.as_str().unwrap());
    world
        .client
        .get("/api/export?scope=private")
        .await
        .problem(401, "unauthenticated");
    world
        .client
        .get(&theirs)
        .await
        .problem(401, "unauthenticated");
    owner.get("/api/export?scope=private").await.with(200);
    owner.get(&theirs).await.problem(403, "forbidden");
    admin.get(&theirs).await.with(200);
    for query in [
        "format=xml",
        "top=0",
        "top=1000001",
        "colour=red",
        "comparisons=perhaps",
    ] {
        let reply = world.client.get(&format!("/api/export?{query}")).await;
        reply.problem(422, "invalid");
    }
}
