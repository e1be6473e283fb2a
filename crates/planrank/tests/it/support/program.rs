//! One process of the program under test.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;
use tokio::time::{Instant, sleep};

/// No command of a test takes a tenth of this.
const PATIENCE: Duration = Duration::from_secs(150);
const LOOK_EVERY: Duration = Duration::from_millis(3);

/// Variables that would change what the program does.
const VARIABLES: [&str; 13] = [
    "DATABASE_URL",
    "PLANRANK_DATA_DIR",
    "PLANRANK_EMBED_API_KEY",
    "PLANRANK_EMBED_BASE_URL",
    "PLANRANK_EMBED_MODEL",
    "PLANRANK_LLM_API_KEY",
    "PLANRANK_LLM_BASE_URL",
    "PLANRANK_LLM_MODEL",
    "PLANRANK_LLM_PROFILE",
    "PLANRANK_LLM_PROVIDER",
    "PLANRANK_LOG",
    "PLANRANK_MODELS",
    "NO_COLOR",
];

/// A started program. Dropped, it is killed.
#[derive(Debug)]
pub(crate) struct Program {
    child: Child,
    output: TempDir,
    command: String,
}

/// A program that has ended.
#[derive(Debug)]
pub(crate) struct Ended {
    /// `None` when a signal ended it.
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    command: String,
}

impl Program {
    /// Starts `planrank ARGUMENTS` in a folder of its own.
    pub(crate) fn start<S: AsRef<str>>(arguments: &[S]) -> Self {
        let output = tempfile::tempdir().unwrap();
        let file = |name: &str| Stdio::from(File::create(output.path().join(name)).unwrap());
        let arguments: Vec<&str> = arguments.iter().map(AsRef::as_ref).collect();
        let mut command = Command::new(env!("CARGO_BIN_EXE_planrank"));
        for variable in VARIABLES {
            command.env_remove(variable);
        }
        let child = command
            .args(&arguments)
            .current_dir(output.path())
            .stdin(Stdio::null())
            .stdout(file("stdout"))
            .stderr(file("stderr"))
            .spawn()
            .unwrap();
        Self {
            child,
            output,
            command: format!("planrank {}", arguments.join(" ")),
        }
    }

    pub(crate) fn has_ended(&mut self) -> bool {
        self.child.try_wait().unwrap().is_some()
    }

    /// Ends it by SIGKILL: it can't do anything about that.
    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Sends SIGINT, as Ctrl-C does.
    pub(crate) fn interrupt(&self) {
        let id = self.child.id().to_string();
        let sent = Command::new("kill").args(["-INT", &id]).status().unwrap();
        assert!(sent.success());
    }

    /// Waits until it ends by itself.
    pub(crate) async fn end(mut self) -> Ended {
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                let read = |name: &str| text(&self.output.path().join(name));
                return Ended {
                    code: status.code(),
                    stdout: read("stdout"),
                    stderr: read("stderr"),
                    command: self.command.clone(),
                };
            }
            let stderr = || text(&self.output.path().join("stderr"));
            assert!(
                Instant::now() < deadline,
                "{} hangs:\n{}",
                self.command,
                stderr()
            );
            sleep(LOOK_EVERY).await;
        }
    }

    /// Waits until `happened`; fails when the program ends before, or takes too long.
    pub(crate) async fn until(&mut self, happened: impl Fn() -> bool) {
        let deadline = Instant::now() + PATIENCE;
        while !happened() {
            assert!(!self.has_ended(), "{} ended too early", self.command);
            assert!(Instant::now() < deadline, "{} hangs", self.command);
            sleep(LOOK_EVERY).await;
        }
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // It has ended already in most tests.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn text(path: &Path) -> String {
    String::from_utf8(std::fs::read(path).unwrap()).expect("output is UTF-8")
}

impl Ended {
    /// Fails with everything that the program said unless it ended with this code.
    #[track_caller]
    pub(crate) fn with(self, code: i32) -> Self {
        assert_eq!(
            self.code,
            Some(code),
            "{}\n{}\n{}",
            self.command,
            self.stdout,
            self.stderr
        );
        self
    }

    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|e| panic!("{}: {e}\n{}", self.command, self.stdout))
    }

    /// Fails unless the program failed and said each of `words`.
    #[track_caller]
    pub(crate) fn fails_saying(self, words: &[&str]) {
        let ended = self.with(1);
        assert_eq!(ended.stdout, "", "{}", ended.command);
        for word in words {
            assert!(
                ended.stderr.contains(word),
                "{} doesn't say {word:?}:\n{}",
                ended.command,
                ended.stderr
            );
        }
    }
}

/// A folder for a database, and commands on it.
#[derive(Debug)]
pub(crate) struct Place {
    folder: TempDir,
}

impl Place {
    pub(crate) fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
        }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// `--db` for the database of this place.
    pub(crate) fn database(&self) -> String {
        self.path("planrank.db").display().to_string()
    }

    pub(crate) fn start<S: AsRef<str>>(&self, arguments: &[S]) -> Program {
        let database = self.database();
        let mut all: Vec<&str> = arguments.iter().map(AsRef::as_ref).collect();
        all.extend(["--db", &database]);
        Program::start(&all)
    }

    pub(crate) async fn run<S: AsRef<str>>(&self, arguments: &[S]) -> Ended {
        self.start(arguments).end().await
    }
}
