//! How numbers and times are written: thin types around a value whose `Display` is the text of a
//! page. Digits are grouped by commas, the minus is a real one, and a value is never joined to
//! its unit by a space that can break.

use std::fmt::{self, Display, Formatter};

use askama::filters::HtmlSafe;
use chrono::{DateTime, SecondsFormat, Utc};

/// No line break between a number and its unit.
pub const NARROW_SPACE: char = '\u{202f}';

const MINUS: char = '\u{2212}';

/// A rating on the Elo scale, to the point: `1612`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Elo(pub f64);

impl Display for Elo {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write_signed(f, self.0, 0)
    }
}

/// A difference with its sign always written: `+35`, `−12`, `0`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Change {
    pub value: f64,
    pub decimals: usize,
}

impl Change {
    pub fn of_elo(value: f64) -> Self {
        Self { value, decimals: 0 }
    }

    pub fn fine(value: f64) -> Self {
        Self { value, decimals: 2 }
    }

    /// Two decimals without a plus: a coefficient that may be negative.
    pub fn plain(value: f64) -> String {
        Ratio(value).to_string()
    }
}

impl Display for Change {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if rounds_to_zero(self.value, self.decimals) {
            return write!(f, "{:.*}", self.decimals, 0.0);
        }
        if self.value > 0.0 {
            f.write_str("+")?;
        }
        write_signed(f, self.value, self.decimals)
    }
}

/// A value in 0..1 with two decimals: `0.73`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ratio(pub f64);

impl Display for Ratio {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write_signed(f, self.0, 2)
    }
}

/// A share in 0..1 as a percentage; what is nearly none or nearly all is not rounded away.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Percent(pub f64);

impl Display for Percent {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let percent = self.0 * 100.0;
        if percent > 0.0 && percent < 0.1 {
            return write!(f, "< 0.1{NARROW_SPACE}%");
        }
        if percent > 99.9 && percent < 100.0 {
            return write!(f, "> 99.9{NARROW_SPACE}%");
        }
        let near_an_end = percent != 0.0 && !(10.0..=90.0).contains(&percent) && percent < 100.0;
        write_signed(f, percent, usize::from(near_an_end))?;
        write!(f, "{NARROW_SPACE}%")
    }
}

/// A number of things: `12,345`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Count(pub u64);

impl Display for Count {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(&grouped(&self.0.to_string()))
    }
}

/// Money of model calls in nano-USD, with as many decimals as it takes to see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct NanoUsd(pub i128);

impl Display for NanoUsd {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let nano = self.0.unsigned_abs();
        if self.0 < 0 {
            write!(f, "{MINUS}")?;
        }
        let (decimals, unit) = match nano {
            0 => return f.write_str("$0"),
            10_000_000.. => (2, 10_000_000),
            10_000.. => (5, 10_000),
            _ => (9, 1),
        };
        let scale = 10_u128.pow(decimals);
        let units = (nano + unit / 2) / unit;
        let (whole, part) = (units / scale, units % scale);
        let width = decimals as usize;
        write!(f, "${}.{part:0width$}", grouped(&whole.to_string()))
    }
}

/// A size in bytes: `820 B`, `4.2 KiB`, `64 MiB`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Bytes(pub u64);

impl Display for Bytes {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        const UNITS: [&str; 4] = ["B", "KiB", "MiB", "GiB"];
        let mut value = self.0 as f64;
        let mut unit = 0;
        while value >= 1024.0 && unit < UNITS.len() - 1 {
            value /= 1024.0;
            unit += 1;
        }
        let decimals = usize::from(value.fract() > 0.05 && value < 10.0);
        write!(f, "{value:.decimals$}{NARROW_SPACE}{}", UNITS[unit])
    }
}

/// A point in time, told from `now`: a `<time>` element with the exact time in its attributes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    pub at: DateTime<Utc>,
    pub now: DateTime<Utc>,
}

impl Moment {
    pub fn new(at: DateTime<Utc>, now: DateTime<Utc>) -> Self {
        Self { at, now }
    }

    /// `2026-11-22T21:22:03Z`
    pub fn iso(&self) -> String {
        self.at.to_rfc3339_opts(SecondsFormat::Secs, true)
    }

    /// `22 Nov 2026, 21:22 UTC`
    pub fn exact(&self) -> String {
        self.at.format("%-d %b %Y, %H:%M UTC").to_string()
    }

    /// `22 Nov 2026`
    pub fn date(&self) -> String {
        self.at.format("%-d %b %Y").to_string()
    }

    /// `3 minutes ago`, `in 2 hours`, a date when that is more than 30 days off.
    pub fn relative(&self) -> String {
        let secs = self.now.signed_duration_since(self.at).num_seconds();
        let (n, unit) = match secs.unsigned_abs() {
            0..45 => return "just now".to_owned(),
            s @ 45..3_600 => (s.div_ceil(60).min(59), "minute"),
            s @ 3_600..86_400 => (s / 3_600, "hour"),
            s @ 86_400..2_592_000 => (s / 86_400, "day"),
            _ => return self.date(),
        };
        let plural = if n == 1 { "" } else { "s" };
        if secs < 0 {
            format!("in {n} {unit}{plural}")
        } else {
            format!("{n} {unit}{plural} ago")
        }
    }
}

impl Display for Moment {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let (iso, exact, relative) = (self.iso(), self.exact(), self.relative());
        write!(
            f,
            r#"<time datetime="{iso}" title="{exact}">{relative}</time>"#
        )
    }
}

impl HtmlSafe for Moment {}

/// `1 plan`, `3 plans`, `12,345 plans`.
pub fn counted(n: u64, one: &str) -> String {
    let plural = if n == 1 { "" } else { "s" };
    format!("{} {one}{plural}", Count(n))
}

/// A wait in words, rounded up: `40 seconds`, `3 minutes`, `2 hours`.
pub fn wait(secs: u64) -> String {
    match secs {
        0..90 => counted(secs, "second"),
        90..5_400 => counted(secs.div_ceil(60), "minute"),
        5_400..172_800 => counted(secs.div_ceil(3_600), "hour"),
        _ => counted(secs.div_ceil(86_400), "day"),
    }
}

fn write_signed(f: &mut Formatter<'_>, value: f64, decimals: usize) -> fmt::Result {
    if !value.is_finite() {
        return f.write_str("\u{2013}");
    }
    if value < 0.0 && !rounds_to_zero(value, decimals) {
        write!(f, "{MINUS}")?;
    }
    write!(f, "{:.decimals$}", value.abs())
}

fn rounds_to_zero(value: f64, decimals: usize) -> bool {
    let exponent = i32::try_from(decimals).unwrap_or(0);
    value.abs() < 0.5 * 10_f64.powi(-exponent)
}

fn grouped(digits: &str) -> String {
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests;
