//! The MCP endpoint over HTTP.

mod payment;
mod runs;
mod tools;
mod transport;

use reqwest::Method;
use serde_json::{Value, json};
use testkit::service::{Client, Reply};

const VERSION: &str = "2026-07-28";

/// Somebody who speaks MCP.
pub(crate) struct Agent {
    client: Client,
    /// What the client can do, as it says in each request.
    can: Value,
}

impl Agent {
    pub(crate) fn new(client: &Client) -> Self {
        Self {
            client: client.clone(),
            can: json!({}),
        }
    }

    pub(crate) fn that_can(client: &Client, can: Value) -> Self {
        Self {
            can,
            ..Self::new(client)
        }
    }

    /// Sends a request as the newest protocol wants it.
    pub(crate) async fn send(&self, method: &str, params: &Value) -> Reply {
        let name = ["name", "uri", "taskId"]
            .iter()
            .find_map(|key| params[*key].as_str());
        let mut params = params.clone();
        params["_meta"] = json!({
            "io.modelcontextprotocol/protocolVersion": VERSION,
            "io.modelcontextprotocol/clientCapabilities": self.can,
        });
        let body = json!({ "jsonrpc": "2.0", "id": 7, "method": method, "params": params });
        let request = self
            .client
            .request(Method::POST, "/mcp")
            .header("content-type", "application/json")
            .header("mcp-protocol-version", VERSION)
            .header("mcp-method", method)
            .body(body.to_string());
        let request = match name {
            Some(name) => request.header("mcp-name", name),
            None => request,
        };
        self.client.send(request).await
    }

    /// A result of a tool, good or bad; checks what is promised of every one.
    pub(crate) async fn result(&self, tool: &str, arguments: Value) -> Value {
        let reply = self
            .send(
                "tools/call",
                &json!({ "name": tool, "arguments": arguments }),
            )
            .await;
        let answer = reply.with(200).json();
        let result = answer["result"].clone();
        assert!(result["content"].is_array(), "{answer}");
        assert!(
            reply.body.len() < 10_000,
            "{tool}: {} bytes",
            reply.body.len()
        );
        let text = result["content"][0]["text"].as_str().unwrap();
        let same: Value = serde_json::from_str(text).unwrap();
        assert_eq!(
            same, result["structuredContent"],
            "text and structure differ"
        );
        conforms(tool, &result["structuredContent"]);
        result
    }

    /// What a tool gives when all is well.
    pub(crate) async fn call(&self, tool: &str, arguments: Value) -> Value {
        let result = self.result(tool, arguments).await;
        assert_eq!(result["isError"], false, "{result}");
        assert!(!result.to_string().contains(":null"), "{result}");
        result["structuredContent"].clone()
    }

    /// What a tool says when it isn't.
    pub(crate) async fn fault(&self, tool: &str, arguments: Value) -> Value {
        let result = self.result(tool, arguments).await;
        assert_eq!(result["isError"], true, "{result}");
        let fault = result["structuredContent"]["error"].clone();
        assert!(
            fault["retryable"].is_boolean() && fault["message"].is_string(),
            "{fault}"
        );
        fault
    }
}

fn conforms(tool: &str, content: &Value) {
    let definition = web::mcp::definitions()
        .iter()
        .find(|known| known.name == tool);
    let schema = definition.unwrap().output_schema.clone().unwrap();
    let schema = Value::Object((*schema).clone());
    assert!(jsonschema::is_valid(&schema, content), "{tool}: {content}");
}

/// The same with what changes from run to run named instead.
pub(crate) fn stable(value: &Value, base: &str) -> String {
    let text = serde_json::to_string_pretty(value)
        .unwrap()
        .replace(base, "BASE");
    let id = regex::Regex::new(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}")
        .unwrap();
    let time = regex::Regex::new(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z").unwrap();
    let token = regex::Regex::new(r"/download/[0-9a-z.]+").unwrap();
    let text = token.replace_all(&text, "/download/TOKEN");
    let text = id.replace_all(&text, "ID");
    time.replace_all(&text, "TIME").into_owned()
}
