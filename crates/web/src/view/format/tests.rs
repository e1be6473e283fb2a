use chrono::{Duration, TimeZone as _};
use proptest::prelude::*;

use super::*;

fn noon() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 11, 22, 12, 0, 0).unwrap()
}

#[test]
fn numbers_are_written_with_a_real_minus_and_no_breaking_space() {
    let cases: [(String, &str); 17] = [
        (Elo(1612.4).to_string(), "1612"),
        (Elo(-3.0).to_string(), "−3"),
        (Elo(f64::NAN).to_string(), "–"),
        (Change::of_elo(34.6).to_string(), "+35"),
        (Change::of_elo(-11.5).to_string(), "−12"),
        (Change::of_elo(-0.2).to_string(), "0"),
        (Change::fine(0.004).to_string(), "0.00"),
        (Ratio(0.734).to_string(), "0.73"),
        (Percent(0.973).to_string(), "97.3\u{202f}%"),
        (Percent(0.5).to_string(), "50\u{202f}%"),
        (Percent(0.0).to_string(), "0\u{202f}%"),
        (Percent(1.0).to_string(), "100\u{202f}%"),
        (Percent(0.0004).to_string(), "< 0.1\u{202f}%"),
        (Percent(0.9999).to_string(), "> 99.9\u{202f}%"),
        (Count(1_234_567).to_string(), "1,234,567"),
        (Bytes(64 * 1024 * 1024).to_string(), "64\u{202f}MiB"),
        (Bytes(4_300).to_string(), "4.2\u{202f}KiB"),
    ];
    for (written, expected) in cases {
        assert_eq!(written, expected);
    }
}

#[test]
fn money_shows_its_first_digits_however_small() {
    let cases = [
        (0, "$0"),
        (1, "$0.000000001"),
        (12_345, "$0.00001"),
        (1_234_560, "$0.00123"),
        (10_000_000, "$0.01"),
        (1_234_567_890_123, "$1,234.57"),
        (-2_500_000_000, "−$2.50"),
    ];
    for (nano, expected) in cases {
        assert_eq!(NanoUsd(nano).to_string(), expected, "{nano}");
    }
}

#[test]
fn a_moment_is_told_from_now_and_keeps_its_exact_time() {
    let cases = [
        (0, "just now"),
        (44, "just now"),
        (60, "1 minute ago"),
        (3_599, "59 minutes ago"),
        (7_200, "2 hours ago"),
        (86_400 * 3, "3 days ago"),
        (86_400 * 40, "13 Oct 2026"),
        (-120, "in 2 minutes"),
    ];
    for (secs, expected) in cases {
        let moment = Moment::new(noon() - Duration::seconds(secs), noon());
        assert_eq!(moment.relative(), expected, "{secs}");
    }
    assert_eq!(
        Moment::new(noon(), noon()).to_string(),
        r#"<time datetime="2026-11-22T12:00:00Z" title="22 Nov 2026, 12:00 UTC">just now</time>"#
    );
}

#[test]
fn a_wait_is_rounded_up() {
    let cases = [
        (1, "1 second"),
        (61, "61 seconds"),
        (91, "2 minutes"),
        (5_400, "2 hours"),
        (172_800, "2 days"),
    ];
    for (secs, expected) in cases {
        assert_eq!(wait(secs), expected);
    }
}

proptest! {
    #[test]
    fn grouping_only_adds_commas(n: u64) {
        prop_assert_eq!(Count(n).to_string().replace(',', ""), n.to_string());
    }

    #[test]
    fn a_percentage_never_claims_none_or_all_of_a_part(share in 1e-12_f64..0.999_999_9) {
        let text = Percent(share).to_string();
        prop_assert!(!text.starts_with("0\u{202f}") && !text.starts_with("100"), "{}", text);
    }
}
