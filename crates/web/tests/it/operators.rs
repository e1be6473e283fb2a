//! What operators do, and what it does to others.

use serde_json::json;
use store::Role;

use crate::world::{World, plan, ranked, until};

#[tokio::test]
async fn a_paused_kind_waits_until_it_is_resumed() {
    let world = World::new().await;
    let admin = world.user("admin", Role::Admin).await;
    let user = world.user("user", Role::User).await;
    let why = json!({ "reason": "the provider is down" });
    let queue = admin
        .post_json("/api/admin/queue/extract/pause", &why)
        .await;
    assert_eq!(
        queue.with(200).json()["paused"][0]["reason"],
        "the provider is down"
    );
    let taken = user.post_json("/api/rank", &plan("oak")).await;
    let url = taken.with(202).json()["status_url"]
        .as_str()
        .unwrap()
        .to_owned();
    tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    assert_eq!(user.get(&url).await.json()["status"]["phase"], "queued");
    let jobs = admin
        .get("/api/admin/jobs?kind=extract&state=waiting")
        .await;
    assert_eq!(jobs.with(200).json()["items"].as_array().unwrap().len(), 1);
    let id = jobs.json()["items"][0]["job_id"]
        .as_str()
        .unwrap()
        .to_owned();
    for verb in ["retry", "discard"] {
        let path = format!("/api/admin/jobs/{id}/{verb}");
        admin
            .post_json(&path, &json!({}))
            .await
            .problem(409, "job_not_dead");
    }
    admin
        .post_json("/api/admin/queue/extract/resume", &json!({}))
        .await
        .with(200);
    let again = admin
        .post_json("/api/admin/queue/extract/resume", &json!({}))
        .await;
    again.problem(409, "not_paused");
    until(&user, &url, |plan| plan["status"]["phase"] != "queued").await;
    let nothing = json!({ "reason": " " });
    let reply = admin
        .post_json("/api/admin/queue/extract/pause", &nothing)
        .await;
    assert_eq!(reply.problem(422, "invalid")["field"], "/reason");
    let reply = admin
        .post_json("/api/admin/queue/No%20kind/pause", &why)
        .await;
    reply.problem(404, "not_found");
}

#[tokio::test]
async fn a_quarantined_plan_leaves_the_board_at_once_and_its_owner_sees_why() {
    let world = World::new().await;
    let owner = ranked(&world, 4).await;
    let admin = world.user("admin", Role::Admin).await;
    let board = "/api/leaderboard?standing=provisional";
    until(&world.client, board, |board| {
        board["items"].as_array().unwrap().len() == 4
    })
    .await;
    let mine = owner.get("/api/plans").await.with(200).json();
    let id = mine["items"][0]["plan_id"].as_str().unwrap();
    let why = json!({ "reason": "it speaks to the judge" });
    let path = format!("/api/admin/plans/{id}/quarantine");
    owner.post_json(&path, &why).await.problem(403, "forbidden");
    assert_eq!(
        admin.post_json(&path, &why).await.with(200).json()["phase"],
        "quarantined"
    );
    admin.post_json(&path, &why).await.problem(409, "already");
    let left = world.client.get(board).await.json();
    assert_eq!(left["items"].as_array().unwrap().len(), 3);
    world
        .client
        .get(&format!("/api/plans/{id}"))
        .await
        .problem(404, "not_found");
    let seen = owner
        .get(&format!("/api/plans/{id}"))
        .await
        .with(200)
        .json();
    assert_eq!(seen["plan"]["state_reason"], "it speaks to the judge");
    let restore = format!("/api/plans/{id}/restore");
    owner
        .post_json(&restore, &json!({}))
        .await
        .problem(409, "quarantined");
    let restore = format!("/api/admin/plans/{id}/restore");
    admin.post_json(&restore, &json!({})).await.with(200);
    world
        .client
        .get(&format!("/api/plans/{id}"))
        .await
        .with(200);
}

#[tokio::test]
async fn a_judge_is_suspended_for_all_to_see_and_reinstated() {
    let world = World::new().await;
    ranked(&world, 3).await;
    let admin = world.user("admin", Role::Admin).await;
    let judges = world.client.get("/api/judges").await.with(200).json();
    let id = judges["items"][0]["judge_id"].as_str().unwrap();
    let why = json!({ "reason": "under repair" });
    let verb = |verb: &str| format!("/api/admin/judges/{id}/{verb}");
    admin
        .post_json(&verb("reinstate"), &why)
        .await
        .problem(409, "not_suspended");
    admin.post_json(&verb("suspend"), &why).await.with(200);
    admin
        .post_json(&verb("suspend"), &why)
        .await
        .problem(409, "already");
    let judges = world.client.get("/api/judges").await.json();
    assert_eq!(judges["items"][0]["suspended_why"], "under repair");
    let back = admin
        .post_json(&verb("reinstate"), &why)
        .await
        .with(200)
        .json();
    assert_eq!(back["suspended_at"], json!(null));
    let nobody = verb("suspend").replace(id, "01936b2e-7c1f-7d3a-8f10-2b6f5a0c9d11");
    admin
        .post_json(&nobody, &why)
        .await
        .problem(404, "not_found");
}

#[tokio::test]
async fn a_disabled_account_has_no_working_key_and_nobody_disables_themselves() {
    let world = World::new().await;
    let admin = world.user("admin", Role::Admin).await;
    let user = world.user("somebody", Role::User).await;
    let found = admin
        .get("/api/admin/accounts?search=SOMEB")
        .await
        .with(200)
        .json();
    let id = found["items"][0]["account_id"].as_str().unwrap();
    let verb = |verb: &str| format!("/api/admin/accounts/{id}/{verb}");
    admin
        .post_json(&verb("disable"), &json!({}))
        .await
        .with(200);
    user.get("/api/account")
        .await
        .problem(401, "unauthenticated");
    user.get("/api/leaderboard")
        .await
        .problem(401, "unauthenticated");
    admin.post_json(&verb("enable"), &json!({})).await.with(200);
    let role = json!({ "role": "reviewer" });
    admin.post_json(&verb("role"), &role).await.with(200);
    assert_eq!(
        user.get("/api/account").await.with(200).json()["role"],
        "reviewer"
    );
    let own = admin.get("/api/account").await.json()["account_id"].clone();
    let own = format!("/api/admin/accounts/{}/disable", own.as_str().unwrap());
    admin
        .post_json(&own, &json!({}))
        .await
        .problem(409, "refused");
}
