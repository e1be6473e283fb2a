//! The constants of scheduling, and what the scheduler is told about items.

use serde::{Deserialize, Serialize};

use crate::error::RatingError;
use crate::online::Gaussian;

/// How many plans share a bucket.
pub const BUCKET_SIZE: u32 = 100;

/// The constants of scheduling. `Default` is what the product uses; docs/RANKING.md
/// tells how sensitive the results are to them.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Policy {
    /// Random candidates weighed for each comparison.
    pub candidates: u32,
    /// Share of the candidates drawn from the subject's own bucket; the rest come from
    /// everywhere, so that buckets stay comparable.
    pub bucket_share: f64,
    /// Share of the comparisons that go to a uniformly random opponent instead.
    pub explore_share: f64,
    /// Share of the pairs that are judged in the second order too.
    pub second_order_share: f64,
    /// The top of the board, as a share of all items, in which precision counts most.
    pub top_share: f64,
    /// Weight of an item that is certainly outside the top.
    pub base_weight: f64,
    /// Weight added in proportion to the probability of being in the top.
    pub top_weight: f64,
    /// An item is done once its standard error, in logits, is at most this.
    pub stop_se: Option<f64>,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            candidates: 60,
            bucket_share: 0.75,
            explore_share: 1.0 / 6.0,
            second_order_share: 0.15,
            top_share: 0.02,
            base_weight: 0.15,
            top_weight: 5.0,
            stop_se: None,
        }
    }
}

impl Policy {
    /// Refuses shares outside 0..=1 and weights that aren't finite or are negative.
    pub fn check(&self) -> Result<(), RatingError> {
        let shares = [
            ("bucket_share", self.bucket_share),
            ("explore_share", self.explore_share),
            ("second_order_share", self.second_order_share),
            ("top_share", self.top_share),
        ];
        let weights = [
            ("base_weight", self.base_weight),
            ("top_weight", self.top_weight),
        ];
        let stop = self.stop_se.map(|se| ("stop_se", se));
        let bad_share = shares
            .into_iter()
            .find(|(_, value)| !(0.0..=1.0).contains(value));
        let bad_weight = weights
            .into_iter()
            .chain(stop)
            .find(|(_, value)| !(0.0..=f64::MAX).contains(value));
        let invalid = |(option, value), expected| RatingError::InvalidOption {
            option,
            value,
            expected,
        };
        match (bad_share, bad_weight) {
            (Some(bad), _) => Err(invalid(bad, "use a share between 0 and 1")),
            (_, Some(bad)) => Err(invalid(bad, "use a finite number that isn't negative")),
            (None, None) => Ok(()),
        }
    }
}

/// What the scheduler knows about an item.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Item {
    /// The current belief about its strength, variance above 0.
    pub belief: Gaussian,
    /// The bucket it belongs to, any number; see [`bucket_of_arrival`].
    pub bucket: u32,
    /// Comparisons still owed to it as a newcomer; see [`split_budget`].
    pub own_calls: u16,
    /// It needs no comparisons of its own, but may be an opponent.
    pub stopped: bool,
}

/// Why a pair was chosen; stored with the comparison, so that a ranking can be explained.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// A newcomer's own comparison, against the opponent that teaches most.
    Newcomer,
    /// The item whose uncertainty is worst, against the opponent that teaches most.
    Uncertainty,
    /// A uniformly random opponent.
    Random,
    /// The second order of a random sample of pairs, or of a pair whose subject has no
    /// new opponent left.
    SecondOrder,
    /// The second order of a pair that the caller asked for.
    Requested,
}

/// One comparison to make: `first` is shown before `second`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pick {
    pub first: u32,
    pub second: u32,
    pub reason: Reason,
}

/// Splits a newcomer's budget into its own comparisons and those that go wherever
/// uncertainty is worst, half each, the odd one its own.
pub const fn split_budget(calls: u16) -> (u16, u16) {
    (calls.div_ceil(2), calls / 2)
}

/// The bucket of the plan that arrives as number `arrival` (from 0).
pub const fn bucket_of_arrival(arrival: u32) -> u32 {
    arrival / BUCKET_SIZE
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nonsense_is_refused_by_name() {
        let good = Policy::default();
        assert_eq!(good.check(), Ok(()));
        let bad = [
            (
                Policy {
                    explore_share: 1.5,
                    ..good
                },
                "explore_share",
            ),
            (
                Policy {
                    bucket_share: f64::NAN,
                    ..good
                },
                "bucket_share",
            ),
            (
                Policy {
                    top_weight: -1.0,
                    ..good
                },
                "top_weight",
            ),
            (
                Policy {
                    stop_se: Some(f64::INFINITY),
                    ..good
                },
                "stop_se",
            ),
        ];
        for (policy, name) in bad {
            let message = policy.check().unwrap_err().to_string();
            assert!(message.contains(name), "{message}");
        }
    }

    #[test]
    fn buckets_hold_a_hundred_and_budgets_split_in_half() {
        assert_eq!([0, 99, 100, 250].map(bucket_of_arrival), [0, 0, 1, 2]);
        assert_eq!(
            [12, 13, 1, 0].map(split_budget),
            [(6, 6), (7, 6), (1, 0), (0, 0)]
        );
    }
}
