//! Human review over the API: blind first.

use serde_json::json;
use store::Role;

use crate::world::{World, ranked};

#[tokio::test]
async fn a_reviewer_judges_blind_then_sees_the_verdict_and_decides() {
    let world = World::new().await;
    ranked(&world, 5).await;
    let reviewer = world.user("reviewer", Role::Reviewer).await;
    let item = reviewer.get("/api/audit/next").await.with(200).json();
    assert!(item["left"]["sections"].is_array() && item.get("judge_level").is_none());
    let id = item["item_id"].as_str().unwrap();
    let path = |verb: &str| format!("/api/audit/{id}{verb}");
    reviewer.get(&path("")).await.problem(409, "not_labelled");
    let decision = json!({ "reason": "agree" });
    let early = reviewer.post_json(&path("/decide"), &decision).await;
    early.problem(409, "not_labelled");
    for level in [json!(5), json!(-5), json!("1"), json!(null)] {
        let body = json!({ "level": level });
        reviewer
            .post_json(&path("/label"), &body)
            .await
            .problem(422, "invalid");
    }
    let label = json!({ "level": 1, "seconds": 20 });
    let revealed = reviewer
        .post_json(&path("/label"), &label)
        .await
        .with(200)
        .json();
    assert!(revealed["judge_level"].is_i64(), "{revealed}");
    reviewer
        .post_json(&path("/label"), &label)
        .await
        .problem(409, "already_labelled");
    let level = if revealed["judge_level"] == 3 { 2 } else { 3 };
    let preview = reviewer
        .post_json(&path("/preview"), &json!({ "level": level }))
        .await;
    assert_eq!(
        preview.with(200).json()["left"]["plan_id"],
        revealed["left_plan"]
    );
    let override_it = json!({ "reason": "domain_knowledge", "override_level": level });
    let decided = reviewer
        .post_json(&path("/decide"), &override_it)
        .await
        .with(200)
        .json();
    assert_eq!(decided["action"], "override");
    let wrong = json!({ "reason": "domain_knowledge", "quote": "nowhere to be found" });
    let wrong = reviewer.post_json(&path("/decide"), &wrong).await;
    assert_eq!(wrong.problem(422, "invalid")["field"], "/quote");
    let trail = reviewer.get("/api/audit/history").await.with(200).json();
    assert_eq!(trail["items"].as_array().unwrap().len(), 1);
    let counts = reviewer.get("/api/audit/statistics").await.with(200).json();
    assert_eq!(counts["counts"]["labels"], 1);
    let another = world.user("another", Role::Reviewer).await;
    another.get(&path("")).await.problem(404, "not_found");
}
