//! The scripted model server as a process.

use std::error::Error;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// Ends with the value.
pub(crate) struct Server {
    process: Child,
    pub(crate) base_url: String,
}

impl Server {
    /// Starts the program that stands beside this one's folder.
    pub(crate) fn start(latency: Duration) -> Result<Self, Box<dyn Error>> {
        let here = std::env::current_exe()?;
        let folder = here.parent().and_then(|examples| examples.parent());
        let program = folder.ok_or("no folder")?.join("scripted-model");
        let mut process = Command::new(&program)
            .args(["--responder", "planner", "--latency-ms"])
            .arg(latency.as_millis().to_string())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| format!("{}: {error}; build it first", program.display()))?;
        let output = process.stdout.take().ok_or("no output")?;
        let mut base_url = String::new();
        BufReader::new(output).read_line(&mut base_url)?;
        Ok(Self {
            process,
            base_url: base_url.trim().to_owned(),
        })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
