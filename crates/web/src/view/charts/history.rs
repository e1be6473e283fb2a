//! A value over time with its band: a plan's rating, a judge's canary gain.
//!
//! Lines and band are drawn in a nested SVG that stretches (with strokes that don't); marks and
//! labels stand outside of it at percentages, so that they keep their shape at any width.

use std::fmt::{self, Display, Formatter};

use askama::filters::HtmlSafe;

use super::Axis;
use crate::view::format::{Elo, Moment};

/// One publication.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct HistoryPoint {
    pub at: Moment,
    pub value: f64,
    pub low: f64,
    pub high: f64,
    /// Behind the value; written in the table beside the chart.
    pub comparisons: u64,
}

impl HistoryPoint {
    pub fn elo(&self) -> Elo {
        Elo(self.value)
    }

    /// `1570–1655`
    pub fn range(&self) -> String {
        format!("{}\u{2013}{}", Elo(self.low), Elo(self.high))
    }
}

/// A line with a band, in time.
#[derive(Debug, Clone, PartialEq)]
pub struct HistoryChart {
    pub points: Vec<HistoryPoint>,
    pub axis: Axis,
}

/// Points drawn; a longer history is thinned evenly, its ends kept.
const MAX_DRAWN: usize = 120;

impl HistoryChart {
    /// `None` without a point. Points may come in any order.
    pub fn new(mut points: Vec<HistoryPoint>) -> Option<Self> {
        points.sort_by_key(|p| p.at.at);
        let ends = points.iter().flat_map(|p| [p.low, p.value, p.high]);
        let axis = Axis::around(ends, 5);
        (!points.is_empty()).then_some(Self { points, axis })
    }

    pub fn first(&self) -> Option<&HistoryPoint> {
        self.points.first()
    }

    pub fn last(&self) -> Option<&HistoryPoint> {
        self.points.last()
    }

    /// The latest points first, for the table.
    pub fn table(&self) -> impl Iterator<Item = &HistoryPoint> {
        self.points.iter().rev().take(20)
    }

    /// Percent across: by time, or evenly when no time passed.
    fn drawn(&self) -> Vec<(f64, &HistoryPoint)> {
        let n = self.points.len();
        let thinned = n.div_ceil(MAX_DRAWN).max(1);
        let kept = |i: &usize| i.is_multiple_of(thinned) || i + 1 == n;
        let indices: Vec<usize> = (0..n).filter(kept).collect();
        let start = self.points[0].at.at;
        let span = (self.points[n - 1].at.at - start).num_milliseconds();
        let x = |i: usize| {
            if n == 1 {
                return 50.0;
            }
            let passed = (self.points[i].at.at - start).num_milliseconds();
            if span > 0 {
                passed as f64 / span as f64 * 100.0
            } else {
                i as f64 / (n - 1) as f64 * 100.0
            }
        };
        indices
            .into_iter()
            .map(|i| (x(i), &self.points[i]))
            .collect()
    }

    /// Percent down.
    fn y(&self, value: f64) -> f64 {
        100.0 - self.axis.percent(value)
    }

    fn line(&self, drawn: &[(f64, &HistoryPoint)]) -> String {
        path(drawn.iter().map(|(x, p)| (*x, self.y(p.value))))
    }

    fn band(&self, drawn: &[(f64, &HistoryPoint)]) -> String {
        let above = drawn.iter().map(|(x, p)| (*x, self.y(p.high)));
        let below = drawn.iter().rev().map(|(x, p)| (*x, self.y(p.low)));
        path(above.chain(below)) + "Z"
    }
}

fn path(points: impl Iterator<Item = (f64, f64)>) -> String {
    let places: Vec<String> = points.map(|(x, y)| format!("{x:.2} {y:.2}")).collect();
    format!("M{}", places.join("L"))
}

impl Display for HistoryChart {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(r#"<svg class="hist" aria-hidden="true" focusable="false"><svg class="plot" x="0" y="8" width="100%" height="184" overflow="visible">"#)?;
        for tick in self.axis.ticks() {
            let y = self.y(tick.value);
            write!(
                f,
                r#"<line class="gl" x1="0" x2="100%" y1="{y:.1}%" y2="{y:.1}%"/>"#
            )?;
        }
        let drawn = self.drawn();
        let (band, line) = (self.band(&drawn), self.line(&drawn));
        write!(
            f,
            r#"<svg width="100%" height="100%" viewBox="0 0 100 100" preserveAspectRatio="none" overflow="visible"><path class="band" d="{band}"/><path class="line" d="{line}" vector-effect="non-scaling-stroke"/></svg>"#
        )?;
        for tick in self.axis.ticks() {
            let (y, value) = (self.y(tick.value), tick.value);
            write!(f, r#"<text x="0" y="{y:.1}%" dy="-4">{value:.0}</text>"#)?;
        }
        f.write_str("</svg>")?;
        if let (Some(first), Some(last)) = (self.first(), self.last()) {
            let (from, to) = (first.at.date(), last.at.date());
            write!(
                f,
                r#"<text x="0" y="212">{from}</text><text x="100%" y="212" text-anchor="end">{to}</text>"#
            )?;
        }
        f.write_str("</svg>")
    }
}

impl HtmlSafe for HistoryChart {}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, Duration};
    use proptest::prelude::*;

    use super::*;

    fn point(minute: i64, value: f64) -> HistoryPoint {
        let at = DateTime::UNIX_EPOCH + Duration::minutes(minute);
        HistoryPoint {
            at: Moment::new(at, at),
            value,
            low: value - 50.0,
            high: value + 50.0,
            comparisons: 1,
        }
    }

    #[test]
    fn without_a_publication_there_is_no_chart() {
        assert_eq!(HistoryChart::new(vec![]), None);
    }

    #[test]
    fn points_are_drawn_in_the_order_of_time() {
        let chart = HistoryChart::new(vec![point(10, 1500.0), point(0, 1400.0), point(5, 1450.0)]);
        let chart = chart.unwrap();
        let across: Vec<f64> = chart.drawn().iter().map(|(x, _)| *x).collect();
        assert_eq!(across, [0.0, 50.0, 100.0]);
    }

    proptest! {
        #[test]
        fn a_long_history_is_thinned_and_keeps_its_ends(n in 1_i64..2_000) {
            let chart = HistoryChart::new((0..n).map(|i| point(i, 1500.0 + i as f64)).collect());
            let chart = chart.unwrap();
            let drawn = chart.drawn();
            prop_assert!(drawn.len() <= MAX_DRAWN + 1);
            prop_assert_eq!(drawn[0].1, &chart.points[0]);
            prop_assert_eq!(drawn.last().unwrap().1, chart.points.last().unwrap());
            prop_assert!(drawn.iter().all(|(x, _)| (0.0..=100.0).contains(x)));
        }
    }
}
