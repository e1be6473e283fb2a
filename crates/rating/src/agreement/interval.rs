//! The error of a share, and how many labels make it small enough.
//!
//! Wilson's score interval ("Probable Inference, the Law of Succession, and Statistical
//! Inference", 1927): it stays within 0..1 and is honest at shares of 0 and 1.

use serde::Serialize;

/// The 97.5 % quantile of the standard normal: half-width of a 95 % interval.
const NORMAL_QUANTILE_975: f64 = 1.959_963_984_540_054;
/// What a share is taken to be before there are labels. At .8, 62 labels give ± 10 points and
/// 246 give ± 5.
const USUAL_SHARE: f64 = 0.8;
/// No contest will ever have more labels; bounds the search.
const MOST_LABELS: u64 = 1 << 40;

/// A share of `n` with its 95 % interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Share {
    pub count: u64,
    pub share: f64,
    pub low: f64,
    pub high: f64,
}

impl Share {
    /// `None` when there is nothing to share.
    pub fn of(count: u64, n: u64) -> Option<Self> {
        if n == 0 {
            return None;
        }
        let share = count.min(n) as f64 / n as f64;
        let z2 = NORMAL_QUANTILE_975 * NORMAL_QUANTILE_975;
        let centre = (share * n as f64 + z2 / 2.0) / (n as f64 + z2);
        let half_width = half_width(share, n);
        Some(Self {
            count,
            share,
            low: (centre - half_width).clamp(0.0, share),
            high: (centre + half_width).clamp(share, 1.0),
        })
    }

    /// Half the width of the interval.
    pub fn half_width(&self) -> f64 {
        (self.high - self.low) / 2.0
    }
}

/// Half the width of Wilson's 95 % interval for a share seen in `n` labels.
pub fn half_width(share: f64, n: u64) -> f64 {
    let z2 = NORMAL_QUANTILE_975 * NORMAL_QUANTILE_975;
    let n = n as f64;
    NORMAL_QUANTILE_975 * (share * (1.0 - share) * n + z2 / 4.0).sqrt() / (n + z2)
}

/// The fewest labels whose interval is at most `wanted` wide on each side, should the share stay
/// as it is.
pub fn labels_needed(share: f64, wanted: f64) -> u64 {
    let (mut too_few, mut enough) = (0, MOST_LABELS);
    while enough - too_few > 1 {
        let middle = u64::midpoint(too_few, enough);
        if half_width(share, middle) <= wanted {
            enough = middle;
        } else {
            too_few = middle;
        }
    }
    enough
}

/// The share to plan with: the one seen, or the usual one before there are labels.
pub fn planning_share(seen: Option<Share>) -> f64 {
    seen.map_or(USUAL_SHARE, |share| share.share)
}
