//! `/compare` and `/compare/{a}/{b}`: two plans side by side.

use askama::Template;

use super::charts::{Axis, IntervalBar};
use super::format::{Change, Percent, Ratio};
use super::layout::Layout;
use super::parts::{FieldError, Phase, Rating, error_of};
use super::plan::MeetingView;

/// Choosing the two.
#[derive(Debug, Template)]
#[template(path = "compare_pick.html")]
pub struct ComparePick {
    pub layout: Layout,
    /// An id, an address of a plan's page, or words of a title; as typed.
    pub a: String,
    pub b: String,
    pub errors: Vec<FieldError>,
    /// When the words fit several plans: for which field, and which.
    pub candidates: Vec<Candidate>,
    /// Pairs worth a look.
    pub suggestions: Vec<Suggestion>,
}

impl ComparePick {
    pub fn error(&self, field: &str) -> Option<&str> {
        error_of(&self.errors, field)
    }
}

/// One of several plans that the words fit.
#[derive(Debug, Clone)]
pub struct Candidate {
    /// `/compare?a=…&b=…` with this one chosen.
    pub url: String,
    pub title: String,
    pub plan_id: String,
}

/// A pair and why it is interesting.
#[derive(Debug, Clone)]
pub struct Suggestion {
    pub url: String,
    pub a_title: String,
    pub b_title: String,
    pub why: String,
}

/// Both, with what was said when they met.
#[derive(Debug, Template)]
#[template(path = "compare.html")]
pub struct Compare {
    pub layout: Layout,
    pub a: CompareSide,
    pub b: CompareSide,
    /// That the true strength of `a` is higher.
    pub probability_a_better: Option<f64>,
    pub kpis: Vec<KpiPair>,
    /// From `a`'s point of view.
    pub meetings: Vec<MeetingView>,
    pub common: Vec<CommonOpponent>,
}

impl Compare {
    pub fn axis(&self) -> Axis {
        let ratings = [self.a.rating, self.b.rating].into_iter().flatten();
        Axis::around(ratings.flat_map(|r| [r.low, r.high]), 5)
    }

    pub fn any_offline(&self) -> bool {
        self.meetings.iter().any(|m| m.judge.offline)
    }

    pub fn probability_text(&self) -> Option<Percent> {
        self.probability_a_better.map(|p| Percent(p.max(1.0 - p)))
    }

    pub fn a_is_likelier(&self) -> bool {
        self.probability_a_better.is_some_and(|p| p >= 0.5)
    }

    /// Percent for the split bar.
    pub fn split(&self) -> Option<String> {
        let p = self.probability_a_better?;
        Some(format!("{:.1}", p.clamp(0.0, 1.0) * 100.0))
    }
}

/// One of the two.
#[derive(Debug, Clone)]
pub struct CompareSide {
    pub plan_id: String,
    pub title: String,
    pub domain: Option<String>,
    pub phase: Phase,
    pub rank: Option<u64>,
    pub rating: Option<Rating>,
    pub comparisons: u64,
}

impl CompareSide {
    pub fn bar(&self, axis: &Axis) -> Option<IntervalBar> {
        let r = self.rating?;
        let provisional = self.phase == Phase::Provisional;
        Some(IntervalBar::new(*axis, r.low, r.mean, r.high, provisional))
    }
}

/// One KPI of both.
#[derive(Debug, Clone)]
pub struct KpiPair {
    pub name: String,
    pub a: Option<f64>,
    pub b: Option<f64>,
}

impl KpiPair {
    pub fn a_text(&self) -> Option<Ratio> {
        self.a.map(Ratio)
    }

    pub fn b_text(&self) -> Option<Ratio> {
        self.b.map(Ratio)
    }

    pub fn difference(&self) -> Option<Change> {
        Some(Change::fine(self.a? - self.b?))
    }
}

/// A plan that both have met: mean level of each against it.
#[derive(Debug, Clone)]
pub struct CommonOpponent {
    pub plan_id: String,
    pub title: String,
    pub a_mean: f64,
    pub b_mean: f64,
}

impl CommonOpponent {
    pub fn a_text(&self) -> Change {
        Change {
            value: self.a_mean,
            decimals: 1,
        }
    }

    pub fn b_text(&self) -> Change {
        Change {
            value: self.b_mean,
            decimals: 1,
        }
    }
}
