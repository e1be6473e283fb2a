//! `/plans/{id}/run`: how a plan is being made, what it takes, and what came of it.

use askama::Template;

use super::charts::StageGraph;
use super::format::{Bytes, Count, Moment, NanoUsd, Percent, wait};
use super::layout::{Layout, Tone};

#[derive(Debug, Template)]
#[template(path = "run.html")]
pub struct RunPage {
    pub layout: Layout,
    pub plan_id: String,
    pub title: String,
    pub prompt: String,
    pub state: RunState,
    /// A stop was asked for, and calls under way are being finished.
    pub stopping: bool,
    pub private: bool,
    /// Rules instead of language models wrote it: must be said wherever it shows.
    pub offline: bool,
    pub mode: String,
    pub profile: String,
    /// `1 Mar 2027`
    pub start_date: String,
    pub created: Moment,
    pub finished: Option<Moment>,
    /// Why it isn't going on, and what to do now.
    pub outcome: Option<Outcome>,
    pub progress: RunProgress,
    pub cost: RunCost,
    pub graph: StageGraph,
    pub phases: Vec<PhaseGroup>,
    pub troubles: Vec<Trouble>,
    pub actions: Option<RunActions>,
    pub delivery: Vec<DownloadView>,
    pub ranked_plan_id: Option<String>,
    pub files: u64,
    pub revision: i64,
}

impl RunPage {
    pub fn files_text(&self) -> Count {
        Count(self.files)
    }

    pub fn is_complete(&self) -> bool {
        self.state == RunState::Completed
    }
}

/// Where a run is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunState {
    Pending,
    Processing,
    Completed,
    Failed,
    Stopped,
    Stalled,
}

impl RunState {
    pub fn word(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Processing => "processing",
            Self::Completed => "completed",
            Self::Failed => "failed",
            Self::Stopped => "stopped",
            Self::Stalled => "stalled",
        }
    }

    pub fn label(self) -> &'static str {
        match self {
            Self::Pending => "Waiting",
            Self::Processing => "Being written",
            Self::Completed => "Complete",
            Self::Failed => "Failed",
            Self::Stopped => "Stopped",
            Self::Stalled => "Stalled",
        }
    }

    pub fn tone(self) -> Tone {
        match self {
            Self::Pending | Self::Processing => Tone::Neutral,
            Self::Completed => Tone::Good,
            Self::Stopped | Self::Stalled => Tone::Warn,
            Self::Failed => Tone::Bad,
        }
    }

    /// Something will change without anybody's doing.
    pub fn is_moving(self) -> bool {
        matches!(self, Self::Pending | Self::Processing)
    }
}

/// Why a run isn't going on, and the one thing to do next.
#[derive(Debug, Clone)]
pub struct Outcome {
    pub heading: String,
    pub reason: String,
    pub next: String,
    /// A page where that is done, with what its link says.
    pub link: Option<(String, String)>,
}

/// How far a run is.
#[derive(Debug, Clone, Default)]
pub struct RunProgress {
    /// 0 to 1 of the work that is expected.
    pub fraction: f64,
    pub stages_done: u64,
    pub stages_total: u64,
    pub calls_done: u64,
    pub calls_expected: u64,
    /// Titles of the stages under way.
    pub current: Vec<String>,
    pub elapsed_secs: u64,
    pub eta_secs: Option<u64>,
}

impl RunProgress {
    pub fn share(&self) -> Percent {
        Percent(self.bounded())
    }

    /// For the attribute of the bar.
    pub fn value(&self) -> String {
        format!("{:.3}", self.bounded())
    }

    fn bounded(&self) -> f64 {
        if self.fraction.is_finite() {
            self.fraction.clamp(0.0, 1.0)
        } else {
            0.0
        }
    }

    pub fn calls_text(&self) -> String {
        format!(
            "{} of about {}",
            Count(self.calls_done),
            Count(self.calls_expected.max(self.calls_done))
        )
    }

    pub fn elapsed_text(&self) -> String {
        wait(self.elapsed_secs)
    }

    pub fn eta_text(&self) -> Option<String> {
        self.eta_secs.map(wait)
    }
}

/// What a run has cost and may cost.
#[derive(Debug, Clone, Copy)]
pub struct RunCost {
    pub spent: NanoUsd,
    pub estimated: NanoUsd,
    pub cap: Option<NanoUsd>,
}

/// Stages of one phase.
#[derive(Debug, Clone)]
pub struct PhaseGroup {
    pub name: String,
    pub stages: Vec<StageView>,
}

impl PhaseGroup {
    pub fn done(&self) -> usize {
        let is_over = |s: &&StageView| matches!(s.state, StageState::Done | StageState::Skipped);
        self.stages.iter().filter(is_over).count()
    }
}

/// One stage of the graph.
#[derive(Debug, Clone)]
pub struct StageView {
    pub id: String,
    pub title: String,
    pub state: StageState,
    pub calls_done: u64,
    pub calls_total: u64,
    pub cost: NanoUsd,
    pub model: Option<String>,
    /// Titles of the stages whose files it reads.
    pub needs: Vec<String>,
    /// Files that it has written.
    pub outputs: Vec<String>,
}

impl StageView {
    /// `done, 3 of 4 calls, $0.01`
    pub fn facts(&self) -> String {
        let asks = self.calls_total > 1 && self.state != StageState::Waiting;
        let calls = asks.then(|| format!("{} of {} calls", self.calls_done, self.calls_total));
        let cost = (self.cost.0 > 0).then(|| self.cost.to_string());
        let facts = [Some(self.state.label().to_owned()), calls, cost];
        facts.into_iter().flatten().collect::<Vec<_>>().join(", ")
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StageState {
    Waiting,
    Running,
    Done,
    Failed,
    Skipped,
    /// Something that it reads was changed after it had been written.
    Stale,
}

impl StageState {
    pub fn label(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Running => "under way",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Skipped => "left out",
            Self::Stale => "out of date",
        }
    }

    pub fn class(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Running => "running",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Skipped => "skipped",
            Self::Stale => "stale",
        }
    }

    /// A sign that says the same as the colour.
    pub fn sign(self) -> &'static str {
        match self {
            Self::Waiting | Self::Skipped => "",
            Self::Running => "…",
            Self::Done => "✓",
            Self::Failed => "!",
            Self::Stale => "↻",
        }
    }
}

/// A call or a stage that went wrong, and what was done about it.
#[derive(Debug, Clone)]
pub struct Trouble {
    pub stage: String,
    pub error: String,
    /// What was done about it, or will be.
    pub then: String,
    pub at: Option<Moment>,
}

/// What an owner may do with a run now.
#[derive(Debug, Clone, Default)]
pub struct RunActions {
    pub can_stop: bool,
    pub can_resume: bool,
    pub can_retry: bool,
    /// Profiles to go on with; the first is the present one.
    pub profiles: Vec<(String, String)>,
    /// What a new start would cost.
    pub retry_cost: Option<NanoUsd>,
}

impl RunActions {
    pub fn any(&self) -> bool {
        self.can_stop || self.can_resume || self.can_retry
    }
}

/// Something to take away.
#[derive(Debug, Clone)]
pub struct DownloadView {
    pub label: String,
    pub what: String,
    pub href: String,
    pub size: Bytes,
}
