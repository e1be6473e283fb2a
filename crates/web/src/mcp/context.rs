//! What a tool works with: the service, who calls, and what the client can do.

use accounts::{Caller, Scope};
use arena::views::Viewer;
use rmcp::RoleServer;
use rmcp::model::ProtocolVersion;
use rmcp::service::RequestContext;

use super::fault::Fault;
use super::gate::Visitor;
use crate::{App, Problem, caller, generation};

/// One call, for whoever answers it.
#[derive(Debug, Clone)]
pub(crate) struct Context {
    pub(crate) app: App,
    pub(crate) caller: Option<Caller>,
    pub(crate) event_id: String,
    /// The client follows tasks.
    pub(crate) follows_tasks: bool,
    /// The client can show its user a page, and repeat the call afterwards.
    pub(crate) shows_pages: bool,
}

impl Context {
    /// Over HTTP the visitor is in the request; on this machine it is whoever started the process.
    pub(crate) fn of(
        app: &App,
        local: Option<&Caller>,
        request: &RequestContext<RoleServer>,
    ) -> Self {
        let parts = request.extensions.get::<axum::http::request::Parts>();
        let visitor = parts.and_then(|parts| parts.extensions.get::<Visitor>());
        let client = request.client_capabilities().unwrap_or_default();
        let is_new = request
            .protocol_version()
            .is_some_and(|version| version.as_str() >= ProtocolVersion::V_2026_07_28.as_str());
        Self {
            app: app.clone(),
            caller: local
                .or_else(|| visitor.and_then(|visitor| visitor.caller.as_ref()))
                .cloned(),
            event_id: visitor.map_or_else(
                || hex::encode(app.entropy.bytes()),
                |visitor| visitor.request_id.clone(),
            ),
            follows_tasks: client.supports_tasks(),
            shows_pages: is_new && client.elicitation.is_some_and(|can| can.url.is_some()),
        }
    }

    /// Whoever calls, if they may.
    pub(crate) fn known(&self, scope: Scope) -> Result<&Caller, Fault> {
        let Some(caller) = &self.caller else {
            let message = "this needs an API key, sent as `Authorization: Bearer prk_live_…`";
            return Err(Fault::new("USER_API_KEY_REQUIRED", message));
        };
        caller::allow(caller, scope).map_err(|problem| self.fault(problem))?;
        Ok(caller)
    }

    /// What may be shown of the ranking.
    pub(crate) fn viewer(&self) -> Viewer {
        self.caller.as_ref().map_or(Viewer::ANYBODY, caller::viewer)
    }

    /// What may be shown of runs.
    pub(crate) fn run_viewer(&self) -> pipeline::service::Viewer {
        let Viewer { account, sees_all } = self.viewer();
        pipeline::service::Viewer { account, sees_all }
    }

    /// Somebody who changes a run of theirs: their key may lack the right to read.
    pub(crate) fn run_owner(&self) -> Result<pipeline::service::Viewer, Fault> {
        Ok(generation::owner(self.known(Scope::Submit)?))
    }

    pub(crate) fn fault(&self, error: impl Into<Problem>) -> Fault {
        Fault::of_problem(error.into(), &self.event_id)
    }

    /// An address of this service, as the operator configured it.
    pub(crate) fn url(&self, path: &str) -> String {
        let public = &self.app.config.public_url;
        public
            .join(path.trim_start_matches('/'))
            .map_or_else(|_| path.to_owned(), Into::into)
    }
}
