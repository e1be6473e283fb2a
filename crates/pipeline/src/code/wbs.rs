//! The work breakdown structure: answers become a tree with ids.
//!
//! Models write titles, never ids: a phase gets "1", a task "1.2", a subtask "1.2.3", in the
//! order of the answers, so that an id can neither dangle nor repeat. The shapes are PlanExe's;
//! `purpose` and `deliverable` are additions that its readers ignore.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::CodeInput;
use super::artifact::{self, Output, csv_record, json_output, text_output};

/// Id of the project itself, above the phases.
const ROOT: &str = "0";

/// `wbs_level1_raw.json`.
#[derive(Debug, Deserialize)]
struct Level1 {
    project_title: String,
    #[serde(default)]
    final_deliverable: String,
}

/// Of level 2; plans have some dozens.
const MAX_TASKS: usize = 2_000;

/// `wbs_level2_raw.json`.
#[derive(Debug, Deserialize)]
struct Level2Answer {
    major_phase_details: Vec<PhaseAnswer>,
}

#[derive(Debug, Deserialize)]
struct PhaseAnswer {
    major_phase_title: String,
    #[serde(default)]
    purpose: String,
    #[serde(default)]
    subtasks: Vec<TaskAnswer>,
}

#[derive(Debug, Deserialize)]
struct TaskAnswer {
    subtask_title: String,
    #[serde(default)]
    deliverable: String,
}

/// A phase of `wbs_level2.json`, which is a list of them.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Phase {
    pub(crate) id: String,
    pub(crate) major_phase_title: String,
    #[serde(default)]
    pub(crate) purpose: String,
    #[serde(default)]
    pub(crate) subtasks: Vec<Task>,
}

/// A task of level 2.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Task {
    pub(crate) id: String,
    /// The task's title.
    pub(crate) description: String,
    #[serde(default)]
    pub(crate) deliverable: String,
}

/// An answer's subtask, still without an id.
#[derive(Debug, Deserialize)]
struct SubtaskAnswer {
    parent_id: String,
    name: String,
    #[serde(default)]
    description: String,
    #[serde(default)]
    deliverable: String,
    #[serde(default)]
    resources_needed: Vec<String>,
}

/// An entry of `wbs_level3.json`.
#[derive(Debug, Serialize)]
struct Subtask {
    id: String,
    name: String,
    description: String,
    deliverable: String,
    resources_needed: Vec<String>,
    parent_id: String,
}

/// Levels 1 and 2: title, phases and tasks with their ids.
pub(crate) fn level_1_and_2(input: &CodeInput<'_>) -> Result<Vec<Output>, String> {
    let mut project: Level1 = artifact::json(input.files, "wbs_level1_raw.json")?;
    let answer: Level2Answer = artifact::json(input.files, "wbs_level2_raw.json")?;
    if project.project_title.trim().is_empty() {
        input.title.clone_into(&mut project.project_title);
    }
    let phases = numbered(answer);
    if phases.iter().all(|phase| phase.subtasks.is_empty()) {
        return Err("wbs_level2_raw.json has no task: add phases with subtasks.".to_owned());
    }
    let level1 = json!({
        "id": ROOT,
        "project_title": project.project_title,
        "final_deliverable": project.final_deliverable,
    });
    Ok(vec![
        json_output("wbs_level1.json", &level1)?,
        text_output(
            "wbs_level1_project_title.json",
            project.project_title.clone(),
        ),
        json_output("wbs_level2.json", &phases)?,
        json_output(
            "wbs_project_level1_and_level2.json",
            &tree(&level1, &phases, &BTreeMap::new()),
        )?,
    ])
}

fn numbered(answer: Level2Answer) -> Vec<Phase> {
    let phases = answer.major_phase_details.into_iter().zip(1..);
    phases
        .map(|(phase, number)| Phase {
            id: number.to_string(),
            major_phase_title: phase.major_phase_title,
            purpose: phase.purpose,
            subtasks: phase
                .subtasks
                .into_iter()
                .zip(1..)
                .map(|(task, within)| Task {
                    id: format!("{number}.{within}"),
                    description: task.subtask_title,
                    deliverable: task.deliverable,
                })
                .collect(),
        })
        .collect()
}

/// Level 3: subtasks with ids under their tasks, the whole tree, and it as CSV. A subtask whose
/// task doesn't exist is left out.
pub(crate) fn level_3(input: &CodeInput<'_>) -> Result<Vec<Output>, String> {
    let level1: Value = artifact::json(input.files, "wbs_level1.json")?;
    let phases = phases(input.files)?;
    let answers: Vec<SubtaskAnswer> = artifact::json(input.files, "wbs_level3_raw.json")?;
    let subtasks = of_tasks(&phases, answers);
    let all: Vec<&Subtask> = tasks(&phases)
        .filter_map(|task| subtasks.get(task.id.as_str()))
        .flatten()
        .collect();
    let name = "wbs_project_level1_and_level2_and_level3";
    Ok(vec![
        json_output("wbs_level3.json", &all)?,
        json_output(&format!("{name}.json"), &tree(&level1, &phases, &subtasks))?,
        text_output(&format!("{name}.csv"), csv(&level1, &phases, &subtasks)),
    ])
}

/// `wbs_level2.json`, whose owner may have edited it.
pub(crate) fn phases(files: &artifact::Files) -> Result<Vec<Phase>, String> {
    let name = "wbs_level2.json";
    let phases: Vec<Phase> = artifact::json(files, name)?;
    artifact::at_most(name, "phases", phases.len(), MAX_TASKS)?;
    artifact::at_most(name, "tasks", tasks(&phases).count(), MAX_TASKS)?;
    Ok(phases)
}

/// Every task of level 2 in order.
pub(crate) fn tasks(phases: &[Phase]) -> impl Iterator<Item = &Task> {
    phases.iter().flat_map(|phase| &phase.subtasks)
}

type ByTask<'a> = BTreeMap<&'a str, Vec<Subtask>>;

fn of_tasks(phases: &[Phase], answers: Vec<SubtaskAnswer>) -> ByTask<'_> {
    let mut by_task: ByTask<'_> = tasks(phases)
        .map(|task| (task.id.as_str(), Vec::new()))
        .collect();
    for answer in answers {
        let Some(siblings) = by_task.get_mut(answer.parent_id.as_str()) else {
            continue;
        };
        siblings.push(Subtask {
            id: format!("{}.{}", answer.parent_id, siblings.len() + 1),
            name: answer.name,
            description: answer.description,
            deliverable: answer.deliverable,
            resources_needed: answer.resources_needed,
            parent_id: answer.parent_id,
        });
    }
    by_task
}

fn tree(level1: &Value, phases: &[Phase], subtasks: &ByTask<'_>) -> Value {
    let phases: Vec<Value> = phases
        .iter()
        .map(|phase| {
            let tasks: Vec<Value> = phase
                .subtasks
                .iter()
                .map(|task| task_node(task, subtasks))
                .collect();
            json!({
                "id": phase.id,
                "description": phase.major_phase_title,
                "extra_fields": { "detailed_description": phase.purpose },
                "task_children": tasks,
            })
        })
        .collect();
    json!({ "wbs_project": {
        "id": level1["id"],
        "description": level1["project_title"],
        "extra_fields": { "final_deliverable": level1["final_deliverable"] },
        "task_children": phases,
    } })
}

fn task_node(task: &Task, subtasks: &ByTask<'_>) -> Value {
    let children: Vec<Value> = subtasks
        .get(task.id.as_str())
        .into_iter()
        .flatten()
        .map(|subtask| {
            json!({
                "id": subtask.id,
                "description": subtask.name,
                "extra_fields": {
                    "detailed_description": subtask.description,
                    "final_deliverable": subtask.deliverable,
                    "resources_needed": subtask.resources_needed,
                },
                "task_children": [],
            })
        })
        .collect();
    json!({
        "id": task.id,
        "description": task.description,
        "extra_fields": { "final_deliverable": task.deliverable },
        "task_children": children,
    })
}

/// One row per node: the name stands in the column of its level.
fn csv(level1: &Value, phases: &[Phase], subtasks: &ByTask<'_>) -> String {
    let title = level1["project_title"].as_str().unwrap_or_default();
    let mut csv = csv_record([
        "Level 1",
        "Level 2",
        "Level 3",
        "Level 4",
        "Task ID",
        "Deliverable",
        "Resources",
    ]);
    csv += &csv_record([title, "", "", "", ROOT, "", ""]);
    for phase in phases {
        csv += &csv_record(["", &phase.major_phase_title, "", "", &phase.id, "", ""]);
        for task in &phase.subtasks {
            let cells = [
                "",
                "",
                &task.description,
                "",
                &task.id,
                &task.deliverable,
                "",
            ];
            csv += &csv_record(cells);
            for subtask in subtasks.get(task.id.as_str()).into_iter().flatten() {
                let resources = subtask.resources_needed.join("; ");
                let (id, deliverable) = (&subtask.id, &subtask.deliverable);
                csv += &csv_record(["", "", "", &subtask.name, id, deliverable, &resources]);
            }
        }
    }
    csv
}

#[cfg(test)]
mod tests;
