//! Arguments of those who look after a service: `doctor` and `healthcheck`.

use std::path::PathBuf;

use clap::Args;
use url::Url;

use super::service::ServeRole;
use super::{GenerationOptions, HttpOptions, LoginOptions, ModelOptions};

/// Takes the settings of `serve`, by flags or by the same environment.
#[derive(Debug, Args)]
#[command(after_help = "Exit codes: 0 nothing failed (warnings may be there), 1 something failed.")]
pub(crate) struct Doctor {
    /// Look at a running service from outside instead, at its public address
    #[arg(long, value_name = "URL", conflicts_with = "corpus")]
    pub(crate) url: Option<Url>,
    /// Extract KPIs from a folder of runs and print their table
    #[arg(long, value_name = "DIR")]
    pub(crate) corpus: Option<PathBuf>,
    /// Make one small call to the model, which may cost a fraction of a cent
    #[arg(long)]
    pub(crate) call_model: bool,
    #[command(flatten)]
    pub(crate) http: HttpOptions,
    #[command(flatten)]
    pub(crate) login: LoginOptions,
    #[command(flatten)]
    pub(crate) generation: GenerationOptions,
    #[command(flatten)]
    pub(crate) model: ModelOptions,
}

/// Ask the service with these settings whether it is well: for containers without a shell
#[derive(Debug, Args)]
pub(crate) struct Healthcheck {
    /// Ask this address instead of the one that `serve` listens on by these settings
    #[arg(long, value_name = "URL")]
    pub(crate) url: Option<Url>,
    /// What the process does: a worker answers no requests, so its database is asked
    #[arg(long, env = "PLANRANK_ROLE", value_enum, default_value_t = ServeRole::All)]
    pub(crate) role: ServeRole,
    #[command(flatten)]
    pub(crate) http: HttpOptions,
}
