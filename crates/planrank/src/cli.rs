//! The command line: every argument, its environment variable and its default.

mod generation;
mod health;
mod mcp;
mod service;
#[cfg(test)]
mod variables;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

pub(crate) use generation::{Generate, GenerateMode, GenerationOptions};
pub(crate) use health::{Doctor, Healthcheck};
pub(crate) use mcp::Mcp;
pub(crate) use service::{
    Admin, AdminCommand, CreateKey, HttpOptions, LoginOptions, RoleName, Serve, WorkOptions,
};

use crate::logging::LogFormat;

#[derive(Debug, Parser)]
#[command(
    name = "planrank",
    version,
    about = "Ranks project plans by evidence and pairwise judgement, so that the ranking can't be gamed",
    after_help = "Exit codes: 0 done, 1 failed, 2 wrong arguments, 3 some input refused, 4 stopped at a budget \
                  (run again to go on), 5 every judge is suspended (choose another model), 130 interrupted \
                  (run again to go on)."
)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Clone, Args)]
pub(crate) struct Global {
    /// Database: <postgres://user:password@host/name>, <sqlite://file>, or a file's path
    #[arg(
        long,
        env = "DATABASE_URL",
        hide_env_values = true,
        global = true,
        value_name = "URL"
    )]
    pub(crate) db: Option<String>,
    /// Folder for the SQLite file when no --db is given
    #[arg(
        long,
        env = "PLANRANK_DATA_DIR",
        global = true,
        default_value = "planrank-data",
        value_name = "DIR"
    )]
    pub(crate) data_dir: PathBuf,
    /// Print JSON for programs instead of text for people
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// What to log on standard error: error, warn, info, debug, or a tracing filter
    #[arg(long, env = "PLANRANK_LOG", global = true, value_name = "FILTER")]
    pub(crate) log: Option<String>,
    /// How log lines are written
    #[arg(
        long,
        env = "PLANRANK_LOG_FORMAT",
        global = true,
        value_enum,
        default_value = "text"
    )]
    pub(crate) log_format: LogFormat,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Load example plans, rank them, print the leaderboard
    Demo(Demo),
    /// Read plans into the database: run zips, run folders, plan JSON, a catalogue
    Import(Import),
    /// Make a plan from a prompt on this machine, and rank it
    Generate(Box<Generate>),
    /// Extract KPIs and compare plans until the budget of comparisons is used
    Rank(Rank),
    /// Print the ranking
    Leaderboard(Leaderboard),
    /// Say why a plan stands where it does, or why one beats another
    Explain(Explain),
    /// Write the ranking for other programs
    Export(Export),
    /// Serve pages and API, work on submitted plans, or both
    Serve(Box<Serve>),
    /// Serve MCP on standard input and output, to an agent on this machine
    Mcp(Box<Mcp>),
    /// Keys, accounts and jobs of a service
    Admin(Admin),
    /// Measure ranking methods, or attacks on them, in a simulated world
    Simulate(Simulate),
    /// Check a deployment, or a running service by its address; with --corpus, the KPIs on a folder of runs
    Doctor(Box<Doctor>),
    /// Ask the service with these settings whether it is well: for containers without a shell
    Healthcheck(Box<Healthcheck>),
    /// Bring the database's schema up to date
    Migrate(Migrate),
}

#[derive(Debug, Args)]
pub(crate) struct Demo {
    /// A folder of PlanExe runs instead of the built-in example plans
    #[arg(long, value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,
    /// Exit after printing instead of serving the pages
    #[arg(long)]
    pub(crate) once: bool,
    #[command(flatten)]
    pub(crate) ranking: RankingOptions,
    #[command(flatten)]
    pub(crate) model: ModelOptions,
}

#[derive(Debug, Args)]
pub(crate) struct Import {
    /// Run zips, run folders, plan JSON, folders of these, or PlanExe-web's examples.yml
    #[arg(required = true, value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct Rank {
    #[command(flatten)]
    pub(crate) ranking: RankingOptions,
    #[command(flatten)]
    pub(crate) model: ModelOptions,
    /// Print an estimate of the calls still to be made and their cost, then stop
    #[arg(long)]
    pub(crate) dry_run: bool,
}

#[derive(Debug, Clone, Args)]
pub(crate) struct RankingOptions {
    /// Comparisons per plan in all: every call counts, second orders and canaries included
    #[arg(long, default_value_t = 12, value_parser = clap::value_parser!(u32).range(1..=1000), value_name = "N")]
    pub(crate) calls: u32,
    /// Seed of every random choice
    #[arg(long, default_value_t = 1, value_name = "N")]
    pub(crate) seed: u64,
    /// Model calls under way at once
    #[arg(long, default_value_t = 8, value_parser = clap::value_parser!(u16).range(1..=256), value_name = "N")]
    pub(crate) concurrency: u16,
    /// How ratings are computed from the comparisons
    #[arg(long, value_enum, default_value_t = RatingMethod::Bt)]
    pub(crate) rating: RatingMethod,
    /// Give up the unfinished round of a judge that these model settings don't name
    #[arg(long)]
    pub(crate) abandon_round: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum RatingMethod {
    /// Graded Bradley-Terry posterior: exact, with intervals
    Bt,
    /// Plain Elo, K = 32, for study: depends on the order of comparisons, has no intervals
    Elo,
}

/// The judge's model. Without a provider the offline judge decides: free, and no language model.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Model")]
pub(crate) struct ModelOptions {
    /// offline, openai, openrouter, anthropic, gemini, ollama, lmstudio, vllm, llamacpp or compatible
    #[arg(
        long = "llm-provider",
        env = "PLANRANK_LLM_PROVIDER",
        default_value = "offline",
        value_name = "NAME"
    )]
    pub(crate) provider: String,
    /// The provider's name of the model; of several, separated by commas, the later ones step in when one fails
    #[arg(long = "llm-model", env = "PLANRANK_LLM_MODEL", value_name = "NAME")]
    pub(crate) model: Option<String>,
    /// Let each of the models named be a judge of its own
    #[arg(long)]
    pub(crate) jury: bool,
    /// A profile of the model file instead of one provider and model
    #[arg(
        long = "llm-profile",
        env = "PLANRANK_LLM_PROFILE",
        value_name = "NAME",
        conflicts_with = "model"
    )]
    pub(crate) profile: Option<String>,
    /// Where an OpenAI-compatible server answers, up to and with /v1
    #[arg(
        long = "llm-base-url",
        env = "PLANRANK_LLM_BASE_URL",
        value_name = "URL"
    )]
    pub(crate) base_url: Option<String>,
    /// The provider's key (better in the environment than on the command line)
    #[arg(
        long = "llm-api-key",
        env = "PLANRANK_LLM_API_KEY",
        hide_env_values = true,
        value_name = "KEY"
    )]
    pub(crate) api_key: Option<String>,
    /// Model profiles and prices instead of the built-in ones
    #[arg(long = "models", env = "PLANRANK_MODELS", value_name = "FILE")]
    pub(crate) models_file: Option<PathBuf>,
    /// Embedding model of an OpenAI-compatible server; without it, built-in hashed n-grams
    #[arg(
        long = "embed-model",
        env = "PLANRANK_EMBED_MODEL",
        value_name = "NAME",
        requires = "embed_base_url"
    )]
    pub(crate) embed_model: Option<String>,
    /// Where the embedding server answers, up to and with /v1
    #[arg(
        long = "embed-base-url",
        env = "PLANRANK_EMBED_BASE_URL",
        value_name = "URL"
    )]
    pub(crate) embed_base_url: Option<String>,
    /// The embedding server's key; the model's key is not sent there
    #[arg(
        long = "embed-api-key",
        env = "PLANRANK_EMBED_API_KEY",
        hide_env_values = true,
        value_name = "KEY"
    )]
    pub(crate) embed_api_key: Option<String>,
    /// Stop before the run makes more model calls than this
    #[arg(long, value_name = "N")]
    pub(crate) max_calls: Option<u64>,
    /// Stop before the run, or the service on one day, spends more than this many US dollars
    #[arg(
        long,
        env = "PLANRANK_MAX_COST",
        default_value = "5",
        value_name = "USD"
    )]
    pub(crate) max_cost: String,
    /// Stop before the run uses more than this many tokens
    #[arg(long, default_value_t = 50_000_000, value_name = "N")]
    pub(crate) max_tokens: u64,
}

#[derive(Debug, Args)]
pub(crate) struct Leaderboard {
    /// How many plans to print
    #[arg(long, default_value_t = 25, value_parser = clap::value_parser!(u32).range(1..=10_000), value_name = "N")]
    pub(crate) limit: u32,
    /// Only plans of this domain (not with --rating elo)
    #[arg(long)]
    pub(crate) domain: Option<String>,
    /// How ratings are computed from the comparisons
    #[arg(long, value_enum, default_value_t = RatingMethod::Bt)]
    pub(crate) rating: RatingMethod,
}

#[derive(Debug, Args)]
pub(crate) struct Explain {
    /// A plan: the start of its id, or words of its title
    pub(crate) plan: String,
    /// Another plan, to say which of the two is better and why
    pub(crate) other: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Export {
    /// How many plans, from the top; all when absent
    #[arg(long, value_name = "N")]
    pub(crate) top: Option<u32>,
    #[arg(long, value_enum, default_value_t = ExportFormat::Json)]
    pub(crate) format: ExportFormat,
    /// With every comparison and its verdict (not in CSV)
    #[arg(long)]
    pub(crate) comparisons: bool,
    /// File to write instead of standard output; appears only when complete
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ExportFormat {
    Json,
    Ndjson,
    Csv,
}

#[derive(Debug, Args)]
pub(crate) struct Simulate {
    #[arg(long, default_value_t = 1000, value_parser = clap::value_parser!(u32).range(2..=100_000), value_name = "N")]
    pub(crate) plans: u32,
    /// All calls divided by plans; several, separated by commas
    #[arg(long, default_value = "12", value_delimiter = ',', value_parser = clap::value_parser!(u32).range(1..=1000), value_name = "N")]
    pub(crate) calls: Vec<u32>,
    /// Worlds to average over, one seed each
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=1000), value_name = "N")]
    pub(crate) reps: u32,
    #[arg(long, default_value_t = 1, value_name = "N")]
    pub(crate) seed: u64,
    /// planexe-elo, random-bt, active; all when absent
    #[arg(long, value_delimiter = ',', value_name = "NAME")]
    pub(crate) methods: Vec<String>,
    /// standard, heavy-tailed, sharp; all when absent
    #[arg(long, value_delimiter = ',', value_name = "NAME")]
    pub(crate) worlds: Vec<String>,
    /// Measure an attack instead: neighbours (junk plans like the target), position (a biased judge)
    #[arg(long, value_name = "NAME")]
    pub(crate) attack: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Migrate {
    /// Print what would be applied, and change nothing
    #[arg(long)]
    pub(crate) status: bool,
}
