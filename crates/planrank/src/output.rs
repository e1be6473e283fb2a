//! What people see: aligned tables, a progress bar on a terminal and plain lines otherwise.
//!
//! Results go to standard output, everything else to standard error, so that a pipe holds
//! results alone. Text from plans and models passes [`plain`] first: a title can't move the
//! cursor or set a colour.

mod progress;
mod table;

pub(crate) use progress::TerminalProgress;
pub(crate) use table::{Align, Table};

use std::io::Write;

/// Starts logging to standard error; silent unless asked for.
pub(crate) fn start_logging(filter: Option<&str>) {
    let filter = tracing_subscriber::EnvFilter::try_new(filter.unwrap_or("warn"))
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("warn"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .init();
}

/// Prints one line to standard output.
pub(crate) fn line(text: &str) -> anyhow::Result<()> {
    writeln!(std::io::stdout().lock(), "{}", harmless(text))?;
    Ok(())
}

/// Prints a value as indented JSON to standard output.
pub(crate) fn json(value: &impl serde::Serialize) -> anyhow::Result<()> {
    let text = serde_json::to_string_pretty(value)?;
    writeln!(std::io::stdout().lock(), "{text}")?;
    Ok(())
}

/// Text without what moves a terminal's cursor or turns its writing round. Names of files
/// come from outside, too.
pub(crate) fn harmless(text: &str) -> String {
    text.chars()
        .map(|c| if is_harmful(c) { ' ' } else { c })
        .collect()
}

fn is_harmful(c: char) -> bool {
    let turns_round = matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    (c.is_control() && c != '\n') || turns_round
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
    }

    #[test]
    fn long_text_is_cut_on_a_character() {
        assert_eq!(plain("øøø øøø", 5), "øøø…");
    }
}
