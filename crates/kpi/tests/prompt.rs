//! What a good prompt is, and what doesn't make one.

use kpi::fields::{PromptRating, RatedItem};
use kpi::{Flag, Kpi, prompt_quality};
use plan::model::{Plan, Text};
use proptest::prelude::*;
use rstest::rstest;

fn plan(prompt: &str) -> Plan {
    Plan {
        prompt: Text {
            text: prompt.into(),
            source: "plan.txt".into(),
        },
        ..Plan::default()
    }
}

fn rate(prompt: &str) -> Kpi {
    prompt_quality(&plan(prompt), None)
}

const GOOD: &str = "Build a 40-room wooden hostel on the harbour of Aarhus, Denmark. \
    Young travellers pass the town by because cheap beds are fully booked all summer. \
    The house must stay below three floors and may not block the public quay. \
    We call it a success when 70 % of beds are sold in the second season, our target. \
    Our budget is DKK 38 million. \
    Doors open by May 2028. \
    The neighbours and the harbour authority fear noise and fire risk in the narrow streets at night.";

#[test]
fn a_complete_prompt_scores_full_marks() {
    let kpi = rate(GOOD);
    assert_eq!(kpi.value, Some(1.0), "{}", kpi.detail);
    assert_eq!(kpi.evidence.len(), 8);
    assert!(
        kpi.evidence
            .iter()
            .all(|evidence| evidence.holds(&plan(GOOD)))
    );
}

/// Leaving out a sentence costs its item, or half where another touches it.
#[test]
fn each_item_needs_its_own_passage() {
    for sentence in GOOD.split_inclusive(". ") {
        let without = GOOD.replace(sentence, "");
        assert!(rate(&without).value.unwrap() <= 0.9375, "{sentence}");
    }
}

#[rstest]
#[case(
    "Objective, context, constraints, measurable success, location Paris, budget EUR 5 million, timeframe by March 2027, risks and stakeholders."
)]
#[case(
    "Build X because of Y, must be under EUR 5 million by 2027 in Paris with KPI 90 % success, risks: fire, stakeholders: all users"
)]
#[case(
    "budget $5 million; Paris; 2027-01-01; goal; target 50 %; must not fail; risk; community; because crisis; build"
)]
fn a_stuffed_sentence_scores_a_quarter_at_most(#[case] prompt: &str) {
    let kpi = rate(prompt);
    assert!(kpi.value.unwrap() <= 0.25, "{:?} {}", kpi.value, kpi.detail);
    assert_eq!(kpi.flags, [Flag::StuffedSentence]);
}

#[test]
fn bare_keywords_in_sentences_of_their_own_score_halves_at_most() {
    let kpi =
        rate("Objective. Context crisis. Constraint. Success metric. Budget. Timeline. Risk.");
    assert!(kpi.value.unwrap() <= 0.5, "{:?} {}", kpi.value, kpi.detail);
}

#[test]
fn no_prompt_is_unknown() {
    let kpi = rate(" \n ");
    assert_eq!(kpi.value, None);
    assert!(kpi.unknown_reason.unwrap().contains("no prompt"));
}

#[test]
fn a_poor_prompt_is_low_and_known() {
    assert!(rate("I like turtles.").value.unwrap() <= 0.125);
}

fn rated(score: f64, quote: &str) -> RatedItem {
    RatedItem {
        score,
        quote: quote.into(),
    }
}

#[test]
fn a_model_is_held_to_its_quotes() {
    let prompt = "Build a pier in Ribe. We have a little money for it. It opens soon.";
    let rating = PromptRating {
        objective: rated(1.0, "Build a pier"),
        context: rated(1.0, "The old pier burnt down"),
        location: rated(1.0, "in Ribe"),
        budget: rated(1.0, "We have a little money"),
        timeframe: rated(1.0, "opens soon"),
        constraints: rated(f64::NAN, "pier"),
        ..PromptRating::default()
    };
    let kpi = prompt_quality(&plan(prompt), Some(&rating));
    // Objective whole, location, budget and timeframe half each.
    assert_eq!(kpi.value, Some(2.5 / 8.0), "{}", kpi.detail);
    assert_eq!(kpi.flags, [Flag::UnsupportedQuote, Flag::ParserDisagrees]);
}

#[test]
fn a_model_that_quotes_one_sentence_for_everything_gets_a_quarter() {
    let prompt = "Build a pier in Denmark for EUR 5 million by 2027.";
    let all = rated(1.0, prompt);
    let rating = PromptRating {
        objective: all.clone(),
        context: all.clone(),
        constraints: all.clone(),
        measurable_success: all.clone(),
        location: all.clone(),
        budget: all.clone(),
        timeframe: all.clone(),
        risks_or_stakeholders: all,
    };
    assert_eq!(
        prompt_quality(&plan(prompt), Some(&rating)).value,
        Some(0.25)
    );
}

/// Text without any of the eight items.
const PADDING: &[&str] = &[
    " Thank you very much.",
    " Hello there.",
    " The sky looks lovely and the clouds drift by, soft and slow and bright.",
    "\n\n   \n",
    " Lorem ipsum dolor sit amet.",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_prompt_is_rated(prompt in "\\PC{0,200}") {
        let kpi = rate(&prompt);
        prop_assert!(kpi.value.is_none_or(|value| (0.0..=1.0).contains(&value)));
        prop_assert!(kpi.evidence.iter().all(|evidence| evidence.holds(&plan(&prompt))));
        prop_assert_eq!(kpi.value.is_none(), kpi.unknown_reason.is_some());
    }

    #[test]
    fn neutral_padding_changes_nothing(
        keep in prop::collection::vec(prop::bool::ANY, 7),
        padding in prop::collection::vec(prop::sample::select(PADDING), 0..12),
    ) {
        let prompt: String = GOOD.split_inclusive(". ").zip(keep).filter(|(_, keep)| *keep).map(|(s, _)| s).collect();
        prop_assume!(!prompt.is_empty());
        let padded = format!("{prompt}{}", padding.concat());
        prop_assert_eq!(rate(&padded).value, rate(&prompt).value);
    }

    #[test]
    fn a_missing_passage_added_never_lowers(keep in prop::collection::vec(prop::bool::ANY, 7), add in 0..7_usize) {
        let sentences: Vec<&str> = GOOD.split_inclusive(". ").collect();
        let chosen = |keep: &[bool]| -> String {
            sentences.iter().zip(keep).filter(|(_, keep)| **keep).map(|(s, _)| *s).collect()
        };
        let mut repaired = keep.clone();
        repaired[add] = true;
        let before = rate(&chosen(&keep)).value.unwrap_or(0.0);
        prop_assert!(rate(&chosen(&repaired)).value.unwrap_or(0.0) >= before);
    }
}
