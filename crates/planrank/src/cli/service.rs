//! Arguments of the service: `serve` and `admin`.

use std::net::SocketAddr;

use clap::{Args, Subcommand, ValueEnum};
use url::Url;

use super::{GenerationOptions, ModelOptions, RankingOptions};

const UNLIMITED: u32 = 1_000_000;

/// Serve pages and API, work on submitted plans, or both
#[derive(Debug, Args)]
pub(crate) struct Serve {
    /// What this process does; replicas share nothing but the database
    #[arg(long, env = "PLANRANK_ROLE", value_enum, default_value_t = ServeRole::All)]
    pub(crate) role: ServeRole,
    #[command(flatten)]
    pub(crate) http: HttpOptions,
    #[command(flatten)]
    pub(crate) login: LoginOptions,
    #[command(flatten)]
    pub(crate) work: WorkOptions,
    #[command(flatten)]
    pub(crate) generation: GenerationOptions,
    /// Plans that this process makes at once, beside its other jobs
    #[arg(long, env = "PLANRANK_PLANS", default_value_t = 4, value_parser = clap::value_parser!(u16).range(1..=64), value_name = "N", help_heading = "Plans")]
    pub(crate) plans: u16,
    /// The profile of whoever chooses none [default: what the model options name]
    #[arg(
        long,
        env = "PLANRANK_PROFILE_DEFAULT",
        value_name = "NAME",
        help_heading = "Plans"
    )]
    pub(crate) profile_default: Option<String>,
    #[command(flatten)]
    pub(crate) model: ModelOptions,
    /// Bring the database's schema up to date first (a SQLite file's always is)
    #[arg(long, env = "PLANRANK_MIGRATE")]
    pub(crate) migrate: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ServeRole {
    /// Pages, API and work in one process
    All,
    /// Pages and API
    Web,
    /// Work on submitted plans
    Worker,
}

impl ServeRole {
    pub(crate) fn serves(self) -> bool {
        self != Self::Worker
    }

    pub(crate) fn works(self) -> bool {
        self != Self::Web
    }
}

#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "HTTP")]
pub(crate) struct HttpOptions {
    /// Where to listen [default: 127.0.0.1:8080, or every address at $PORT]
    #[arg(long, env = "PLANRANK_LISTEN", value_name = "ADDRESS:PORT")]
    pub(crate) listen: Option<SocketAddr>,
    /// The port that a platform assigns
    #[arg(long, env = "PORT", hide = true)]
    pub(crate) port: Option<u16>,
    /// Where people reach the service [default: the address it listens on]
    #[arg(long, env = "PLANRANK_PUBLIC_URL", value_name = "URL")]
    pub(crate) public_url: Option<Url>,
    /// Serve Prometheus metrics on an address of their own
    #[arg(long, env = "PLANRANK_METRICS_LISTEN", value_name = "ADDRESS:PORT")]
    pub(crate) metrics_listen: Option<SocketAddr>,
    /// Serve /metrics on the main address to whoever shows this token
    #[arg(
        long,
        env = "PLANRANK_METRICS_TOKEN",
        hide_env_values = true,
        value_name = "TOKEN"
    )]
    pub(crate) metrics_token: Option<String>,
    /// A reverse proxy stands in front: take the client's address from X-Forwarded-For
    #[arg(long, env = "PLANRANK_TRUST_PROXY")]
    pub(crate) trust_proxy: bool,
    /// Hosts under which agents reach /mcp, besides that of the public address
    #[arg(
        long = "mcp-host",
        env = "PLANRANK_MCP_HOSTS",
        value_delimiter = ',',
        value_name = "HOST"
    )]
    pub(crate) mcp_hosts: Vec<String>,
    /// Origins whose pages may use /mcp, besides our own
    #[arg(
        long = "mcp-origin",
        env = "PLANRANK_MCP_ORIGINS",
        value_delimiter = ',',
        value_name = "URL"
    )]
    pub(crate) mcp_origins: Vec<Url>,
}

#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Login")]
pub(crate) struct LoginOptions {
    /// The secret behind API keys, at least 32 characters; older ones after commas stay valid
    #[arg(
        long,
        env = "PLANRANK_SECRET",
        hide_env_values = true,
        value_delimiter = ',',
        value_name = "SECRET"
    )]
    pub(crate) secret: Vec<String>,
    /// Let anybody on this machine sign in as anybody (loopback only)
    #[arg(long, env = "PLANRANK_DEV_LOGIN")]
    pub(crate) dev_login: bool,
    /// Administrators at login: verified email addresses, or issuer|subject
    #[arg(
        long = "admin",
        env = "PLANRANK_ADMINS",
        value_delimiter = ',',
        value_name = "WHO"
    )]
    pub(crate) admins: Vec<String>,
    /// An `OpenID` Connect issuer to sign in with
    #[arg(long, env = "PLANRANK_OIDC_ISSUER", value_name = "URL", requires_all = ["oidc_client_id", "oidc_client_secret"])]
    pub(crate) oidc_issuer: Option<Url>,
    /// What the sign-in button says
    #[arg(
        long,
        env = "PLANRANK_OIDC_LABEL",
        default_value = "single sign-on",
        value_name = "TEXT"
    )]
    pub(crate) oidc_label: String,
    #[arg(long, env = "PLANRANK_OIDC_CLIENT_ID", value_name = "ID")]
    pub(crate) oidc_client_id: Option<String>,
    #[arg(
        long,
        env = "PLANRANK_OIDC_CLIENT_SECRET",
        hide_env_values = true,
        value_name = "SECRET"
    )]
    pub(crate) oidc_client_secret: Option<String>,
    /// Sign in with Google
    #[arg(
        long,
        env = "PLANRANK_GOOGLE_CLIENT_ID",
        value_name = "ID",
        requires = "google_client_secret"
    )]
    pub(crate) google_client_id: Option<String>,
    #[arg(
        long,
        env = "PLANRANK_GOOGLE_CLIENT_SECRET",
        hide_env_values = true,
        value_name = "SECRET"
    )]
    pub(crate) google_client_secret: Option<String>,
    /// Sign in with GitHub
    #[arg(
        long,
        env = "PLANRANK_GITHUB_CLIENT_ID",
        value_name = "ID",
        requires = "github_client_secret"
    )]
    pub(crate) github_client_id: Option<String>,
    #[arg(
        long,
        env = "PLANRANK_GITHUB_CLIENT_SECRET",
        hide_env_values = true,
        value_name = "SECRET"
    )]
    pub(crate) github_client_secret: Option<String>,
    /// GitHub Enterprise's address instead of github.com
    #[arg(long, env = "PLANRANK_GITHUB_URL", value_name = "URL")]
    pub(crate) github_url: Option<Url>,
}

impl LoginOptions {
    /// Nobody logs in over the network.
    pub(crate) fn none() -> Self {
        Self {
            secret: Vec::new(),
            dev_login: false,
            admins: Vec::new(),
            oidc_issuer: None,
            oidc_label: String::new(),
            oidc_client_id: None,
            oidc_client_secret: None,
            google_client_id: None,
            google_client_secret: None,
            github_client_id: None,
            github_client_secret: None,
            github_url: None,
        }
    }
}

#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Work")]
pub(crate) struct WorkOptions {
    /// Jobs that this process works on at once
    #[arg(long, env = "PLANRANK_JOBS", default_value_t = 4, value_parser = clap::value_parser!(u16).range(1..=64), value_name = "N")]
    pub(crate) jobs: u16,
    /// Comparisons per plan in all
    #[arg(long, env = "PLANRANK_CALLS", default_value_t = 12, value_parser = clap::value_parser!(u32).range(1..=1000), value_name = "N")]
    pub(crate) calls: u32,
    /// Seed of every random choice
    #[arg(long, env = "PLANRANK_SEED", default_value_t = 1, value_name = "N")]
    pub(crate) seed: u64,
    /// Model calls under way at once
    #[arg(long, env = "PLANRANK_CONCURRENCY", default_value_t = 8, value_parser = clap::value_parser!(u16).range(1..=256), value_name = "N")]
    pub(crate) concurrency: u16,
    /// Seconds without a new plan before a contest is ranked again
    #[arg(long, env = "PLANRANK_SETTLE_SECS", default_value_t = 2, value_parser = clap::value_parser!(u32).range(0..=3600), value_name = "N")]
    pub(crate) settle_secs: u32,
    /// Seconds after which a worker that gives no sign of life loses its job
    #[arg(long, env = "PLANRANK_LEASE_SECS", default_value_t = 60, value_parser = clap::value_parser!(u32).range(5..=3600), value_name = "N")]
    pub(crate) lease_secs: u32,
    /// Submissions per account and minute
    #[arg(
        long,
        env = "PLANRANK_RANKS_PER_MINUTE",
        default_value_t = 5,
        value_name = "N"
    )]
    pub(crate) ranks_per_minute: u32,
    /// New families of plans per account and day
    #[arg(
        long,
        env = "PLANRANK_FAMILIES_PER_DAY",
        default_value_t = 20,
        value_name = "N"
    )]
    pub(crate) families_per_day: u32,
    /// Requests per account and minute
    #[arg(
        long,
        env = "PLANRANK_REQUESTS_PER_MINUTE",
        default_value_t = 600,
        value_name = "N"
    )]
    pub(crate) requests_per_minute: u32,
}

impl WorkOptions {
    /// Ranks what is submitted as the command line ranked, without limits: it is one's own machine.
    pub(crate) fn like(ranking: &RankingOptions) -> Self {
        Self {
            jobs: 2,
            calls: ranking.calls,
            seed: ranking.seed,
            concurrency: ranking.concurrency,
            settle_secs: 1,
            lease_secs: 60,
            ranks_per_minute: UNLIMITED,
            families_per_day: UNLIMITED,
            requests_per_minute: UNLIMITED,
        }
    }
}

/// Work on the database of a service
#[derive(Debug, Args)]
pub(crate) struct Admin {
    #[command(subcommand)]
    pub(crate) command: AdminCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum AdminCommand {
    /// Make an API key, and the account that it belongs to if there is none of that name
    CreateKey(CreateKey),
    /// Change what an account may do
    SetRole {
        /// The account's id
        account: String,
        role: RoleName,
    },
    /// List jobs, newest first
    Jobs {
        /// waiting, running, done, dead or discarded
        #[arg(long, default_value = "dead")]
        state: String,
        #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=1000), value_name = "N")]
        limit: u32,
    },
    /// Let a dead job wait for its turn again
    RetryJob { job: String },
    /// Give a dead job up
    DiscardJob { job: String },
    /// Hold back all jobs of a kind (generate, extract, rank, snapshot, sweep)
    Pause {
        kind: String,
        /// Why, for whoever looks at the queue
        #[arg(long, default_value = "paused by the operator")]
        reason: String,
    },
    /// Let the jobs of a kind go on
    Resume { kind: String },
}

#[derive(Debug, Args)]
pub(crate) struct CreateKey {
    /// The account: created when there is none of this name
    #[arg(long, value_name = "NAME")]
    pub(crate) account: String,
    #[arg(long, value_enum, default_value_t = RoleName::User)]
    pub(crate) role: RoleName,
    /// What the key is for
    #[arg(long, default_value = "command line", value_name = "TEXT")]
    pub(crate) name: String,
    /// read, submit, audit, admin; separated by commas [default: what the role allows]
    #[arg(long, value_delimiter = ',', value_name = "SCOPE")]
    pub(crate) scopes: Vec<String>,
    /// Days until it expires [default: never]
    #[arg(long, value_name = "N")]
    pub(crate) days: Option<u16>,
    #[arg(
        long,
        env = "PLANRANK_SECRET",
        hide_env_values = true,
        value_delimiter = ',',
        value_name = "SECRET"
    )]
    pub(crate) secret: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum RoleName {
    User,
    Reviewer,
    Admin,
}
