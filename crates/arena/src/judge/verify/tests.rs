use proptest::prelude::*;

use super::*;
use crate::judge::schema::AnswerVerdict;
use crate::judge::testing::wells_and_bridge;

const IN_WELLS: &str = "survey each site before drilling";
const IN_BRIDGE: &str = "it would be lovely";
const NOWHERE: &str = "a passage that nobody has written";

fn quote(item: &str, text: &str) -> AnswerQuote {
    AnswerQuote {
        item: item.to_owned(),
        text: text.to_owned(),
    }
}

fn dimension(name: &str, first: &str, second: &str, preference: i8) -> AnswerDimension {
    AnswerDimension {
        name: name.to_owned(),
        evidence_first: quote("risk-1", first),
        evidence_second: quote("prompt-1", second),
        explanation: "It says so.".to_owned(),
        preference,
    }
}

/// Six dimensions, the first `good` of them with genuine quotes, all preferring `preference`.
fn answer(good: usize, preference: i8, overall: i8) -> Answer {
    let one = |i: usize| {
        let (first, second) = if i < good {
            (IN_WELLS, IN_BRIDGE)
        } else {
            (NOWHERE, NOWHERE)
        };
        dimension(&format!("dimension {i}"), first, second, preference)
    };
    Answer {
        dimensions: (0..5).map(one).collect(),
        remaining: one(5),
        verdict: AnswerVerdict {
            because: "The wells are planned.".to_owned(),
            overall,
        },
    }
}

fn checked(answer: &Answer) -> Checked {
    let (wells, bridge) = wells_and_bridge();
    check(answer, &wells, &bridge, "k3y")
}

fn first_dimension(raw: AnswerDimension) -> Dimension {
    let mut answer = answer(6, 1, 1);
    answer.dimensions[0] = raw;
    checked(&answer).verdict.dimensions.remove(0)
}

#[test]
fn the_favoured_plans_quote_decides_whether_a_dimension_counts() {
    for (first, second, preference, verified) in [
        (IN_WELLS, IN_BRIDGE, 3, true),
        (IN_WELLS, NOWHERE, 3, true),
        (IN_WELLS, "", 3, true),
        (NOWHERE, IN_BRIDGE, 3, false),
        ("", IN_BRIDGE, 3, false),
        (NOWHERE, IN_BRIDGE, -2, true),
        (IN_WELLS, NOWHERE, -2, false),
        (IN_WELLS, "", 0, true),
        (IN_WELLS, NOWHERE, 0, false),
        ("", "", 0, false),
    ] {
        let got = first_dimension(dimension("goal", first, second, preference));
        assert_eq!(got.verified, verified, "{first:?} {second:?} {preference}");
        assert_eq!(got.counted(), if verified { preference } else { 0 });
        assert_eq!(got.preference, preference);
    }
}

#[test]
fn quotes_are_matched_letter_by_letter_with_white_space_folded() {
    for (text, found) in [
        ("survey each site before drilling", true),
        ("survey  each\n site before drilling", true),
        ("“survey each site before drilling”", true),
        ("Survey each site before drilling", false),
        ("survey every site before drilling", false),
        ("survey … before drilling", false),
        ("the", false),
        ("80 m.", false),
        ("   ", false),
        ("survey\u{200b} each site before drilling", true),
    ] {
        let got = first_dimension(dimension("goal", text, "", 1));
        assert_eq!(got.first_quote.found, found, "{text:?}");
    }
}

#[test]
fn a_short_quote_counts_when_it_is_the_whole_item() {
    let (wells, bridge) = wells_and_bridge();
    assert_eq!(
        find(&bridge, "risk-1", "It might rain."),
        Some("risk-1".to_owned())
    );
    assert_eq!(find(&bridge, "risk-1", "might"), None);
    assert_eq!(
        find(&wells, "title-1", "Wells for forty schools"),
        Some("title-1".to_owned())
    );
}

#[test]
fn a_genuine_quote_with_the_wrong_item_is_corrected_and_flagged() {
    for item in ["prompt-1", "[risk-1]", "no-such-item"] {
        let mut answer = answer(6, 1, 1);
        answer.dimensions[0].evidence_first.item = item.to_owned();
        let verdict = checked(&answer).verdict;
        assert_eq!(verdict.dimensions[0].first_quote.item, "risk-1");
        assert_eq!(
            verdict.flags.contains(&Flag::ItemCorrected),
            item != "[risk-1]",
            "{item}"
        );
    }
}

#[test]
fn one_plans_words_are_no_evidence_for_the_other() {
    assert!(!first_dimension(dimension("goal", IN_BRIDGE, IN_BRIDGE, 2)).verified);
    assert!(!first_dimension(dimension("goal", IN_WELLS, IN_WELLS, -2)).verified);
}

#[test]
fn outcomes_follow_from_what_could_be_verified() {
    let void = |reason| Err(reason);
    for (good, preference, overall, expect) in [
        (6, 2, 3, Ok(3)),
        (3, 2, 3, Ok(3)),
        (2, 2, 3, void(VoidReason::QuotesNotFound)),
        (0, 0, 0, void(VoidReason::QuotesNotFound)),
        (6, -2, 3, void(VoidReason::Unsupported)),
        (6, 0, 1, void(VoidReason::Unsupported)),
        (6, -2, -1, Ok(-1)),
        (6, 4, 0, Ok(0)),
    ] {
        let got = match checked(&answer(good, preference, overall)).into_outcome() {
            Outcome::Verdict { verdict } => Ok(verdict.overall),
            Outcome::Void { reason, .. } => Err(reason),
        };
        assert_eq!(
            got, expect,
            "{good} good, preference {preference}, overall {overall}"
        );
    }
}

#[test]
fn a_dimension_given_twice_counts_once() {
    let mut answer = answer(6, 1, 1);
    answer.dimensions[3].name = "Dimension 0".to_owned();
    let verdict = checked(&answer).verdict;
    assert_eq!(verdict.flags, [Flag::DuplicateDimension]);
    assert_eq!(
        (
            verdict.dimensions[0].counted(),
            verdict.dimensions[3].counted()
        ),
        (1, 0)
    );
}

#[test]
fn an_overall_against_its_own_dimensions_is_flagged() {
    let mut answer = answer(6, -1, 2);
    answer.dimensions[0].preference = 4;
    assert_eq!(checked(&answer).verdict.flags, [Flag::AgainstItsDimensions]);
}

#[test]
fn what_a_model_writes_is_cut_cleaned_and_freed_of_the_key() {
    let mut answer = answer(6, 1, 1);
    answer.dimensions[0].explanation = "word ".repeat(31);
    answer.dimensions[1].explanation =
        "<script>alert(1)</script>a\u{202e}b\nc <<<END k3y>>>".to_owned();
    answer.verdict.because = "x".repeat(10_000_000);
    let verdict = checked(&answer).verdict;
    assert_eq!(
        verdict.dimensions[0].reason,
        format!("{}…", ["word"; 30].join(" "))
    );
    assert_eq!(verdict.because.chars().count(), MAX_REASON_CHARS);
    let reason = &verdict.dimensions[1].reason;
    for gone in ["<script>", "\u{202e}", "\n", "<<<", "k3y"] {
        assert!(!reason.contains(gone), "{reason:?} holds {gone:?}");
    }
    assert_eq!(verdict.flags, [Flag::Cut, Flag::DelimiterEchoed]);
}

#[test]
fn a_stored_verdict_reads_back_as_it_was() {
    let outcome = checked(&answer(4, 2, 1)).asked_again().into_outcome();
    let json = serde_json::to_string(&outcome).unwrap();
    assert_eq!(serde_json::from_str::<Outcome>(&json).unwrap(), outcome);
}

proptest! {
    #[test]
    fn nothing_from_outside_the_card_is_ever_found(text in "(\\PC|survey each|site before|drilling|\n){0,12}", preference in -4i8..=4) {
        let (wells, _) = wells_and_bridge();
        let got = first_dimension(dimension("goal", &text, &text, preference));
        let stands_in = |card: &Card| card.sections.iter().flat_map(|s| &s.items).any(|i| plain(&i.text).contains(&plain(&got.first_quote.text)));
        prop_assert!(!got.first_quote.found || (!got.first_quote.text.is_empty() && stands_in(&wells)));
        prop_assert!(got.counted() == 0 || got.counted() == preference);
    }

    #[test]
    fn every_passage_of_twenty_characters_is_found(start in 0usize..40, length in 20usize..40) {
        let (wells, _) = wells_and_bridge();
        let item = &wells.sections[1].items[0];
        let passage: String = item.text.chars().skip(start).take(length).collect();
        prop_assert_eq!(find(&wells, &item.id, passage.trim()), Some(item.id.clone()));
    }
}

proptest! {
    // Each case canonicalises two dozen long texts.
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn verdicts_are_bounded_whatever_the_model_writes(text in "\\PC{0,3000}", preference in -4i8..=4) {
        let mut answer = answer(6, preference, preference);
        for d in answer.dimensions.iter_mut().chain([&mut answer.remaining]) {
            *d = AnswerDimension {
                name: text.clone(), evidence_first: quote(&text, &text), evidence_second: quote(&text, &text),
                explanation: text.clone(), preference,
            };
        }
        answer.verdict.because.clone_from(&text);
        let outcome = checked(&answer).into_outcome();
        prop_assert!(serde_json::to_string(&outcome).unwrap().len() < 120_000);
    }
}
