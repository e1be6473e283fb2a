//! Shows how far a plan is: a bar on a terminal, a line per tenth elsewhere.

use std::convert::Infallible;
use std::io::IsTerminal;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use pipeline::service::RunStatus;
use pipeline::{Pipeline, Viewer};
use store::PlanId;

use crate::output;

const EVERY: Duration = Duration::from_millis(500);
/// Positions of the bar.
const LENGTH: u64 = 1_000;
const MAX_TITLES: usize = 3;

/// What is shown on standard error.
pub(super) struct Progress {
    bar: ProgressBar,
    lines: bool,
}

impl Progress {
    /// Nothing when a program reads the output.
    pub(super) fn new(quiet: bool) -> Self {
        let is_terminal = std::io::stderr().is_terminal();
        let bar = if quiet || !is_terminal {
            ProgressBar::hidden()
        } else {
            ProgressBar::new(LENGTH).with_style(style())
        };
        Self {
            bar,
            lines: !quiet && !is_terminal,
        }
    }

    /// Shows the run until it is dropped.
    pub(super) async fn follow(&self, pipeline: &Pipeline, id: PlanId) -> Infallible {
        let mut tenths = 0;
        loop {
            tokio::time::sleep(EVERY).await;
            // A database that is busy is asked again; the work itself says when it is broken.
            let Ok(status) = pipeline.status(Viewer::SYSTEM, id).await else {
                continue;
            };
            let position = position(&status);
            self.bar.set_position(position);
            self.bar.set_message(message(&status));
            if self.lines && position * 10 / LENGTH > tenths {
                tenths = position * 10 / LENGTH;
                output::say!("{} %: {}", tenths * 10, message(&status));
            }
        }
    }

    pub(super) fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

fn position(status: &RunStatus) -> u64 {
    let progress = &status.progress;
    let (done, all) = (progress.stages_done, progress.stages_total.max(1));
    let by_stages = u64::from(done) * LENGTH / u64::from(all);
    // The critical path tells more, but it is not shown to stand still while others work.
    let promille = (progress.fraction * LENGTH as f64).round();
    (0..=LENGTH)
        .rev()
        .find(|n| *n as f64 <= promille)
        .unwrap_or(0)
        .max(by_stages.min(LENGTH - 1))
}

fn message(status: &RunStatus) -> String {
    let progress = &status.progress;
    let left = status
        .eta_secs
        .map_or_else(String::new, |secs| format!(", about {secs} s left"));
    let titles: Vec<&str> = progress
        .current
        .iter()
        .take(MAX_TITLES)
        .map(String::as_str)
        .collect();
    format!(
        "{} of {} stages, {} calls, {}{left}: {}",
        progress.stages_done,
        progress.stages_total,
        progress.calls_done,
        output::dollars(status.cost.spent_nano_usd),
        output::plain(&titles.join(", "), 80)
    )
}

fn style() -> ProgressStyle {
    ProgressStyle::with_template("{wide_bar} {msg}")
        .unwrap_or_else(|_| ProgressStyle::default_bar())
}
