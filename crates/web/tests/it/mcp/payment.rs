//! Credit that is short: who can show a page is sent to one, and repeats the call.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use async_trait::async_trait;
use serde_json::{Value, json};
use store::{AccountId, Role};
use testkit::databases;
use web::Problem;
use web::mcp::{Credit, Standing};

use super::{Agent, stable};
use crate::world::World;

/// Everybody has so much, and a plan needs a dollar.
#[derive(Debug)]
struct Purse(AtomicI64);

#[async_trait]
impl Credit for Purse {
    async fn standing(&self, _: AccountId, _: i64) -> Result<Standing, Problem> {
        let (available, held) = (self.0.load(Ordering::SeqCst), 0);
        if available >= 1_000_000_000 {
            return Ok(Standing::Enough {
                available_nano_usd: available,
                held_nano_usd: held,
            });
        }
        Ok(Standing::Short {
            available_nano_usd: available,
            held_nano_usd: held,
            needed_nano_usd: 1_000_000_000,
            top_up_path: "credits".to_owned(),
        })
    }
}

const PROMPT: &str = "Plant 200 trees along the ring road of Lyon by May 2027 for EUR 90,000, with the city's gardeners.";

async fn poor() -> (World, Arc<Purse>) {
    let purse = Arc::new(Purse(AtomicI64::new(250_000_000)));
    (
        World::metered(databases::sqlite(), purse.clone()).await,
        purse,
    )
}

fn create(more: &Value) -> Value {
    let mut params = json!({ "name": "plan_create", "arguments": { "prompt": PROMPT } });
    for (key, value) in more.as_object().unwrap() {
        params[key] = value.clone();
    }
    params
}

async fn result(agent: &Agent, params: &Value) -> Value {
    agent.send("tools/call", params).await.with(200).json()["result"].clone()
}

#[tokio::test]
async fn a_client_that_shows_pages_is_asked_to_and_goes_on_when_it_is_paid() {
    let (world, purse) = poor().await;
    let can = json!({ "elicitation": { "url": {} } });
    let agent = Agent::that_can(&world.user("ada", Role::User).await, can.clone());
    let asked = result(&agent, &create(&json!({}))).await;
    assert_eq!(asked["resultType"], "input_required", "{asked}");
    let request = &asked["inputRequests"]["top_up"];
    assert_eq!(
        (&request["method"], &request["params"]["mode"]),
        (&json!("elicitation/create"), &json!("url"))
    );
    let url = request["params"]["url"].as_str().unwrap();
    assert_eq!(url, format!("http://{}/credits", world.address()));
    let answer = |action: &str| json!({ "inputResponses": { "top_up": { "action": action } }, "requestState": asked["requestState"] });

    let declined = result(&agent, &create(&answer("decline"))).await;
    assert_eq!(
        declined["structuredContent"]["error"]["code"],
        "INSUFFICIENT_CREDITS"
    );
    let early = result(&agent, &create(&answer("accept"))).await;
    assert_eq!(
        early["structuredContent"]["error"]["retryable"], true,
        "{early}"
    );

    purse.0.store(2_000_000_000, Ordering::SeqCst);
    let paid = result(&agent, &create(&answer("accept"))).await;
    assert!(paid["structuredContent"]["plan_id"].is_string(), "{paid}");

    let mut other = create(&answer("accept"));
    other["arguments"]["prompt"] = json!("Another prompt, for which nothing was asked");
    let forged = result(&agent, &other).await;
    assert_eq!(
        forged["structuredContent"]["error"]["code"],
        "REQUEST_STATE_INVALID"
    );
    let stranger = Agent::that_can(&world.user("eve", Role::User).await, can);
    let stolen = result(&stranger, &create(&answer("accept"))).await;
    assert_eq!(
        stolen["structuredContent"]["error"]["code"],
        "REQUEST_STATE_INVALID"
    );
}

#[tokio::test]
async fn any_other_client_is_told_where_to_add_credit() {
    let (world, purse) = poor().await;
    let agent = Agent::new(&world.user("ada", Role::User).await);
    let base = format!("http://{}", world.address());
    let fault = agent
        .fault("plan_create", json!({ "prompt": PROMPT }))
        .await;
    insta::assert_snapshot!("short_of_credit", stable(&fault, &base));
    let status = agent.call("account_status", json!({})).await;
    assert_eq!(
        (&status["credit"], &status["available_usd"]),
        (&json!("short"), &json!("0.2500"))
    );
    purse.0.store(5_000_000_000, Ordering::SeqCst);
    let created = agent.call("plan_create", json!({ "prompt": PROMPT })).await;
    let stopped = agent
        .call("plan_stop", json!({ "plan_id": created["plan_id"] }))
        .await;
    assert_eq!(stopped["state"], "stopped", "{stopped}");
    purse.0.store(0, Ordering::SeqCst);
    for tool in ["plan_resume", "plan_retry"] {
        let fault = agent
            .fault(tool, json!({ "plan_id": created["plan_id"] }))
            .await;
        assert_eq!(fault["code"], "INSUFFICIENT_CREDITS", "{tool}: {fault}");
    }
}
