//! The nested work breakdown structure.

use std::collections::BTreeMap;

use super::super::{ReadError, limits};
use super::Draft;
use super::cursor::{Cursor, Object};
use super::references::References;
use crate::model::{WarningKind, WbsNode};
use crate::read::limits::{NAME_BYTES, PARAGRAPH_BYTES};

const NODE_FIELDS: &[&str] = &[
    "id",
    "name",
    "description",
    "deliverable",
    "resources",
    "children",
];

pub(super) fn read_wbs(draft: &mut Draft, root: &Object) -> Result<References, ReadError> {
    let nodes = root.list("wbs")?;
    if !nodes.is_empty() {
        let deliverable = root.text("deliverable")?;
        let deliverable = draft
            .collector
            .line(deliverable, NAME_BYTES, "/deliverable");
        draft.plan.wbs.push(WbsNode {
            id: String::new(),
            parent: None,
            level: 1,
            name: draft.plan.title.clone(),
            deliverable: (!deliverable.is_empty()).then_some(deliverable),
            source: "/title".to_owned(),
            ..WbsNode::default()
        });
        add_children(draft, &nodes, 0, 2, "")?;
        name_nodes(draft);
    }
    Ok(References::of(&draft.plan.wbs))
}

/// `outline` is the parent's outline number; it stays in the node's id until ids are settled.
fn add_children(
    draft: &mut Draft,
    nodes: &[Cursor],
    parent: usize,
    level: u32,
    outline: &str,
) -> Result<(), ReadError> {
    if level > limits::MAX_WBS_LEVELS {
        return Err(too_many("levels", limits::MAX_WBS_LEVELS as usize));
    }
    for (at, cursor) in nodes.iter().enumerate() {
        if draft.plan.wbs.len() >= limits::MAX_WBS_NODES {
            return Err(too_many("tasks", limits::MAX_WBS_NODES));
        }
        let object = cursor.object(NODE_FIELDS)?;
        let number = match outline {
            "" => format!("{}", at + 1),
            outline => format!("{outline}.{}", at + 1),
        };
        let node = node(draft, &object, &number, parent, level)?;
        let index = draft.plan.wbs.len();
        draft.plan.wbs.push(node);
        let children = object.list("children")?;
        add_children(draft, &children, index, level + 1, &number)?;
    }
    Ok(())
}

fn node(
    draft: &mut Draft,
    object: &Object,
    number: &str,
    parent: usize,
    level: u32,
) -> Result<WbsNode, ReadError> {
    let source = object.pointer.clone();
    let collector = &mut draft.collector;
    let id = object.get("id").map(|id| id.text_or_number()).transpose()?;
    let id = collector.line(&id.unwrap_or_default(), NAME_BYTES, &source);
    let name = object.required("name")?;
    let name = collector.line(name.text()?, NAME_BYTES, &name.pointer);
    let deliverable = collector.line(object.text("deliverable")?, NAME_BYTES, &source);
    let description = collector.clean(object.text("description")?, PARAGRAPH_BYTES, &source);
    let resources = object
        .get("resources")
        .map_or(Ok(Vec::new()), |r| r.texts())?;
    Ok(WbsNode {
        // A NUL can't occur in canonical text, so it marks a number that may have to move.
        id: if id.is_empty() {
            format!("\0{number}")
        } else {
            id
        },
        parent: Some(parent),
        level,
        name,
        description,
        deliverable: (!deliverable.is_empty()).then_some(deliverable),
        resources: resources
            .into_iter()
            .take(100)
            .map(|resource| collector.line(resource, NAME_BYTES, &source))
            .filter(|resource| !resource.is_empty())
            .collect(),
        source,
    })
}

/// Settles ids: the author's first, then outline numbers for the rest, moved where taken.
fn name_nodes(draft: &mut Draft) {
    let Draft { plan, collector } = draft;
    // Each id with the number that its next copy would get.
    let mut taken: BTreeMap<String, usize> = BTreeMap::new();
    for node in plan.wbs.iter_mut().filter(|node| !is_number(&node.id)) {
        if taken.insert(node.id.clone(), 2).is_some() {
            let detail = format!(
                "the task id {:?} occurs twice; the second got a new one",
                node.id
            );
            collector.warn(WarningKind::DuplicateId, &node.source, detail);
            node.id = format!("\0{}", node.id);
        }
    }
    for node in plan.wbs.iter_mut().filter(|node| is_number(&node.id)) {
        let number = match node.id.trim_start_matches('\0') {
            "" => "0".to_owned(),
            number => number.to_owned(),
        };
        node.id = free_id(number, &mut taken);
        taken.entry(node.id.clone()).or_insert(2);
    }
}

fn is_number(id: &str) -> bool {
    id.is_empty() || id.starts_with('\0')
}

fn free_id(number: String, taken: &mut BTreeMap<String, usize>) -> String {
    let Some(mut copy) = taken.get(&number).copied() else {
        return number;
    };
    let mut id = format!("{number} ({copy})");
    while taken.contains_key(&id) {
        copy += 1;
        id = format!("{number} ({copy})");
    }
    taken.insert(number, copy + 1);
    id
}

fn too_many(what: &'static str, limit: usize) -> ReadError {
    ReadError::TooMany {
        place: "/wbs".to_owned(),
        what,
        limit,
    }
}
