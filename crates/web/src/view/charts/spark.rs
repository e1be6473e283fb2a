//! A small line of values around zero, oldest first.

use std::fmt::{self, Display, Formatter};

use askama::filters::HtmlSafe;

/// A trend without labels; the page states first, last and number beside it.
#[derive(Debug, Clone, PartialEq)]
pub struct Spark {
    values: Vec<f64>,
}

const MAX_DRAWN: usize = 60;

impl Spark {
    /// Keeps the latest finite values; `None` with fewer than two.
    pub fn new(values: impl IntoIterator<Item = f64>) -> Option<Self> {
        let mut values: Vec<f64> = values.into_iter().filter(|v| v.is_finite()).collect();
        let surplus = values.len().saturating_sub(MAX_DRAWN);
        values.drain(..surplus);
        (values.len() > 1).then_some(Self { values })
    }

    /// Places in a box of 100 × 24, and where zero is.
    fn points(&self) -> (Vec<(f64, f64)>, f64) {
        let reach = self
            .values
            .iter()
            .fold(f64::MIN_POSITIVE, |m, v| m.max(v.abs()));
        let y = |v: f64| 12.0 - v / reach * 10.0;
        let step = 100.0 / (self.values.len() - 1) as f64;
        let places = self.values.iter().enumerate();
        (
            places.map(|(i, v)| (i as f64 * step, y(*v))).collect(),
            y(0.0),
        )
    }
}

impl Display for Spark {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let (points, zero) = self.points();
        f.write_str(r#"<svg class="spark" viewBox="0 0 100 24" preserveAspectRatio="none" aria-hidden="true">"#)?;
        write!(
            f,
            r#"<path class="base" d="M0 {zero:.1}H100"/><path class="line" vector-effect="non-scaling-stroke" d=""#
        )?;
        for (index, (x, y)) in points.iter().enumerate() {
            write!(f, "{}{x:.1} {y:.1}", if index == 0 { 'M' } else { 'L' })?;
        }
        f.write_str(r#""/></svg>"#)
    }
}

impl HtmlSafe for Spark {}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn one_value_is_no_trend() {
        assert_eq!(Spark::new([0.3]), None);
        assert_eq!(Spark::new([0.3, f64::NAN]), None);
    }

    proptest! {
        #[test]
        fn a_trend_stays_in_its_box(values in prop::collection::vec(-9e9_f64..9e9, 2..200)) {
            let (points, zero) = Spark::new(values).unwrap().points();
            prop_assert!((zero - 12.0).abs() < 1e-9 && points.len() <= MAX_DRAWN);
            for (x, y) in points {
                prop_assert!((-0.01..=100.01).contains(&x));
                prop_assert!((1.99..=22.01).contains(&y));
            }
        }
    }
}
