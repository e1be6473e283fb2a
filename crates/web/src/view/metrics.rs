//! `/metrics/{id}`: everything stored about a plan, raw, for whoever debugs a rating.
//!
//! Prompts are tens of kilobytes, so one comparison at a time shows its own.

use askama::Template;

use super::format::{Count, Moment, NanoUsd};
use super::layout::Layout;
use super::parts::Pager;

#[derive(Debug, Template)]
#[template(path = "metrics.html")]
pub struct Metrics {
    pub layout: Layout,
    pub plan_id: String,
    pub title: String,
    /// Stored fields and their values, as text.
    pub fields: Vec<RawField>,
    pub kpis: Vec<RawKpi>,
    pub comparisons: Vec<RawComparison>,
    pub comparisons_total: u64,
    pub pager: Pager,
    /// The comparison that `?comparison=` names.
    pub opened: Option<RawCall>,
    pub tokens_in: u64,
    pub tokens_out: u64,
    /// For the owner and administrators.
    pub cost: Option<NanoUsd>,
}

impl Metrics {
    pub fn comparisons_total_text(&self) -> Count {
        Count(self.comparisons_total)
    }

    pub fn tokens_in_text(&self) -> Count {
        Count(self.tokens_in)
    }

    pub fn tokens_out_text(&self) -> Count {
        Count(self.tokens_out)
    }

    pub fn is_open(&self, comparison_id: &str) -> bool {
        self.opened
            .as_ref()
            .is_some_and(|c| c.comparison_id == comparison_id)
    }
}

/// A column of the database.
#[derive(Debug, Clone)]
pub struct RawField {
    pub name: String,
    pub value: String,
}

impl RawField {
    pub fn new(name: impl Into<String>, value: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            value: value.into(),
        }
    }
}

/// One KPI as stored.
#[derive(Debug, Clone)]
pub struct RawKpi {
    pub name: String,
    /// All digits, or `null`.
    pub value: String,
    pub version: String,
    pub extracted: Option<Moment>,
    /// Value, factors, evidence: indented.
    pub json: String,
}

/// One comparison as stored, without its texts.
#[derive(Debug, Clone)]
pub struct RawComparison {
    pub comparison_id: String,
    pub round: i64,
    pub kind: String,
    pub state: String,
    /// As the judge saw it, first against second.
    pub level: String,
    pub this_was_first: bool,
    /// `None` when the reader may not see it.
    pub opponent_id: Option<String>,
    pub judge: String,
    pub tokens_in: u64,
    pub tokens_out: u64,
    pub cost: Option<NanoUsd>,
    pub at: Option<Moment>,
}

impl RawComparison {
    pub fn tokens_in_text(&self) -> Count {
        Count(self.tokens_in)
    }

    pub fn tokens_out_text(&self) -> Count {
        Count(self.tokens_out)
    }
}

/// A model call with its texts.
#[derive(Debug, Clone)]
pub struct RawCall {
    pub comparison_id: String,
    /// Model, prompt version, hash of the request and so on.
    pub fields: Vec<RawField>,
    /// Name and text: instructions, prompt, answer, verdict. Cut by whoever fills it in.
    pub texts: Vec<RawField>,
}
