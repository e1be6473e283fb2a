use proptest::prelude::*;
use serde_json::{Value, json};

use super::{characterize, keep, number, vital_few};
use crate::code::fixture::{error, file, outputs};

fn lever(name: &str) -> Value {
    json!({"name": name, "consequences": "c", "options": ["a", "b", "c"], "review": "r"})
}

fn numbered(names: &[&str]) -> Value {
    let levers: Vec<Value> = names.iter().map(|name| lever(name)).collect();
    let made = outputs(
        number,
        &[("potential_levers_raw.json", json!({"levers": levers}))],
    );
    file(&made, "potential_levers.json")
}

fn ids(levers: &Value) -> Vec<&str> {
    let levers = levers.as_array().unwrap();
    levers
        .iter()
        .map(|lever| lever["lever_id"].as_str().unwrap())
        .collect()
}

#[test]
fn levers_are_numbered_and_a_repeated_name_is_dropped() {
    let levers = numbered(&["Scope", " Order ", "scope", "", "Money"]);
    assert_eq!(ids(&levers), ["L1", "L2", "L3"]);
    assert_eq!(levers[1]["name"], "Order");
}

#[test]
fn what_is_absorbed_goes_and_what_nobody_decided_stays() {
    let decision = |id: &str, what: &str| json!({"lever_id": id, "classification": what, "justification": "because"});
    let made = outputs(
        keep,
        &[
            ("potential_levers.json", numbered(&["A", "B", "C", "D"])),
            (
                "lever_decisions.json",
                json!({"decisions": [
                    decision("L1", "keep"), decision("L2", "absorb"), decision("L3", "remove"), decision("L9", "keep"),
                ]}),
            ),
        ],
    );
    let kept: Value = file(&made, "deduplicated_levers_raw.json");
    assert_eq!(ids(&kept["deduplicated_levers"]), ["L1", "L4"]);
    assert_eq!(
        kept["deduplicated_levers"][0]["deduplication_justification"],
        "because"
    );
    assert_eq!(kept["response"]["decisions"].as_array().unwrap().len(), 4);
}

#[test]
fn removing_every_lever_removes_none() {
    let made = outputs(
        keep,
        &[
            ("potential_levers.json", numbered(&["A"])),
            (
                "lever_decisions.json",
                json!({"decisions": [{"lever_id": "L1", "classification": "remove", "justification": "x"}]}),
            ),
        ],
    );
    let kept: Value = file(&made, "deduplicated_levers_raw.json");
    assert_eq!(ids(&kept["deduplicated_levers"]), ["L1"]);
}

#[test]
fn descriptions_find_their_levers_by_id() {
    let made = outputs(
        characterize,
        &[
            (
                "deduplicated_levers_raw.json",
                json!({"response": {}, "deduplicated_levers": numbered(&["A", "B"])}),
            ),
            (
                "lever_characters.json",
                json!([
                    {"lever_id": "L2", "description": "two", "synergy_text": "s", "conflict_text": "t"},
                    {"lever_id": "L2", "description": "again", "synergy_text": "s", "conflict_text": "t"},
                    {"lever_id": "L7", "description": "nobody's", "synergy_text": "s", "conflict_text": "t"},
                ]),
            ),
        ],
    );
    let enriched: Value = file(&made, "enriched_levers_raw.json");
    assert_eq!(enriched["characterized_levers"][0].get("description"), None);
    assert_eq!(enriched["characterized_levers"][1]["description"], "two");
}

fn vital(weights: &[&str]) -> Value {
    let names: Vec<String> = (1..=weights.len()).map(|n| format!("Lever {n}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let assessments: Vec<Value> = weights
        .iter()
        .enumerate()
        .map(|(at, weight)| json!({"lever_id": format!("L{}", at + 1), "strategic_importance": weight, "justification": "j"}))
        .collect();
    let made = outputs(
        vital_few,
        &[
            (
                "enriched_levers_raw.json",
                json!({"characterized_levers": numbered(&names)}),
            ),
            (
                "lever_assessments.json",
                json!({"lever_assessments": assessments, "summary": "s"}),
            ),
        ],
    );
    file(&made, "vital_few_levers_raw.json")
}

#[test]
fn the_vital_few_are_three_to_five_the_weightiest_first() {
    for (weights, expected) in [
        (
            &["Low", "High", "Medium", "Critical", "Low"][..],
            &["L4", "L2", "L3"][..],
        ),
        (&["High"; 7], &["L1", "L2", "L3", "L4", "L5"]),
        (&["Medium", "High"], &["L2", "L1"]),
    ] {
        let chosen = vital(weights);
        assert_eq!(ids(&chosen["levers"]), expected, "{weights:?}");
        assert_eq!(
            chosen["response"]["lever_assessments"][0]["lever_name"],
            "Lever 1"
        );
    }
}

#[test]
fn an_edited_file_of_another_shape_is_named() {
    let message = error(
        number,
        &[("potential_levers_raw.json", json!({"levers": "none"}))],
    );
    assert!(
        message.starts_with("potential_levers_raw.json can't be read"),
        "{message}"
    );
}

proptest! {
    #[test]
    fn any_answer_leaves_levers_with_ids_of_their_own(
        names in prop::collection::vec("[A-Ca-c]{1,2}", 1..12),
        verdicts in prop::collection::vec(("L[0-9]{1,2}", "keep|absorb|remove"), 0..15),
    ) {
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let decisions: Vec<Value> = verdicts
            .iter()
            .map(|(id, verdict)| json!({"lever_id": id, "classification": verdict, "justification": "j"}))
            .collect();
        let made = outputs(keep, &[
            ("potential_levers.json", numbered(&names)),
            ("lever_decisions.json", json!({"decisions": decisions})),
        ]);
        let kept: Value = file(&made, "deduplicated_levers_raw.json");
        let found = ids(&kept["deduplicated_levers"]);
        let distinct: std::collections::BTreeSet<&str> = found.iter().copied().collect();
        prop_assert!(!found.is_empty() && distinct.len() == found.len());
    }
}
