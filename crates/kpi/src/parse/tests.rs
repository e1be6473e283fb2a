//! Phrases shaped like those of real prompts, and hostile ones.

use proptest::prelude::*;
use rstest::rstest;

use super::{TimeKind, money, quantities, times};

#[rstest]
#[case("a programme with a $1.5 billion budget", 1.5e9, 1.5e9, "USD")]
#[case("Budget: DKK 300m.", 3e8, 3e8, "DKK")]
#[case("we have 10 million USD", 1e7, 1e7, "USD")]
#[case("about €20k of savings", 2e4, 2e4, "EUR")]
#[case("USD 2.5M for the pilot", 2.5e6, 2.5e6, "USD")]
#[case("costs 1,200,000 EUR in all", 1.2e6, 1.2e6, "EUR")]
#[case("i alt 1.200.000 kr", 1.2e6, 1.2e6, "DKK")]
#[case("total range is $300,000-$500,000.", 3e5, 5e5, "USD")]
#[case("between 5 and 10 million euros", 5e6, 1e7, "EUR")]
#[case("event costs €20–40 million, mostly", 2e7, 4e7, "EUR")]
#[case("total likely €150-250bn+ across", 1.5e11, 2.5e11, "EUR")]
#[case("two stages, €750 k from myself", 7.5e5, 7.5e5, "EUR")]
#[case("with a $500 billion USD budget", 5e11, 5e11, "USD")]
#[case("Budget 35 million DKK gated", 3.5e7, 3.5e7, "DKK")]
#[case("a 20-year, EUR 200 billion initiative", 2e11, 2e11, "EUR")]
#[case("Budget 1.3 million EUR.", 1.3e6, 1.3e6, "EUR")]
#[case("₹1,50,00,000 granted", 1.5e7, 1.5e7, "INR")]
#[case("₹5 crore", 5e7, 5e7, "INR")]
#[case("¥800 million", 8e8, 8e8, "JPY")]
#[case("a $5 trillion initiative", 5e12, 5e12, "USD")]
#[case("costs 1,5 mio. euro", 1.5e6, 1.5e6, "EUR")]
#[case("A$40m from Sydney", 4e7, 4e7, "AUD")]
#[case("£12,500.50 in cash", 12500.5, 12500.5, "GBP")]
#[case("In 2026 we have 3 million dollars", 3e6, 3e6, "USD")]
#[case("120 000 SEK", 1.2e5, 1.2e5, "SEK")]
fn money_is_read(#[case] text: &str, #[case] low: f64, #[case] high: f64, #[case] currency: &str) {
    let found = money(text);
    assert_eq!(found.len(), 1, "{text}: {found:?}");
    let close = |a: f64, b: f64| (a - b).abs() <= 1e-9 * b;
    assert!(
        close(found[0].low, low) && close(found[0].high, high),
        "{found:?}"
    );
    assert_eq!(found[0].currency, currency);
}

#[rstest]
#[case("my 15,000 sq ft building")]
#[case("two USB 3 hubs")]
#[case("opened in 2019, renewed in 2024")]
#[case("200 pounds of steel")]
#[case("a 26 x 26 x 26 grid with 132 meters per side")]
#[case("Phase 1, gate G2, Chang'e-8, 48h")]
#[case("214 member federations within 18 months")]
#[case("won 5 of 7 matches")]
#[case("EUROPE 2030 and 5 European cities")]
fn no_false_money(#[case] text: &str) {
    assert_eq!(money(text), [], "{text}");
}

#[rstest]
#[case("due 2026-03-31", "2026-03-31", "2026-03-31")]
#[case("on 2025-April-21 he died", "2025-04-21", "2025-04-21")]
#[case("by March 2026", "2026-03-01", "2026-03-31")]
#[case("open in Q3 2027", "2027-07-01", "2027-09-30")]
#[case("stress in 2026–2027;", "2026-01-01", "2027-12-31")]
#[case("completion by 2035 (approx.)", "2035-01-01", "2035-12-31")]
#[case("on 4 July 2026", "2026-07-04", "2026-07-04")]
#[case("July 4th, 2026", "2026-07-04", "2026-07-04")]
#[case("Plan a 2026 robot event", "2026-01-01", "2026-12-31")]
fn calendar_times_are_read(#[case] text: &str, #[case] first: &str, #[case] last: &str) {
    let found = times(text);
    let expected = TimeKind::Calendar(first.parse().unwrap(), last.parse().unwrap());
    assert_eq!(
        found.iter().map(|time| time.kind).collect::<Vec<_>>(),
        [expected],
        "{text}"
    );
}

#[rstest]
#[case("within 18 months", 18.0 * 30.44)]
#[case("a 5-year, $250 million program", 5.0 * 365.25)]
#[case("over the next three years", 3.0 * 365.25)]
#[case("a 90-day pilot", 90.0)]
#[case("for 6 to 9 weeks", 63.0)]
fn lengths_are_read(#[case] text: &str, #[case] days: f64) {
    let found = times(text);
    assert_eq!(
        found.iter().map(|time| time.kind).collect::<Vec<_>>(),
        [TimeKind::Length(days)],
        "{text}"
    );
}

#[rstest]
#[case("house 2000 people")]
#[case("USD 2030 a year is 20,250")]
#[case("a depth of 2026 m")]
#[case("Marble 1950s kitchens")]
fn no_false_years(#[case] text: &str) {
    assert!(times(text).iter().all(|time| !time.is_calendar()), "{text}");
}

#[test]
fn quantities_have_units() {
    let found = quantities("15,000 sq ft for 200-unit hotels, over 95% of 1.5 million homes, $5 m");
    let read: Vec<(f64, &str)> = found.iter().map(|q| (q.value, q.unit.as_str())).collect();
    assert_eq!(
        read,
        [
            (15_000.0, "sq ft"),
            (200.0, "unit"),
            (95.0, "%"),
            (1.5e6, "homes")
        ]
    );
}

proptest! {
    #[test]
    fn any_text_is_survived_and_spans_are_boundaries(text in "\\PC{0,80}") {
        check_spans(&text);
    }

    #[test]
    fn texts_of_the_parsers_own_pieces_are_survived(
        pieces in prop::collection::vec(
            prop::sample::select(vec![
                "$", "€", "1", "999", "000", ",", ".", " ", "-", "–", "million", "k", "bn", "EUR",
                "kr", "between", "and", "2026", "Q3", "March", "years", "99999999999999999999", "é", "₹", "%", "²",
            ]),
            0..24,
        )
    ) {
        check_spans(&pieces.concat());
    }
}

fn check_spans(text: &str) {
    for found in money(text) {
        assert!(
            text.get(found.span.0..found.span.1)
                .is_some_and(|quote| !quote.is_empty())
        );
        assert!(found.low.is_finite() && found.high.is_finite() && found.low <= found.high);
    }
    for found in times(text) {
        assert!(
            text.get(found.span.0..found.span.1)
                .is_some_and(|quote| !quote.is_empty())
        );
    }
    for found in quantities(text) {
        assert!(
            text.get(found.span.0..found.span.1)
                .is_some_and(|quote| !quote.is_empty())
        );
    }
}
