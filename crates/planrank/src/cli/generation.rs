//! Arguments of generation, which `serve` and `generate` share.

use std::path::PathBuf;

use clap::Args;

#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Plans")]
pub(crate) struct GenerationOptions {
    /// Where the files of plans are kept: a folder, s3://, gs:// or az:// [default: artifacts in the data folder]
    #[arg(long, env = "PLANRANK_ARTIFACTS", value_name = "URL")]
    pub(crate) artifacts: Option<String>,
    /// A folder whose stage files replace or extend the built-in ones
    #[arg(long, env = "PLANRANK_STAGES", value_name = "DIR")]
    pub(crate) stages: Option<PathBuf>,
    /// Model calls of one plan under way at once
    #[arg(long, env = "PLANRANK_PLAN_CALLS", default_value_t = 16, value_parser = clap::value_parser!(u16).range(1..=256), value_name = "N")]
    pub(crate) plan_calls: u16,
    /// What the model calls of one plan may cost, in US dollars
    #[arg(
        long,
        env = "PLANRANK_MAX_PLAN_COST",
        default_value = "2",
        value_name = "USD"
    )]
    pub(crate) max_plan_cost: String,
}

impl GenerationOptions {
    /// Those of a command that has none of its own.
    pub(crate) fn usual() -> Self {
        Self {
            artifacts: None,
            stages: None,
            plan_calls: 16,
            max_plan_cost: "2".to_owned(),
        }
    }
}
