//! `/plans`: the caller's own plans and where each one is on its way.

use askama::Template;

use super::format::{Count, Elo, Moment, NanoUsd, Percent};
use super::layout::Layout;
use super::parts::{Pager, Phase, Progress};
use super::run::RunState;

#[derive(Debug, Template)]
#[template(path = "plans.html")]
pub struct Plans {
    pub layout: Layout,
    /// Plans that were or are being made here, newest first.
    pub runs: Vec<MyRun>,
    pub next_runs: Option<String>,
    pub rows: Vec<MyPlan>,
    pub pager: Pager,
    /// Path and query of this page, which live refresh asks for.
    pub refresh_url: String,
}

impl Plans {
    pub fn any_moving(&self) -> bool {
        let any_run = self.runs.iter().any(|r| r.state.is_moving());
        any_run || self.rows.iter().any(|r| r.phase.is_moving())
    }
}

/// A plan that is made here, from its prompt to its ranking.
#[derive(Debug, Clone)]
pub struct MyRun {
    pub plan_id: String,
    pub title: String,
    pub private: bool,
    pub state: RunState,
    pub share: Percent,
    pub cost: NanoUsd,
    pub created: Moment,
    pub ranked_plan_id: Option<String>,
}

impl MyRun {
    /// For the attribute of the bar.
    pub fn value(&self) -> String {
        format!("{:.3}", self.share.0)
    }
}

/// One of the caller's plans.
#[derive(Debug, Clone)]
pub struct MyPlan {
    pub plan_id: String,
    pub title: String,
    pub external_id: Option<String>,
    pub private: bool,
    pub phase: Phase,
    pub progress: Option<Progress>,
    /// More about the phase, such as why it failed.
    pub detail: Option<String>,
    pub rank: Option<u64>,
    pub elo: Option<f64>,
    pub submitted: Moment,
}

impl MyPlan {
    pub fn rank_text(&self) -> Option<Count> {
        self.rank.map(Count)
    }

    pub fn elo_text(&self) -> Option<Elo> {
        self.elo.map(Elo)
    }
}
