use proptest::prelude::*;
use serde_json::{Value, json};

use super::{check, in_text, tokens};
use crate::code::figures::grouped;
use crate::code::fixture::{file, outputs};

/// Whether each equation of a line is right.
fn verdicts(line: &str) -> Vec<bool> {
    in_text(line, "line")
        .iter()
        .map(|(_, calculation)| calculation.right)
        .collect()
}

#[test]
fn equations_are_recomputed_as_people_write_them() {
    let cases: [(&str, &[bool]); 30] = [
        ("12 × 1,500 = 18,000", &[true]),
        ("12 × 1,500 = 17,000", &[false]),
        (
            "Rent: 12 months × EUR 4,000 per month = EUR 48,000.",
            &[true],
        ),
        ("3 crews x 5 days x €1.200 = €18.000", &[true]),
        ("1.200 + 2.300 = 3.500", &[true]),
        ("$1.2 million + $800k = $2 million", &[true]),
        ("$1.2 million + $800k = $3 million", &[false]),
        ("2 + 3 × 4 = 14", &[true]),
        ("100 / 3 = 33.3", &[true]),
        ("100 ÷ 3 ≈ 34", &[true]),
        ("10 × 10 = about 97", &[true]),
        ("300 / 2,000 = 15 %", &[true]),
        ("300 / 2,000 = 25 %", &[false]),
        ("15 % × 200 = 30", &[true]),
        ("15 % of EUR 120,000 is EUR 18,000", &[true]),
        ("15 % of 120,000 = 20,000", &[false]),
        ("a reserve of EUR 18,000 (15 % of EUR 120,000)", &[true]),
        ("a reserve of EUR 19,000 (15 % of EUR 120,000)", &[false]),
        ("Phase 1 - 3 × 4 = 12", &[true]),
        ("100 - 30 = 70", &[true]),
        ("5 − 8 = -3", &[true]),
        ("**12** × **3** = **36**", &[true]),
        // Not judged: units that change, ranges, shares within sums, more to come, outline numbers.
        ("90 minutes × 4 = 6 hours", &[]),
        ("3-5 days × 2 = 8 days", &[]),
        ("15 % of 200 + 10 = 40", &[]),
        ("3 × 4 = 2 × 6", &[]),
        ("Task 1.2.3 + 4 = done", &[]),
        ("(2 + 3) × 4 = 20", &[]),
        ("x = 5", &[]),
        ("15 % of 40 is due on 3 May", &[]),
    ];
    for (line, expected) in cases {
        assert_eq!(verdicts(line), expected, "{line}");
    }
}

#[test]
fn the_report_names_file_place_and_quote_and_lists_a_repetition_once() {
    let made = outputs(
        check,
        &[
            ("a.md", json!("Intro\n\nSo 2 × 3 = 7 in all.")),
            ("b.json", json!({ "text": "So 2 × 3 = 7 in all." })),
            ("3-answer_raw.json", json!({ "text": "1 + 1 = 3" })),
            ("schedule_gantt.csv", json!("1 + 1 = 3")),
        ],
    );
    let report: Value = file(&made, "arithmetic_check.json");
    assert_eq!(
        (&report["checked"], &report["wrong"]),
        (&json!(1), &json!(1))
    );
    let found = &report["calculations"][0];
    assert_eq!(found["file"], "a.md");
    assert_eq!(found["place"], "line 3");
    assert_eq!(found["quote"], "2 × 3 = 7");
    assert_eq!(found["computed"], "6");
    assert_eq!(found["also_in"], json!(["b.json"]));
}

/// How a writer may put a number down.
fn styled(value: f64, style: u8) -> String {
    let english = grouped(value);
    match style % 4 {
        0 => english,
        1 => english.replace(',', ""),
        2 => english.replace(',', "\u{a0}"),
        _ => english.replace(',', "'"),
    }
}

fn rounded(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in "\\PC{0,300}") {
        in_text(&text, "line");
        super::tables::totals(&text);
    }

    #[test]
    fn no_mixture_of_figures_and_signs_makes_it_panic(
        parts in proptest::collection::vec(
            prop_oneof![
                "[0-9]{1,25}([.,' ][0-9]{1,4}){0,3}",
                proptest::sample::select(vec![
                    " ", "%", "×", "=", "≈", "+", "-", "–", "/", "(", ")", "|", "EUR", "€", "of",
                    "x", "million", "k", "is", "days", "to", "\n", "é", "👷",
                ]).prop_map(str::to_owned),
            ],
            0..40,
        ),
    ) {
        let text = parts.concat();
        in_text(&text, "line");
        super::tables::totals(&format!("| {text} |\n|---|\n| {text} |\n| Total | {text} |"));
        tokens::of(&text);
    }

    #[test]
    fn a_right_product_is_found_and_right(
        quantity in 1_u32..5_000, cents in 1_u32..2_000_000, style in 0_u8..4, unit in 0_usize..4,
    ) {
        let unit_cost = f64::from(cents) / 100.0;
        let result = rounded(f64::from(quantity) * unit_cost);
        let unit = ["", " days", " pumps of steel", " crew days"][unit];
        let line = format!(
            "It takes {}{unit} × EUR {} = EUR {}.",
            styled(f64::from(quantity), style), styled(unit_cost, style), styled(result, style),
        );
        prop_assert_eq!(verdicts(&line), [true], "{}", line);
    }

    #[test]
    fn a_product_that_is_off_by_a_tenth_is_wrong(
        quantity in 20_u32..5_000, unit_cost in 20_u32..20_000,
    ) {
        let result = f64::from(quantity) * f64::from(unit_cost);
        // With separators of its own no figure has a second reading.
        let line = format!("{quantity} × {unit_cost} = {:.0}", (result * 1.1).round());
        prop_assert_eq!(verdicts(&line), [false], "{}", line);
    }

    #[test]
    fn a_right_sum_is_right_in_text_and_in_a_table(
        cents in proptest::collection::vec(0_u32..900_000_000, 2..9), style in 0_u8..4,
    ) {
        let parts: Vec<f64> = cents.iter().map(|&cents| f64::from(cents) / 100.0).collect();
        let total = rounded(parts.iter().sum());
        let shown: Vec<String> = parts.iter().map(|part| styled(*part, style)).collect();
        let total = styled(total, style);
        let line = format!("{} = {total}", shown.join(" + "));
        prop_assert_eq!(verdicts(&line), [true], "{}", line);
        let rows: Vec<String> = shown.iter().map(|part| format!("| x | {part} |\n")).collect();
        let table = format!("| A | Amount |\n| --- | ---: |\n{}| Total | {total} |\n", rows.concat());
        let found = super::tables::totals(&table);
        prop_assert_eq!(found.len(), 1);
        prop_assert!(found[0].1.right, "{}", table);
    }

    #[test]
    fn a_right_share_is_right(percent in 1_u32..100, base in 1_u32..10_000_000) {
        let result = rounded(f64::from(percent) * f64::from(base) / 100.0);
        let line = format!("{percent} % of {} is {}", grouped(f64::from(base)), grouped(result));
        prop_assert_eq!(verdicts(&line), [true], "{}", line);
        let money = format!("EUR {} ({percent} % of EUR {})", grouped(result), grouped(f64::from(base)));
        prop_assert_eq!(verdicts(&money), [true], "{}", money);
    }

    #[test]
    fn a_right_span_is_right(start in 0_i64..20_000, days in 1_i64..4_000) {
        let from = chrono::NaiveDate::from_ymd_opt(1990, 1, 1).unwrap() + chrono::Days::new(start.unsigned_abs());
        let to = from + chrono::Days::new(days.unsigned_abs());
        let line = format!("{from} to {to} ({days} days)");
        prop_assert_eq!(verdicts(&line), [true], "{}", line);
    }
}
