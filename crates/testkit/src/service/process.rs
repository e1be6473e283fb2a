//! One process of the service.

use std::fs::File;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

use tempfile::TempDir;
use tokio::time::{Instant, sleep};

use super::{Client, Launcher, Role};

/// No process of a test takes a tenth of this to start or to stop.
const PATIENCE: Duration = Duration::from_mins(1);
const LOOK_EVERY: Duration = Duration::from_millis(5);
/// Somebody may take the free port that was found before the process does.
const TRIES: u32 = 5;

/// A running process of the service. Dropped, it is killed.
#[derive(Debug)]
pub struct Service {
    child: Child,
    address: SocketAddr,
    role: Role,
    folder: TempDir,
}

/// A process that has ended.
#[derive(Debug)]
pub struct Ended {
    /// `None` when a signal ended it.
    pub code: Option<i32>,
    pub log: String,
}

impl Service {
    pub(super) async fn start(launcher: &Launcher, role: Role) -> Self {
        for _ in 1..TRIES {
            let mut service = Self::spawn(launcher, role);
            if service.becomes_ready().await {
                return service;
            }
            let log = service.log();
            assert!(log.contains("in use"), "the service ended early:\n{log}");
        }
        panic!("no free port in {TRIES} tries");
    }

    fn spawn(launcher: &Launcher, role: Role) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let address = free_address();
        let output = || Stdio::from(log_file(folder.path()));
        let mut command = launcher.command();
        command.args(["serve", "--role", role.name()]);
        if role != Role::Worker {
            command.args(["--listen", &address.to_string()]);
        }
        let child = command
            .args(&launcher.arguments)
            .current_dir(folder.path())
            .stdout(output())
            .stderr(output())
            .spawn()
            .expect("the program can be started");
        Self {
            child,
            address,
            role,
            folder,
        }
    }

    /// Waits until requests are answered; false when the process ended before. A worker answers
    /// none, so it is ready as soon as it runs.
    async fn becomes_ready(&mut self) -> bool {
        if self.role == Role::Worker {
            return !self.has_ended();
        }
        let client = self.client();
        let deadline = Instant::now() + PATIENCE;
        while Instant::now() < deadline {
            if self.has_ended() {
                return false;
            }
            if client.status_of("/readyz").await == Some(200) {
                return true;
            }
            sleep(LOOK_EVERY).await;
        }
        panic!("the service doesn't get ready:\n{}", self.log());
    }

    /// `http://127.0.0.1:PORT`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Somebody who has not signed in.
    pub fn client(&self) -> Client {
        Client::anonymous(&self.url())
    }

    /// What the process has said so far.
    pub fn log(&self) -> String {
        super::text(&std::fs::read(self.folder.path().join(LOG)).unwrap_or_default())
    }

    pub fn has_ended(&mut self) -> bool {
        self.exit_status().is_some()
    }

    fn exit_status(&mut self) -> Option<ExitStatus> {
        self.child
            .try_wait()
            .expect("its own process can be watched")
    }

    /// Ends it by SIGKILL: it can't do anything about that.
    pub fn kill(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// Asks it to end, as an operator's SIGTERM does, and goes on.
    pub fn ask_to_stop(&self) {
        let id = self.child.id().to_string();
        let sent = Command::new("kill").args(["-TERM", &id]).status();
        assert!(sent.is_ok_and(|s| s.success()), "SIGTERM can't be sent");
    }

    /// Asks it to end and waits until it has.
    ///
    /// # Panics
    /// When it doesn't end within a minute; the message holds its log.
    pub async fn stop(mut self) -> Ended {
        if !self.has_ended() {
            self.ask_to_stop();
        }
        self.ended().await
    }

    /// Waits until it ends by itself.
    pub async fn ended(&mut self) -> Ended {
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(status) = self.exit_status() {
                return Ended {
                    code: status.code(),
                    log: self.log(),
                };
            }
            assert!(
                Instant::now() < deadline,
                "the service doesn't end:\n{}",
                self.log()
            );
            sleep(LOOK_EVERY).await;
        }
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        self.kill();
        if std::thread::panicking() {
            eprintln!("-- log of the service at {}\n{}", self.url(), self.log());
        }
    }
}

const LOG: &str = "log";

/// Appending, since standard output and standard error share it.
fn log_file(folder: &Path) -> File {
    let options = File::options()
        .create(true)
        .append(true)
        .open(folder.join(LOG));
    options.expect("a log file in a fresh folder")
}

fn free_address() -> SocketAddr {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free loopback port");
    listener.local_addr().expect("a bound port has an address")
}
