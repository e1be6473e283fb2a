//! What stands before the protocol: methods, bodies, keys, hosts and origins, CORS.

use reqwest::Method;
use serde_json::{Value, json};
use store::Role;
use testkit::service::{Client, Reply};

use super::Agent;
use crate::world::World;

async fn post(client: &Client, path: &str, body: impl Into<reqwest::Body>) -> Reply {
    client.post(path, "application/json", body).await
}

fn list() -> String {
    json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {} }).to_string()
}

#[tokio::test]
async fn both_addresses_answer_without_a_redirect_and_only_to_post() {
    let world = World::new().await;
    for path in ["/mcp", "/mcp/"] {
        let reply = post(&world.client, path, list()).await;
        assert_eq!(
            reply.with(200).json()["result"]["tools"]
                .as_array()
                .unwrap()
                .len(),
            16
        );
        for method in [Method::GET, Method::DELETE, Method::PUT, Method::HEAD] {
            let reply = world.client.send(world.client.request(method, path)).await;
            assert_eq!(
                (reply.status, reply.header("allow")),
                (405, "POST, OPTIONS")
            );
        }
    }
}

#[tokio::test]
async fn an_older_client_shakes_hands_and_a_newer_one_discovers() {
    let world = World::new().await;
    let params = json!({ "protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": { "name": "t", "version": "1" } });
    let body = json!({ "jsonrpc": "2.0", "id": 1, "method": "initialize", "params": params });
    let result = post(&world.client, "/mcp", body.to_string())
        .await
        .with(200)
        .json()["result"]
        .clone();
    assert_eq!(result["protocolVersion"], "2025-11-25");
    assert_eq!(result["serverInfo"]["name"], "planrank");
    let agent = Agent::new(&world.client);
    let found = agent
        .send("server/discover", &json!({}))
        .await
        .with(200)
        .json()["result"]
        .clone();
    let versions = found["supportedVersions"].as_array().unwrap();
    assert!(versions.contains(&json!("2026-07-28")) && versions.contains(&json!("2025-11-25")));
    assert!(
        found["ttlMs"].as_u64().unwrap() > 0 && found["cacheScope"] == "public",
        "{found}"
    );
    assert!(found["capabilities"]["extensions"]["io.modelcontextprotocol/tasks"].is_object());
}

#[tokio::test]
async fn every_refusal_is_json_rpc_that_says_what_to_do_and_any_page_may_read_it() {
    let world = World::new().await;
    let client = &world.client;
    let with = |name: &'static str, value: &'static str| {
        let request = client.request(Method::POST, "/mcp");
        client.send(
            request
                .header("content-type", "application/json")
                .header(name, value)
                .body(list()),
        )
    };
    let large = format!("{{\"a\":\"{}\"}}", "x".repeat(300_000));
    for (reply, status, rpc, code) in [
        (post(client, "/mcp", "{").await, 400, -32700, "PARSE_ERROR"),
        (
            post(client, "/mcp", "[]").await,
            400,
            -32600,
            "INVALID_REQUEST",
        ),
        (
            post(client, "/mcp", "{\"id\":1}").await,
            400,
            -32600,
            "INVALID_REQUEST",
        ),
        (
            client.post("/mcp", "text/plain", list()).await,
            415,
            -32600,
            "UNSUPPORTED_MEDIA_TYPE",
        ),
        (post(client, "/mcp", large).await, 413, -32600, "TOO_LARGE"),
        (
            with("accept", "text/html").await,
            406,
            -32600,
            "NOT_ACCEPTABLE",
        ),
        (
            with("origin", "http://evil.example").await,
            403,
            -32600,
            "ORIGIN_NOT_ALLOWED",
        ),
        (
            with("origin", "null").await,
            403,
            -32600,
            "ORIGIN_NOT_ALLOWED",
        ),
        (
            with("host", "evil.example").await,
            403,
            -32600,
            "HOST_NOT_ALLOWED",
        ),
        (
            with("mcp-protocol-version", "1999-01-01").await,
            400,
            -32600,
            "INVALID_REQUEST",
        ),
        (
            with("authorization", "Bearer x").await,
            401,
            -32600,
            "INVALID_USER_API_KEY",
        ),
    ] {
        let answer = reply.with(status).json();
        assert_eq!(answer["error"]["code"], rpc, "{answer}");
        assert_eq!(answer["error"]["data"]["code"], code, "{answer}");
        assert!(
            !answer["error"]["message"]
                .as_str()
                .unwrap()
                .contains("evil"),
            "{answer}"
        );
        assert_eq!(reply.header("access-control-allow-origin"), "*");
    }
}

#[tokio::test]
async fn a_page_asks_before_it_sends() {
    let world = World::new().await;
    let request = world
        .client
        .request(Method::OPTIONS, "/mcp")
        .header("origin", "http://localhost:6274")
        .header("access-control-request-method", "POST")
        .header("access-control-request-headers", "authorization,mcp-method");
    let reply = world.client.send(request).await;
    reply.with(204);
    assert_eq!(
        reply.header("access-control-allow-headers"),
        "authorization,mcp-method"
    );
    assert_eq!(
        reply.header("access-control-allow-methods"),
        "POST, OPTIONS"
    );
    let request = world
        .client
        .request(Method::POST, "/mcp")
        .header("origin", "http://localhost:6274");
    let request = request
        .header("content-type", "application/json")
        .header("sec-fetch-site", "cross-site");
    let reply = world.client.send(request.body(list())).await;
    assert_eq!(reply.with(200).header("access-control-allow-origin"), "*");
}

#[tokio::test]
async fn looking_around_is_free_and_the_rest_needs_a_key_that_is_told_about() {
    let world = World::new().await;
    let agent = Agent::new(&world.client);
    for method in [
        "tools/list",
        "prompts/list",
        "resources/list",
        "resources/templates/list",
    ] {
        let result = agent.send(method, &json!({})).await.with(200).json()["result"].clone();
        assert!(
            result["ttlMs"].is_u64() && result["cacheScope"].is_string(),
            "{method}: {result}"
        );
    }
    agent.call("example_prompts", json!({})).await;
    for (method, name) in [
        ("tools/call", "plan_create"),
        ("tools/call", "account_status"),
        ("tasks/get", "x"),
    ] {
        let key = if method == "tools/call" {
            "name"
        } else {
            "taskId"
        };
        let reply = agent.send(method, &json!({ key: name })).await;
        let answer = reply.with(401).json();
        assert_eq!(
            (&answer["id"], &answer["error"]["data"]["code"]),
            (&json!(7), &json!("USER_API_KEY_REQUIRED"))
        );
        let challenge = reply.header("www-authenticate");
        assert!(
            challenge.starts_with("Bearer ") && challenge.contains("error=\"invalid_token\""),
            "{challenge}"
        );
        assert!(challenge.contains("/account"), "{challenge}");
    }
}

#[tokio::test]
async fn a_session_of_a_browser_is_nobody_here() {
    let world = World::new().await;
    let session = world.client.signed_in("ada", "user").await;
    let agent = Agent::new(&session);
    agent
        .send("tools/call", &json!({ "name": "account_status" }))
        .await
        .with(401);
}

#[tokio::test]
async fn there_is_no_authorization_server_and_clients_are_told_so() {
    let world = World::new().await;
    for path in [
        "/.well-known/oauth-protected-resource/mcp",
        "/.well-known/oauth-authorization-server",
    ] {
        let answer = world.client.get(path).await.with(404).json();
        assert!(
            answer["error"].is_string() && answer["error_description"].is_string(),
            "{answer}"
        );
    }
}

#[tokio::test]
async fn requests_with_a_key_are_counted_and_too_many_are_told_when_to_come_back() {
    let world = World::new().await;
    let user = world.user("busy", Role::User).await;
    let mut last = None;
    for _ in 0..700 {
        let reply = post(&user, "/mcp", list()).await;
        if reply.status != 200 {
            last = Some(reply);
            break;
        }
    }
    let reply = last.expect("a limit");
    let answer: Value = reply.with(429).json();
    assert_eq!(answer["error"]["data"]["code"], "RATE_LIMITED");
    assert!(reply.header("retry-after").parse::<u64>().unwrap() >= 1);
}

#[tokio::test]
async fn only_a_key_that_opens_something_may_send_a_large_body_and_none_one_of_many_values() {
    let world = World::new().await;
    let large = format!("{{\"a\":\"{}\"}}", "x".repeat(300_000));
    let stranger = world.client.with_key("prk_live_nobody");
    let reply = post(&stranger, "/mcp", large.clone()).await;
    let answer = reply.with(401).json();
    assert_eq!(answer["error"]["data"]["code"], "INVALID_USER_API_KEY");
    assert!(reply.header("www-authenticate").starts_with("Bearer "));
    // Clients show an error only under the id of what they asked.
    let answer = post(&stranger, "/mcp", list()).await.with(401).json();
    assert!(answer["id"].is_number(), "{answer}");
    let user = world.user("una", Role::User).await;
    post(&user, "/mcp", large).await.with(400);
    let zeros = "0,".repeat(600_000);
    let many =
        format!(r#"{{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{{"a":[{zeros}0]}}}}"#);
    let answer = post(&user, "/mcp", many).await.with(413).json();
    assert_eq!(answer["error"]["data"]["code"], "TOO_LARGE");
}
