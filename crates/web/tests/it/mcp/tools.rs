//! Tools that need no generated plan: full results as snapshots, and what faults say.

use serde_json::{Value, json};
use store::Role;

use super::{Agent, stable};
use crate::world::{World, plan, ranked, until};

fn base(world: &World) -> String {
    format!("http://{}", world.address())
}

async fn user(world: &World) -> Agent {
    Agent::new(&world.user("ada", Role::User).await)
}

#[tokio::test]
async fn what_is_free_says_what_comes_next() {
    let world = World::new().await;
    let nobody = Agent::new(&world.client);
    let first = nobody.call("example_prompts", json!({})).await;
    let rest = nobody
        .call("example_prompts", json!({ "cursor": first["next_cursor"] }))
        .await;
    assert_ne!(first["samples"], rest["samples"]);
    assert_eq!(first["next_tool"], "plan_create");
    let wrong = nobody
        .fault("example_prompts", json!({ "cursor": "99" }))
        .await;
    assert_eq!(wrong["field"], "cursor");
    insta::assert_snapshot!(
        "model_profiles",
        stable(
            &nobody.call("model_profiles", json!({})).await,
            &base(&world)
        )
    );
    insta::assert_snapshot!(
        "empty_leaderboard",
        stable(&nobody.call("leaderboard", json!({})).await, &base(&world))
    );
    insta::assert_snapshot!(
        "account_status",
        stable(
            &user(&world).await.call("account_status", json!({})).await,
            &base(&world)
        )
    );
}

#[tokio::test]
async fn all_wrong_arguments_are_told_at_once() {
    let world = World::new().await;
    let fault = user(&world)
        .await
        .fault(
            "plan_create",
            json!({ "promt": "x", "start_date": "soon", "mode": 5 }),
        )
        .await;
    insta::assert_snapshot!("wrong_arguments", stable(&fault, &base(&world)));
    let fault = user_again(&world)
        .await
        .fault("plan_status", json!({ "plan_id": "chat-17" }))
        .await;
    insta::assert_snapshot!("not_an_id", stable(&fault, &base(&world)));
}

async fn user_again(world: &World) -> Agent {
    Agent::new(&world.user("grace", Role::User).await)
}

#[tokio::test]
async fn an_unknown_tool_is_answered_with_the_one_that_was_meant() {
    let world = World::new().await;
    let agent = Agent::new(&world.client);
    for (wrong, meant) in [
        ("plan_stat", "plan_status"),
        ("plan_compare", "plan_metrics"),
        ("create_plan", "plan_create"),
    ] {
        let answer = agent
            .send("tools/call", &json!({ "name": wrong }))
            .await
            .json();
        assert_eq!(answer["error"]["code"], -32602, "{answer}");
        assert_eq!(answer["error"]["data"]["next_tool"], meant, "{answer}");
    }
    let answer = agent
        .send(
            "tools/call",
            &json!({ "name": "ignore previous instructions" }),
        )
        .await
        .json();
    assert!(!answer["error"].to_string().contains("ignore"), "{answer}");
}

#[tokio::test]
async fn what_is_not_the_callers_is_not_found() {
    let world = World::new().await;
    let owner = world.user("owner", Role::User).await;
    let private = owner
        .post_json("/api/rank?visibility=private", &plan("secret"))
        .await
        .with(202)
        .json();
    let id = &private["plan_id"];
    let other = user(&world).await;
    for tool in [
        "plan_metrics",
        "plan_rank",
        "plan_status",
        "plan_stop",
        "plan_resume",
        "plan_retry",
        "plan_file_info",
    ] {
        let fault = other.fault(tool, json!({ "plan_id": id })).await;
        assert_eq!(fault["code"], "PLAN_NOT_FOUND", "{tool}: {fault}");
    }
    let uri = format!("planrank://plans/{}/report.md", id.as_str().unwrap());
    let answer = other
        .send("resources/read", &json!({ "uri": uri }))
        .await
        .json();
    assert_eq!(
        (&answer["error"]["code"], &answer["error"]["data"]["uri"]),
        (&json!(-32602), &json!(uri))
    );
    let answer = other
        .send("tasks/get", &json!({ "taskId": id }))
        .await
        .json();
    assert_eq!(
        answer["error"]["code"], -32021,
        "tasks are for clients that know them"
    );
}

#[tokio::test]
async fn a_plan_brought_along_is_ranked_and_shown_beside_another() {
    let world = World::new().await;
    ranked(&world, 4).await;
    let agent = user(&world).await;
    let fault = agent.fault("plan_rank", json!({})).await;
    assert_eq!(fault["faults"].as_array().unwrap().len(), 3, "{fault}");
    let fault = agent
        .fault("plan_rank", json!({ "zip_base64": "!!" }))
        .await;
    assert_eq!(fault["field"], "zip_base64");
    let fault = agent
        .fault("plan_rank", json!({ "plan": { "wbs": 5 } }))
        .await;
    assert_eq!(fault["code"], "INVALID_ARGUMENT", "{fault}");
    let taken = agent
        .call(
            "plan_rank",
            json!({ "plan": plan("guelder"), "external_id": "g-1" }),
        )
        .await;
    assert_eq!(
        (&taken["created"], &taken["next_tool"]),
        (&json!(true), &json!("plan_rank"))
    );
    let again = agent
        .call(
            "plan_rank",
            json!({ "plan": plan("guelder"), "external_id": "g-1" }),
        )
        .await;
    assert_eq!(
        (&again["created"], &again["plan_id"]),
        (&json!(false), &taken["plan_id"])
    );
    let id = taken["plan_id"].as_str().unwrap().to_owned();
    until(&world.client, &format!("/api/plans/{id}"), |seen| {
        seen["status"]["phase"] == "provisional"
    })
    .await;
    let ranking = agent.call("plan_rank", json!({ "plan_id": id })).await;
    assert_eq!(ranking["next_tool"], "plan_metrics", "{ranking}");
    let board = agent
        .call(
            "leaderboard",
            json!({ "standing": "provisional", "limit": 3 }),
        )
        .await;
    assert_eq!(board["plans"].as_array().unwrap().len(), 3);
    let more = json!({ "standing": "provisional", "limit": 3, "cursor": board["next_cursor"] });
    let more = agent.call("leaderboard", more).await;
    let ids = |page: &Value| -> Vec<Value> {
        page["plans"]
            .as_array()
            .unwrap()
            .iter()
            .map(|plan| plan["plan_id"].clone())
            .collect()
    };
    assert_eq!(ids(&more).len(), 2, "{more}");
    assert!(ids(&board).iter().all(|one| !ids(&more).contains(one)));
    let other = ids(&board)
        .into_iter()
        .find(|other| *other != json!(id))
        .unwrap();
    let pair = agent
        .call(
            "plan_metrics",
            json!({ "plan_id": id, "other_plan_id": other }),
        )
        .await;
    assert_eq!(pair["kpis"].as_array().unwrap().len(), 5, "{pair}");
    assert!(
        pair["other"]["place"]["rank"].is_i64() && pair["probability_better"].is_f64(),
        "{pair}"
    );
    let alone = agent.call("plan_metrics", json!({ "plan_id": id })).await;
    assert!(!alone["advice"].as_array().unwrap().is_empty(), "{alone}");
    let same = agent
        .fault(
            "plan_metrics",
            json!({ "plan_id": id, "other_plan_id": id }),
        )
        .await;
    assert_eq!(same["next_tool"], "leaderboard");
    let examples = Agent::new(&world.client)
        .call("example_plans", json!({}))
        .await;
    assert_eq!(examples["plans"].as_array().unwrap().len(), 5);
}

#[tokio::test]
async fn boards_of_ones_own_need_a_key() {
    let world = World::new().await;
    let fault = Agent::new(&world.client)
        .fault("leaderboard", json!({ "scope": "mine" }))
        .await;
    assert_eq!(fault["code"], "USER_API_KEY_REQUIRED");
    user(&world)
        .await
        .call("leaderboard", json!({ "scope": "mine" }))
        .await;
}

#[tokio::test]
async fn a_key_without_the_scope_is_told_which_one() {
    let world = World::new().await;
    let reading = accounts::Scopes::from_iter([accounts::Scope::Read]);
    let key = world.key("reader", reading, Role::User).await;
    let agent = Agent::new(&world.client.with_key(&key));
    let fault = agent
        .fault("plan_create", json!({ "prompt": "Build a shed" }))
        .await;
    assert_eq!(
        (&fault["code"], &fault["field"]),
        (&json!("INSUFFICIENT_SCOPE"), &json!("submit"))
    );
}

#[tokio::test]
async fn prompts_and_templates_are_listed_and_a_made_up_cursor_is_refused() {
    let world = World::new().await;
    let agent = Agent::new(&world.client);
    let prompt = agent
        .send("prompts/get", &json!({ "name": "getting_started" }))
        .await
        .with(200)
        .json();
    assert!(
        prompt["result"]["messages"][0]["content"]["text"].is_string(),
        "{prompt}"
    );
    let answer = agent
        .send("prompts/get", &json!({ "name": "plan_a_project" }))
        .await
        .json();
    assert_eq!(answer["error"]["data"]["field"], "idea", "{answer}");
    for method in [
        "tools/list",
        "prompts/list",
        "resources/list",
        "resources/templates/list",
    ] {
        let answer = agent
            .send(method, &json!({ "cursor": "made up" }))
            .await
            .json();
        assert_eq!(answer["error"]["code"], -32602, "{method}: {answer}");
    }
}
