//! Runs that go on: what that counts as, and what it may cost.

use serde_json::json;
use store::Role;

use crate::making::asked;
use crate::world::World;

#[tokio::test]
async fn going_on_counts_as_asking_does_so_no_cap_is_spent_again_and_again() {
    let world = World::new().await;
    let una = world.user("una", Role::User).await;
    let run = format!("/api/plans/{}", asked(&una).await);
    let plan = run.rsplit('/').next().unwrap().parse().unwrap();
    let anybodys = pipeline::Viewer {
        account: None,
        sees_all: true,
    };
    let status = world.app.pipeline.status(anybodys, plan).await.unwrap();
    let (owner, rule) = (status.owner_id, accounts::Rule::RanksPerMinute);
    let mut refused = None;
    // Some of the limit comes back while it is used up.
    for _ in 0..50 {
        una.post_json(&format!("{run}/stop"), &json!({})).await;
        for amount in [500, 50, 5, 1] {
            while world.app.accounts.take(owner, rule, amount).await.is_ok() {}
        }
        let reply = una.post_json(&format!("{run}/retry"), &json!({})).await;
        if reply.status == 429 {
            refused = Some(reply);
            break;
        }
    }
    refused.expect("a limit").problem(429, "rate_limited");
}

#[tokio::test]
async fn a_run_that_reached_its_cap_is_resumed_with_a_higher_one() {
    let world = World::new().await;
    let una = world.user("una", Role::User).await;
    let run = format!("/api/plans/{}", asked(&una).await);
    una.post_json(&format!("{run}/stop"), &json!({}))
        .await
        .with(200);
    for wrong in ["0", "-1", "two"] {
        let cap = json!({ "max_cost_nano_usd": wrong });
        let problem = una.post_json(&format!("{run}/resume"), &cap).await;
        let problem = problem.problem(422, "invalid");
        assert_eq!(problem["field"], "max_cost_nano_usd", "{problem}");
    }
    let cap = json!({ "max_cost_nano_usd": "5000000" });
    let resumed = una.post_json(&format!("{run}/resume"), &cap).await;
    let resumed = resumed.with(200).json();
    assert_eq!(resumed["cost"]["cap_nano_usd"], "5000000");
    // Pages speak of dollars.
    una.post_json(&format!("{run}/stop"), &json!({}))
        .await
        .with(200);
    let page = format!("{}/resume", run.trim_start_matches("/api"));
    let form = "application/x-www-form-urlencoded";
    una.post(&page, form, "max_cost=two").await.with(422);
    una.post(&page, form, "max_cost=2.50").await.with(303);
    let status = una.get(&format!("{run}/run")).await.with(200).json();
    assert_eq!(status["cost"]["cap_nano_usd"], "2500000000");
}
