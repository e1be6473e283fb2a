//! Whether a judge may judge: how often its verdict flips with the order, and what dressing-up
//! gains before it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{CanaryKind, Reading};

/// Above this share of flips a judge is suspended.
pub const MAX_FLIP_RATE: f64 = 0.2;

/// Pairs in both orders before the flip rate decides anything. With 50, a judge that flips on
/// 10 % of its pairs is suspended by bad luck once in 100 times, one that flips on 35 % gets by
/// once in 50.
pub const MIN_PAIRS: usize = 50;

/// Flips smaller than this are a near tie's wobble: "slightly" one way, then the other.
const MIN_FLIP_SUM: i8 = 3;

const Z90: f64 = 1.644_853_626_951_472_7;

/// Whether the two orders of a pair name different winners. `level` is the level of (a, b),
/// `reversed` that of (b, a), both positive for the plan shown first.
pub fn contradicts(level: i8, reversed: i8) -> bool {
    level.signum() * reversed.signum() == 1
}

/// A contradiction that is more than a wobble: the levels of the two orders, which should
/// cancel, add up to 3 or more.
pub fn flips(level: i8, reversed: i8) -> bool {
    contradicts(level, reversed) && (level + reversed).abs() >= MIN_FLIP_SUM
}

/// What is known of one judge.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Health {
    pub swaps: SwapStatistics,
    pub canaries: BTreeMap<CanaryKind, GainStatistics>,
}

/// Pairs judged in both orders.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct SwapStatistics {
    pub pairs: usize,
    /// Different winners, wobbles included.
    pub contradictions: usize,
    /// Different winners by more than a wobble.
    pub flips: usize,
    /// 90 % Wilson score interval of the flip rate; 0 to 1 without data.
    pub flip_rate_interval: (f64, f64),
    /// Mean of (level + reversed) / 2: the levels gained by being shown first.
    pub mean_position_gain: f64,
}

impl SwapStatistics {
    pub fn flip_rate(&self) -> f64 {
        if self.pairs == 0 {
            0.0
        } else {
            self.flips as f64 / self.pairs as f64
        }
    }
}

/// Gains of one kind of canary, in levels.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct GainStatistics {
    pub count: usize,
    pub mean: f64,
    /// Sample standard deviation; 0 for fewer than two readings.
    pub sd: f64,
    /// What an honest judge shows.
    pub as_expected: bool,
}

/// Whether a judge's verdicts are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Too few pairs in both orders to tell; judges meanwhile.
    OnTrial,
    Good,
    /// Its verdict depends too often on which plan stands first.
    Suspended,
}

impl Standing {
    pub fn may_judge(self) -> bool {
        self != Self::Suspended
    }
}

impl Health {
    /// `both_orders` holds (level of (a, b), level of (b, a)) for rated pairs, not for twins:
    /// a twin is equal to its original, where every judge wobbles.
    pub fn measure(both_orders: &[(i8, i8)], readings: &[Reading]) -> Self {
        let mut gains: BTreeMap<CanaryKind, Vec<f64>> = BTreeMap::new();
        for reading in readings {
            gains.entry(reading.kind).or_default().push(reading.gain);
        }
        let canaries = gains
            .into_iter()
            .map(|(kind, gains)| (kind, gain_statistics(kind, &gains)))
            .collect();
        Self {
            swaps: swap_statistics(both_orders),
            canaries,
        }
    }

    /// The rule: suspended when the flip rate over at least [`MIN_PAIRS`] pairs passes
    /// [`MAX_FLIP_RATE`]. Canary gains are published and don't suspend: the cards' bounds and
    /// canonical text keep most of what they measure away from the judge.
    pub fn standing(&self) -> Standing {
        if self.swaps.pairs < MIN_PAIRS {
            return Standing::OnTrial;
        }
        if self.swaps.flip_rate() > MAX_FLIP_RATE {
            Standing::Suspended
        } else {
            Standing::Good
        }
    }
}

fn swap_statistics(both_orders: &[(i8, i8)]) -> SwapStatistics {
    let pairs = both_orders.len();
    let count = |test: fn(i8, i8) -> bool| both_orders.iter().filter(|(a, b)| test(*a, *b)).count();
    let flips = count(flips);
    let gain: i64 = both_orders
        .iter()
        .map(|(a, b)| i64::from(*a) + i64::from(*b))
        .sum();
    SwapStatistics {
        pairs,
        contradictions: count(contradicts),
        flips,
        flip_rate_interval: wilson(flips, pairs),
        mean_position_gain: if pairs == 0 {
            0.0
        } else {
            gain as f64 / (2.0 * pairs as f64)
        },
    }
}

fn gain_statistics(kind: CanaryKind, gains: &[f64]) -> GainStatistics {
    let count = gains.len();
    let mean = gains.iter().sum::<f64>() / count as f64;
    let squares: f64 = gains.iter().map(|g| (g - mean).powi(2)).sum();
    let sd = if count < 2 {
        0.0
    } else {
        (squares / (count - 1) as f64).sqrt()
    };
    GainStatistics {
        count,
        mean,
        sd,
        as_expected: kind.expectation().admits(mean),
    }
}

/// Wilson score interval (Wilson 1927) at 90 %.
fn wilson(hits: usize, n: usize) -> (f64, f64) {
    if n == 0 {
        return (0.0, 1.0);
    }
    let n = n as f64;
    let p = hits as f64 / n;
    let z2 = Z90 * Z90;
    let centre = (p + z2 / (2.0 * n)) / (1.0 + z2 / n);
    let half = Z90 / (1.0 + z2 / n) * (p * (1.0 - p) / n + z2 / (4.0 * n * n)).sqrt();
    ((centre - half).max(0.0), (centre + half).min(1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn orders_contradict_when_both_favour_the_first_or_both_the_second() {
        for (level, reversed, contradiction, flip) in [
            (2, -2, false, false),
            (2, 0, false, false),
            (0, 0, false, false),
            (1, 1, true, false),
            (-1, -1, true, false),
            (2, 1, true, true),
            (-3, -2, true, true),
            (4, 4, true, true),
        ] {
            assert_eq!(
                contradicts(level, reversed),
                contradiction,
                "{level} {reversed}"
            );
            assert_eq!(flips(level, reversed), flip, "{level} {reversed}");
        }
    }

    #[test]
    fn a_judge_is_suspended_by_enough_flips_and_not_before() {
        let pairs =
            |flips: usize, steady: usize| [vec![(2, 2); flips], vec![(2, -2); steady]].concat();
        for (flips, steady, expect) in [
            (0, 0, Standing::OnTrial),
            (49, 0, Standing::OnTrial),
            (10, 40, Standing::Good),
            (11, 39, Standing::Suspended),
            (50, 0, Standing::Suspended),
        ] {
            assert_eq!(
                Health::measure(&pairs(flips, steady), &[]).standing(),
                expect,
                "{flips} of {}",
                flips + steady
            );
        }
    }

    #[test]
    fn the_stated_error_rates_of_the_suspension_rule_hold() {
        // P(more than 10 flips in 50) for a judge that flips with probability p.
        let suspended = |p: f64| {
            let mut term = (1.0 - p).powi(50);
            let mut cumulative = term;
            for k in 1..=10 {
                term *= f64::from(51 - k) / f64::from(k) * p / (1.0 - p);
                cumulative += term;
            }
            1.0 - cumulative
        };
        assert!(suspended(0.10) < 0.0101, "{}", suspended(0.10));
        assert!(1.0 - suspended(0.35) < 0.02, "{}", 1.0 - suspended(0.35));
    }

    #[test]
    fn the_interval_is_wilsons() {
        let close =
            |(a, b): (f64, f64), (c, d): (f64, f64)| (a - c).abs() < 5e-4 && (b - d).abs() < 5e-4;
        // Worked out by hand from the formula, z = 1.6449.
        assert!(close(wilson(0, 10), (0.0, 0.2130)), "{:?}", wilson(0, 10));
        assert!(
            close(wilson(10, 50), (0.1235, 0.3073)),
            "{:?}",
            wilson(10, 50)
        );
        assert_eq!(wilson(0, 0), (0.0, 1.0));
    }

    #[test]
    fn gains_are_read_from_the_twins_side() {
        let readings = [
            Reading::original_first(CanaryKind::Padded, -3),
            Reading::twin_first(CanaryKind::Padded, 1),
            Reading::original_first(CanaryKind::FakeCitations, 4),
        ];
        let health = Health::measure(&[], &readings);
        let padded = health.canaries[&CanaryKind::Padded];
        assert_eq!(
            (padded.count, padded.mean, padded.as_expected),
            (2, 2.0, false)
        );
        assert!((padded.sd - 2f64.sqrt()).abs() < 1e-12);
        let cited = health.canaries[&CanaryKind::FakeCitations];
        assert_eq!((cited.mean, cited.sd, cited.as_expected), (-4.0, 0.0, true));
    }

    #[test]
    fn leaning_on_numbers_shows_as_a_gain_of_the_better_numbers() {
        let strong = [None, Some(0.9), Some(0.8), None, None];
        let weak = [Some(0.5), Some(0.2), Some(0.1), None, None];
        let gain = |own, level, swapped| Reading::kpis_swapped(own, level, swapped).map(|r| r.gain);
        assert_eq!(gain((strong, weak), 3, -1), Some(2.0));
        assert_eq!(gain((weak, strong), -3, 1), Some(2.0));
        assert_eq!(gain((strong, strong), 1, 1), None);
    }
}
