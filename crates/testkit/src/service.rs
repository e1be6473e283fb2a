//! The real service as processes of its own, as an operator runs it, and clients of it.
//!
//! A [`Launcher`] knows the program and the database; it starts processes and runs commands such as
//! `planrank admin`. Every process listens on a free loopback port, writes its log into a file, and
//! is killed when it is dropped. Nothing here knows a type of the service: tests see it as its
//! users do.

mod client;
mod process;
pub mod raw;

pub use client::{Client, Reply};
pub use process::{Ended, Service};

use std::path::PathBuf;
use std::process::{Command, Stdio};

use serde_json::Value;

/// Behind the API keys of every process of a test.
const SECRET: &str = "a secret of tests that is no secret at all";

/// What a process of the service does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Requests and jobs.
    All,
    /// Requests only.
    Web,
    /// Jobs only; it answers no requests.
    Worker,
}

impl Role {
    fn name(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Web => "web",
            Self::Worker => "worker",
        }
    }
}

/// How to run the program under test. Variables of this machine that would change what it does are
/// not passed on; what a test wants to set it sets here.
#[derive(Debug, Clone)]
pub struct Launcher {
    program: PathBuf,
    database: String,
    arguments: Vec<String>,
    variables: Vec<(String, String)>,
}

impl Launcher {
    /// `program` is `env!("CARGO_BIN_EXE_planrank")` in a test of that package.
    pub fn new(program: impl Into<PathBuf>, database_url: &str) -> Self {
        Self {
            program: program.into(),
            database: database_url.to_owned(),
            arguments: Vec::new(),
            variables: vec![("PLANRANK_SECRET".to_owned(), SECRET.to_owned())],
        }
    }

    /// More arguments of `planrank serve`.
    #[must_use]
    pub fn serving<S: AsRef<str>>(mut self, arguments: &[S]) -> Self {
        let more = arguments.iter().map(|a| a.as_ref().to_owned());
        self.arguments.extend(more);
        self
    }

    /// A variable of every process.
    #[must_use]
    pub fn variable(mut self, name: &str, value: &str) -> Self {
        self.variables.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The model of a scripted server, up to and with `/v1`, is the judge.
    #[must_use]
    pub fn judged_by(self, base_url: &str) -> Self {
        self.variable("PLANRANK_LLM_PROVIDER", "compatible")
            .variable("PLANRANK_LLM_BASE_URL", base_url)
            .variable("PLANRANK_LLM_MODEL", "scripted")
    }

    /// Starts `planrank serve --role ROLE` and waits until it is ready.
    ///
    /// # Panics
    /// When it ends or isn't ready within a minute; the message holds its log.
    pub async fn start(&self, role: Role) -> Service {
        Service::start(self, role).await
    }

    /// Runs `planrank ARGUMENTS` to its end and returns its standard output.
    ///
    /// # Panics
    /// When it fails; the message holds what it said.
    pub async fn run(&self, arguments: &[&str]) -> String {
        let mut command = tokio::process::Command::from(self.command());
        let ended = command.args(arguments).kill_on_drop(true).output().await;
        let ended = ended.expect("the program can be started");
        let (stdout, stderr) = (text(&ended.stdout), text(&ended.stderr));
        assert!(
            ended.status.success(),
            "planrank {} failed\n{stdout}\n{stderr}",
            arguments.join(" ")
        );
        stdout
    }

    /// A key of that account, made by the command line; the account is made when it is missing.
    pub async fn create_key(&self, account: &str, role: &str) -> ApiKey {
        let options = ["--account", account, "--role", role, "--json"];
        let said = self
            .run(&[["admin", "create-key"].as_slice(), &options].concat())
            .await;
        ApiKey::read(&said)
    }

    /// A key that may do less than the account.
    pub async fn create_key_with_scopes(&self, account: &str, scopes: &str) -> ApiKey {
        let options = ["--account", account, "--scopes", scopes, "--json"];
        let said = self
            .run(&[["admin", "create-key"].as_slice(), &options].concat())
            .await;
        ApiKey::read(&said)
    }

    /// `planrank` with the settings of every process, for a test that looks at how it ends.
    pub fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        for (name, _) in std::env::vars() {
            if name.starts_with("PLANRANK_") || name.starts_with("OTEL_") {
                command.env_remove(name);
            }
        }
        command
            .env("DATABASE_URL", &self.database)
            .env("NO_COLOR", "1")
            .envs(self.variables.iter().map(|(k, v)| (k, v)))
            .stdin(Stdio::null());
        command
    }
}

/// A key as it is shown once.
#[derive(Debug, Clone)]
pub struct ApiKey {
    pub secret: String,
    /// All that the command said, ids included.
    pub said: Value,
}

impl ApiKey {
    fn read(said: &str) -> Self {
        let said: Value = serde_json::from_str(said).expect("`--json` prints JSON");
        let secret = said["key"].as_str().expect("the key is shown").to_owned();
        assert!(secret.starts_with("prk_live_"), "a key of a strange form");
        Self { secret, said }
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
