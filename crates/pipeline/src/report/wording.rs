//! Numbers, dates and money in words, and text without characters that deceive the eye.

use chrono::NaiveDate;

/// `text` without control characters and without those that turn the direction of writing.
pub(super) fn clean(text: &str) -> String {
    text.chars().filter(|&c| !is_deceptive(c)).collect()
}

/// Tags hide text, overrides reorder it, and the rest is invisible; the joiner inside emoji stays.
fn is_deceptive(c: char) -> bool {
    let control = c.is_control() && c != '\n' && c != '\t';
    let hidden = matches!(c,
        '\u{200B}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}'
        | '\u{FEFF}' | '\u{E0000}'..='\u{E007F}' | '\u{FFF9}'..='\u{FFFB}');
    control || hidden
}

/// [`clean`] on one line and at most `max_chars` long, with an ellipsis where it was cut.
pub(super) fn line(text: &str, max_chars: usize) -> String {
    let text = clean(text);
    let mut joined = String::new();
    for word in text.split_whitespace() {
        if !joined.is_empty() {
            joined.push(' ');
        }
        joined.push_str(word);
    }
    let Some((cut, _)) = joined.char_indices().nth(max_chars) else {
        return joined;
    };
    joined.truncate(cut);
    joined.truncate(joined.trim_end().len());
    joined.push('…');
    joined
}

/// `task_durations` → `Task durations`.
pub(super) fn title_of(id: &str) -> String {
    let words = line(&id.replace('_', " "), 80);
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

/// `1 task`, `3 tasks`, `12,345 tasks`.
pub(super) fn counted(n: usize, one: &str) -> String {
    let plural = if n == 1 { "" } else { "s" };
    format!("{} {one}{plural}", grouped(&n.to_string()))
}

/// At most two decimals, thousands apart.
pub(super) fn number(value: f64) -> String {
    if !value.is_finite() {
        return "–".to_owned();
    }
    let text = format!("{:.2}", value.abs());
    let text = text.trim_end_matches('0').trim_end_matches('.');
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let sign = if value < 0.0 && text != "0" {
        "\u{2212}"
    } else {
        ""
    };
    let point = if fraction.is_empty() { "" } else { "." };
    format!("{sign}{}{point}{fraction}", grouped(whole))
}

fn grouped(digits: &str) -> String {
    let mut text = String::with_capacity(digits.len() * 4 / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Whole units of a currency: `EUR 1,250,000`.
pub(super) fn amount(value: f64, currency: &str) -> String {
    let rounded = if value.abs() >= 1_000.0 {
        value.round()
    } else {
        value
    };
    joined(currency, &number(rounded))
}

/// An amount that is read at a glance: `EUR 1.25 million`.
pub(super) fn brief_amount(value: f64, currency: &str) -> String {
    let (unit, word) = match value.abs() {
        size if size >= 1e12 => (1e12, " trillion"),
        size if size >= 1e9 => (1e9, " billion"),
        size if size >= 1e6 => (1e6, " million"),
        _ => return amount(value, currency),
    };
    joined(currency, &format!("{}{word}", number(value / unit)))
}

fn joined(currency: &str, number: &str) -> String {
    if currency.is_empty() {
        return number.to_owned();
    }
    format!("{currency}\u{a0}{number}")
}

/// Nano-USD as dollars, rounded up to a hundredth of a cent.
pub(super) fn dollars(nano_usd: i64) -> String {
    let ten_thousandths = nano_usd.max(0).unsigned_abs().div_ceil(100_000);
    format!(
        "${}.{:04}",
        ten_thousandths / 10_000,
        ten_thousandths % 10_000
    )
}

/// `3 Feb 2026`.
pub(super) fn date(day: NaiveDate) -> String {
    day.format("%-d %b %Y").to_string()
}

/// `12 days`, `1 day`, `2.5 days`.
pub(super) fn days(count: f64) -> String {
    let unit = if (count - 1.0).abs() < 1e-9 {
        "day"
    } else {
        "days"
    };
    format!("{} {unit}", number(count))
}

/// A span of calendar days as people say it: days, weeks, months or years.
pub(super) fn span(days_count: f64) -> String {
    match days_count {
        n if n < 28.0 => days(n.round()),
        n if n < 90.0 => format!("{} weeks", number((n / 7.0).round())),
        n if n < 730.0 => format!("{} months", number((n / 30.44).round())),
        n => format!("{} years", number((n / 365.25 * 10.0).round() / 10.0)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case(0.0, "0")]
    #[case(-0.001, "0")]
    #[case(1_234_567.0, "1,234,567")]
    #[case(-1_200.5, "−1,200.5")]
    #[case(f64::NAN, "–")]
    fn numbers_are_grouped_and_short(#[case] value: f64, #[case] shown: &str) {
        assert_eq!(number(value), shown);
    }

    #[rstest]
    #[case(950.5, "EUR\u{a0}950.5")]
    #[case(1_250_000.0, "EUR\u{a0}1.25 million")]
    #[case(1.5e9, "EUR\u{a0}1.5 billion")]
    fn large_amounts_are_read_at_a_glance(#[case] value: f64, #[case] shown: &str) {
        assert_eq!(brief_amount(value, "EUR"), shown);
    }

    #[rstest]
    #[case("a\u{202E}b\u{2066}c", "abc")]
    #[case("tab\tand\nline\u{0}", "tab\tand\nline")]
    #[case("👩\u{200D}🔬", "👩\u{200D}🔬")]
    #[case("tag\u{E0041}", "tag")]
    fn what_deceives_the_eye_is_removed(#[case] raw: &str, #[case] shown: &str) {
        assert_eq!(clean(raw), shown);
    }

    #[test]
    fn a_line_is_cut_between_characters() {
        assert_eq!(line("  ä  ö\nü  ", 10), "ä ö ü");
        assert_eq!(line(&"ö".repeat(9), 3), "ööö…");
    }

    #[rstest]
    #[case(1.0, "1 day")]
    #[case(42.0, "6 weeks")]
    #[case(365.0, "12 months")]
    #[case(1_000.0, "2.7 years")]
    fn spans_have_a_fitting_unit(#[case] days: f64, #[case] words: &str) {
        assert_eq!(span(days), words);
    }
}
