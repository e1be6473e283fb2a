use serde_json::{Value, json};

use super::{level_1_and_2, level_3};
use crate::code::fixture::{file, outputs};

fn levels_1_and_2() -> Vec<(String, Vec<u8>)> {
    outputs(
        level_1_and_2,
        &[
            (
                "wbs_level1_raw.json",
                json!({ "project_title": "Ferry quay", "final_deliverable": "A quay in use" }),
            ),
            (
                "wbs_level2_raw.json",
                json!({ "major_phase_details": [
                    { "major_phase_title": "Design", "purpose": "Know what to build", "subtasks": [
                        { "subtask_title": "Survey the bank", "deliverable": "Drawing" },
                        { "subtask_title": "Draw the quay", "deliverable": "Permit set" },
                    ] },
                    { "major_phase_title": "Build", "purpose": "", "subtasks": [
                        { "subtask_title": "Drive piles, then cap", "deliverable": "Piles" },
                    ] },
                ] }),
            ),
        ],
    )
}

#[test]
fn phases_and_tasks_are_numbered_in_the_order_of_the_answer() {
    let made = levels_1_and_2();
    let phases: Value = file(&made, "wbs_level2.json");
    assert_eq!(phases[0]["id"], "1");
    assert_eq!(phases[0]["subtasks"][1]["id"], "1.2");
    assert_eq!(phases[1]["subtasks"][0]["id"], "2.1");
    let title = &made
        .iter()
        .find(|(name, _)| name == "wbs_level1_project_title.json");
    assert_eq!(
        title.unwrap().1,
        b"Ferry quay",
        "the title is plain text in spite of its name"
    );
}

#[test]
fn subtasks_stand_under_their_tasks_and_strangers_are_left_out() {
    let mut files: Vec<(&str, Value)> = vec![(
        "wbs_level3_raw.json",
        json!([
            { "parent_id": "2.1", "name": "Pile row A", "description": "d", "deliverable": "x",
              "resources_needed": ["Piling Foreman"] },
            { "parent_id": "9.9", "name": "Nowhere" },
            { "parent_id": "1.1", "name": "Levels" },
            { "parent_id": "2.1", "name": "=cmd|x" },
        ]),
    )];
    let before = levels_1_and_2();
    for name in ["wbs_level1.json", "wbs_level2.json"] {
        files.push((name, file(&before, name)));
    }
    let made = outputs(level_3, &files);
    let leaves: Value = file(&made, "wbs_level3.json");
    let ids: Vec<&str> = leaves
        .as_array()
        .unwrap()
        .iter()
        .map(|leaf| leaf["id"].as_str().unwrap())
        .collect();
    assert_eq!(ids, ["1.1.1", "2.1.1", "2.1.2"]);
    let tree: Value = file(&made, "wbs_project_level1_and_level2_and_level3.json");
    let build = &tree["wbs_project"]["task_children"][1]["task_children"][0];
    assert_eq!(build["task_children"][0]["description"], "Pile row A");
    let csv = made
        .iter()
        .find(|(name, _)| name == "wbs_project_level1_and_level2_and_level3.csv")
        .unwrap();
    let csv = std::str::from_utf8(&csv.1).unwrap();
    assert!(csv.contains(",,\"Drive piles, then cap\",,2.1,"), "{csv}");
    assert!(csv.contains(",,,'=cmd|x,2.1.2,"), "{csv}");
}

#[test]
fn an_empty_breakdown_is_refused_with_a_way_out() {
    let error = crate::code::fixture::error(
        level_1_and_2,
        &[
            ("wbs_level1_raw.json", json!({ "project_title": "T" })),
            ("wbs_level2_raw.json", json!({ "major_phase_details": [] })),
        ],
    );
    assert!(error.contains("add phases"), "{error}");
}
