//! Work breakdown: titles that differ, and subtasks for every task.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::faults::{Faults, ids, list, shortened, text};

/// Phases and tasks have titles of their own.
pub(super) fn distinct_tasks(
    answer: &Value,
    _: &[Value],
    _: &BTreeMap<String, Value>,
) -> Result<(), String> {
    let mut faults = Faults::default();
    let mut seen = BTreeSet::new();
    for phase in list(answer, "major_phase_details") {
        for task in list(phase, "subtasks") {
            let title = text(task, "subtask_title");
            if words(title).is_empty() {
                faults.add(format!(
                    "the task title {:?} says nothing: name the work",
                    shortened(title)
                ));
            } else if !seen.insert(words(title)) {
                let title = shortened(title);
                faults.add(format!(
                    "two tasks are called {title:?}: give each work of its own"
                ));
            }
        }
    }
    faults.told()
}

/// Letters only: "Task 1" and "Task 2" are one title.
fn words(title: &str) -> Vec<String> {
    let words = title
        .split(|c: char| !c.is_alphabetic())
        .filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect()
}

/// Every task of the call has at least two subtasks of its own, which name who does them.
pub(super) fn subtasks_cover_items(
    answer: &Value,
    items: &[Value],
    inputs: &BTreeMap<String, Value>,
) -> Result<(), String> {
    let mut faults = Faults::default();
    let subtasks = list(answer, "subtasks");
    let tasks = ids(items, "id");
    let parents: BTreeSet<&str> = ids(subtasks, "parent_id").into_iter().collect();
    faults.strangers("parent_id", &tasks, &parents);
    for task in &tasks {
        let own = subtasks
            .iter()
            .filter(|subtask| text(subtask, "parent_id") == *task);
        if own.count() < 2 {
            faults.add(format!("task {task} has fewer than two subtasks"));
        }
    }
    let mut names = BTreeSet::new();
    for name in ids(subtasks, "name") {
        if !names.insert(words(name)) {
            faults.add(format!("two subtasks are called {:?}", shortened(name)));
        }
    }
    staffed(&mut faults, subtasks, inputs);
    faults.told()
}

/// Most subtasks must name a role of the team, word for word.
fn staffed(faults: &mut Faults, subtasks: &[Value], inputs: &BTreeMap<String, Value>) {
    let team = inputs
        .get("find_team_members.json")
        .and_then(Value::as_array);
    let roles: Vec<&str> = team.map(|team| ids(team, "category")).unwrap_or_default();
    let is_role = |resource: &Value| {
        let resource = resource.as_str().unwrap_or_default().trim();
        roles
            .iter()
            .any(|role| role.trim().eq_ignore_ascii_case(resource))
    };
    let staffed = subtasks
        .iter()
        .filter(|subtask| list(subtask, "resources_needed").iter().any(is_role))
        .count();
    if !roles.is_empty() && staffed * 2 < subtasks.len() {
        let roles = roles.join("; ");
        faults.add(format!(
            "most subtasks name nobody who does them: put one of these roles first in resources_needed, written exactly so: {roles}"
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::{distinct_tasks, subtasks_cover_items};
    use serde_json::{Value, json};
    use std::collections::BTreeMap;

    #[test]
    fn numbered_copies_of_a_title_are_refused() {
        let answer = |titles: [&str; 2]| {
            let subtasks: Vec<Value> = titles
                .iter()
                .map(|title| json!({ "subtask_title": title }))
                .collect();
            json!({ "major_phase_details": [{ "subtasks": subtasks }] })
        };
        let none = BTreeMap::new();
        let error = distinct_tasks(&answer(["Phase 1 work", "Phase 2 work"]), &[], &none);
        assert!(error.unwrap_err().contains("\"Phase 2 work\""));
        assert_eq!(distinct_tasks(&answer(["Dig", "Pour"]), &[], &none), Ok(()));
        assert!(distinct_tasks(&answer(["1.1", "Pour"]), &[], &none).is_err());
    }

    #[test]
    fn every_task_needs_two_subtasks_and_somebody_to_do_them() {
        let items = [json!({ "id": "1.1" }), json!({ "id": "1.2" })];
        let team = json!([{ "category": "Piling Foreman" }]);
        let inputs = BTreeMap::from([("find_team_members.json".to_owned(), team)]);
        let subtask = |parent: &str, name: &str, who: &str| json!({ "parent_id": parent, "name": name, "resources_needed": [who, "Crane"] });
        let good = json!({ "subtasks": [
            subtask("1.1", "a", "Piling foreman"), subtask("1.1", "b", "Piling Foreman"),
            subtask("1.2", "c", "Piling Foreman"), subtask("1.2", "d", "Piling Foreman"),
        ] });
        assert_eq!(subtasks_cover_items(&good, &items, &inputs), Ok(()));
        let bad = json!({ "subtasks": [
            subtask("1.1", "a", "Somebody"), subtask("1.1", "b", "Somebody"),
            subtask("2.9", "a", "Somebody"),
        ] });
        let error = subtasks_cover_items(&bad, &items, &inputs).unwrap_err();
        for part in [
            "task 1.2 has fewer",
            "\"2.9\"",
            "use only: 1.1, 1.2",
            "called \"a\"",
            "Piling Foreman",
        ] {
            assert!(error.contains(part), "{part}: {error}");
        }
    }
}
