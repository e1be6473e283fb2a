//! `/rankings`: the leaderboard, established and provisional plans apart, all bars on one axis.

use askama::Template;

use super::charts::Axis;
use super::format::Count;
use super::layout::Layout;
use super::parts::{BoardRow, FieldError, JudgedBy, Pager, common_axis, error_of};

#[derive(Debug, Template)]
#[template(path = "rankings.html")]
pub struct Rankings {
    pub layout: Layout,
    pub filter: BoardFilter,
    pub domains: Vec<DomainChoice>,
    /// Established first; a page may hold one list or both.
    pub lists: Vec<BoardList>,
    pub judged_by: JudgedBy,
    /// Path and query of this page, which live refresh asks for.
    pub refresh_url: String,
    pub errors: Vec<FieldError>,
}

impl Rankings {
    pub fn axis(&self) -> Axis {
        common_axis(self.lists.iter().flat_map(|l| &l.rows))
    }

    pub fn is_empty(&self) -> bool {
        self.lists.iter().all(|l| l.rows.is_empty())
    }

    pub fn error(&self, field: &str) -> Option<&str> {
        error_of(&self.errors, field)
    }
}

/// What was asked for, as the form shows it again.
#[derive(Debug, Clone, Default)]
pub struct BoardFilter {
    /// `/rankings?scope=mine`: the plans of whoever is logged in, private ones included.
    pub mine: bool,
    /// `/rankings?scope=private`: their private plans, ranked among themselves.
    pub private: bool,
    pub domain: Option<String>,
    /// Dates as the form sent them, `2026-11-22`.
    pub since: String,
    pub until: String,
}

impl BoardFilter {
    /// The value of `scope` in an address; empty for the public board.
    pub fn scope(&self) -> &'static str {
        match (self.mine, self.private) {
            (true, _) => "mine",
            (_, true) => "private",
            _ => "",
        }
    }

    /// The same board without a filter.
    pub fn unfiltered(&self) -> &'static str {
        match (self.mine, self.private) {
            (true, _) => "/rankings?scope=mine",
            (_, true) => "/rankings?scope=private",
            _ => "/rankings",
        }
    }

    pub fn is_narrow(&self) -> bool {
        self.domain.is_some() || !self.since.is_empty() || !self.until.is_empty()
    }

    pub fn is_domain(&self, name: &str) -> bool {
        self.domain.as_deref() == Some(name)
    }
}

/// A domain that the board knows, and how many plans are in it.
#[derive(Debug, Clone)]
pub struct DomainChoice {
    pub name: String,
    pub plans: u64,
}

impl DomainChoice {
    pub fn plans_text(&self) -> Count {
        Count(self.plans)
    }
}

/// Established or provisional plans, one page of them.
#[derive(Debug, Clone, Default)]
pub struct BoardList {
    pub provisional: bool,
    pub rows: Vec<BoardRow>,
    /// In the whole contest, whatever was asked for.
    pub total: u64,
    pub pager: Pager,
}

impl BoardList {
    pub fn heading(&self) -> &'static str {
        if self.provisional {
            "Provisional"
        } else {
            "Established"
        }
    }

    pub fn id(&self) -> &'static str {
        if self.provisional {
            "provisional"
        } else {
            "established"
        }
    }

    pub fn total_text(&self) -> Count {
        Count(self.total)
    }
}
