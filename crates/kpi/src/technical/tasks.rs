//! Which nodes of the work breakdown structure count as tasks and leaves, and which of them
//! are near-duplicates.
//!
//! Tasks are the nodes of the level that most dependencies use (without dependencies: the
//! level above the deepest leaves), and leaves that stand above that level. Nodes deeper than
//! it belong to the task they are part of.

use std::collections::{BTreeMap, HashMap};

use plan::model::Plan;

use crate::merge::representatives;

pub(crate) struct Breakdown<'a> {
    /// WBS index by the author's id.
    pub(crate) by_id: HashMap<&'a str, usize>,
    /// For every WBS node the merged task it belongs to, if any.
    pub(crate) task_of: Vec<Option<usize>>,
    /// WBS index of each merged task's representative.
    pub(crate) task_representatives: Vec<usize>,
    /// Number of merged tasks, N in the formula.
    pub(crate) task_count: usize,
    pub(crate) raw_tasks: usize,
    /// WBS indices of the representatives of the merged leaves, n in the formula.
    pub(crate) leaf_representatives: Vec<usize>,
    pub(crate) leaf_count: usize,
}

impl<'a> Breakdown<'a> {
    /// `None` when the plan has no tasks below its root.
    pub(crate) fn of(plan: &'a Plan) -> Option<Self> {
        let leaves = leaves(plan);
        if leaves.is_empty() {
            return None;
        }
        let mut by_id = HashMap::new();
        for (index, node) in plan.wbs.iter().enumerate() {
            by_id.entry(node.id.as_str()).or_insert(index);
        }
        let level = task_level(plan, &by_id, &leaves);
        let tasks = task_nodes(plan, level, &leaves);
        let names: Vec<String> = tasks
            .iter()
            .map(|&node| plan.wbs[node].name.clone())
            .collect();
        let (merged, representatives_of_tasks) = number(&representatives(&names, 2), &tasks);
        let task_of = assign(plan, &tasks, &merged);
        let leaf_texts: Vec<String> = leaves.iter().map(|&node| leaf_text(plan, node)).collect();
        let (_, leaf_representatives) = number(&representatives(&leaf_texts, 3), &leaves);
        Some(Self {
            by_id,
            task_of,
            task_count: representatives_of_tasks.len(),
            task_representatives: representatives_of_tasks,
            raw_tasks: tasks.len(),
            leaf_representatives,
            leaf_count: leaves.len(),
        })
    }
}

/// Nodes without children, except a root that stands alone.
fn leaves(plan: &Plan) -> Vec<usize> {
    let mut has_child = vec![false; plan.wbs.len()];
    for parent in plan.wbs.iter().filter_map(|node| node.parent) {
        if let Some(flag) = has_child.get_mut(parent) {
            *flag = true;
        }
    }
    let alone = plan.wbs.len() == 1 && plan.wbs[0].parent.is_none();
    (0..plan.wbs.len())
        .filter(|&node| !has_child[node] && !alone)
        .collect()
}

fn leaf_text(plan: &Plan, node: usize) -> String {
    let node = &plan.wbs[node];
    format!("{} {}", node.name, node.description)
}

/// The level that most dependency ends have; the deeper one when two are equal.
fn task_level(plan: &Plan, by_id: &HashMap<&str, usize>, leaves: &[usize]) -> u32 {
    let mut uses: BTreeMap<u32, usize> = BTreeMap::new();
    for dependency in &plan.dependencies {
        for end in [&dependency.dependent, &dependency.depends_on] {
            if let Some(&node) = by_id.get(end.as_str()) {
                *uses.entry(plan.wbs[node].level).or_default() += 1;
            }
        }
    }
    if let Some((&level, _)) = uses.iter().max_by_key(|&(&level, &count)| (count, level)) {
        return level;
    }
    let deepest = leaves
        .iter()
        .map(|&leaf| plan.wbs[leaf].level)
        .max()
        .unwrap_or(1);
    let parents = leaves.iter().filter_map(|&leaf| plan.wbs[leaf].parent);
    let grouped = parents
        .filter_map(|p| plan.wbs.get(p))
        .any(|p| p.parent.is_some());
    if grouped {
        deepest.saturating_sub(1)
    } else {
        deepest
    }
}

fn task_nodes(plan: &Plan, level: u32, leaves: &[usize]) -> Vec<usize> {
    let mut is_leaf = vec![false; plan.wbs.len()];
    for &leaf in leaves {
        is_leaf[leaf] = true;
    }
    (0..plan.wbs.len())
        .filter(|&node| {
            let at = plan.wbs[node].level;
            at == level || (at < level && is_leaf[node])
        })
        .collect()
}

/// Renumbers representatives 0.. in order; returns each node's number and the WBS index of
/// each representative.
fn number(representative: &[usize], nodes: &[usize]) -> (Vec<usize>, Vec<usize>) {
    let mut numbers = vec![0; nodes.len()];
    let mut found = Vec::new();
    for (position, &chosen) in representative.iter().enumerate() {
        if chosen == position {
            numbers[position] = found.len();
            found.push(nodes[position]);
        } else {
            numbers[position] = numbers[chosen];
        }
    }
    (numbers, found)
}

/// Hands each task's number down to the nodes below it. Parents stand before children.
fn assign(plan: &Plan, tasks: &[usize], merged: &[usize]) -> Vec<Option<usize>> {
    let mut task_of = vec![None; plan.wbs.len()];
    for (&node, &number) in tasks.iter().zip(merged) {
        task_of[node] = Some(number);
    }
    for (index, node) in plan.wbs.iter().enumerate() {
        if task_of[index].is_none() {
            task_of[index] = node.parent.filter(|&p| p < index).and_then(|p| task_of[p]);
        }
    }
    task_of
}
