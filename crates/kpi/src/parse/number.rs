//! Numbers with group separators and magnitudes.

/// Digits with optional groups ("1,200,000", "1.200.000", "1 200 000", "1,50,00,000") and
/// decimals.
pub(super) const NUMBER: &str = r"\d{1,3}(?:(?:,\d{2,3})+(?:\.\d{1,2})?|(?:\.\d{3}){2,}(?:,\d{1,2})?|(?:[ \u{a0}\u{202f}'’]\d{3})+)\b|\d+(?:[.,]\d+)?";
/// Words and letters that multiply.
pub(super) const MAGNITUDE: &str = r"(?:(?i:thousand\b|million\b|mio\b\.?|mill\b\.?|mn\b|billion\b|bn\b|mrd\b|mia\b|trillion\b|tn\b|crores?\b|lakhs?\b)|[kKmMbBtT]\b)";

/// Reads what [`NUMBER`] matched. A single dot before three digits is a group separator where
/// `dot_groups` says that the currency is written so. `None` when it isn't finite.
pub(super) fn number(text: &str, dot_groups: bool) -> Option<f64> {
    let digits: String = text
        .chars()
        .filter(|c| c.is_ascii_digit() || matches!(c, '.' | ','))
        .collect();
    let dots = digits.matches('.').count();
    let commas = digits.matches(',').count();
    let after = |sign| digits.rsplit(sign).next().map_or(0, str::len);
    let plain = if dots > 1 || (dots == 1 && commas == 0 && dot_groups && after('.') == 3) {
        digits.replace('.', "").replace(',', ".")
    } else if commas == 1 && dots == 0 && after(',') != 3 {
        digits.replace(',', ".")
    } else {
        digits.replace(',', "")
    };
    plain.parse().ok().filter(|value: &f64| value.is_finite())
}

/// The factor that a [`MAGNITUDE`] stands for.
pub(super) fn magnitude(text: &str) -> f64 {
    match text.trim_end_matches('.').to_lowercase().as_str() {
        "k" | "thousand" => 1e3,
        "lakh" | "lakhs" => 1e5,
        "m" | "million" | "mill" | "mio" | "mn" => 1e6,
        "crore" | "crores" => 1e7,
        "b" | "billion" | "bn" | "mrd" | "mia" => 1e9,
        "t" | "trillion" | "tn" => 1e12,
        _ => 1.0,
    }
}
