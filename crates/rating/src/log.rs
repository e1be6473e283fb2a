//! The comparison log: its entries and what makes them valid.
//!
//! An entry carries indices only. The log is a multiset: nothing in this crate depends on
//! the order of its entries, except ratings that are sequential by nature (online, Elo).

use serde::{Deserialize, Serialize};

use crate::error::RatingError;

/// The strongest level on either side of a Likert preference.
pub const MAX_LEVEL: i8 = 4;

/// The largest weight one comparison may carry.
pub const MAX_WEIGHT: f32 = 1.0e6;

/// One pair judged once.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Comparison {
    /// The item shown first, below the number of items.
    pub first: u32,
    /// The item shown second; never equal to `first`.
    pub second: u32,
    /// Who judged, below the number of judges.
    pub judge: u16,
    /// −4..=4; positive favours `first`, 0 is a tie.
    pub level: i8,
    /// Multiplies the log-likelihood: 1 for a judge's call, something else for a person's
    /// override. Above 0 and at most [`MAX_WEIGHT`].
    pub weight: f32,
}

/// Checks every entry, and names the first wrong one by its position.
pub fn validate(
    items: usize,
    judges: usize,
    comparisons: &[Comparison],
) -> Result<(), RatingError> {
    check_count("items", items, u32::MAX as usize - 1)?;
    check_count("judges", judges, usize::from(u16::MAX) + 1)?;
    check_count("comparisons", comparisons.len(), i32::MAX as usize)?;
    comparisons
        .iter()
        .enumerate()
        .try_for_each(|(position, comparison)| check(position, comparison, items, judges))
}

pub(crate) fn check_count(what: &'static str, count: usize, max: usize) -> Result<(), RatingError> {
    if count > max {
        return Err(RatingError::TooMany { what, count, max });
    }
    Ok(())
}

fn check(
    position: usize,
    comparison: &Comparison,
    items: usize,
    judges: usize,
) -> Result<(), RatingError> {
    let &Comparison {
        first,
        second,
        judge,
        level,
        weight,
    } = comparison;
    for item in [first, second] {
        if item as usize >= items {
            return Err(RatingError::UnknownItem {
                position,
                item,
                items,
            });
        }
    }
    if first == second {
        return Err(RatingError::SelfComparison {
            position,
            item: first,
        });
    }
    if usize::from(judge) >= judges {
        return Err(RatingError::UnknownJudge {
            position,
            judge,
            judges,
        });
    }
    if !(-MAX_LEVEL..=MAX_LEVEL).contains(&level) {
        return Err(RatingError::LevelOutOfRange { position, level });
    }
    if !(weight > 0.0 && weight <= MAX_WEIGHT) {
        return Err(RatingError::InvalidWeight {
            position,
            weight,
            max: MAX_WEIGHT,
        });
    }
    Ok(())
}
