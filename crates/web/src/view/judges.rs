//! `/judges`: whether those who judge can be trusted.

use askama::Template;

use super::format::{Change, Count, Percent};
use super::layout::Layout;
use super::parts::JudgeName;

#[derive(Debug, Template)]
#[template(path = "judges.html")]
pub struct Judges {
    pub layout: Layout,
    pub judges: Vec<JudgeView>,
}

/// One judge and its health.
#[derive(Debug, Clone, Default)]
pub struct JudgeView {
    pub judge: JudgeName,
    /// Model, or version of the rules.
    pub version: String,
    pub verdicts: u64,
    pub flips: Option<FlipRate>,
    /// In logits, for whoever is shown first.
    pub position_effect: Option<f64>,
    /// κ relative to the other judges; 1 is average.
    pub discrimination: Option<f64>,
    pub canaries: Vec<CanaryView>,
}

impl JudgeView {
    pub fn verdicts_text(&self) -> Count {
        Count(self.verdicts)
    }

    pub fn position_text(&self) -> Option<Change> {
        self.position_effect.map(Change::fine)
    }

    /// What the position effect means at an even pair.
    pub fn position_share(&self) -> Option<Percent> {
        let odds = self.position_effect?.exp();
        Some(Percent(odds / (1.0 + odds)))
    }

    pub fn discrimination_text(&self) -> Option<String> {
        self.discrimination.map(|k| format!("{k:.2}"))
    }
}

/// Of pairs judged in both orders, those whose winner changed.
#[derive(Debug, Clone, Copy)]
pub struct FlipRate {
    pub flipped: u64,
    pub pairs: u64,
    /// Above it a judge is suspended.
    pub limit: f64,
}

impl FlipRate {
    pub fn share(&self) -> f64 {
        self.flipped as f64 / self.pairs.max(1) as f64
    }

    /// `88 of 1,204`
    pub fn counts(&self) -> String {
        format!("{} of {}", Count(self.flipped), Count(self.pairs))
    }

    pub fn share_text(&self) -> Percent {
        Percent(self.share())
    }

    pub fn limit_text(&self) -> Percent {
        Percent(self.limit)
    }

    pub fn is_over(&self) -> bool {
        self.share() > self.limit
    }

    pub fn meter(&self) -> String {
        format!("{:.3}", self.share().clamp(0.0, 1.0))
    }
}

/// What a judge gives for a twin that only looks better.
#[derive(Debug, Clone)]
pub struct CanaryView {
    /// `Padded`, `Restyled`, `Keyword-stuffed`, `Fake citations`, `Swapped KPIs`.
    pub name: String,
    pub what: String,
    pub pairs: u64,
    /// Mean levels gained by the twin; 0 is right.
    pub gain: f64,
    pub se: Option<f64>,
    /// The gain is what an honest judge may show.
    pub as_expected: bool,
}

impl CanaryView {
    pub fn gain_text(&self) -> Change {
        Change::fine(self.gain)
    }

    pub fn se_text(&self) -> Option<String> {
        self.se.map(|se| format!("± {se:.2}"))
    }

    pub fn pairs_text(&self) -> Count {
        Count(self.pairs)
    }
}
