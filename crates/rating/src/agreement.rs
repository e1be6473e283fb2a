//! How far a judge's levels agree with people's, and people's with each other.
//!
//! Raw agreement alone misleads: two raters that both nearly always say the same agree by
//! chance. So it stands beside its base rate, Cohen's κ ([`kappa`]) and Krippendorff's α
//! ([`alpha`]), each with its error ([`interval`]).
//!
//! Invariants: a coefficient that is not defined (nothing rated, or no variation) is `None` and
//! never a NaN; the order of the ratings changes nothing, not a bit.
//! Deliberately absent: who rated what, and whether agreement is good enough.

pub mod alpha;
pub mod interval;
pub mod kappa;

use serde::Serialize;

use crate::error::RatingError;
use crate::log::MAX_LEVEL;
use alpha::Alpha;
use interval::{Share, labels_needed, planning_share};
use kappa::Confusion;

/// Levels −4..=4.
const LEVELS: usize = 9;
/// Second plan better, equal, first plan better.
const SIDES: usize = 3;
/// Half-width of the interval that labels are collected for: five points.
pub const WANTED_HALF_WIDTH: f64 = 0.05;

/// One comparison, rated twice: the levels of two raters, in −4..=4.
pub type Pair = (i8, i8);

/// How far two raters agree. Shares and base rates are 0..1.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Agreement {
    /// Comparisons that both rated.
    pub n: u64,
    /// The same level.
    pub exact: Option<Share>,
    /// Levels at most one apart.
    pub within_one: Option<Share>,
    /// The same plan preferred, or both say equal.
    pub same_side: Option<Share>,
    /// The largest share of one side in the second rater's ratings: what a rater would reach
    /// that always says the same.
    pub base_rate_side: Option<f64>,
    pub base_rate_level: Option<f64>,
    /// Agreement expected of independent raters with these habits.
    pub chance_side: Option<f64>,
    pub chance_level: Option<f64>,
    /// Cohen's κ on sides, unweighted.
    pub kappa_side: Option<f64>,
    /// Cohen's κ on levels, with quadratic weights.
    pub kappa_levels: Option<f64>,
    /// Krippendorff's α on levels, ordinal.
    pub alpha_levels: Option<Alpha>,
    /// Half the width of the 95 % interval of `same_side`.
    pub half_width: Option<f64>,
    /// How many more comparisons bring `half_width` down to [`WANTED_HALF_WIDTH`].
    pub more_labels_wanted: u64,
}

/// Measures the agreement of two raters. `seed` draws the bootstrap behind α's interval.
pub fn agreement(pairs: &[Pair], seed: u64) -> Result<Agreement, RatingError> {
    check(pairs.iter().flat_map(|(a, b)| [*a, *b]))?;
    let levels = Confusion::of(LEVELS, pairs.iter().map(|(a, b)| (level(*a), level(*b))));
    let sides = Confusion::of(SIDES, pairs.iter().map(|(a, b)| (side(*a), side(*b))));
    let n = pairs.len() as u64;
    let close = pairs.iter().filter(|(a, b)| a.abs_diff(*b) <= 1).count() as u64;
    let same_side = Share::of(sides.agreeing(), n);
    let units: Vec<Vec<i8>> = pairs.iter().map(|(a, b)| vec![*a, *b]).collect();
    Ok(Agreement {
        n,
        exact: Share::of(levels.agreeing(), n),
        within_one: Share::of(close, n),
        same_side,
        base_rate_side: sides.base_rate(),
        base_rate_level: levels.base_rate(),
        chance_side: sides.chance(),
        chance_level: levels.chance(),
        kappa_side: sides.kappa(kappa::nominal),
        kappa_levels: levels.kappa(kappa::quadratic),
        alpha_levels: alpha::ordinal(&units, seed)?,
        half_width: same_side.map(|share| share.half_width()),
        more_labels_wanted: labels_needed(planning_share(same_side), WANTED_HALF_WIDTH)
            .saturating_sub(n),
    })
}

fn check(levels: impl Iterator<Item = i8>) -> Result<(), RatingError> {
    for (position, level) in levels.enumerate() {
        if !(-MAX_LEVEL..=MAX_LEVEL).contains(&level) {
            return Err(RatingError::LevelOutOfRange { position, level });
        }
    }
    Ok(())
}

/// The number of a checked level, from 0.
fn level(level: i8) -> usize {
    usize::from(level.saturating_add(MAX_LEVEL).unsigned_abs())
}

/// The number of a level's side, from 0.
fn side(level: i8) -> usize {
    usize::from((level.signum() + 1).unsigned_abs())
}

#[cfg(test)]
mod tests;
