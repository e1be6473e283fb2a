//! The work breakdown structure: `wbs_project_level1_and_level2_and_level3.json` for the tree,
//! `wbs_level3.json` for the resources, joined by id. If the tree is missing, it is put together
//! from the files of its levels.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::RunReader;
use super::fields::{list, text, texts};
use super::overview::warn_unusable;
use crate::model::{Plan, WarningKind, WbsNode};
use crate::read::{ReadError, limits};

const TREE: &str = "wbs_project_level1_and_level2_and_level3.json";

struct Builder {
    nodes: Vec<WbsNode>,
    ids: BTreeSet<String>,
    resources: BTreeMap<String, Vec<String>>,
    source: String,
}

pub(super) fn read(run: &mut RunReader, plan: &mut Plan) -> Result<(), ReadError> {
    let leaves = run.json(&["wbs_level3.json"]);
    let resources = leaves
        .as_ref()
        .map(|(leaves, _)| resources_by_id(leaves))
        .unwrap_or_default();
    if leaves.is_none() {
        run.missing("wbs_level3.json", "resources of the tasks");
    }
    let Some((root, source)) = tree(run, leaves.as_ref().map(|(leaves, _)| leaves)) else {
        run.missing(TREE, "work breakdown structure");
        return Ok(());
    };
    if !root.is_object() {
        warn_unusable(run, &source, "work breakdown structure");
        return Ok(());
    }
    let deliverable = root
        .get("extra_fields")
        .map(|extra| text(extra, "final_deliverable"))
        .unwrap_or_default();
    plan.deliverable = run
        .collector
        .text(&deliverable, limits::PARAGRAPH_BYTES, &source);
    let mut builder = Builder {
        nodes: Vec::new(),
        ids: BTreeSet::new(),
        resources,
        source,
    };
    builder.add(run, &root, None, 1)?;
    plan.wbs = builder.nodes;
    Ok(())
}

fn resources_by_id(leaves: &Value) -> BTreeMap<String, Vec<String>> {
    let leaves = leaves.as_array().map_or(&[][..], Vec::as_slice);
    leaves
        .iter()
        .map(|leaf| (text(leaf, "id"), texts(leaf, "resources_needed")))
        .collect()
}

fn tree(run: &mut RunReader, leaves: Option<&Value>) -> Option<(Value, String)> {
    if let Some((mut value, source)) = run.json(&[TREE]) {
        let root = value.get_mut("wbs_project").map(Value::take);
        return Some((root.unwrap_or_default(), source));
    }
    let (phases, source) = run.json(&["wbs_level2.json"])?;
    Some((assemble(&phases, leaves), source))
}

/// The tree in the shape of the joined file, from the files of levels 2 and 3.
fn assemble(phases: &Value, leaves: Option<&Value>) -> Value {
    let leaves = leaves
        .and_then(Value::as_array)
        .map_or(&[][..], Vec::as_slice);
    let mut by_parent: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for leaf in leaves {
        let node = serde_json::json!({
            "id": text(leaf, "id"),
            "description": text(leaf, "name"),
            "extra_fields": { "detailed_description": text(leaf, "description") },
        });
        by_parent
            .entry(text(leaf, "parent_id"))
            .or_default()
            .push(node);
    }
    let phases: Vec<Value> = phases
        .as_array()
        .map_or(&[][..], Vec::as_slice)
        .iter()
        .map(|phase| {
            let tasks: Vec<Value> = list(phase, "subtasks")
                .iter()
                .map(|task| {
                    let id = text(task, "id");
                    let children = by_parent.remove(&id).unwrap_or_default();
                    serde_json::json!({
                        "id": id,
                        "description": text(task, "description"),
                        "task_children": children,
                    })
                })
                .collect();
            serde_json::json!({
                "id": text(phase, "id"),
                "description": text(phase, "major_phase_title"),
                "task_children": tasks,
            })
        })
        .collect();
    serde_json::json!({ "id": "root", "description": "Project", "task_children": phases })
}

impl Builder {
    /// Adds `value` and its children, depth first. Depth is bounded by the JSON parser.
    fn add(
        &mut self,
        run: &mut RunReader,
        value: &Value,
        parent: Option<usize>,
        level: u32,
    ) -> Result<(), ReadError> {
        if self.nodes.len() >= limits::MAX_WBS_NODES {
            return Err(too_many("tasks", limits::MAX_WBS_NODES));
        }
        if level > limits::MAX_WBS_LEVELS {
            return Err(too_many("levels", limits::MAX_WBS_LEVELS as usize));
        }
        let node = self.node(run, value, parent, level);
        if !self.ids.insert(node.id.clone()) {
            let detail = format!("the task id {:?} occurs twice; the first is kept", node.id);
            run.collector
                .warn(WarningKind::DuplicateId, &self.source, detail);
            return Ok(());
        }
        let index = self.nodes.len();
        self.nodes.push(node);
        for child in list(value, "task_children") {
            self.add(run, child, Some(index), level + 1)?;
        }
        Ok(())
    }

    fn node(
        &mut self,
        run: &mut RunReader,
        value: &Value,
        parent: Option<usize>,
        level: u32,
    ) -> WbsNode {
        let raw_id = text(value, "id");
        let resources = self.resources.remove(&raw_id).unwrap_or_default();
        let extra = value.get("extra_fields").unwrap_or(&Value::Null);
        let deliverable = text(extra, "final_deliverable");
        let source = &self.source;
        let collector = &mut run.collector;
        let mut line = |raw: &str| collector.line(raw, limits::NAME_BYTES, source);
        let deliverable = line(&deliverable);
        WbsNode {
            id: line(&raw_id),
            parent,
            level,
            name: line(&text(value, "description")),
            deliverable: (!deliverable.is_empty()).then_some(deliverable),
            resources: resources.iter().take(100).map(|r| line(r)).collect(),
            description: run.collector.clean(
                &text(extra, "detailed_description"),
                limits::PARAGRAPH_BYTES,
                &self.source,
            ),
            source: self.source.clone(),
        }
    }
}

fn too_many(what: &'static str, limit: usize) -> ReadError {
    ReadError::TooMany {
        place: "the work breakdown structure".to_owned(),
        what,
        limit,
    }
}
