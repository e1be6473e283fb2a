//! Plans that are asked for, followed, stopped and resumed. No worker makes them here: what a made
//! plan looks like is in the tests of the whole program.

use accounts::{Scope, Scopes};
use serde_json::{Value, json};
use store::Role;

use super::{Agent, stable};
use crate::world::{World, worlds};

const PROMPT: &str = "Open a night library in Porto by October 2027 for EUR 400,000: refit a disused market hall, hire six \
    librarians, lend 20,000 books in the first year. Risks: noise, damp. Stakeholders: city, neighbours.";

fn wish() -> Value {
    json!({ "prompt": PROMPT, "mode": "fast", "start_date": "2027-01-04" })
}

async fn ada(world: &World) -> Agent {
    Agent::new(&world.user("ada", Role::User).await)
}

#[tokio::test]
async fn a_plan_is_created_once_followed_stopped_and_resumed() {
    for world in worlds().await {
        let (agent, base) = (ada(&world).await, format!("http://{}", world.address()));
        let created = agent.call("plan_create", wish()).await;
        insta::assert_snapshot!("created", numberless(&stable(&created, &base)));
        let again = agent.call("plan_create", wish()).await;
        assert_eq!(
            (&again["plan_id"], &again["deduplicated"]),
            (&created["plan_id"], &json!(true))
        );
        let id = json!({ "plan_id": created["plan_id"] });
        let status = agent.call("plan_status", id.clone()).await;
        insta::assert_snapshot!("pending", numberless(&stable(&status, &base)));
        let waited = agent
            .call(
                "plan_wait",
                json!({ "plan_id": created["plan_id"], "seconds": 1 }),
            )
            .await;
        assert_eq!(
            (&waited["state"], &waited["next_tool"]),
            (&json!("pending"), &json!("plan_wait"))
        );
        let file = agent.call("plan_file_info", id.clone()).await;
        assert_eq!(
            (&file["ready"], &file["next_tool"]),
            (&json!(false), &json!("plan_wait"))
        );
        let ranking = agent.call("plan_rank", id.clone()).await;
        assert_eq!(ranking["phase"], "generating", "{ranking}");
        let stopped = agent.call("plan_stop", id.clone()).await;
        assert_eq!(
            (&stopped["state"], &stopped["next_tool"]),
            (&json!("stopped"), &json!("plan_resume"))
        );
        let fault = agent.fault("plan_stop", id.clone()).await;
        assert_eq!(fault["code"], "PLAN_NOT_STOPPABLE");
        let resumed = agent.call("plan_resume", id.clone()).await;
        assert_eq!(
            (&resumed["state"], &resumed["resume_count"]),
            (&json!("pending"), &json!(1))
        );
        let fault = agent.fault("plan_resume", id.clone()).await;
        assert_eq!(fault["code"], "PLAN_NOT_RESUMABLE");
        let fault = agent.fault("plan_retry", id).await;
        assert_eq!(
            (&fault["code"], &fault["next_tool"]),
            (&json!("PLAN_NOT_FAILED"), &json!("plan_status"))
        );
    }
}

#[tokio::test]
async fn a_client_that_follows_tasks_gets_one_that_bears_the_plans_id() {
    let world = World::new().await;
    let can = json!({ "extensions": { "io.modelcontextprotocol/tasks": {} } });
    let agent = Agent::that_can(&world.user("ada", Role::User).await, can.clone());
    let params = json!({ "name": "plan_create", "arguments": wish() });
    let task = agent.send("tools/call", &params).await.with(200).json()["result"].clone();
    assert_eq!(
        (&task["resultType"], &task["status"]),
        (&json!("task"), &json!("working")),
        "{task}"
    );
    let id = json!({ "taskId": task["taskId"] });
    let seen = agent
        .call("plan_status", json!({ "plan_id": task["taskId"] }))
        .await;
    assert_eq!(seen["state"], "pending");
    let got = agent.send("tasks/get", &id).await.with(200).json()["result"].clone();
    assert_eq!(
        (&got["status"], &got["taskId"]),
        (&json!("working"), &task["taskId"]),
        "{got}"
    );
    let other = Agent::that_can(&world.user("eve", Role::User).await, can);
    for method in ["tasks/get", "tasks/cancel"] {
        let answer = other.send(method, &id).await.json();
        assert_eq!(
            answer["error"]["data"]["code"], "TASK_NOT_FOUND",
            "{method}: {answer}"
        );
    }
    let update = json!({ "taskId": task["taskId"], "inputResponses": {} });
    let answer = agent.send("tasks/update", &update).await.json();
    assert_eq!(answer["error"]["data"]["code"], "NOTHING_ASKED", "{answer}");
    for _ in 0..2 {
        agent.send("tasks/cancel", &id).await.with(200);
    }
    let got = agent.send("tasks/get", &id).await.with(200).json()["result"].clone();
    assert_eq!(got["status"], "cancelled", "{got}");
}

#[tokio::test]
async fn a_key_that_only_submits_stops_and_resumes_what_it_asked_for() {
    let world = World::new().await;
    let only = Scopes::from_iter([Scope::Submit]);
    let key = world.key("una", only, Role::User).await;
    let can = json!({ "extensions": { "io.modelcontextprotocol/tasks": {} } });
    let client = world.client.with_key(&key);
    let agent = Agent::new(&client);
    let mut wish = wish();
    wish["visibility"] = "private".into();
    let created = agent.call("plan_create", wish).await;
    let id = json!({ "plan_id": created["plan_id"] });
    assert_eq!(
        agent.call("plan_stop", id.clone()).await["state"],
        "stopped"
    );
    let resume = |cap: &str| json!({ "plan_id": created["plan_id"], "max_cost_nano_usd": cap });
    for wrong in ["0", "$2"] {
        let fault = agent.fault("plan_resume", resume(wrong)).await;
        assert_eq!(fault["field"], "max_cost_nano_usd", "{fault}");
    }
    let resumed = agent.call("plan_resume", resume("2000000000")).await;
    assert_eq!(resumed["state"], "pending");
    let task = json!({ "taskId": created["plan_id"] });
    let tasks = Agent::that_can(&client, can);
    tasks.send("tasks/cancel", &task).await.with(200);
    assert_eq!(agent.call("plan_retry", id).await["attempt"], 2);
}

#[tokio::test]
async fn lists_hold_ones_own_plans_and_go_on_by_cursor() {
    let world = World::new().await;
    let (agent, other) = (
        ada(&world).await,
        Agent::new(&world.user("eve", Role::Admin).await),
    );
    assert_eq!(
        agent.call("plan_list", json!({})).await["next_tool"],
        "example_prompts"
    );
    let place = ["north", "south", "east", "west"];
    for side in place {
        let prompt = format!(
            "{PROMPT} This one is for the {side} of the city. {}",
            side.repeat(40)
        );
        agent.call("plan_create", json!({ "prompt": prompt })).await;
    }
    let first = agent.call("plan_list", json!({ "limit": 3 })).await;
    let rest = agent
        .call(
            "plan_list",
            json!({ "limit": 50, "cursor": first["next_cursor"] }),
        )
        .await;
    let count = |page: &Value| page["plans"].as_array().unwrap().len();
    assert_eq!((count(&first), count(&rest)), (3, 1));
    assert!(rest.get("next_cursor").is_none(), "{rest}");
    assert_eq!(
        count(&other.call("plan_list", json!({})).await),
        0,
        "an administrator's own are listed"
    );
    let resources = agent.send("resources/list", &json!({})).await.json();
    assert_eq!(
        resources["result"]["resources"],
        json!([]),
        "none is completed"
    );
}

#[tokio::test]
async fn an_unknown_profile_is_told_before_anything_is_stored() {
    let world = World::new().await;
    let agent = ada(&world).await;
    let wish = json!({ "prompt": PROMPT, "model_profile": "nope" });
    for (tool, arguments) in [
        ("plan_create", wish),
        ("account_status", json!({ "model_profile": "nope" })),
    ] {
        let fault = agent.fault(tool, arguments).await;
        let said = (&fault["code"], &fault["field"]);
        assert_eq!(
            said,
            (&json!("INVALID_ARGUMENT"), &json!("model_profile")),
            "{tool}"
        );
    }
    let plans = agent.call("plan_list", json!({})).await;
    assert_eq!(plans["plans"], json!([]));
}

#[tokio::test]
async fn feedback_is_taken() {
    let world = World::new().await;
    let agent = ada(&world).await;
    let thanks = agent
        .call(
            "send_feedback",
            json!({ "category": "mcp", "message": "Clear errors.", "rating": 5 }),
        )
        .await;
    assert!(
        thanks["accepted"] == true && thanks["feedback_id"].is_string(),
        "{thanks}"
    );
    let fault = agent
        .fault(
            "send_feedback",
            json!({ "category": "praise", "message": "" }),
        )
        .await;
    assert_eq!(fault["faults"].as_array().unwrap().len(), 2, "{fault}");
}

/// Counts and estimates follow the stage files.
fn numberless(text: &str) -> String {
    let counts = regex::Regex::new(r#""(steps_\w+|files_count|estimated_\w+|elapsed_sec|eta_seconds|revision)": ("[\d.]+"|[\d.]+)"#).unwrap();
    counts.replace_all(text, "\"$1\": N").into_owned()
}
