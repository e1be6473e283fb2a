//! Copies of a plan are its family, different plans are not, with a margin on both sides.

use plan::family::{MIN_COSINE, MIN_JACCARD, char_vector};
use plan::model::{Plan, Text, WbsNode};
use plan::{Card, Signature, card, cosine, same_family};

mod support;

fn corpus_plans() -> Option<Vec<Plan>> {
    let plans = support::corpus()?
        .iter()
        .map(|path| plan::read_zip(&std::fs::read(path).unwrap(), "run.zip").unwrap())
        .collect();
    Some(plans)
}

/// Replaces every `step`th word of a card, counted from `first`.
fn replace_words(card: &Card, step: usize, first: usize) -> Card {
    let mut copy = card.clone();
    let mut at = first;
    for item in copy.sections.iter_mut().flat_map(|s| &mut s.items) {
        let words: Vec<String> = item
            .text
            .split(' ')
            .map(|word| {
                at += 1;
                let replaced = at.is_multiple_of(step);
                if replaced {
                    format!("synonym{}", at % 7)
                } else {
                    word.to_owned()
                }
            })
            .collect();
        item.text = words.join(" ");
    }
    copy
}

/// More of everything that a padder can add without touching what is there.
fn pad(plan: &Plan) -> Plan {
    let mut copy = plan.clone();
    for at in 0..500 {
        copy.wbs.push(WbsNode {
            id: format!("pad{at}"),
            parent: copy.wbs.len().checked_sub(1).map(|_| 0),
            level: 2,
            name: format!("Additional quality work number {at}"),
            ..WbsNode::default()
        });
        copy.resources.push(Text {
            text: format!("Additional resource {at}"),
            source: String::new(),
        });
    }
    copy
}

/// Shouted, with other punctuation.
fn restyle(card: &Card) -> Card {
    let mut copy = card.clone();
    for item in copy.sections.iter_mut().flat_map(|s| &mut s.items) {
        item.text = item
            .text
            .to_uppercase()
            .replace(',', " —")
            .replace('.', " !");
    }
    copy
}

type Print = (Signature, Vec<f32>);

fn print(card: &Card) -> Print {
    (Signature::of(card), char_vector(card))
}

fn likeness(a: &Print, b: &Print) -> (f64, f64) {
    (a.0.jaccard_estimate(&b.0), cosine(&a.1, &b.1))
}

#[test]
fn no_two_real_plans_are_one_family() {
    let Some(plans) = corpus_plans() else { return };
    let cards: Vec<Print> = plans.iter().map(|plan| print(&card(plan))).collect();
    let (mut jaccard, mut highest) = (0.0_f64, 0.0_f64);
    for (at, a) in cards.iter().enumerate() {
        for b in &cards[at + 1..] {
            let (j, c) = likeness(a, b);
            (jaccard, highest) = (jaccard.max(j), highest.max(c));
        }
    }
    println!("different plans: Jaccard at most {jaccard:.3}, cosine at most {highest:.3}");
    assert!(jaccard < MIN_JACCARD - 0.3, "Jaccard {jaccard}");
    assert!(highest < MIN_COSINE - 0.15, "cosine {highest}");
}

#[test]
fn edited_copies_of_real_plans_are_their_family() {
    let Some(plans) = corpus_plans() else { return };
    let mut least = [(1.0_f64, 1.0_f64); 3];
    for plan in &plans {
        let original = card(plan);
        let copies = [
            replace_words(&original, 20, 3),
            card(&pad(plan)),
            restyle(&original),
        ];
        for (low, copy) in least.iter_mut().zip(&copies) {
            let (j, c) = likeness(&print(&original), &print(copy));
            *low = (low.0.min(j), low.1.min(c));
            assert!(
                same_family(&original, copy),
                "{}: {j:.3}, {c:.3}",
                plan.title
            );
        }
    }
    println!("replaced, padded, restyled: least (Jaccard, cosine) {least:.3?}");
}

/// What the module's documentation states, measured: replacing 5, 8 and 10 % of the words.
#[test]
fn replaced_words_lower_the_likeness_as_documented() {
    let Some(plans) = corpus_plans() else { return };
    for (step, documented) in [(20, 0.961), (12, 0.932), (10, 0.927)] {
        let mut least = (1.0_f64, 1.0_f64);
        for plan in &plans {
            let original = card(plan);
            let copy = replace_words(&original, step, 3);
            let (j, c) = likeness(&print(&original), &print(&copy));
            least = (least.0.min(j), least.1.min(c));
            assert!(same_family(&original, &copy), "{}: {j}, {c}", plan.title);
        }
        println!("one word in {step}: least (Jaccard, cosine) {least:.3?}");
        let drift = (least.1 - documented).abs();
        assert!(drift < 0.005, "cosine {least:?} of one word in {step}");
    }
}

#[test]
fn similar_cards_share_a_band() {
    let Some(plans) = corpus_plans() else { return };
    for plan in &plans {
        let original = card(plan);
        let copy = Signature::of(&replace_words(&original, 20, 0)).bands();
        let bands = Signature::of(&original).bands();
        assert!(
            bands.iter().zip(&copy).any(|(a, b)| a == b),
            "{}",
            plan.title
        );
    }
}

#[test]
fn signatures_survive_serde_and_refuse_other_lengths() {
    let signature = Signature::of_text("one two three four five six");
    let json = serde_json::to_string(&signature).unwrap();
    assert_eq!(serde_json::from_str::<Signature>(&json).unwrap(), signature);
    let error = serde_json::from_str::<Signature>("[1,2,3]").unwrap_err();
    assert!(
        error
            .to_string()
            .contains("a signature has 128 numbers, found 3")
    );
}

#[test]
fn the_signature_of_a_text_never_changes() {
    let signature = Signature::of_text("stored signatures must stay comparable for ever");
    insta::assert_snapshot!(format!("{:016x}", signature.bands()[0]), @"39d1ef57b7992c34");
}

#[test]
fn a_vector_has_length_one_or_is_empty() {
    let filled = plan::family::text_vector("Bicycle parking at the station", 1);
    assert!((cosine(&filled, &filled) - 1.0).abs() < 1e-5);
    let empty = plan::family::text_vector("", 1);
    assert!(cosine(&empty, &filled).abs() < 1e-12);
}
