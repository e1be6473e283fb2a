use serde_json::{Value, json};

use super::totals;
use crate::code::fixture::{error, file, outputs_of};

fn line(task: &str, quantity: f64, unit_cost: f64, confidence: &str) -> Value {
    json!({ "task_id": task, "description": "Crew", "quantity": quantity, "unit": "day",
            "unit_cost": unit_cost, "amount": 1, "currency": "DKK", "year": 0,
            "basis": "Quotation", "confidence": confidence })
}

fn phases() -> Value {
    json!([
        { "id": "1", "major_phase_title": "Design", "subtasks": [
            { "id": "1.1", "description": "Survey" }, { "id": "1.2", "description": "Draw" } ] },
        { "id": "2", "major_phase_title": "Build", "subtasks": [
            { "id": "2.1", "description": "Dig" } ] },
    ])
}

fn estimate(prompt: &str, lines: Value) -> (Value, String) {
    let files = [("wbs_level2.json", phases()), ("cost_lines.json", lines)];
    let made = outputs_of(totals, prompt, &files);
    let markdown = made
        .iter()
        .find(|(name, _)| name == "cost_breakdown.md")
        .unwrap();
    let markdown = String::from_utf8(markdown.1.clone()).unwrap();
    (file(&made, "cost_breakdown.json"), markdown)
}

#[test]
fn amounts_are_multiplied_and_added_here_whatever_the_answer_says() {
    let lines = json!([
        line("2.1", 10.0, 1_500.0, "low"),
        line("1.1", 3.0, 0.1, "high"),
        line("9.9", 1.0, 1.0, "high"),
    ]);
    let (found, markdown) = estimate("Budget: DKK 20,000.", lines);
    assert_eq!(
        found["items"][0]["task_id"], "1.1",
        "in the order of the breakdown"
    );
    assert_eq!(found["items"][0]["amount"], 0.3, "not 0.30000000000000004");
    assert_eq!(found["items"].as_array().unwrap().len(), 2);
    assert_eq!(found["stated_total"], 15_000.3);
    assert_eq!(found["contingency"]["amount"], 2_250.02);
    assert_eq!(found["total_with_contingency"], 17_250.32);
    assert_eq!(found["budget"]["remaining"], 2_749.68);
    assert_eq!(found["uncosted_tasks"], json!(["1.2"]));
    assert!(markdown.contains("| Total | 15,000.3 |  |"), "{markdown}");
}

#[test]
fn a_budget_that_falls_short_says_so() {
    let (found, _) = estimate(
        "Budget: DKK 10,000.",
        json!([line("2.1", 10.0, 1_500.0, "low")]),
    );
    assert_eq!(
        found["budget"]["verdict"],
        "the budget falls short of costs and contingency"
    );
}

#[test]
fn without_a_budget_there_is_no_verdict() {
    let (found, markdown) = estimate("Dig.", json!([line("2.1", 1.0, 1.0, "odd")]));
    assert_eq!(found["budget"], Value::Null);
    assert_eq!(
        found["items"][0]["confidence"], "low",
        "an unknown word counts as low"
    );
    assert!(markdown.contains("none stated"));
}

#[test]
fn two_currencies_are_an_error_that_names_both() {
    let mut other = line("1.1", 1.0, 1.0, "low");
    other["currency"] = json!("EUR");
    let lines = json!([line("2.1", 1.0, 1.0, "low"), other]);
    let error = error(
        totals,
        &[("wbs_level2.json", phases()), ("cost_lines.json", lines)],
    );
    assert!(error.contains("DKK") && error.contains("EUR"), "{error}");
}
