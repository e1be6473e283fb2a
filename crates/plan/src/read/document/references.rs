//! What refers to tasks by id or name: dependencies, durations, cost items.

use std::collections::{BTreeMap, BTreeSet};

use super::super::{ReadError, limits};
use super::Draft;
use super::cursor::{Cursor, Object};
use crate::model::{Dependency, Duration, WarningKind, WbsNode};
use crate::read::collector::Collector;
use crate::read::limits::{NAME_BYTES, PARAGRAPH_BYTES};

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
    pub(super) fn of(nodes: &[WbsNode]) -> Self {
        let mut references = Self {
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

    fn find(&self, reference: &str) -> Option<&str> {
        // Cleaned and cut as ids and names were.
        let key = Collector::default().line(reference, NAME_BYTES, "");
        let by_name = || self.by_name.get(&key).copied().flatten();
        let index = self.by_id.get(&key).copied().or_else(by_name)?;
        self.ids.get(index).map(String::as_str)
    }

    /// The id of the task that is meant; a reference to none is a warning.
    pub(super) fn resolve(
        &self,
        collector: &mut Collector,
        reference: &str,
        source: &str,
    ) -> Option<String> {
        let found = self.find(reference).map(str::to_owned);
        if found.is_none() {
            let shown = crate::text::prefix(reference, 100);
            let detail = format!("no task, or more than one, is called {shown:?}");
            collector.warn(WarningKind::DanglingReference, source, detail);
        }
        found
    }
}

pub(super) fn read_dependencies(
    draft: &mut Draft,
    root: &Object,
    references: &References,
) -> Result<(), ReadError> {
    for cursor in root.list("dependencies")? {
        read_predecessors(draft, &cursor, references)?;
    }
    Ok(())
}

fn read_predecessors(
    draft: &mut Draft,
    cursor: &Cursor,
    references: &References,
) -> Result<(), ReadError> {
    let object = cursor.object(DEPENDENCY_FIELDS)?;
    let Draft { plan, collector } = draft;
    let source = &cursor.pointer;
    let task = object.required("task")?.text()?;
    let depends_on = object.required("depends_on")?.texts()?;
    let reasons = object.get("why");
    let reasons = reasons.map_or(Ok(Vec::new()), |why| why.texts())?;
    let Some(dependent) = references.resolve(collector, task, source) else {
        return Ok(());
    };
    for (at, before) in depends_on.iter().enumerate() {
        let Some(depends_on) = references.resolve(collector, before, source) else {
            continue;
        };
        if plan.dependencies.len() >= limits::MAX_LIST {
            return Err(too_many("/dependencies", "dependencies"));
        }
        // One reason for several predecessors holds for each of them.
        let shared = reasons.first().filter(|_| reasons.len() == 1);
        let reason = reasons.get(at).or(shared).copied().unwrap_or("");
        plan.dependencies.push(Dependency {
            dependent: dependent.clone(),
            depends_on,
            explanation: collector.clean(reason, PARAGRAPH_BYTES, source),
            source: source.clone(),
        });
    }
    Ok(())
}

pub(super) fn read_durations(
    draft: &mut Draft,
    root: &Object,
    references: &References,
) -> Result<(), ReadError> {
    let Draft { plan, collector } = draft;
    let mut seen = BTreeSet::new();
    for cursor in root.list("durations")? {
        let object = cursor.object(DURATION_FIELDS)?;
        let source = &cursor.pointer;
        let task = object.required("task")?.text()?;
        let Some(task_id) = references.resolve(collector, task, source) else {
            continue;
        };
        if !seen.insert(task_id.clone()) {
            let detail = format!("the task {task_id:?} has two durations; the first is kept");
            collector.warn(WarningKind::DuplicateId, source, detail);
            continue;
        }
        if plan.durations.len() >= limits::MAX_LIST {
            return Err(too_many("/durations", "durations"));
        }
        plan.durations.push(duration(collector, &object, task_id)?);
    }
    Ok(())
}

fn duration(
    collector: &mut Collector,
    object: &Object,
    task_id: String,
) -> Result<Duration, ReadError> {
    let source = &object.pointer;
    let mut clean = |field| -> Result<String, ReadError> {
        Ok(collector.clean(object.text(field)?, PARAGRAPH_BYTES, source))
    };
    Ok(Duration {
        task_id,
        days_min: days(object, "min_days")?,
        days_realistic: days(object, "realistic_days")?,
        days_max: days(object, "max_days")?,
        delay_risks: clean("delay_risks")?,
        mitigation: clean("mitigation")?,
        source: source.clone(),
    })
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

fn too_many(place: &str, what: &'static str) -> ReadError {
    ReadError::TooMany {
        place: place.to_owned(),
        what,
        limit: limits::MAX_LIST,
    }
}
