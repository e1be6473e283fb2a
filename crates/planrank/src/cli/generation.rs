//! Arguments of generation, which `serve` and `generate` share.

use std::path::PathBuf;

use chrono::NaiveDate;
use clap::{Args, ValueEnum};

use super::{ModelOptions, RankingOptions};

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

/// Make a plan from a prompt on this machine, and rank it
#[derive(Debug, Args)]
pub(crate) struct Generate {
    /// What is to be achieved, with place, budget and date
    #[arg(value_name = "PROMPT", conflicts_with_all = ["file", "resume"])]
    pub(crate) prompt: Option<String>,
    /// Read the prompt from a file
    #[arg(long, value_name = "FILE", conflicts_with = "resume")]
    pub(crate) file: Option<PathBuf>,
    /// Go on with a plan that was interrupted; nothing that was answered is paid again
    #[arg(long, value_name = "ID")]
    pub(crate) resume: Option<String>,
    /// Which models write it [default: what the model options name]
    #[arg(long, id = "plan_profile", value_name = "NAME")]
    pub(crate) profile: Option<String>,
    /// How much of a plan
    #[arg(long, value_enum, default_value_t = GenerateMode::All)]
    pub(crate) mode: GenerateMode,
    /// The plan's title [default: found while it is made]
    #[arg(long, value_name = "TEXT")]
    pub(crate) title: Option<String>,
    /// The day on which the project begins [default: today]
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub(crate) start_date: Option<NaiveDate>,
    /// Write all files to a folder, or to a file that ends in .zip
    #[arg(long, value_name = "PATH")]
    pub(crate) out: Option<PathBuf>,
    /// Write the report as one HTML file
    #[arg(long, value_name = "FILE")]
    pub(crate) report: Option<PathBuf>,
    /// Leave the ranking as it is
    #[arg(long)]
    pub(crate) no_rank: bool,
    #[command(flatten)]
    pub(crate) generation: GenerationOptions,
    #[command(flatten)]
    pub(crate) ranking: RankingOptions,
    #[command(flatten)]
    pub(crate) model: ModelOptions,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum GenerateMode {
    /// One call and no plan: do the models answer?
    Ping,
    /// Every section, in little detail
    Fast,
    /// Every section in full
    All,
}
