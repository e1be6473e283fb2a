//! The protocol's methods, each a line or two into what answers it.

use accounts::Caller;
use rmcp::model::{
    CacheScope, CallToolRequestParams, CallToolResponse, CallToolResult, CancelTaskParams,
    DiscoverResult, GetPromptRequestParams, GetPromptResponse, GetTaskParams, GetTaskResult,
    Implementation, ListPromptsResult, ListResourceTemplatesResult, ListResourcesResult,
    ListToolsResult, PaginatedRequestParams, ReadResourceRequestParams, ReadResourceResponse,
    ServerCapabilities, ServerConfig, Tool, UpdateTaskParams,
};
use rmcp::service::RequestContext;
use rmcp::{ErrorData, RoleServer, ServerHandler};

use super::arguments::Arguments;
use super::context::Context;
use super::fault::{Fault, nearest, plain_name};
use super::tools::{self, Done};
use super::{prompts, resources, tasks};
use crate::App;

/// What is the same for everybody may be kept for so long.
pub(crate) const LISTS_FRESH_MS: u64 = 300_000;

const INSTRUCTIONS: &str = "Planrank makes project plans from a prompt and ranks them against others. \
     Usual way: example_prompts shows how a prompt is written; plan_create; plan_wait until the state is final; \
     plan_file_info for the report; plan_metrics for its rank. A plan_id is a UUID from plan_create or plan_list. \
     Every result names next_tool. Creating and reading one's own needs an API key, made on the account page.";

/// The service as an MCP server; cheap to make.
#[derive(Debug, Clone)]
pub struct Server {
    pub(crate) app: App,
    /// Whoever started the process, where there is no network to come from.
    pub(crate) local: Option<Caller>,
}

impl Server {
    /// For requests that say whose they are.
    pub fn of(app: App) -> Self {
        Self { app, local: None }
    }

    /// For one account of this machine, over stdio.
    pub fn local(app: App, caller: Caller) -> Self {
        Self {
            app,
            local: Some(caller),
        }
    }

    pub(crate) fn context(&self, request: &RequestContext<RoleServer>) -> Context {
        Context::of(&self.app, self.local.as_ref(), request)
    }
}

impl ServerHandler for Server {
    fn get_info(&self) -> ServerConfig {
        let capabilities = ServerCapabilities::builder()
            .enable_tools()
            .enable_prompts()
            .enable_resources()
            .enable_tasks()
            .build();
        let server = Implementation::new("planrank", env!("CARGO_PKG_VERSION"))
            .with_title("Planrank")
            .with_website_url(self.app.config.public_url.as_str());
        ServerConfig::new(capabilities)
            .with_server_info(server)
            .with_instructions(INSTRUCTIONS)
    }

    async fn discover(&self, _: RequestContext<RoleServer>) -> Result<DiscoverResult, ErrorData> {
        let versions = self.supported_protocol_versions().into_owned();
        Ok(DiscoverResult::from_server_info(versions, self.get_info())
            .with_ttl_ms(LISTS_FRESH_MS)
            .with_cache_scope(CacheScope::Public))
    }

    async fn list_tools(
        &self,
        request: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        no_cursor(request.as_ref())?;
        let all = tools::definitions().to_vec();
        Ok(ListToolsResult::with_all_items(all)
            .with_ttl_ms(LISTS_FRESH_MS)
            .with_cache_scope(CacheScope::Public))
    }

    fn get_tool(&self, name: &str) -> Option<Tool> {
        let mut all = tools::definitions().iter();
        all.find(|tool| tool.name == name).cloned()
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let Some(tool) = tools::find(&request.name) else {
            return Err(unknown_tool(&request.name));
        };
        let context = self.context(&context);
        let call = tools::Call {
            responses: request.input_responses,
            state: request.request_state,
        };
        let done = match Arguments::check(tool.fields, request.arguments) {
            Ok(arguments) => tool.run(&context, arguments, call).await,
            Err(fault) => Err(fault.next(tool.name)),
        };
        let outcome = if done.is_ok() { "done" } else { "fault" };
        metrics::counter!("planrank_mcp_calls_total", "tool" => tool.name, "outcome" => outcome)
            .increment(1);
        Ok(match done {
            Ok(Done::Result(value)) => CallToolResult::structured(value).into(),
            Ok(Done::Task(task)) => CallToolResponse::Task(task),
            Ok(Done::Ask(ask)) => CallToolResponse::InputRequired(ask),
            Err(fault) => CallToolResult::structured_error(fault.to_structured()).into(),
        })
    }

    async fn list_prompts(
        &self,
        request: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListPromptsResult, ErrorData> {
        no_cursor(request.as_ref())?;
        Ok(ListPromptsResult::with_all_items(prompts::list())
            .with_ttl_ms(LISTS_FRESH_MS)
            .with_cache_scope(CacheScope::Public))
    }

    async fn get_prompt(
        &self,
        request: GetPromptRequestParams,
        _: RequestContext<RoleServer>,
    ) -> Result<GetPromptResponse, ErrorData> {
        let prompt = prompts::get(&request.name, request.arguments.as_ref());
        prompt.map(Into::into).map_err(|fault| invalid(&fault))
    }

    async fn list_resources(
        &self,
        request: Option<PaginatedRequestParams>,
        context: RequestContext<RoleServer>,
    ) -> Result<ListResourcesResult, ErrorData> {
        let cursor = request.and_then(|request| request.cursor);
        resources::list(&self.context(&context), cursor.as_deref()).await
    }

    async fn list_resource_templates(
        &self,
        request: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListResourceTemplatesResult, ErrorData> {
        no_cursor(request.as_ref())?;
        Ok(resources::templates())
    }

    async fn read_resource(
        &self,
        request: ReadResourceRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<ReadResourceResponse, ErrorData> {
        let read = resources::read(&self.context(&context), &request.uri).await?;
        Ok(read.into())
    }

    async fn get_task(
        &self,
        request: GetTaskParams,
        context: RequestContext<RoleServer>,
    ) -> Result<GetTaskResult, ErrorData> {
        tasks::get(&self.context(&context), &request.task_id).await
    }

    async fn update_task(
        &self,
        request: UpdateTaskParams,
        context: RequestContext<RoleServer>,
    ) -> Result<(), ErrorData> {
        tasks::update(&self.context(&context), &request.task_id).await
    }

    async fn cancel_task(
        &self,
        request: CancelTaskParams,
        context: RequestContext<RoleServer>,
    ) -> Result<(), ErrorData> {
        tasks::cancel(&self.context(&context), &request.task_id).await
    }
}

/// A fault as an error of the protocol.
pub(crate) fn invalid(fault: &Fault) -> ErrorData {
    ErrorData::invalid_params(fault.message.clone(), Some(fault.to_data()))
}

/// A list that fits one page has no cursor that could be right.
fn no_cursor(request: Option<&PaginatedRequestParams>) -> Result<(), ErrorData> {
    match request.and_then(|request| request.cursor.as_ref()) {
        None => Ok(()),
        Some(_) => Err(invalid(&bad_cursor())),
    }
}

pub(crate) fn bad_cursor() -> Fault {
    let mut fault = Fault::argument(
        "cursor",
        "the nextCursor of the page before, or nothing for the first page",
        serde_json::Value::Null,
    );
    "the cursor was not given by this server: leave it out to begin at the start"
        .clone_into(&mut fault.message);
    fault
}

fn unknown_tool(name: &str) -> ErrorData {
    let names: Vec<&'static str> = tools::ALL.iter().map(|tool| tool.name).collect();
    let meant = tools::replaced(name).or_else(|| {
        let near = nearest(name, names.iter().copied())?;
        names.iter().copied().find(|known| *known == near)
    });
    let named = plain_name(name).unwrap_or("with this name");
    let message = match meant {
        Some(meant) => format!("there is no tool {named}; did you mean {meant}?"),
        None => format!("there is no tool {named}"),
    };
    let mut fault = Fault::new("UNKNOWN_TOOL", message).field("name");
    fault.expected = Some(format!("one of {}", names.join(", ")));
    fault.next_tool = meant;
    invalid(&fault)
}
