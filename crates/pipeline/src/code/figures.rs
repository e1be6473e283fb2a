//! Numbers as people write them.

/// With commas between thousands and at most two decimals: `1,234.5`.
pub(crate) fn grouped(amount: f64) -> String {
    if !amount.is_finite() {
        return "unknown".to_owned();
    }
    let hundredths = format!("{:.2}", amount.abs());
    let (whole, decimals) = hundredths.split_once('.').unwrap_or((&hundredths, ""));
    let decimals = decimals.trim_end_matches('0');
    let mut text = String::new();
    if amount < 0.0 && (whole != "0" || !decimals.is_empty()) {
        text.push('-');
    }
    for (place, digit) in whole.chars().enumerate() {
        if place > 0 && (whole.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    if !decimals.is_empty() {
        text.push('.');
        text.push_str(decimals);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::grouped;

    #[test]
    fn thousands_are_grouped_and_decimals_kept_where_there_are_any() {
        let cases = [
            (0.0, "0"),
            (999.0, "999"),
            (1_000.0, "1,000"),
            (1_234_567.5, "1,234,567.5"),
            (-12_345.678, "-12,345.68"),
            (-0.001, "0"),
            (f64::NAN, "unknown"),
        ];
        for (amount, text) in cases {
            assert_eq!(grouped(amount), text);
        }
    }
}
