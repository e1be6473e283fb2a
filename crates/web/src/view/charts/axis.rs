//! One common scale for everything that a page shows in Elo.

use std::fmt::{self, Display, Formatter};

use askama::filters::HtmlSafe;

/// A linear scale from a round number to a round number.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Axis {
    pub low: f64,
    pub high: f64,
    pub step: f64,
}

/// A labelled place on an axis.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tick {
    pub value: f64,
    /// 0 to 100 along the axis.
    pub percent: f64,
}

const STEPS: [f64; 9] = [
    10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1_000.0, 2_000.0, 5_000.0,
];

impl Axis {
    /// The narrowest axis of at most `max_steps` round steps that holds every value;
    /// 1400 to 1600 when there is none.
    pub fn around(values: impl IntoIterator<Item = f64>, max_steps: u32) -> Self {
        let mut range: Option<(f64, f64)> = None;
        for value in values.into_iter().filter(|v| v.is_finite()) {
            let (low, high) = range.unwrap_or((value, value));
            range = Some((low.min(value), high.max(value)));
        }
        let (low, high) = range.unwrap_or((1400.0, 1600.0));
        for step in STEPS {
            let axis = Self::in_steps(low, high, step);
            if axis.steps() <= f64::from(max_steps.max(1)) {
                return axis;
            }
        }
        Self::in_steps(low, high, (high - low).max(1.0))
    }

    fn in_steps(low: f64, high: f64, step: f64) -> Self {
        let low = (low / step).floor() * step;
        let high = ((high / step).ceil() * step).max(low + step);
        Self { low, high, step }
    }

    fn steps(&self) -> f64 {
        ((self.high - self.low) / self.step).round()
    }

    /// Where a value stands, 0 to 100; what is off the axis stands at its end.
    pub fn percent(&self, value: f64) -> f64 {
        let percent = (value - self.low) / (self.high - self.low) * 100.0;
        if percent.is_finite() {
            percent.clamp(0.0, 100.0)
        } else {
            0.0
        }
    }

    /// Both ends and every step between them.
    pub fn ticks(&self) -> Vec<Tick> {
        let mut ticks = Vec::new();
        let mut value = self.low;
        while value <= self.high + self.step / 2.0 && ticks.len() < 100 {
            let percent = self.percent(value);
            ticks.push(Tick { value, percent });
            value += self.step;
        }
        ticks
    }

    /// Labels over a column.
    pub fn header(&self) -> AxisLabels {
        AxisLabels(*self)
    }

    /// The lines that bars on this axis refer to as `#grid`; once per page.
    pub fn grid(&self) -> AxisGrid {
        AxisGrid(*self)
    }
}

/// The numbers of an axis as SVG.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AxisLabels(Axis);

impl Display for AxisLabels {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(r#"<svg class="axis" aria-hidden="true" focusable="false">"#)?;
        let ticks = self.0.ticks();
        let last = ticks.len().saturating_sub(1);
        for (index, tick) in ticks.iter().enumerate() {
            let anchor = match index {
                0 => "start",
                i if i == last => "end",
                _ => "middle",
            };
            let (x, value) = (tick.percent, tick.value);
            write!(
                f,
                r#"<text x="{x:.1}%" y="12" text-anchor="{anchor}">{value:.0}</text>"#
            )?;
        }
        f.write_str("</svg>")
    }
}

impl HtmlSafe for AxisLabels {}

/// The lines of an axis as an SVG that shows nothing itself.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AxisGrid(Axis);

impl Display for AxisGrid {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(
            r#"<svg width="0" height="0" class="defs" aria-hidden="true" focusable="false"><defs><g id="grid" class="grid">"#,
        )?;
        for tick in self.0.ticks() {
            let x = tick.percent;
            write!(
                f,
                r#"<line x1="{x:.1}%" x2="{x:.1}%" y1="-85%" y2="185%"/>"#
            )?;
        }
        f.write_str("</g></defs></svg>")
    }
}

impl HtmlSafe for AxisGrid {}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_axis_ends_on_round_numbers() {
        let cases = [
            (vec![1432.0, 1688.0], (1400.0, 1700.0, 100.0)),
            (vec![1500.0], (1500.0, 1510.0, 10.0)),
            (vec![], (1400.0, 1600.0, 50.0)),
            (vec![f64::NAN, 900.0, 2100.0], (500.0, 2500.0, 500.0)),
        ];
        for (values, (low, high, step)) in cases {
            let axis = Axis::around(values.clone(), 5);
            assert_eq!(axis, Axis { low, high, step }, "{values:?}");
        }
    }

    proptest! {
        #[test]
        fn every_value_is_on_its_axis_and_order_is_kept(
            mut values in prop::collection::vec(-10_000.0_f64..10_000.0, 1..20),
        ) {
            let axis = Axis::around(values.iter().copied(), 6);
            prop_assert!(axis.ticks().len() <= 8);
            values.sort_by(f64::total_cmp);
            let places: Vec<f64> = values.iter().map(|v| axis.percent(*v)).collect();
            prop_assert!(places.windows(2).all(|w| w[0] <= w[1]));
            prop_assert!(values.iter().all(|v| (axis.low..=axis.high).contains(v)));
        }
    }
}
