//! The fixture's tools.

use std::time::Duration;

use rmcp::model::{
    CallToolRequestParams, CallToolResponse, CallToolResult, ClientCapabilities, ContentBlock,
    ProgressNotificationParam, Tool,
};
use rmcp::{ErrorData, RoleServer, service::RequestContext};
use serde_json::{Value, json};
use tokio::time::sleep;

use super::handler::{Change, Fixture, PNG, typed};
use super::inputs;

/// Silence.
const WAV: &str = "UklGRiQAAABXQVZFZm10IBAAAAABAAEARKwAAIhYAQACABAAZGF0YQAAAAA=";
const PAUSE: Duration = Duration::from_millis(50);

const NAMES: [&str; 24] = [
    "echo",
    "test_simple_text",
    "test_image_content",
    "test_audio_content",
    "test_embedded_resource",
    "test_multiple_content_types",
    "test_error_handling",
    "test_tool_with_progress",
    "test_tool_with_logging",
    "test_logging_tool",
    "test_streaming_elicitation",
    "test_missing_capability",
    "test_trigger_tool_change",
    "test_trigger_prompt_change",
    "test_reconnection",
    "test_input_required_result_elicitation",
    "test_input_required_result_sampling",
    "test_input_required_result_list_roots",
    "test_input_required_result_request_state",
    "test_input_required_result_multiple_inputs",
    "test_input_required_result_multi_round",
    "test_input_required_result_tampered_state",
    "test_input_required_result_capabilities",
    "json_schema_2020_12_tool",
];

pub(crate) fn list() -> Result<Vec<Tool>, ErrorData> {
    let tool = |name: &&str| {
        let schema = match *name {
            "json_schema_2020_12_tool" => schema_2020_12(),
            "echo" => json!({ "type": "object", "properties": { "text": { "type": "string" } } }),
            _ => json!({ "type": "object", "properties": {} }),
        };
        typed(json!({ "name": name, "description": "A tool of the suite", "inputSchema": schema }))
    };
    NAMES.iter().map(tool).collect()
}

/// As the suite wants it, word for word.
fn schema_2020_12() -> Value {
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "$defs": { "address": {
            "$anchor": "addressDef",
            "type": "object",
            "properties": { "street": { "type": "string" }, "city": { "type": "string" } },
        } },
        "properties": {
            "name": { "type": "string" },
            "address": { "$ref": "#/$defs/address" },
            "contactMethod": { "type": "string", "enum": ["phone", "email"] },
            "phone": { "type": "string" },
            "email": { "type": "string" },
        },
        "allOf": [{ "anyOf": [{ "required": ["phone"] }, { "required": ["email"] }] }],
        "if": { "properties": { "contactMethod": { "const": "phone" } }, "required": ["contactMethod"] },
        "then": { "required": ["phone"] },
        "else": { "required": ["email"] },
        "additionalProperties": false,
    })
}

pub(crate) async fn call(
    fixture: &Fixture,
    request: CallToolRequestParams,
    context: RequestContext<RoleServer>,
) -> Result<CallToolResponse, ErrorData> {
    if let Some(response) = inputs::call(&request, &context)? {
        return Ok(response);
    }
    let content = match request.name.as_ref() {
        "echo" => {
            let arguments = request.arguments.unwrap_or_default();
            let text = arguments
                .get("text")
                .and_then(Value::as_str)
                .unwrap_or_default();
            return Ok(CallToolResult::structured(json!({ "text": text })).into());
        }
        "test_error_handling" => {
            let text = "This tool intentionally returns an error for testing";
            return Ok(CallToolResult::error(vec![ContentBlock::text(text)]).into());
        }
        "test_missing_capability" => {
            #[expect(deprecated, reason = "the capability that the suite leaves out")]
            let needed = ClientCapabilities::builder().enable_sampling().build();
            return Err(ErrorData::missing_required_client_capability(needed));
        }
        "test_tool_with_progress" => {
            progress(&context).await;
            json!([text("Done, with progress.")])
        }
        "test_tool_with_logging" | "test_logging_tool" => {
            log(&context).await;
            json!([text("Done, with a log.")])
        }
        "test_trigger_tool_change" => changed(fixture, Change::Tools),
        "test_trigger_prompt_change" => changed(fixture, Change::Prompts),
        name => content(name)?,
    };
    let content: Vec<ContentBlock> = typed(content)?;
    Ok(CallToolResult::success(content).into())
}

fn content(name: &str) -> Result<Value, ErrorData> {
    let image = json!({ "type": "image", "data": PNG, "mimeType": "image/png" });
    let resource = |uri: &str, mime: &str, text: &str| json!({ "type": "resource", "resource": { "uri": uri, "mimeType": mime, "text": text } });
    Ok(match name {
        "test_simple_text" => json!([text("This is a simple text response for testing.")]),
        "test_image_content" => json!([image]),
        "test_audio_content" => json!([{ "type": "audio", "data": WAV, "mimeType": "audio/wav" }]),
        "test_embedded_resource" => json!([resource(
            "test://embedded-resource",
            "text/plain",
            "This is an embedded resource content."
        )]),
        "test_multiple_content_types" => json!([
            text("Multiple content types test:"),
            image,
            resource(
                "test://mixed-content-resource",
                "application/json",
                r#"{"test":"data","value":123}"#
            ),
        ]),
        name if NAMES.contains(&name) => json!([text("Done.")]),
        _ => return Err(ErrorData::invalid_params("there is no such tool", None)),
    })
}

fn text(text: &str) -> Value {
    json!({ "type": "text", "text": text })
}

fn changed(fixture: &Fixture, change: Change) -> Value {
    // Nobody may be listening.
    let _listeners = fixture.changes.send(change);
    json!([text("Changed.")])
}

async fn progress(context: &RequestContext<RoleServer>) {
    let token = context.meta.get_progress_token();
    for done in [0.0, 50.0, 100.0] {
        if let Some(token) = &token {
            let note = ProgressNotificationParam::new(token.clone(), done).with_total(100.0);
            let _sent = context.peer.notify_progress(note).await;
        }
        sleep(PAUSE).await;
    }
}

/// In the new protocol only for requests that ask for it.
#[expect(deprecated, reason = "the suite for 2025-11-25 asks for logging")]
async fn log(context: &RequestContext<RoleServer>) {
    use rmcp::model::{LoggingLevel, LoggingMessageNotificationParam};

    let version = context.protocol_version();
    let is_new = version.is_some_and(|version| !version.has_initialize());
    if is_new && context.meta.log_level().is_none() {
        return;
    }
    for said in [
        "Tool execution started",
        "Tool processing data",
        "Tool execution completed",
    ] {
        let note = LoggingMessageNotificationParam::new(LoggingLevel::Info, json!(said));
        let _sent = context.peer.notify_logging_message(note).await;
        sleep(PAUSE).await;
    }
}
