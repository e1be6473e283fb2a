//! Dates and timeframes.

use std::sync::LazyLock;

use chrono::NaiveDate;

use super::{Pattern, pattern};

/// What kind of time a passage states.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum TimeKind {
    /// A calendar day, month, quarter, year or span of years: first and last day.
    Calendar(NaiveDate, NaiveDate),
    /// A length of time, in days.
    Length(f64),
}

/// A time that a text states.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TimeRef {
    pub kind: TimeKind,
    pub span: (usize, usize),
}

impl TimeRef {
    /// Whether it names a place in the calendar, not only a length.
    pub fn is_calendar(&self) -> bool {
        matches!(self.kind, TimeKind::Calendar(..))
    }
}

const MONTH: &str = "(?i:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*";
const YEAR: &str = r"(?:19|20)\d\d";
const COUNT: &str =
    r"\d{1,4}(?:\.\d+)?|(?i:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)";

static PATTERN: Pattern = LazyLock::new(|| {
    pattern(&format!(
        r"(?x)
        \b(?P<iso>(?P<iy>{YEAR})-(?P<im>\d\d)-(?P<id>\d\d))\b
        | \b(?P<ymd>(?P<yy>{YEAR})-(?P<ym>{MONTH})-(?P<yd>\d\d?))\b
        | \b(?P<dmy>(?P<dd>\d\d?)(?:st|nd|rd|th)?\s(?P<dm>{MONTH}),?\s(?P<dy>{YEAR}))\b
        | \b(?P<mdy>(?P<mm>{MONTH})\s(?P<md>\d\d?)(?:st|nd|rd|th)?,?\s(?P<my>{YEAR}))\b
        | \b(?P<month>(?P<nm>{MONTH})[\s,]+(?P<ny>{YEAR}))\b
        | \b(?P<quarter>(?:Q(?P<qn>[1-4])|H(?P<hn>[12]))[\s,/-]?(?P<qy>{YEAR}))\b
        | \b(?P<years>(?P<ya>{YEAR})\s?(?:-|–|—|to|until)\s?(?P<yb>{YEAR}))\b
        | \b(?P<length>(?P<n>{COUNT})(?:\s?(?:-|–|to|or)\s?(?P<n2>{COUNT}))?[\s-]?(?P<unit>(?i:hour|day|week|month|quarter|year|decade))s?)\b
        | \b(?P<year>{YEAR})\b"
    ))
});

/// Words after four digits that make them an amount and not a year.
static AMOUNT_AFTER: Pattern = LazyLock::new(|| {
    pattern(
        r"^(?:[.,]?\d|\s?(?:%|°|[a-z]{0,3}²|(?:m|km|ft|kg|kw|mw|gw|mm|cm|sq|square|people|persons|units?|rooms?|beds?|seats?|homes?|tonnes?|tons?|metres?|meters?|miles?|employees|workers|jobs|customers|users|students|hectares|acres|k|million|billion|usd|eur|dkk|dollars|euros)\b))",
    )
});

/// Every date and timeframe, in reading order.
pub fn times(text: &str) -> Vec<TimeRef> {
    let mut found = Vec::new();
    for captures in PATTERN.captures_iter(text) {
        let Some(whole) = captures.get(0) else {
            continue;
        };
        let get = |name| captures.name(name).map(|m| m.as_str());
        let date = |y, m, d| day(get(y)?, get(m)?, get(d)?).map(|day| TimeKind::Calendar(day, day));
        let kind = if get("iso").is_some() {
            date("iy", "im", "id")
        } else if get("ymd").is_some() {
            date("yy", "ym", "yd")
        } else if get("dmy").is_some() {
            date("dy", "dm", "dd")
        } else if get("mdy").is_some() {
            date("my", "mm", "md")
        } else if let (Some(month_name), Some(of)) = (get("nm"), get("ny")) {
            month_of(of, month_name)
        } else if let Some(of) = get("qy") {
            part_of_year(of, get("qn"), get("hn"))
        } else if let (Some(first), Some(last)) = (get("ya"), get("yb")) {
            years(first, last)
        } else if let (Some(count), Some(unit)) = (get("n"), get("unit")) {
            length(get("n2").unwrap_or(count), unit)
        } else {
            get("year")
                .filter(|_| stands_alone(text, whole.range()))
                .and_then(|year| years(year, year))
        };
        found.extend(kind.map(|kind| TimeRef {
            kind,
            span: (whole.start(), whole.end()),
        }));
    }
    found
}

/// Four digits are a year only where they aren't part of an amount or a name.
fn stands_alone(text: &str, range: std::ops::Range<usize>) -> bool {
    let before = text[..range.start].chars().next_back();
    let amount_before =
        before.is_some_and(|c| matches!(c, '$' | '€' | '£' | '¥' | '₹' | ',' | '.' | '#' | '/'));
    let currency_before = {
        let word: String = text[..range.start]
            .trim_end()
            .chars()
            .rev()
            .take(4)
            .collect();
        word.chars().take(3).all(|c| c.is_ascii_uppercase())
            && word.chars().count() >= 3
            && !word.chars().nth(3).is_some_and(char::is_alphanumeric)
    };
    let after: String = text[range.end..].chars().take(24).collect();
    !amount_before && !currency_before && !AMOUNT_AFTER.is_match(&after.to_lowercase())
}

fn year_number(year: &str) -> Option<i32> {
    year.parse().ok()
}

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

fn month_number(month: &str) -> Option<u32> {
    if let Ok(number) = month.parse() {
        return Some(number);
    }
    let start = month.get(..3)?.to_lowercase();
    let index = MONTHS.iter().position(|name| name.starts_with(&start))?;
    // "Marble 2020" is no month.
    let lower = month.to_lowercase();
    let known = MONTHS[index].starts_with(&lower) || lower == "sept";
    known.then(|| u32::try_from(index + 1).unwrap_or(1))
}

fn day(year: &str, month: &str, day: &str) -> Option<NaiveDate> {
    NaiveDate::from_ymd_opt(year_number(year)?, month_number(month)?, day.parse().ok()?)
}

fn month_of(year: &str, month: &str) -> Option<TimeKind> {
    let month = month_number(month)?;
    months(year_number(year)?, month, 1)
}

fn part_of_year(year: &str, quarter: Option<&str>, half: Option<&str>) -> Option<TimeKind> {
    let year = year_number(year)?;
    let index = |part: &str| part.parse::<u32>().ok()?.checked_sub(1);
    match (quarter, half) {
        (Some(quarter), _) => months(year, index(quarter)? * 3 + 1, 3),
        (_, Some(half)) => months(year, index(half)? * 6 + 1, 6),
        _ => None,
    }
}

fn months(year: i32, first: u32, count: u32) -> Option<TimeKind> {
    let start = NaiveDate::from_ymd_opt(year, first, 1)?;
    let end = start
        .checked_add_months(chrono::Months::new(count))?
        .pred_opt()?;
    Some(TimeKind::Calendar(start, end))
}

fn years(first: &str, last: &str) -> Option<TimeKind> {
    let start = NaiveDate::from_ymd_opt(year_number(first)?, 1, 1)?;
    let end = NaiveDate::from_ymd_opt(year_number(last)?, 12, 31)?;
    (start <= end).then_some(TimeKind::Calendar(start, end))
}

fn length(count: &str, unit: &str) -> Option<TimeKind> {
    const WORDS: [&str; 12] = [
        "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven",
        "twelve",
    ];
    let word = WORDS
        .iter()
        .position(|word| count.eq_ignore_ascii_case(word));
    let count = word.map_or_else(|| count.parse().ok(), |index| Some((index + 1) as f64))?;
    let days = match unit.to_lowercase().as_str() {
        "hour" => 1.0 / 24.0,
        "day" => 1.0,
        "week" => 7.0,
        "month" => 30.44,
        "quarter" => 91.31,
        "year" => 365.25,
        _ => 3652.5,
    };
    Some(TimeKind::Length(count * days))
}
