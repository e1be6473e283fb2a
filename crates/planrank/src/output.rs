//! What people see: aligned tables, a progress bar on a terminal and plain lines otherwise.
//!
//! Results go to standard output, everything else to standard error, so that a pipe holds
//! results alone. Text from plans and models passes [`plain`] first: a title can't move the
//! cursor or set a colour.

mod progress;
mod table;

pub(crate) use progress::TerminalProgress;
pub(crate) use table::{Align, Table};

pub(crate) use arena::text::{harmless, harmless_json};

/// Prints a line on standard error. A reader that has gone is no reason to stop: what the run
/// does is in the database.
macro_rules! say {
    ($($part:tt)*) => {{
        use std::io::Write as _;
        let _ = writeln!(std::io::stderr(), $($part)*);
    }};
}
pub(crate) use say;

use std::io::Write;

/// Prints one line to standard output.
pub(crate) fn line(text: &str) -> anyhow::Result<()> {
    writeln!(std::io::stdout().lock(), "{}", harmless(text))?;
    Ok(())
}

/// Prints a value as indented JSON to standard output.
pub(crate) fn json(value: &impl serde::Serialize) -> anyhow::Result<()> {
    let text = serde_json::to_string_pretty(value)?;
    writeln!(std::io::stdout().lock(), "{}", harmless_json(&text))?;
    Ok(())
}

/// Text on one line without control characters, cut to `width` characters.
pub(crate) fn plain(text: &str, width: usize) -> String {
    let clean = harmless(text);
    let words: Vec<&str> = clean.split_whitespace().collect();
    let joined = words.join(" ");
    if joined.chars().count() <= width {
        return joined;
    }
    let mut cut: String = joined.chars().take(width.saturating_sub(1)).collect();
    cut.truncate(cut.trim_end().len());
    cut.push('…');
    cut
}

/// Nano-USD as dollars; four decimals, since a call costs fractions of a cent.
pub(crate) fn dollars(nano_usd: i64) -> String {
    let sign = if nano_usd < 0 { "-" } else { "" };
    let ten_thousandths = nano_usd.unsigned_abs().div_ceil(100_000);
    format!(
        "{sign}${}.{:04}",
        ten_thousandths / 10_000,
        ten_thousandths % 10_000
    )
}

/// A KPI for a table: two decimals, or a dash for unknown.
pub(crate) fn kpi(value: Option<f64>) -> String {
    value.map_or_else(|| "–".to_owned(), |v| format!("{v:.2}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_is_rounded_up_to_ten_thousandths_of_a_dollar() {
        for (nano, text) in [
            (0, "$0.0000"),
            (1, "$0.0001"),
            (1_234_500_000, "$1.2345"),
            (-50_000_000, "-$0.0500"),
            (i64::MAX, "$9223372036.8548"),
        ] {
            assert_eq!(dollars(nano), text);
        }
    }

    #[test]
    fn a_title_cannot_move_the_cursor() {
        assert_eq!(plain("a\u{1b}[2Jb\r\nc\u{7}", 20), "a [2Jb c");
        assert_eq!(harmless("a\u{9b}2J\n\u{85}b"), "a 2J\n b");
    }

    #[test]
    fn a_title_holds_nothing_that_is_not_seen() {
        let hidden = [
            '\u{202e}',
            '\u{2066}',
            '\u{61c}',
            '\u{200b}',
            '\u{feff}',
            '\u{e0041}',
        ];
        for c in hidden {
            assert_eq!(plain(&format!("ab{c}cd"), 20), "abcd", "{c:?}");
        }
    }

    #[test]
    fn long_text_is_cut_on_a_character() {
        assert_eq!(plain("øøø øøø", 5), "øøø…");
    }
}
