//! Dependencies from one answer per phase become one network: every task of level 2 is there,
//! no link dangles, none closes a cycle, none says what others say already.
//!
//! Answers are made side by side and can't see one another, so what contradicts is settled
//! here. Links that follow the order of the breakdown go first, since where two disagree the
//! one that goes backwards is nearly always the mistake. What was left out is listed with the
//! reason.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::CodeInput;
use super::artifact::{self, Grow as _, Output, head, json_output, row, text_output};
use super::network::Network;
use super::wbs::{self, Task};
use crate::markdown::inline;

/// An entry of `task_dependencies_answers.json`.
#[derive(Debug, Deserialize)]
struct Answer {
    task_id: String,
    #[serde(default)]
    predecessors: Vec<Predecessor>,
}

#[derive(Debug, Deserialize)]
struct Predecessor {
    task_id: String,
    #[serde(default)]
    why: String,
}

/// PlanExe's shape; the two lists go together.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Detail {
    pub(crate) dependent_task_id: String,
    #[serde(default)]
    pub(crate) depends_on_task_id_list: Vec<String>,
    #[serde(default)]
    pub(crate) depends_on_task_explanation_list: Vec<String>,
}

/// Between tasks; plans have some dozens.
pub(crate) const MAX_LINKS: usize = 20_000;

#[derive(Debug, Serialize)]
struct LeftOut {
    dependent_task_id: String,
    depends_on_task_id: String,
    reason: &'static str,
}

struct Link {
    first: usize,
    then: usize,
    why: String,
}

/// Puts the answers of all phases together.
pub(crate) fn consolidate(input: &CodeInput<'_>) -> Result<Vec<Output>, String> {
    let phases = wbs::phases(input.files)?;
    let name = "task_dependencies_answers.json";
    let answers: Vec<Answer> = artifact::json(input.files, name)?;
    let links = answers.iter().map(|answer| answer.predecessors.len()).sum();
    artifact::at_most(name, "dependencies", links, MAX_LINKS)?;
    let tasks: Vec<&Task> = wbs::tasks(&phases).collect();
    let mut left_out = Vec::new();
    let links = settled(
        known_links(&tasks, answers, &mut left_out),
        &tasks,
        &mut left_out,
    );
    let details = details(&tasks, &links);
    let file = json!({ "task_dependency_details": details, "left_out": left_out });
    Ok(vec![
        json_output("task_dependencies_raw.json", &file)?,
        text_output("task_dependencies.md", markdown(&tasks, &links, &left_out)),
    ])
}

/// Links between tasks that exist, each pair once, the order of the breakdown first.
fn known_links(tasks: &[&Task], answers: Vec<Answer>, left_out: &mut Vec<LeftOut>) -> Vec<Link> {
    let places: BTreeMap<&str, usize> = tasks
        .iter()
        .enumerate()
        .map(|(place, task)| (task.id.as_str(), place))
        .collect();
    let mut seen = BTreeSet::new();
    let mut links = Vec::new();
    for answer in answers {
        let then = places.get(answer.task_id.as_str()).copied();
        for predecessor in answer.predecessors {
            let first = places.get(predecessor.task_id.as_str()).copied();
            let (Some(first), Some(then)) = (first, then) else {
                left_out.push(LeftOut {
                    dependent_task_id: answer.task_id.clone(),
                    depends_on_task_id: predecessor.task_id,
                    reason: "names a task that doesn't exist",
                });
                continue;
            };
            if seen.insert((first, then)) {
                let why = predecessor.why;
                links.push(Link { first, then, why });
            }
        }
    }
    links.sort_by_key(|link| (link.first > link.then, link.then, link.first));
    links
}

fn settled(links: Vec<Link>, tasks: &[&Task], left_out: &mut Vec<LeftOut>) -> Vec<Link> {
    let mut leave_out = |link: &Link, reason| {
        left_out.push(LeftOut {
            dependent_task_id: tasks[link.then].id.clone(),
            depends_on_task_id: tasks[link.first].id.clone(),
            reason,
        });
    };
    let mut network = Network::new(tasks.len());
    let mut kept = Vec::new();
    for link in links {
        if network.link(link.first, link.then) {
            kept.push(link);
        } else {
            leave_out(&link, "would close a circle of dependencies");
        }
    }
    kept.retain(|link| {
        let redundant = network.is_redundant(link.first, link.then);
        if redundant {
            network.unlink(link.first, link.then);
            leave_out(link, "follows from other dependencies");
        }
        !redundant
    });
    kept.sort_by_key(|link| (link.then, link.first));
    kept
}

/// One entry per task, also for those that wait for nothing.
fn details(tasks: &[&Task], links: &[Link]) -> Vec<Detail> {
    let mut details: Vec<Detail> = tasks
        .iter()
        .map(|task| Detail {
            dependent_task_id: task.id.clone(),
            ..Detail::default()
        })
        .collect();
    for link in links {
        let detail = &mut details[link.then];
        let first = tasks[link.first].id.clone();
        detail.depends_on_task_id_list.push(first);
        detail
            .depends_on_task_explanation_list
            .push(link.why.clone());
    }
    details
}

fn markdown(tasks: &[&Task], links: &[Link], left_out: &[LeftOut]) -> String {
    let mut text =
        "# Task dependencies\n\nA task starts when every task that it waits for has finished.\n\n"
            .to_owned();
    text += &head(&["Task", "Waits for", "Why"]);
    for link in links {
        let (then, first) = (name(tasks[link.then]), name(tasks[link.first]));
        text += &row([then.as_str(), &first, &link.why]);
    }
    let free = (0..tasks.len()).filter(|task| links.iter().all(|link| link.then != *task));
    text += "\n## Can start at once\n\n";
    for task in free {
        text.add(format!("- {}\n", inline(&name(tasks[task]))));
    }
    if !left_out.is_empty() {
        text += "\n## Left out\n\n";
        text += &head(&["Task", "Would wait for", "Reason"]);
    }
    for link in left_out {
        let (then, first) = (&link.dependent_task_id, &link.depends_on_task_id);
        text += &row([then.as_str(), first, link.reason]);
    }
    text
}

fn name(task: &Task) -> String {
    format!("{} {}", task.id, task.description)
}

#[cfg(test)]
mod tests {
    use super::consolidate;
    use crate::code::fixture::{file, outputs};
    use serde_json::{Value, json};

    fn settled(answers: Value) -> Value {
        let phases = json!([
            { "id": "1", "major_phase_title": "Design", "subtasks": [
                { "id": "1.1", "description": "Survey" }, { "id": "1.2", "description": "Draw" } ] },
            { "id": "2", "major_phase_title": "Build", "subtasks": [
                { "id": "2.1", "description": "Dig" } ] },
        ]);
        let files = [
            ("wbs_level2.json", phases),
            ("task_dependencies_answers.json", answers),
        ];
        file(&outputs(consolidate, &files), "task_dependencies_raw.json")
    }

    fn depends_on(found: &Value) -> Vec<Vec<&str>> {
        let details = found["task_dependency_details"].as_array().unwrap();
        let list = |detail: &'_ Value| detail["depends_on_task_id_list"].as_array().cloned();
        details
            .iter()
            .map(|detail| {
                assert_eq!(
                    list(detail).unwrap().len(),
                    detail["depends_on_task_explanation_list"]
                        .as_array()
                        .unwrap()
                        .len()
                );
                let ids = detail["depends_on_task_id_list"].as_array().unwrap();
                ids.iter().map(|id| id.as_str().unwrap()).collect()
            })
            .collect()
    }

    #[test]
    fn every_task_has_an_entry_and_a_backward_link_loses() {
        let found = settled(json!([
            { "task_id": "1.1", "predecessors": [ { "task_id": "2.1", "why": "a" } ] },
            { "task_id": "1.2", "predecessors": [ { "task_id": "1.1", "why": "b" } ] },
            { "task_id": "2.1", "predecessors": [
                { "task_id": "1.2", "why": "c" }, { "task_id": "1.1", "why": "d" },
                { "task_id": "7.7", "why": "e" } ] },
        ]));
        assert_eq!(depends_on(&found), [vec![], vec!["1.1"], vec!["1.2"]]);
        let reasons: Vec<&str> = found["left_out"]
            .as_array()
            .unwrap()
            .iter()
            .map(|left| left["reason"].as_str().unwrap())
            .collect();
        assert_eq!(
            reasons,
            [
                "names a task that doesn't exist",
                "would close a circle of dependencies",
                "follows from other dependencies",
            ]
        );
    }

    #[test]
    fn no_answers_leave_every_task_free() {
        assert_eq!(
            depends_on(&settled(json!([]))),
            [vec![""; 0], vec![], vec![]]
        );
    }
}
