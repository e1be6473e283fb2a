//! Tools that need something from the client first: what they ask for, and what they make of it.

use std::time::Duration;

use rmcp::model::{
    CallToolRequestParams, CallToolResponse, CallToolResult, ClientCapabilities, ContentBlock,
    InputRequests, InputRequiredResult, RequestStateCodec, SealOptions,
};
use rmcp::{ErrorData, RoleServer, service::RequestContext};
use serde_json::{Map, Value, json};

use super::handler::typed;

const PREFIX: &str = "test_input_required_result_";

/// Nothing for tools that need nothing.
pub(crate) fn call(
    request: &CallToolRequestParams,
    context: &RequestContext<RoleServer>,
) -> Result<Option<CallToolResponse>, ErrorData> {
    let Some(kind) = request.name.strip_prefix(PREFIX) else {
        return Ok(None);
    };
    let answered = |key: &str| {
        let responses = request.input_responses.as_ref();
        responses.is_some_and(|all| all.get(key).is_some_and(Value::is_object))
    };
    let state = request.request_state.as_deref().map(open).transpose()?;
    let all = |keys: &[&str]| keys.iter().all(|key| answered(key));
    let wanted: (&[&str], Option<&str>) = match kind {
        "elicitation" => (&["user_name"], None),
        "sampling" => (&["capital_question"], None),
        "list_roots" => (&["client_roots"], None),
        "request_state" | "tampered_state" => (&["confirm"], Some("state-ok")),
        "multiple_inputs" => (&["user_name", "greeting", "client_roots"], Some("state-ok")),
        "multi_round" if state.as_deref() == Some("round 2") => (&["step2"], Some("done")),
        "multi_round" if state.is_some() && answered("step1") => {
            return Ok(Some(ask(&["step2"], Some("round 2"))?.into()));
        }
        "multi_round" => (&["step1"], Some("round 1")),
        "capabilities" => {
            let can = context.client_capabilities().unwrap_or_default();
            return Ok(Some(within(&can)?.into()));
        }
        _ => return Ok(None),
    };
    let (keys, sealed) = wanted;
    if all(keys) && (sealed.is_none() || state.is_some()) {
        let said = said(request, keys);
        let text = format!("{said} {}", state.unwrap_or_default());
        return Ok(Some(
            CallToolResult::success(vec![ContentBlock::text(text)]).into(),
        ));
    }
    Ok(Some(ask(keys, sealed)?.into()))
}

fn said(request: &CallToolRequestParams, keys: &[&str]) -> String {
    let responses = request.input_responses.clone().unwrap_or_default();
    let given: Vec<String> = keys
        .iter()
        .filter_map(|key| responses.get(*key))
        .map(|answer| match answer["content"]["name"].as_str() {
            Some(name) => format!("Hello, {name}!"),
            None => answer.to_string(),
        })
        .collect();
    given.join(" ")
}

/// Asks for these, with a sealed state if there is one.
pub(crate) fn ask(keys: &[&str], state: Option<&str>) -> Result<InputRequiredResult, ErrorData> {
    let requests: Map<String, Value> = keys
        .iter()
        .map(|key| ((*key).to_owned(), request(key)))
        .collect();
    let requests: InputRequests = typed(Value::Object(requests))?;
    let sealed = state.map(|state| {
        let options = SealOptions::new().ttl(Duration::from_mins(15));
        codec().seal_with(state.as_bytes(), &options)
    });
    Ok(InputRequiredResult::new(Some(requests), sealed))
}

fn within(can: &ClientCapabilities) -> Result<InputRequiredResult, ErrorData> {
    let mut keys = Vec::new();
    if can.elicitation.is_some() {
        keys.push("user_name");
    }
    if can.sampling.is_some() {
        keys.push("greeting");
    }
    ask(&keys, Some("state-ok"))
}

fn request(key: &str) -> Value {
    match key {
        "user_name" => elicit("What is your name?", "name", "string"),
        "confirm" => elicit("Please confirm", "ok", "boolean"),
        "step1" => elicit("Step 1: What is your name?", "name", "string"),
        "step2" => elicit("Step 2: What is your favorite color?", "color", "string"),
        "user_context" => elicit("What context should the prompt use?", "context", "string"),
        "greeting" => sample("Generate a greeting", 50),
        "capital_question" => sample("What is the capital of France?", 100),
        _ => json!({ "method": "roots/list", "params": {} }),
    }
}

fn elicit(message: &str, field: &str, kind: &str) -> Value {
    json!({ "method": "elicitation/create", "params": { "mode": "form", "message": message, "requestedSchema": {
        "type": "object", "properties": { field: { "type": kind } }, "required": [field] } } })
}

fn sample(question: &str, tokens: u32) -> Value {
    let message = json!({ "role": "user", "content": { "type": "text", "text": question } });
    json!({ "method": "sampling/createMessage", "params": { "messages": [message], "maxTokens": tokens } })
}

fn codec() -> RequestStateCodec {
    RequestStateCodec::new_unchecked(*b"a key of the fixture, 32 bytes!!")
}

fn open(state: &str) -> Result<String, ErrorData> {
    let opened = codec().open(state);
    opened
        .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
        .map_err(|error| ErrorData::invalid_params(error.to_string(), None))
}
