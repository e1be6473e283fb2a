//! `/admin`: accounts, jobs and their dead letters, pauses.

use askama::Template;

use super::format::{Count, Moment};
use super::layout::Layout;
use super::parts::{JudgeName, Pager};

#[derive(Debug, Template)]
#[template(path = "admin.html")]
pub struct Admin {
    pub layout: Layout,
    pub jobs: Vec<JobKind>,
    pub dead: Vec<DeadJob>,
    /// Of all pages.
    pub dead_total: u64,
    pub dead_pager: Pager,
    pub search: String,
    pub accounts: Vec<AccountRow>,
    pub accounts_pager: Pager,
    pub judges: Vec<JudgeRow>,
}

impl Admin {
    pub fn dead_total_text(&self) -> Count {
        Count(self.dead_total)
    }
}

/// A judge and whether it may judge.
#[derive(Debug, Clone)]
pub struct JudgeRow {
    pub judge_id: String,
    pub judge: JudgeName,
}

/// One kind of job and how many are where.
#[derive(Debug, Clone)]
pub struct JobKind {
    pub kind: String,
    pub waiting: u64,
    pub running: u64,
    pub dead: u64,
    pub oldest_waiting: Option<Moment>,
    pub paused: bool,
}

impl JobKind {
    pub fn waiting_text(&self) -> Count {
        Count(self.waiting)
    }

    pub fn running_text(&self) -> Count {
        Count(self.running)
    }

    pub fn dead_text(&self) -> Count {
        Count(self.dead)
    }
}

/// A job that failed for good.
#[derive(Debug, Clone)]
pub struct DeadJob {
    pub job_id: String,
    pub kind: String,
    pub account: String,
    pub attempts: u32,
    pub error: String,
    pub payload: String,
    pub died: Moment,
}

/// Somebody with an account.
#[derive(Debug, Clone)]
pub struct AccountRow {
    pub account_id: String,
    pub name: String,
    pub email: Option<String>,
    /// `user`, `reviewer`, `admin`
    pub role: String,
    pub created: Moment,
    pub last_seen: Option<Moment>,
    pub disabled: bool,
    /// Nobody takes away their own role.
    pub is_me: bool,
}

impl AccountRow {
    pub fn is_role(&self, role: &str) -> bool {
        self.role == role
    }
}
