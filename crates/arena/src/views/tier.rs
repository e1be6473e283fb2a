//! Tiers: five coarse places on a board, shown only as far as the rank is known.
//!
//! S is the best 5 % of the rated plans of a contest, A down to the best 20 %, B down to the
//! best half, C down to 80 %, D the rest. What is shown is the range of tiers that the 90 %
//! interval of the rank reaches into, so that a letter never says more than the comparisons do;
//! a provisional plan has none.

use serde::Serialize;

/// One fifth-letter of the board, best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub enum Tier {
    S,
    A,
    B,
    C,
    D,
}

impl Tier {
    /// The tier of a rank among `ranked` plans, by percentile (100 the first, 0 the last).
    pub fn of(rank: i64, ranked: i64) -> Self {
        let percentile = if ranked <= 1 {
            100.0
        } else {
            100.0 * (ranked - rank) as f64 / (ranked - 1) as f64
        };
        match percentile {
            p if p >= 95.0 => Self::S,
            p if p >= 80.0 => Self::A,
            p if p >= 50.0 => Self::B,
            p if p >= 20.0 => Self::C,
            _ => Self::D,
        }
    }

    fn letter(self) -> &'static str {
        match self {
            Self::S => "S",
            Self::A => "A",
            Self::B => "B",
            Self::C => "C",
            Self::D => "D",
        }
    }
}

/// The tiers that a plan may be in, with 90 % confidence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TierRange {
    pub best: Tier,
    pub worst: Tier,
    /// `A`, or `A–C`.
    pub label: String,
}

impl TierRange {
    /// From the interval of a rank; `None` without one.
    pub fn of(rank_low: Option<i64>, rank_high: Option<i64>, ranked: i64) -> Option<Self> {
        let best = Tier::of(rank_low?, ranked);
        let worst = Tier::of(rank_high?, ranked).max(best);
        let label = if best == worst {
            best.letter().to_owned()
        } else {
            format!("{}–{}", best.letter(), worst.letter())
        };
        Some(Self { best, worst, label })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tier_says_no_more_than_the_interval_of_the_rank() {
        for (low, high, ranked, label) in [
            (1, 1, 1, "S"),
            (1, 1, 100, "S"),
            (1, 6, 100, "S–A"),
            (7, 20, 100, "A"),
            (10, 60, 100, "A–C"),
            (21, 50, 100, "B"),
            (81, 100, 100, "D"),
            (1, 100, 100, "S–D"),
        ] {
            let range = TierRange::of(Some(low), Some(high), ranked).unwrap();
            assert_eq!(range.label, label, "{low} to {high} of {ranked}");
        }
        assert_eq!(TierRange::of(None, Some(3), 10), None);
    }
}
