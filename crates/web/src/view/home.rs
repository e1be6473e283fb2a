//! `/`: what this is, why it can't be gamed, the top five, how to take part.

use askama::Template;

use super::charts::Axis;
use super::format::Count;
use super::layout::Layout;
use super::parts::{BoardRow, JudgedBy, common_axis};

#[derive(Debug, Template)]
#[template(path = "home.html")]
pub struct Home {
    pub layout: Layout,
    /// The best established plans, five at most.
    pub top: Vec<BoardRow>,
    pub judged_by: JudgedBy,
    pub plans: u64,
    pub comparisons: u64,
    /// Address of this service, without a slash at the end, for the examples.
    pub base_url: String,
}

impl Home {
    pub fn axis(&self) -> Axis {
        common_axis(&self.top)
    }

    pub fn plans_text(&self) -> Count {
        Count(self.plans)
    }

    pub fn comparisons_text(&self) -> Count {
        Count(self.comparisons)
    }
}
