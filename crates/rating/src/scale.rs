//! The published scale: Elo = 1500 + (400 / ln 10)·θ, anchored on a frozen reference set.
//!
//! The mean of the reference set is 1500, so that the scale doesn't drift with who joins.
//! A standard error is a length, so the anchor doesn't touch it.

use serde::{Deserialize, Serialize};

/// Elo points per logit, 400 / ln 10 ≈ 173.7: a gap of 400 is odds of 10 to 1.
pub const ELO_PER_LOGIT: f64 = 400.0 / std::f64::consts::LN_10;

/// The Elo of the reference set's mean.
pub const ELO_CENTRE: f64 = 1500.0;

/// The 95 % quantile of the standard normal: half-width of a 90 % interval.
pub const NORMAL_QUANTILE_95: f64 = 1.644_853_626_951_472_7;

/// A published rating, in Elo.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct EloRating {
    pub elo: f64,
    pub standard_error: f64,
    /// Bounds of the 90 % interval.
    pub low: f64,
    pub high: f64,
}

/// Where on the θ scale 1500 lies.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct EloScale {
    /// Mean θ of the reference set, in logits.
    pub reference_mean: f64,
}

impl EloScale {
    /// Anchors on the mean θ of the items numbered in `reference`. Indices beyond `theta`
    /// are left out; with nobody left, θ = 0 (the prior's centre) is 1500.
    pub fn anchored(theta: &[f64], reference: &[u32]) -> Self {
        let known: Vec<f64> = reference
            .iter()
            .filter_map(|&item| theta.get(item as usize).copied())
            .collect();
        if known.is_empty() {
            return Self {
                reference_mean: 0.0,
            };
        }
        Self {
            reference_mean: known.iter().sum::<f64>() / known.len() as f64,
        }
    }

    /// Elo of a strength in logits.
    pub fn elo(self, theta: f64) -> f64 {
        ELO_CENTRE + ELO_PER_LOGIT * (theta - self.reference_mean)
    }

    /// Strength in logits of an Elo: the inverse of [`EloScale::elo`].
    pub fn theta(self, elo: f64) -> f64 {
        (elo - ELO_CENTRE) / ELO_PER_LOGIT + self.reference_mean
    }

    /// Elo, standard error and 90 % interval of a posterior mean and standard deviation in
    /// logits. The scale's mean is fixed, so the deviation is that from the mean:
    /// [`Fit::centred_sd`](crate::Fit::centred_sd).
    pub fn rating(self, theta: f64, sd: f64) -> EloRating {
        let elo = self.elo(theta);
        let standard_error = ELO_PER_LOGIT * sd;
        let half_width = NORMAL_QUANTILE_95 * standard_error;
        EloRating {
            elo,
            standard_error,
            low: elo - half_width,
            high: elo + half_width,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case::whole_set(&[0, 1, 2], 2.0)]
    #[case::one_of_them(&[1], 3.0)]
    #[case::nobody_is_the_prior_centre(&[], 0.0)]
    #[case::unknown_items_are_left_out(&[1, 9], 3.0)]
    fn the_reference_set_has_mean_1500(#[case] reference: &[u32], #[case] mean: f64) {
        let scale = EloScale::anchored(&[1.0, 3.0, 2.0], reference);
        assert!((scale.reference_mean - mean).abs() < 1e-12);
        assert!((scale.elo(mean) - 1500.0).abs() < 1e-9);
    }

    #[test]
    fn four_hundred_points_are_odds_of_ten() {
        let scale = EloScale::anchored(&[], &[]);
        assert!((scale.elo(10f64.ln()) - 1900.0).abs() < 1e-9);
        assert!((scale.theta(scale.elo(0.37)) - 0.37).abs() < 1e-12);
    }

    #[test]
    fn ninety_percent_interval_is_1_645_standard_errors() {
        let rating = EloScale::anchored(&[], &[]).rating(0.0, 1.0);
        assert!((rating.standard_error - 173.717_792_761).abs() < 1e-6);
        assert!((rating.high - rating.elo - 285.740_343).abs() < 1e-4);
        assert!((rating.elo - rating.low - 285.740_343).abs() < 1e-4);
    }
}
