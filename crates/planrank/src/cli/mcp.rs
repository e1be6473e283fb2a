//! Arguments of `planrank mcp`.

use clap::Args;
use url::Url;

use super::{GenerationOptions, ModelOptions, WorkOptions};

#[derive(Debug, Args)]
pub(crate) struct Mcp {
    /// The local account whose plans these are; it is made when it is missing
    #[arg(long, default_value = "local", value_name = "NAME")]
    pub(crate) account: String,
    /// Where the service is reached whose pages the links name [default: <http://127.0.0.1:8080>]
    #[arg(long, env = "PLANRANK_PUBLIC_URL", value_name = "URL")]
    pub(crate) public_url: Option<Url>,
    /// Leave making and ranking plans to another process
    #[arg(long)]
    pub(crate) no_work: bool,
    /// The service's secret, if it has one
    #[arg(
        long,
        env = "PLANRANK_SECRET",
        hide_env_values = true,
        value_delimiter = ',',
        value_name = "SECRET"
    )]
    pub(crate) secret: Vec<String>,
    #[command(flatten)]
    pub(crate) work: WorkOptions,
    #[command(flatten)]
    pub(crate) generation: GenerationOptions,
    #[command(flatten)]
    pub(crate) model: ModelOptions,
}
