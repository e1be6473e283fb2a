//! Krippendorff's α for ordinal levels: any number of raters, any of them absent.
//!
//! After Krippendorff, "Computing Krippendorff's Alpha-Reliability" (2011): with o the
//! coincidences of values within units and n their marginals,
//! α = 1 − (n − 1)·Σ o·δ² ÷ Σ n·n·δ², and for ordinal values c ≤ k
//! δ(c, k) = Σ n over c..=k − (n(c) + n(k))/2.

use serde::Serialize;

use super::kappa::ratio;
use super::{LEVELS, check, level};
use crate::error::RatingError;
use crate::uncertainty::noise::mix;

/// Resamples behind an interval.
const RESAMPLES: u64 = 1_000;
/// Fewer units than this say nothing about how α varies.
const FEWEST_UNITS: usize = 5;
/// Share of the resamples beyond each end of the interval.
const TAIL: f64 = 0.025;

/// α and its 95 % interval, by resampling units.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Alpha {
    pub value: f64,
    /// `None` when there are too few units, or most resamples have no variation.
    pub interval: Option<(f64, f64)>,
    /// Units with at least two ratings.
    pub units: u64,
}

/// Ordinal α of levels −4..=4, one list of ratings per unit. `None` when no unit has two
/// ratings, or all ratings are the same.
pub fn ordinal(units: &[Vec<i8>], seed: u64) -> Result<Option<Alpha>, RatingError> {
    check(units.iter().flatten().copied())?;
    let mut units: Vec<Vec<i8>> = units.iter().filter(|u| u.len() > 1).cloned().collect();
    for unit in &mut units {
        unit.sort_unstable();
    }
    units.sort_unstable();
    let Some(value) = point(units.iter()) else {
        return Ok(None);
    };
    Ok(Some(Alpha {
        value,
        interval: interval(&units, value, seed),
        units: units.len() as u64,
    }))
}

fn point<'a>(units: impl Iterator<Item = &'a Vec<i8>>) -> Option<f64> {
    let mut coincidences = [[0.0; LEVELS]; LEVELS];
    for unit in units {
        let share = 1.0 / (unit.len() - 1) as f64;
        for (i, a) in unit.iter().enumerate() {
            for (j, b) in unit.iter().enumerate() {
                if i != j {
                    coincidences[level(*a)][level(*b)] += share;
                }
            }
        }
    }
    from_coincidences(&coincidences)
}

fn from_coincidences(coincidences: &[[f64; LEVELS]; LEVELS]) -> Option<f64> {
    let marginals = coincidences.map(|row| row.iter().sum::<f64>());
    let total: f64 = marginals.iter().sum();
    let (mut observed, mut expected) = (0.0, 0.0);
    for c in 0..LEVELS {
        for k in c + 1..LEVELS {
            let between: f64 = marginals[c..=k].iter().sum();
            let distance = between - f64::midpoint(marginals[c], marginals[k]);
            let weight = distance * distance;
            observed += weight * coincidences[c][k];
            expected += weight * marginals[c] * marginals[k];
        }
    }
    Some(1.0 - ratio((total - 1.0) * observed, expected)?)
}

/// The middle 95 % of resamples, widened where needed to hold the value itself.
fn interval(units: &[Vec<i8>], value: f64, seed: u64) -> Option<(f64, f64)> {
    if units.len() < FEWEST_UNITS {
        return None;
    }
    let resample = |number: u64| {
        let key = mix(seed ^ mix(number + 1));
        let places =
            (0..units.len() as u64).map(|place| below(mix(key ^ mix(place + 1)), units.len()));
        point(places.map(|place| &units[place]))
    };
    let mut drawn: Vec<f64> = (0..RESAMPLES).filter_map(resample).collect();
    if (drawn.len() as u64) * 2 < RESAMPLES {
        return None;
    }
    drawn.sort_unstable_by(f64::total_cmp);
    let (low, high) = (quantile(&drawn, TAIL), quantile(&drawn, 1.0 - TAIL));
    Some((low.min(value), high.max(value)))
}

/// Scales random bits to a number below `bound`; a bias of 2⁻⁶⁴·bound is nothing here.
fn below(bits: u64, bound: usize) -> usize {
    let scaled = u128::from(bits) * bound as u128;
    usize::try_from(scaled >> 64).unwrap_or(0)
}

/// The nearest-rank quantile of sorted values, of which there is at least one.
fn quantile(sorted: &[f64], share: f64) -> f64 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "between 0 and the number of values"
    )]
    let place = (share * (sorted.len() - 1) as f64).round() as usize;
    sorted[place]
}
