//! The card's bounds, ids, and fairness; and the content hash.

use plan::card::{MAX_CARD_BYTES, sentences};
use plan::model::{Assumption, Dependency, Plan, Risk, Role, Text, WbsNode};
use plan::{Card, ContentHash, SectionKind, card, content_hash, read_json};
use proptest::prelude::*;

fn text(text: &str) -> Text {
    Text {
        text: text.to_owned(),
        source: "/x".to_owned(),
    }
}

/// A plan of `size` of everything, each with `words` as its text.
fn large(size: usize, words: &str) -> Plan {
    let mut plan = Plan {
        title: words.to_owned(),
        prompt: text(words),
        objective: Some(text(words)),
        ..Plan::default()
    };
    for at in 0..size {
        plan.wbs.push(WbsNode {
            id: format!("n{at}"),
            parent: at.checked_sub(1).map(|previous| previous / 3),
            level: 1,
            name: words.to_owned(),
            deliverable: Some(words.to_owned()),
            ..WbsNode::default()
        });
        plan.dependencies.push(Dependency {
            dependent: format!("n{at}"),
            depends_on: format!("n{}", at / 2),
            explanation: words.to_owned(),
            ..Dependency::default()
        });
        plan.risks.push(Risk {
            description: words.to_owned(),
            mitigation: words.to_owned(),
            ..Risk::default()
        });
        plan.team.push(Role {
            name: words.to_owned(),
            ..Role::default()
        });
        plan.assumptions.push(Assumption {
            assumption: words.to_owned(),
            ..Assumption::default()
        });
        plan.resources.push(text(words));
        plan.stakeholders.push(text(words));
    }
    plan
}

#[test]
fn the_largest_plan_fits_and_ids_are_unique() {
    let card = card(&large(300, &"budget 5 USD. Ünïcode 👩‍👩‍👧 [W1] ".repeat(500)));
    assert!(card.render().len() <= MAX_CARD_BYTES);
    let mut ids: Vec<&str> = card.items().map(|item| item.id.as_str()).collect();
    let count = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), count);
    assert!(card.items().all(|item| !item.text.contains('\n')));
    let first = card.item("P1").unwrap();
    assert!(first.text.starts_with("budget 5 USD."));
    assert!(card.item("P99").is_none());
}

#[test]
fn an_empty_plan_has_a_card_that_says_so() {
    let card = card(&Plan::default());
    assert_eq!(card.sections.len(), SectionKind::ALL.len());
    assert!(card.render().contains("## Risks\n(not stated)"));
}

#[test]
fn cards_survive_serde() {
    let card = card(&large(3, "A few words."));
    let json = serde_json::to_string(&card).unwrap();
    assert_eq!(serde_json::from_str::<Card>(&json).unwrap(), card);
}

#[test]
fn padding_one_phase_leaves_the_others_in_view() {
    let mut nodes = vec![r#"{"name": "Design", "children": [{"name": "Survey"}]}"#.to_owned()];
    let padded: Vec<String> = (0..500)
        .map(|at| format!(r#"{{"name": "pad {at}"}}"#))
        .collect();
    nodes.push(format!(
        r#"{{"name": "Padded", "children": [{}]}}"#,
        padded.join(",")
    ));
    nodes.push(r#"{"name": "Build", "children": [{"name": "Pour"}]}"#.to_owned());
    let json = format!(
        r#"{{"title": "T", "prompt": "p", "wbs": [{}]}}"#,
        nodes.join(",")
    );
    let card = card(&read_json(json.as_bytes(), "p").unwrap());
    assert_eq!(card.item("W1.1").unwrap().text, "Survey");
    assert_eq!(card.item("W2").unwrap().text, "Padded (500 parts)");
    assert_eq!(card.item("W3.1").unwrap().text, "Pour");
    let wbs = card.section(SectionKind::Wbs).unwrap();
    assert_eq!(wbs.items.len(), SectionKind::Wbs.max_items());
    assert_eq!(wbs.omitted + wbs.items.len(), 506);
}

#[test]
fn the_documented_example_as_a_judge_sees_it() {
    let document = include_str!("../../../docs/PLAN_JSON.md");
    let json = document
        .split("```json")
        .nth(1)
        .unwrap()
        .split("```")
        .next()
        .unwrap();
    let plan = read_json(json.as_bytes(), "p").unwrap();
    let card = card(&plan);
    assert_eq!(
        card.item("W1.2").unwrap().text,
        "Draw the shelter → Building permit"
    );
    let of = |kind| -> Vec<&str> {
        let items = &card.section(kind).unwrap().items;
        items.iter().map(|item| item.text.as_str()).collect()
    };
    assert_eq!(
        of(SectionKind::Schedule),
        [
            "Asked for on 2026-09-01",
            "5 WBS nodes on 3 levels, 3 of them leaves",
            "2 dependencies between tasks",
            "Durations for 1 tasks: 1 with a realistic value, 1 with a range",
            "Critical path: 5 realistic days in a chain of 3 tasks",
        ]
    );
    assert_eq!(
        of(SectionKind::Money),
        [
            "Stated total cost: 1900000 DKK in 1 items",
            "Shelter: 1900000 DKK = 200 stand × 9500; basis: Quotation of March 2026",
            "Budget: DKK 3.2 million.",
        ]
    );
}

#[test]
fn sentences_keep_numbers_and_abbreviations_whole() {
    let found: Vec<&str> =
        sentences("It costs 1.5 billion. See e.g. Bern! Why? ok.\nNext").collect();
    assert_eq!(
        found,
        [
            "It costs 1.5 billion.",
            "See e.g. Bern!",
            "Why? ok.",
            "Next"
        ]
    );
}

#[test]
fn a_line_of_full_stops_takes_linear_time() {
    for unit in [".", "x.", ". ", "e.g.", "...!?", "\n"] {
        let line = unit.repeat((1 << 20) / unit.len());
        assert!(sentences(&line).all(|sentence| !sentence.is_empty()));
    }
}

#[test]
fn a_money_sentence_is_shown_once_wherever_it_is_repeated() {
    let mut plan = large(40, "Rent is 20 EUR. Sun shines. Rent is 20 EUR.");
    plan.assumptions[7].assumption = "Fuel is $7 a day.".to_owned();
    let card = card(&plan);
    let money = card.section(SectionKind::Money).unwrap();
    let texts: Vec<&str> = money.items.iter().map(|item| item.text.as_str()).collect();
    assert_eq!(texts, ["Rent is 20 EUR.", "Fuel is $7 a day."]);
    assert_eq!(money.omitted, 0);
}

#[test]
fn what_is_not_shown_is_counted() {
    let card = card(&large(300, "Words and 5 USD."));
    let omitted = |kind| card.section(kind).unwrap().omitted;
    for kind in [
        SectionKind::Wbs,
        SectionKind::Risks,
        SectionKind::Scope,
        SectionKind::Team,
        SectionKind::Assumptions,
        SectionKind::Dependencies,
    ] {
        let shown = card.section(kind).unwrap().items.len();
        assert_eq!(shown, kind.max_items(), "{kind:?}");
        assert_eq!(omitted(kind), 300 - shown, "{kind:?}");
    }
}

#[test]
fn the_hash_is_of_the_content_alone() {
    let base = r#""title": "T", "prompt": "p", "wbs": [{"ID": "a", "name": "Dig"}, {"id": "b", "name": "Pour"}],
        "dependencies": [{"task": "b", "depends_on": "a"}]"#;
    let hash =
        |fields: &str| content_hash(&read_json(format!("{{{fields}}}").as_bytes(), "p").unwrap());
    let base = base.replace("ID", "id");
    let renamed = base.replace("\"a\"", "\"x1\"").replace("\"b\"", "\"x2\"");
    assert_eq!(hash(&base), hash(&renamed));
    assert_eq!(hash(&base), hash(&base.replace("Dig", " Dig\u{200B} ")));
    assert_ne!(hash(&base), hash(&base.replace("Dig", "Drill")));
    let reversed = base.replace(
        r#""task": "b", "depends_on": "a""#,
        r#""task": "a", "depends_on": "b""#,
    );
    assert_ne!(hash(&base), hash(&reversed));
    let shown = hash(&base).to_string();
    assert_eq!(shown.parse::<ContentHash>().unwrap(), hash(&base));
    assert!("xyz".parse::<ContentHash>().is_err());
    let json = serde_json::to_string(&hash(&base)).unwrap();
    assert_eq!(
        serde_json::from_str::<ContentHash>(&json).unwrap(),
        hash(&base)
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_plan_exceeds_the_card(size in 0..60_usize, words in "\\PC{0,300}", times in 1..40_usize) {
        let card = card(&large(size, &words.repeat(times)));
        prop_assert!(card.render().len() <= MAX_CARD_BYTES);
        for section in &card.sections {
            prop_assert!(section.items.len() <= section.kind.max_items());
            for item in &section.items {
                prop_assert!(item.text.len() <= section.kind.max_item_bytes());
            }
        }
    }
}
