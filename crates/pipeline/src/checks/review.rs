//! Answers that go through a list: ratings, drafts, audit, premortem, adherence.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::faults::{Faults, ids, list, shortened, text};
use super::money::stands_in;

/// Every document is rated once.
pub(super) fn rates_documents(
    answer: &Value,
    _: &[Value],
    inputs: &BTreeMap<String, Value>,
) -> Result<(), String> {
    let mut faults = Faults::default();
    let documents: Vec<&str> = inputs
        .iter()
        .filter(|(file, _)| file.starts_with("identified_documents_to_"))
        .filter_map(|(_, list)| list.as_array())
        .flat_map(|list| ids(list, "id"))
        .collect();
    let rated: BTreeSet<&str> = ids(list(answer, "document_list"), "id")
        .into_iter()
        .collect();
    faults.missing("a rating", &documents, &rated);
    faults.strangers("document_list", &documents, &rated);
    faults.told()
}

/// The draft is of the document that was asked for.
pub(super) fn drafts_item(
    answer: &Value,
    items: &[Value],
    _: &BTreeMap<String, Value>,
) -> Result<(), String> {
    let mut faults = Faults::default();
    let wanted = ids(items, "id");
    faults.strangers("id", &wanted, &BTreeSet::from([text(answer, "id")]));
    faults.told()
}

/// Every check of the call is answered once, and most evidence stands in the files.
pub(super) fn audit_covers_items(
    answer: &Value,
    items: &[Value],
    inputs: &BTreeMap<String, Value>,
) -> Result<(), String> {
    let mut faults = Faults::default();
    let answers = list(answer, "answers");
    let wanted = ids(items, "id");
    let found: BTreeSet<&str> = ids(answers, "check_id").into_iter().collect();
    faults.missing("an answer", &wanted, &found);
    faults.strangers("check_id", &wanted, &found);
    let unfounded: Vec<&str> = answers
        .iter()
        .filter(|answer| !is_founded(answer, inputs))
        .map(|answer| text(answer, "check_id"))
        .collect();
    if unfounded.len() * 2 > answers.len() {
        faults.add(format!(
            "the quotes of {} don't stand in the files they name: copy a passage word for word, or leave evidence_quote empty where the plan says nothing",
            unfounded.join(", ")
        ));
    }
    faults.told()
}

/// An empty quote claims nothing.
fn is_founded(answer: &Value, inputs: &BTreeMap<String, Value>) -> bool {
    let quote = text(answer, "evidence_quote").trim();
    let file = inputs.get(text(answer, "evidence_file"));
    quote.is_empty() || file.is_some_and(|file| file_says(file, quote))
}

fn file_says(file: &Value, quote: &str) -> bool {
    match file {
        Value::String(text) => stands_in(text, quote),
        Value::Array(list) => list.iter().any(|value| file_says(value, quote)),
        Value::Object(object) => object.values().any(|value| file_says(value, quote)),
        _ => false,
    }
}

/// Every way to fail goes back to an assumption of the answer.
pub(super) fn premortem_refers(
    answer: &Value,
    _: &[Value],
    _: &BTreeMap<String, Value>,
) -> Result<(), String> {
    let mut faults = Faults::default();
    let assumptions = ids(list(answer, "assumptions_to_kill"), "assumption_id");
    let roots: BTreeSet<&str> = ids(list(answer, "failure_modes"), "root_cause_assumption_id")
        .into_iter()
        .collect();
    faults.strangers("root_cause_assumption_id", &assumptions, &roots);
    if assumptions.iter().collect::<BTreeSet<_>>().len() < assumptions.len() {
        faults.add("two assumptions have one assumption_id: number them A1, A2, …");
    }
    faults.told()
}

/// Most demands are quoted from the prompt.
pub(super) fn demands_are_quoted(
    answer: &Value,
    _: &[Value],
    inputs: &BTreeMap<String, Value>,
) -> Result<(), String> {
    let mut faults = Faults::default();
    let prompt = inputs
        .get("plan.txt")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let demands = list(answer, "demands");
    let invented: Vec<String> = demands
        .iter()
        .map(|demand| text(demand, "quote"))
        .filter(|quote| !stands_in(prompt, quote))
        .map(|quote| format!("{:?}", shortened(quote)))
        .collect();
    if invented.len() * 2 > demands.len() {
        faults.add(format!(
            "these quotes don't stand in plan.txt: {}. Copy each demand's words exactly.",
            invented.join(", ")
        ));
    }
    faults.told()
}

#[cfg(test)]
mod tests {
    use super::{
        audit_covers_items, demands_are_quoted, drafts_item, premortem_refers, rates_documents,
    };
    use serde_json::{Value, json};
    use std::collections::BTreeMap;

    fn inputs(files: &[(&str, Value)]) -> BTreeMap<String, Value> {
        files
            .iter()
            .map(|(name, value)| ((*name).to_owned(), value.clone()))
            .collect()
    }

    #[test]
    fn every_document_is_rated_and_no_other() {
        let documents = inputs(&[(
            "identified_documents_to_find.json",
            json!([{ "id": "find-1" }, { "id": "find-2" }]),
        )]);
        let rated = |ids: &[&str]| {
            let list: Vec<Value> = ids.iter().map(|id| json!({ "id": id })).collect();
            rates_documents(&json!({ "document_list": list }), &[], &documents)
        };
        assert_eq!(rated(&["find-1", "find-2"]), Ok(()));
        assert!(rated(&["find-1"]).unwrap_err().contains("find-2"));
        assert!(
            rated(&["find-1", "find-2", "find-9"])
                .unwrap_err()
                .contains("find-9")
        );
    }

    #[test]
    fn a_draft_keeps_its_documents_id() {
        let items = [json!({ "id": "find-1" })];
        let none = BTreeMap::new();
        assert_eq!(
            drafts_item(&json!({ "id": "find-1" }), &items, &none),
            Ok(())
        );
        assert!(drafts_item(&json!({ "id": "find-3" }), &items, &none).is_err());
    }

    #[test]
    fn evidence_of_an_audit_stands_in_the_file_it_names() {
        let files = inputs(&[
            ("a.md", json!("The quay is lit.")),
            ("b.json", json!([{ "x": "piles of steel" }])),
        ]);
        let items = [json!({ "id": "K1" }), json!({ "id": "K2" })];
        let answer = |file: &str, quote: &str| {
            let of = |id: &str| json!({ "check_id": id, "evidence_file": file, "evidence_quote": quote });
            audit_covers_items(&json!({ "answers": [of("K1"), of("K2")] }), &items, &files)
        };
        assert_eq!(answer("a.md", "quay is lit"), Ok(()));
        assert_eq!(answer("b.json", "piles of"), Ok(()));
        assert_eq!(answer("", ""), Ok(()));
        assert!(
            answer("a.md", "the quay is dark")
                .unwrap_err()
                .contains("K1, K2")
        );
        let lacking = audit_covers_items(&json!({ "answers": [] }), &items, &files);
        assert!(lacking.unwrap_err().contains("K1, K2"));
    }

    #[test]
    fn a_way_to_fail_has_an_assumption() {
        let check = |root: &str| {
            let answer = json!({ "assumptions_to_kill": [{ "assumption_id": "A1" }],
                "failure_modes": [{ "root_cause_assumption_id": root }] });
            premortem_refers(&answer, &[], &BTreeMap::new())
        };
        assert_eq!(check("A1"), Ok(()));
        assert!(check("A7").unwrap_err().contains("A7"));
    }

    #[test]
    fn demands_come_from_the_prompt() {
        let files = inputs(&[("plan.txt", json!("Build a quay by May."))]);
        let check = |quote: &str| {
            demands_are_quoted(&json!({ "demands": [{ "quote": quote }] }), &[], &files)
        };
        assert_eq!(check("a quay by May"), Ok(()));
        assert!(check("a bridge").unwrap_err().contains("a bridge"));
    }
}
