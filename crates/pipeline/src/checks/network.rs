//! Dependencies and durations of the tasks of one phase.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::faults::{Faults, ids, list, number, text};
use crate::code::network::Network;

/// Every task of the phase says what it waits for, and why, without circles.
pub(super) fn dependencies_cover_items(
    answer: &Value,
    items: &[Value],
    inputs: &BTreeMap<String, Value>,
) -> Result<(), String> {
    let mut faults = Faults::default();
    let all = titles(inputs);
    let known: Vec<&str> = all.keys().copied().collect();
    let entries = list(answer, "dependencies");
    let wanted = task_ids(items);
    faults.missing(
        "an entry of dependencies",
        &wanted,
        &ids(entries, "task_id").into_iter().collect(),
    );
    faults.strangers(
        "task_id",
        &wanted,
        &ids(entries, "task_id").into_iter().collect(),
    );
    let mut named = BTreeSet::new();
    for entry in entries {
        named.extend(ids(list(entry, "predecessors"), "task_id"));
    }
    faults.strangers("a predecessor", &known, &named);
    circles(&mut faults, entries, &known);
    free(&mut faults, entries, items);
    explained(&mut faults, entries, &all);
    faults.told()
}

/// Titles of all level-2 tasks by id.
fn titles(inputs: &BTreeMap<String, Value>) -> BTreeMap<&str, &str> {
    let phases = inputs.get("wbs_level2.json").and_then(Value::as_array);
    let tasks = phases
        .into_iter()
        .flatten()
        .flat_map(|phase| list(phase, "subtasks"));
    tasks
        .map(|task| (text(task, "id"), text(task, "description")))
        .collect()
}

/// Ids of the tasks of the phases that the call is about.
fn task_ids(items: &[Value]) -> Vec<&str> {
    items
        .iter()
        .flat_map(|phase| ids(list(phase, "subtasks"), "id"))
        .collect()
}

fn circles(faults: &mut Faults, entries: &[Value], known: &[&str]) {
    let place = |id: &str| known.iter().position(|other| *other == id);
    let mut network = Network::new(known.len());
    for entry in entries {
        let Some(then) = place(text(entry, "task_id")) else {
            continue;
        };
        for id in ids(list(entry, "predecessors"), "task_id") {
            if place(id).is_some_and(|first| !network.link(first, then)) {
                let task = known[then];
                faults.add(format!("{task} can't wait for {id}: {id} waits for {task} already, directly or through others"));
            }
        }
    }
}

/// Beyond the first phase, most tasks wait for something.
fn free(faults: &mut Faults, entries: &[Value], items: &[Value]) {
    let first_phase = items.iter().any(|phase| text(phase, "id") == "1");
    let free: Vec<&str> = entries
        .iter()
        .filter(|entry| list(entry, "predecessors").is_empty())
        .map(|entry| text(entry, "task_id"))
        .collect();
    if !first_phase && free.len() * 2 > entries.len() {
        faults.add(format!(
            "{} wait for nothing: say which results of earlier tasks each of them needs",
            free.join(", ")
        ));
    }
}

/// Most explanations name a word of each end's title.
fn explained(faults: &mut Faults, entries: &[Value], titles: &BTreeMap<&str, &str>) {
    let mut links = 0;
    let mut bare = Vec::new();
    for entry in entries {
        let then = text(entry, "task_id");
        for predecessor in list(entry, "predecessors") {
            let (first, why) = (text(predecessor, "task_id"), text(predecessor, "why"));
            let ends = [first, then].map(|id| titles.get(id).copied().unwrap_or_default());
            links += 1;
            if !ends.iter().all(|title| names(why, title)) {
                bare.push(format!(
                    "{then} after {first} ({:?}, {:?})",
                    ends[1], ends[0]
                ));
            }
        }
    }
    if bare.len() * 2 > links {
        faults.add(format!(
            "these reasons don't name a word of both tasks' titles: {}. Say which result of the first task the second one uses.",
            bare.join("; ")
        ));
    }
}

/// Whether the text has a word of the title, by its first letters.
fn names(text: &str, title: &str) -> bool {
    let said = stems(text);
    let wanted = stems(title);
    wanted.is_empty() || wanted.intersection(&said).next().is_some()
}

fn stems(text: &str) -> BTreeSet<String> {
    let words = kpi::content_words(text).into_iter();
    words.map(|word| word.chars().take(6).collect()).collect()
}

/// Every task of the phase has min ≤ realistic ≤ max, in days, with min < max.
pub(super) fn durations_cover_items(
    answer: &Value,
    items: &[Value],
    _: &BTreeMap<String, Value>,
) -> Result<(), String> {
    let mut faults = Faults::default();
    let entries = list(answer, "durations");
    let wanted = task_ids(items);
    let found: BTreeSet<&str> = ids(entries, "task_id").into_iter().collect();
    faults.missing("a duration", &wanted, &found);
    faults.strangers("task_id", &wanted, &found);
    if found.len() < entries.len() {
        faults.add("a task has two durations: give each one");
    }
    for entry in entries {
        let [min, realistic, max] =
            ["days_min", "days_realistic", "days_max"].map(|field| number(entry, field));
        let ordered = 0.0 < min && min <= realistic && realistic <= max && min < max;
        if !ordered {
            let task = text(entry, "task_id");
            faults.add(format!(
                "task {task}: {min} / {realistic} / {max} days must be 0 < days_min ≤ days_realistic ≤ days_max, with days_min below days_max"
            ));
        }
    }
    faults.told()
}

#[cfg(test)]
mod tests {
    use super::{dependencies_cover_items, durations_cover_items};
    use serde_json::{Value, json};
    use std::collections::BTreeMap;

    fn phases() -> Value {
        json!([
            { "id": "1", "subtasks": [{ "id": "1.1", "description": "Survey the river bank" }] },
            { "id": "2", "subtasks": [
                { "id": "2.1", "description": "Drive steel piles" },
                { "id": "2.2", "description": "Pour concrete deck" } ] },
        ])
    }

    fn checked(dependencies: &Value) -> Result<(), String> {
        let inputs = BTreeMap::from([("wbs_level2.json".to_owned(), phases())]);
        let items = [phases()[1].clone()];
        dependencies_cover_items(&json!({ "dependencies": dependencies }), &items, &inputs)
    }

    fn after(task: &str, predecessors: &[(&str, &str)]) -> Value {
        let predecessors: Vec<Value> = predecessors
            .iter()
            .map(|(id, why)| json!({ "task_id": id, "why": why }))
            .collect();
        json!({ "task_id": task, "predecessors": predecessors })
    }

    #[test]
    fn a_whole_answer_passes() {
        let answer = json!([
            after(
                "2.1",
                &[("1.1", "The surveyed bank shows where piles hold.")]
            ),
            after(
                "2.2",
                &[("2.1", "The deck's concrete rests on the pile heads.")]
            ),
        ]);
        assert_eq!(checked(&answer), Ok(()));
    }

    #[test]
    fn each_fault_is_told_with_its_tasks() {
        let cases = [
            (
                json!([after("2.1", &[("1.1", "bank piles")])]),
                "missing for: 2.2",
            ),
            (
                json!([after("2.1", &[("5.5", "x")]), after("2.2", &[])]),
                "\"5.5\"",
            ),
            (
                json!([
                    after("2.1", &[("2.2", "deck piles")]),
                    after("2.2", &[("2.1", "deck piles")])
                ]),
                "2.2 can't wait for 2.1",
            ),
            (
                json!([after("2.1", &[]), after("2.2", &[])]),
                "2.1, 2.2 wait for nothing",
            ),
            (
                json!([
                    after("2.1", &[("1.1", "It comes later.")]),
                    after("2.2", &[("2.1", "So.")])
                ]),
                "don't name a word",
            ),
        ];
        for (answer, part) in cases {
            let error = checked(&answer).unwrap_err();
            assert!(error.contains(part), "{part}: {error}");
        }
    }

    #[test]
    fn durations_must_be_ordered_ranges_for_every_task() {
        let check = |durations: Value| {
            let items = [phases()[1].clone()];
            durations_cover_items(&json!({ "durations": durations }), &items, &BTreeMap::new())
        };
        let takes = |task: &str, min: f64, realistic: f64, max: f64| json!({ "task_id": task, "days_min": min, "days_realistic": realistic, "days_max": max });
        let good = [takes("2.1", 3.0, 5.0, 9.0), takes("2.2", 3.0, 3.0, 9.0)];
        assert_eq!(check(json!(good)), Ok(()));
        for (bad, part) in [
            (json!([good[0]]), "missing for: 2.2"),
            (
                json!([good[0], takes("2.2", 5.0, 3.0, 9.0)]),
                "task 2.2: 5 / 3 / 9",
            ),
            (
                json!([good[0], takes("2.2", 5.0, 5.0, 5.0)]),
                "below days_max",
            ),
            (json!([good[0], good[1], good[1]]), "two durations"),
        ] {
            let error = check(bad).unwrap_err();
            assert!(error.contains(part), "{part}: {error}");
        }
    }
}
