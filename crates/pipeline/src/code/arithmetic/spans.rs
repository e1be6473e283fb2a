//! Spans between two dates with their length, and ranges that run backwards.

use chrono::NaiveDate;
use kpi::parse::{TimeKind, TimeRef, times};

use super::tokens::{Kind as T, Token};
use super::{Calculation, Kind, quote};

/// Bytes between two dates that one span joins, and from there to its length.
const MAX_GAP: usize = 12;
const JOINS: &[&str] = &["to", "until", "till", "through", "-", "–", "—", "→"];
const TIME_UNITS: &[&str] = &[
    "day", "days", "week", "weeks", "month", "months", "year", "years", "hour", "hours",
];
/// Days by which a length in months may be off: months differ, and either end may count.
const MONTH_SLACK: f64 = 17.0;

pub(super) fn in_line(line: &str, tokens: &[Token]) -> Vec<Calculation> {
    let mut found = reversed_ranges(line, tokens);
    let times = times(line);
    let pairs = times.windows(2).enumerate();
    found.extend(pairs.filter_map(|(at, pair)| span(line, pair, times.get(at + 2))));
    found
}

/// The one day that a passage names.
fn day(time: &TimeRef) -> Option<NaiveDate> {
    match time.kind {
        TimeKind::Calendar(first, last) if first == last => Some(first),
        _ => None,
    }
}

fn span(line: &str, pair: &[TimeRef], length: Option<&TimeRef>) -> Option<Calculation> {
    let (from, to) = (day(&pair[0])?, day(&pair[1])?);
    let between = line.get(pair[0].span.1..pair[1].span.0)?.trim();
    if !JOINS.contains(&between) {
        return None;
    }
    let days = (to - from).num_days();
    let length = length.and_then(|length| length_of(line, pair[1].span.1, length));
    let end = length.as_ref().map_or(pair[1].span.1, |length| length.end);
    let right = match &length {
        Some(length) => days >= 0 && length.fits(days),
        None => days >= 0,
    };
    // A span in order that states no length states nothing to compute.
    if length.is_none() && right {
        return None;
    }
    Some(Calculation {
        kind: Kind::DateSpan,
        quote: quote(line, pair[0].span.0, end),
        written: length.map_or_else(|| format!("{from} to {to}"), |length| length.text),
        computed: format!("{days} days, {} with both ends", days + 1),
        right,
    })
}

/// A stated length.
struct Length {
    days: f64,
    slack: f64,
    text: String,
    end: usize,
}

impl Length {
    /// Counting the first day, the last, both or neither.
    fn fits(&self, days: i64) -> bool {
        #[expect(
            clippy::cast_precision_loss,
            reason = "days of a calendar are far below 2^52"
        )]
        let days = days as f64;
        days - 1.0 <= self.days + self.slack && days + 1.0 >= self.days - self.slack
    }
}

fn length_of(line: &str, after: usize, time: &TimeRef) -> Option<Length> {
    let TimeKind::Length(days) = time.kind else {
        return None;
    };
    let gap = line
        .get(after..time.span.0)
        .filter(|gap| gap.len() <= MAX_GAP)?;
    let opens = gap.trim().trim_end_matches([':', '=', ' ']);
    let text = line.get(time.span.0..time.span.1)?.to_owned();
    let is_length = matches!(opens, "(" | "," | "" | "(i.e." | "(about" | "(ca.");
    // "(3-6 months)" states two lengths.
    let single = !text.contains(['-', '–']) && !text.contains(" to ") && !text.contains(" or ");
    let slack = match () {
        () if text.contains("day") => 0.0,
        () if text.contains("week") => 4.0,
        () if text.contains("month") => MONTH_SLACK,
        () => 190.0,
    };
    (is_length && single && !text.contains("hour")).then_some(Length {
        days,
        slack,
        text,
        end: time.span.1,
    })
}

/// "9–5 days".
fn reversed_ranges(line: &str, tokens: &[Token]) -> Vec<Calculation> {
    let reversed = |window: &[Token]| {
        let [
            Token {
                kind: T::Number(low),
                from,
                ..
            },
            dash,
            Token {
                kind: T::Number(high),
                ..
            },
            Token {
                kind: T::Word(unit),
                to,
                ..
            },
        ] = window
        else {
            return None;
        };
        let joins =
            matches!(&dash.kind, T::Dash) || matches!(&dash.kind, T::Word(word) if word == "to");
        let backwards = low
            .readings
            .iter()
            .all(|low| high.readings.iter().all(|high| low.value > high.value));
        (joins && backwards && TIME_UNITS.contains(&unit.as_str())).then(|| Calculation {
            kind: Kind::Range,
            quote: quote(line, *from, *to),
            written: quote(line, *from, *to),
            computed: "the lower end is above the upper".to_owned(),
            right: false,
        })
    };
    tokens.windows(4).filter_map(reversed).collect()
}

#[cfg(test)]
mod tests {
    use super::super::tokens;
    use super::in_line;

    fn found(line: &str) -> Vec<bool> {
        let found = in_line(line, &tokens::of(line));
        found.iter().map(|calculation| calculation.right).collect()
    }

    #[test]
    fn stated_lengths_are_compared_with_the_calendar() {
        let cases: [(&str, &[bool]); 10] = [
            ("Works: 2026-09-01 to 2026-09-30 (30 days)", &[true]),
            ("Works: 2026-09-01 to 2026-09-30 (29 days)", &[true]),
            ("Works: 2026-09-01 to 2026-09-30 (40 days)", &[false]),
            ("From 1 March 2026 to 31 May 2026 (3 months).", &[true]),
            ("From 1 March 2026 to 31 May 2026 (6 months).", &[false]),
            ("2026-09-01 – 2026-10-12 (6 weeks)", &[true]),
            ("2026-09-30 to 2026-09-01", &[false]),
            ("2026-09-01 to 2026-09-30, then rest", &[]),
            ("The crew takes 12-7 days.", &[false]),
            ("The crew takes 7–12 days, 2026-2028.", &[]),
        ];
        for (line, expected) in cases {
            assert_eq!(found(line), expected, "{line}");
        }
    }
}
