//! Canaries: comparisons made by the server to measure a judge, never to rate a plan.
//!
//! A plan's card meets a *twin* ([`twin`]): the same card, dressed up in a way that should
//! win nothing. A judge that prefers the twin has a bias, and its size is known. The same pair
//! with the KPI vectors exchanged shows how much a judge leans on the numbers. [`health`] adds
//! the readings up and says whether the judge may go on; [`injection`] looks for text that
//! speaks to the judge instead of describing a plan.
//!
//! Invariants: twins are pure functions of the card and equal for equal cards; a canary's
//! level never enters the fit of the ratings.

pub mod health;
pub mod injection;
pub mod twin;

use serde::{Deserialize, Serialize};

pub use health::{GainStatistics, Health, Standing, SwapStatistics, contradicts};
pub use injection::{SelfCanary, SelfCanaryReading};
pub use twin::twin_of;

/// What a canary tries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CanaryKind {
    /// Filler sentences behind every item.
    Padded,
    /// Bold type, bullets, confident adverbs.
    Restyled,
    /// Lists of words that rubrics like.
    KeywordStuffed,
    /// References to authorities that carry no figure.
    FakeCitations,
    /// Two different cards, judged with their own KPI vectors and with exchanged ones.
    KpisSwapped,
}

impl CanaryKind {
    pub const ALL: [Self; 5] = [
        Self::Padded,
        Self::Restyled,
        Self::KeywordStuffed,
        Self::FakeCitations,
        Self::KpisSwapped,
    ];

    /// What an honest judge does.
    pub fn expectation(self) -> Expectation {
        match self {
            Self::Padded | Self::Restyled => Expectation::NearZero,
            Self::KeywordStuffed | Self::FakeCitations => Expectation::NoGain,
            Self::KpisSwapped => Expectation::SmallShift,
        }
    }
}

/// The gain (levels won by the dressing-up) that an honest judge shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Expectation {
    /// About 0: the twin says the same.
    NearZero,
    /// About 0 or below: the twin says the same, and pretends to more.
    NoGain,
    /// The numbers are a hint: exchanging them moves the level, but the cards decide.
    SmallShift,
}

impl Expectation {
    /// Whether a mean gain, in levels, is what an honest judge may show.
    pub fn admits(self, mean_gain: f64) -> bool {
        match self {
            Self::NearZero => mean_gain.abs() <= 1.0,
            Self::NoGain => mean_gain <= 1.0,
            Self::SmallShift => mean_gain.abs() <= 2.0,
        }
    }
}

/// One canary comparison, read.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Reading {
    pub kind: CanaryKind,
    /// Levels won by the twin (by the better numbers, for exchanged KPIs); −4..=4.
    pub gain: f64,
}

impl Reading {
    /// Reads the level of a twin comparison in which the original stood first.
    pub fn original_first(kind: CanaryKind, level: i8) -> Self {
        Self {
            kind,
            gain: -f64::from(level),
        }
    }

    /// Reads the level of a twin comparison in which the twin stood first.
    pub fn twin_first(kind: CanaryKind, level: i8) -> Self {
        Self {
            kind,
            gain: f64::from(level),
        }
    }

    /// Reads a pair judged in one order with its own and with exchanged KPI vectors.
    /// `None` when neither plan has the better numbers, so that there is nothing to lean on.
    pub fn kpis_swapped(
        own: (super::KpiVector, super::KpiVector),
        level: i8,
        swapped_level: i8,
    ) -> Option<Self> {
        let advantage = kpi_advantage(&own.0, &own.1);
        let shift = f64::from(level - swapped_level) / 2.0;
        (advantage != 0).then(|| Self {
            kind: CanaryKind::KpisSwapped,
            gain: shift * f64::from(advantage),
        })
    }
}

/// Sign of (KPIs higher in the first) − (KPIs higher in the second), over those known in both.
fn kpi_advantage(first: &super::KpiVector, second: &super::KpiVector) -> i32 {
    let signs = first
        .iter()
        .zip(second)
        .filter_map(|(a, b)| Some(a.as_ref()?.partial_cmp(b.as_ref()?)? as i32));
    signs.sum::<i32>().signum()
}
