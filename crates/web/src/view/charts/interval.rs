//! A rating with its 90 % interval as a bar on a common axis.

use std::fmt::{self, Display, Formatter};

use askama::filters::HtmlSafe;

use super::Axis;

/// One bar. A provisional one has a hollow mark and a dashed outline, so that it differs by
/// more than colour.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct IntervalBar {
    /// Percent of the width: the interval's ends and the mean.
    pub low: f64,
    pub mean: f64,
    pub high: f64,
    pub provisional: bool,
}

impl IntervalBar {
    /// `low`, `mean` and `high` in Elo, in any order of the ends.
    pub fn new(axis: Axis, low: f64, mean: f64, high: f64, provisional: bool) -> Self {
        let (low, high) = (low.min(high), low.max(high));
        Self {
            low: axis.percent(low),
            mean: axis.percent(mean.clamp(low, high)),
            high: axis.percent(high),
            provisional,
        }
    }
}

impl Display for IntervalBar {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let kind = if self.provisional { "iv pv" } else { "iv" };
        let width = self.high - self.low;
        write!(
            f,
            r##"<svg class="{kind}" aria-hidden="true"><use href="#grid"/><rect x="{:.1}%" y="7" width="{width:.1}%" height="8" rx="4"/><circle cx="{:.1}%" cy="11" r="4.5"/></svg>"##,
            self.low, self.mean
        )
    }
}

impl HtmlSafe for IntervalBar {}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_bar_lies_on_its_axis_and_holds_its_mean(
            a in 0.0_f64..3000.0, b in 0.0_f64..3000.0, mean in 0.0_f64..3000.0,
        ) {
            let axis = Axis::around([1200.0, 1800.0], 6);
            let bar = IntervalBar::new(axis, a, mean, b, false);
            prop_assert!(0.0 <= bar.low && bar.low <= bar.mean);
            prop_assert!(bar.mean <= bar.high && bar.high <= 100.0);
        }
    }
}
