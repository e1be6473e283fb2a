use serde_json::{Value, json};

use super::create;
use crate::code::fixture::{error, file, outputs};

fn schedule(durations: &Value, dependencies: &Value) -> Value {
    let phases = json!([
        { "id": "1", "major_phase_title": "Design", "subtasks": [
            { "id": "1.1", "description": "Survey" }, { "id": "1.2", "description": "Draw" } ] },
        { "id": "2", "major_phase_title": "Build", "subtasks": [
            { "id": "2.1", "description": "Order" }, { "id": "2.2", "description": "Dig" } ] },
    ]);
    let files = [
        ("wbs_level2.json", phases),
        ("task_durations.json", durations.clone()),
        (
            "task_dependencies_raw.json",
            json!({ "task_dependency_details": dependencies }),
        ),
    ];
    file(&outputs(create, &files), "schedule.json")
}

fn after(task: &str, predecessors: &[&str]) -> Value {
    json!({ "dependent_task_id": task, "depends_on_task_id_list": predecessors,
            "depends_on_task_explanation_list": [] })
}

fn takes(task: &str, days: [f64; 3]) -> Value {
    json!({ "task_id": task, "days_min": days[0], "days_realistic": days[1], "days_max": days[2] })
}

#[test]
fn tasks_get_dates_float_and_their_parallel_neighbours() {
    let found = schedule(
        &json!([
            takes("1.1", [3.0, 5.0, 9.0]),
            takes("1.2", [8.0, 10.0, 14.0]),
            takes("2.1", [2.0, 4.0, 6.0]),
            takes("2.2", [1.0, 2.5, 4.0]),
        ]),
        &json!([
            after("1.2", &["1.1"]),
            after("2.1", &["1.1"]),
            after("2.2", &["1.2", "2.1"])
        ]),
    );
    assert_eq!(found["start_date"], "2026-03-02");
    assert_eq!(
        found["total_days"], 18,
        "5 + 10 + 3, half a day counted as one"
    );
    assert_eq!(found["finish_date"], "2026-03-19", "the first day counts");
    assert_eq!(found["sequential_days"], 22);
    assert_eq!(found["most_in_parallel"], 2);
    assert_eq!(found["critical_path"], json!(["1.1", "1.2", "2.2"]));
    let order = &found["tasks"][2];
    assert_eq!(order["start_date"], "2026-03-07");
    assert_eq!(order["float_days"], 6);
    assert_eq!(order["parallel_with"], json!(["1.2"]));
    assert_eq!(found["phases"][1]["finish_date"], "2026-03-19");
    let three = &found["three_point"];
    assert_eq!(three["expected_days"], 18.2);
}

#[test]
fn a_task_without_an_estimate_counts_one_day_and_is_named() {
    let found = schedule(
        &json!([
            takes("1.1", [3.0, 5.0, 9.0]),
            takes("1.2", [-1.0, -1.0, -1.0])
        ]),
        &json!([]),
    );
    assert_eq!(found["without_estimate"], json!(["1.2", "2.1", "2.2"]));
    assert_eq!(found["total_days"], 5);
}

#[test]
fn an_edited_file_with_a_circle_still_gives_a_schedule() {
    let found = schedule(
        &json!([takes("1.1", [1.0, 1.0, 1.0])]),
        &json!([
            after("1.1", &["2.2"]),
            after("2.2", &["1.1"]),
            after("8.8", &["1.1"])
        ]),
    );
    assert_eq!(found["total_days"], 2);
}

#[test]
fn days_beyond_the_calendar_are_bounded() {
    let found = schedule(&json!([takes("1.1", [1.0, 1e300, 1e300])]), &json!([]));
    assert_eq!(found["total_days"], 36_525);
}

fn many_tasks(count: usize, dependencies: &Value) -> [(&'static str, Value); 3] {
    let subtasks: Vec<Value> = (0..count)
        .map(|n| json!({ "id": format!("1.{n}"), "description": "Dig" }))
        .collect();
    let phases = json!([{ "id": "1", "major_phase_title": "Build", "subtasks": subtasks }]);
    let dependencies = json!({ "task_dependency_details": dependencies });
    [
        ("wbs_level2.json", phases),
        ("task_durations.json", json!([])),
        ("task_dependencies_raw.json", dependencies),
    ]
}

#[test]
fn a_task_names_twenty_of_the_tasks_beside_it() {
    let made = outputs(create, &many_tasks(2_000, &json!([])));
    let found: Value = file(&made, "schedule.json");
    assert_eq!(found["most_in_parallel"], 2_000);
    let beside = found["tasks"][0]["parallel_with"].as_array();
    assert_eq!(beside.map(Vec::len), Some(20));
}

#[test]
fn an_edit_to_more_tasks_or_dependencies_than_can_be_planned_is_refused() {
    let why = error(create, &many_tasks(2_001, &json!([])));
    let expected = "wbs_level2.json has 2001 tasks, and may have 2000 at most. Shorten";
    assert!(why.starts_with(expected), "{why}");
    let links = json!([after("1.1", &["1.0"; 20_001])]);
    let why = error(create, &many_tasks(2, &links));
    let expected = "task_dependencies_raw.json has 20001 dependencies, and may have 20000";
    assert!(why.starts_with(expected), "{why}");
}
