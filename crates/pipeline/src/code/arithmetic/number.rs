//! A written number and the values that it may stand for.
//!
//! `1.500` is one and a half in English and fifteen hundred in German; `1,5` and `1 500`,
//! `1'500` and `1,50,000` are read too. A figure stands for the interval of what rounds to it.

/// The values that a figure may stand for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Interval {
    pub(super) low: f64,
    pub(super) high: f64,
}

impl Interval {
    pub(super) fn around(value: f64, half_width: f64) -> Self {
        Self {
            low: value - half_width,
            high: value + half_width,
        }
    }

    pub(super) fn middle(self) -> f64 {
        self.low + (self.high - self.low) / 2.0
    }

    /// The smallest interval over `values`, if all are finite.
    pub(super) fn over(values: [f64; 4]) -> Option<Self> {
        let finite = values.iter().all(|value| value.is_finite());
        finite.then(|| Self {
            low: values.iter().copied().fold(f64::INFINITY, f64::min),
            high: values.iter().copied().fold(f64::NEG_INFINITY, f64::max),
        })
    }

    /// Whether both may stand for one value, up to rounding of binary fractions.
    pub(super) fn meets(self, other: Self) -> bool {
        let size = self
            .low
            .abs()
            .max(self.high.abs())
            .max(other.low.abs())
            .max(other.high.abs());
        let slack = 1e-9 * size + 1e-12;
        self.low <= other.high + slack && other.low <= self.high + slack
    }
}

/// One way to read a figure.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Reading {
    pub(super) value: f64,
    /// Half of the last digit's place.
    half_place: f64,
    decimals: usize,
    scaled: bool,
}

impl Reading {
    pub(super) fn scaled(self, factor: f64) -> Self {
        Self {
            value: self.value * factor,
            half_place: self.half_place * factor,
            scaled: self.scaled || factor > 1.0,
            ..self
        }
    }

    /// What the figure stands for in a calculation. Few decimals are meant exactly.
    pub(super) fn operand(self) -> Interval {
        let rounded = self.decimals >= 2 || (self.scaled && self.decimals > 0);
        Interval::around(self.value, if rounded { self.half_place } else { 0.0 })
    }

    /// What it stands for as a result: all that rounds to it.
    pub(super) fn result(self) -> Interval {
        Interval::around(self.value, self.half_place)
    }
}

/// The ways to read a figure of digits and separators, the likeliest first; none if it is no
/// number, such as an outline number.
pub(super) fn readings(figure: &str) -> Vec<Reading> {
    let plain: String = figure
        .chars()
        .filter(|c| !is_space_or_apostrophe(*c))
        .collect();
    let has_groups = plain.len() != figure.len();
    let last = |c| plain.rfind(c);
    let (comma, dot) = (last(','), last('.'));
    match (comma, dot) {
        (None, None) => reading(&plain, "").into_iter().collect(),
        (Some(comma), Some(dot)) => {
            let (decimal, thousands) = if comma > dot {
                (comma, '.')
            } else {
                (dot, ',')
            };
            both(&plain, decimal, thousands).into_iter().collect()
        }
        (Some(at), None) => one_kind(&plain, at, ',', has_groups),
        (None, Some(at)) => one_kind(&plain, at, '.', has_groups),
    }
}

pub(super) fn is_space_or_apostrophe(c: char) -> bool {
    matches!(c, ' ' | '\u{a0}' | '\u{202f}' | '\u{2009}' | '\'' | '’')
}

fn both(plain: &str, decimal: usize, thousands: char) -> Option<Reading> {
    let (whole, decimals) = (&plain[..decimal], &plain[decimal + 1..]);
    if !is_grouped(whole, thousands) {
        return None;
    }
    reading(&whole.replace(thousands, ""), decimals)
}

/// Only commas, or only dots.
fn one_kind(plain: &str, last: usize, separator: char, has_groups: bool) -> Vec<Reading> {
    let decimal = || reading(&plain[..last], &plain[last + 1..]);
    let grouped = || reading(&plain.replace(separator, ""), "");
    let several = plain.matches(separator).count() > 1;
    if several {
        let whole = is_grouped(plain, separator).then(grouped).flatten();
        return whole.into_iter().collect();
    }
    if has_groups || !is_grouped(plain, separator) {
        return decimal().into_iter().collect();
    }
    let both = if separator == ',' {
        [grouped(), decimal()]
    } else {
        [decimal(), grouped()]
    };
    both.into_iter().flatten().collect()
}

/// Groups of three, or Indian groups of two before the last three.
fn is_grouped(whole: &str, separator: char) -> bool {
    let groups: Vec<&str> = whole.split(separator).collect();
    let (first, rest) = (groups[0], &groups[1..]);
    let Some((last, middle)) = rest.split_last() else {
        return true;
    };
    let lead = (1..=3).contains(&first.len()) && first != "0";
    let indian = middle.iter().all(|group| group.len() == 2) && first.len() <= 2;
    lead && last.len() == 3 && (indian || middle.iter().all(|group| group.len() == 3))
}

fn reading(whole: &str, decimals: &str) -> Option<Reading> {
    let value: f64 = format!("{whole}.{decimals}0").parse().ok()?;
    let places = i32::try_from(decimals.len()).ok()?;
    Some(Reading {
        value,
        half_place: 0.5 * 10_f64.powi(-places),
        decimals: decimals.len(),
        scaled: false,
    })
    .filter(|reading| reading.value.is_finite())
}

#[cfg(test)]
mod tests {
    use super::readings;

    #[test]
    fn figures_are_read_as_people_write_them() {
        let cases: [(&str, &[f64]); 14] = [
            ("12", &[12.0]),
            ("1,500", &[1_500.0, 1.5]),
            ("1.500", &[1.5, 1_500.0]),
            ("1,5", &[1.5]),
            ("3.25", &[3.25]),
            ("0.125", &[0.125]),
            ("1,234,567", &[1_234_567.0]),
            ("1.234.567,89", &[1_234_567.89]),
            ("1,234,567.89", &[1_234_567.89]),
            ("1 500", &[1_500.0]),
            ("1'500.25", &[1_500.25]),
            ("1,50,000", &[150_000.0]),
            ("1.2.3", &[]),
            ("2,0,1", &[]),
        ];
        for (figure, expected) in cases {
            let found: Vec<f64> = readings(figure)
                .iter()
                .map(|reading| reading.value)
                .collect();
            assert_eq!(found, expected, "{figure}");
        }
    }
}
