//! The nested work breakdown structure, and what refers to its tasks.

use std::collections::BTreeMap;

use super::super::{ReadError, limits};
use super::Draft;
use super::cursor::{Cursor, Object};
use crate::model::{Dependency, Duration, WarningKind, WbsNode};
use crate::read::limits::{NAME_BYTES, PARAGRAPH_BYTES};

const NODE_FIELDS: &[&str] = &[
    "id",
    "name",
    "description",
    "deliverable",
    "resources",
    "children",
];
const DEPENDENCY_FIELDS: &[&str] = &["task", "depends_on", "why"];
const DURATION_FIELDS: &[&str] = &[
    "task",
    "min_days",
    "realistic_days",
    "max_days",
    "delay_risks",
    "mitigation",
];

/// How tasks are named elsewhere in the document: by id, or by a name that only one task has.
pub(super) struct References {
    by_id: BTreeMap<String, usize>,
    by_name: BTreeMap<String, Option<usize>>,
    ids: Vec<String>,
}

impl References {
    pub(super) fn find(&self, reference: &str) -> Option<&str> {
        let key = crate::text::canonical_only(reference);
        let by_name = || self.by_name.get(&key).copied().flatten();
        let index = self.by_id.get(&key).copied().or_else(by_name)?;
        self.ids.get(index).map(String::as_str)
    }
}

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
    Ok(index(&draft.plan.wbs))
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

fn index(nodes: &[WbsNode]) -> References {
    let mut references = References {
        by_id: BTreeMap::new(),
        by_name: BTreeMap::new(),
        ids: nodes.iter().map(|node| node.id.clone()).collect(),
    };
    for (at, node) in nodes.iter().enumerate() {
        references.by_id.insert(node.id.clone(), at);
        references
            .by_name
            .entry(node.name.clone())
            .and_modify(|known| *known = None)
            .or_insert(Some(at));
    }
    references
}

pub(super) fn read_dependencies(
    draft: &mut Draft,
    root: &Object,
    references: &References,
) -> Result<(), ReadError> {
    for cursor in root.list("dependencies")? {
        let object = cursor.object(DEPENDENCY_FIELDS)?;
        let task = object.required("task")?.text()?;
        let depends_on = object.required("depends_on")?.texts()?;
        let reasons = object
            .get("why")
            .map_or(Ok(Vec::new()), |why| why.texts())?;
        for (at, before) in depends_on.iter().enumerate() {
            // One reason for several predecessors holds for each of them.
            let shared = reasons.first().filter(|_| reasons.len() == 1);
            let reason = reasons.get(at).or(shared).copied().unwrap_or("");
            let source = &cursor.pointer;
            let ends = (
                resolve(draft, references, task, source),
                resolve(draft, references, before, source),
            );
            let (Some(dependent), Some(depends_on)) = ends else {
                continue;
            };
            if draft.plan.dependencies.len() >= limits::MAX_LIST {
                return Err(too_many_of("/dependencies", "dependencies"));
            }
            let explanation = draft.collector.clean(reason, PARAGRAPH_BYTES, source);
            draft.plan.dependencies.push(Dependency {
                dependent,
                depends_on,
                explanation,
                source: source.clone(),
            });
        }
    }
    Ok(())
}

pub(super) fn read_durations(
    draft: &mut Draft,
    root: &Object,
    references: &References,
) -> Result<(), ReadError> {
    for cursor in root.list("durations")? {
        let object = cursor.object(DURATION_FIELDS)?;
        let task = object.required("task")?.text()?;
        let Some(task_id) = resolve(draft, references, task, &cursor.pointer) else {
            continue;
        };
        if draft.plan.durations.iter().any(|d| d.task_id == task_id) {
            let detail = format!("the task {task_id:?} has two durations; the first is kept");
            draft
                .collector
                .warn(WarningKind::DuplicateId, &cursor.pointer, detail);
            continue;
        }
        if draft.plan.durations.len() >= limits::MAX_LIST {
            return Err(too_many_of("/durations", "durations"));
        }
        let collector = &mut draft.collector;
        let mut clean = |field| -> Result<String, ReadError> {
            Ok(collector.clean(object.text(field)?, PARAGRAPH_BYTES, &cursor.pointer))
        };
        let duration = Duration {
            task_id,
            days_min: days(&object, "min_days")?,
            days_realistic: days(&object, "realistic_days")?,
            days_max: days(&object, "max_days")?,
            delay_risks: clean("delay_risks")?,
            mitigation: clean("mitigation")?,
            source: cursor.pointer.clone(),
        };
        draft.plan.durations.push(duration);
    }
    Ok(())
}

fn is_unknown(days: f64) -> bool {
    (days + 1.0).abs() < f64::EPSILON
}

/// −1 is unknown, as in a PlanExe run.
fn days(object: &Object, field: &str) -> Result<Option<f64>, ReadError> {
    match object.get(field) {
        Some(cursor) if !is_unknown(cursor.number()?) => cursor.amount().map(Some),
        _ => Ok(None),
    }
}

/// The id of the task that is meant; a reference to none is a warning.
pub(super) fn resolve(
    draft: &mut Draft,
    references: &References,
    reference: &str,
    source: &str,
) -> Option<String> {
    let found = references.find(reference).map(str::to_owned);
    if found.is_none() {
        let shown = crate::text::prefix(reference, 100);
        let detail = format!("no task, or more than one, is called {shown:?}");
        draft
            .collector
            .warn(WarningKind::DanglingReference, source, detail);
    }
    found
}

fn too_many(what: &'static str, limit: usize) -> ReadError {
    ReadError::TooMany {
        place: "/wbs".to_owned(),
        what,
        limit,
    }
}

fn too_many_of(place: &str, what: &'static str) -> ReadError {
    ReadError::TooMany {
        place: place.to_owned(),
        what,
        limit: limits::MAX_LIST,
    }
}
