//! From stages to edges to an order.

use std::collections::{BTreeMap, BTreeSet};

use super::{Graph, Node};
use crate::Stage;
use crate::stages::StageError;

/// For each stage the positions, in the given list, of those it depends on.
type Needs = Vec<BTreeSet<usize>>;

pub(super) fn graph(stages: &[&Stage]) -> Result<Graph, StageError> {
    let writers = writers(stages)?;
    let mut needs = from_files(stages, &writers)?;
    wait_for_all(stages, &mut needs);
    wait_for_gates(stages, &mut needs);
    let order = order(stages, &needs)?;
    Ok(numbered(stages, &needs, &order, &writers))
}

fn writers<'a>(stages: &[&'a Stage]) -> Result<BTreeMap<&'a str, usize>, StageError> {
    let mut writers: BTreeMap<&str, usize> = BTreeMap::new();
    for (at, stage) in stages.iter().enumerate() {
        for output in &stage.outputs {
            if let Some(other) = writers.insert(&output.file, at) {
                let message = format!(
                    "outputs: {} is written by {} already",
                    output.file, stages[other].id
                );
                return Err(StageError::new(&stage.id, message));
            }
        }
    }
    Ok(writers)
}

fn from_files(stages: &[&Stage], writers: &BTreeMap<&str, usize>) -> Result<Needs, StageError> {
    let needs_of = |stage: &&Stage| {
        let each = stage.reads().map(|file| {
            writers.get(file).copied().ok_or_else(|| {
                StageError::new(&stage.id, format!("inputs: no stage writes {file}"))
            })
        });
        each.collect::<Result<BTreeSet<usize>, StageError>>()
    };
    stages.iter().map(needs_of).collect()
}

/// All that depend on `start`, itself included.
fn downstream(needs: &Needs, start: usize) -> BTreeSet<usize> {
    let mut reached = BTreeSet::from([start]);
    loop {
        let before = reached.len();
        for (at, needed) in needs.iter().enumerate() {
            if needed.intersection(&reached).next().is_some() {
                reached.insert(at);
            }
        }
        if reached.len() == before {
            return reached;
        }
    }
}

/// All that `start` depends on, itself included.
fn upstream(needs: &Needs, start: usize) -> BTreeSet<usize> {
    let mut reached = BTreeSet::new();
    let mut open = vec![start];
    while let Some(at) = open.pop() {
        if reached.insert(at) {
            open.extend(&needs[at]);
        }
    }
    reached
}

fn wait_for_all(stages: &[&Stage], needs: &mut Needs) {
    let by_files = needs.clone();
    for (at, _) in stages
        .iter()
        .enumerate()
        .filter(|(_, stage)| stage.reads_all())
    {
        let after = downstream(&by_files, at);
        let before = (0..stages.len()).filter(|other| !stages[*other].reads_all());
        needs[at].extend(before.filter(|other| !after.contains(other)));
    }
}

fn wait_for_gates(stages: &[&Stage], needs: &mut Needs) {
    let gates: BTreeSet<usize> = (0..stages.len())
        .filter(|at| stages[*at].gate().is_some())
        .collect();
    let first: BTreeSet<usize> = gates.iter().flat_map(|at| upstream(needs, *at)).collect();
    for at in (0..stages.len()).filter(|at| !first.contains(at)) {
        needs[at].extend(&gates);
    }
}

/// Kahn's algorithm; of several that could come next, the first in the list does.
fn order(stages: &[&Stage], needs: &Needs) -> Result<Vec<usize>, StageError> {
    let mut done = BTreeSet::new();
    let mut order = Vec::with_capacity(stages.len());
    while order.len() < stages.len() {
        let next = (0..stages.len()).find(|at| !done.contains(at) && needs[*at].is_subset(&done));
        let Some(next) = next else {
            return Err(circle(stages, needs, &done));
        };
        done.insert(next);
        order.push(next);
    }
    Ok(order)
}

/// Follows unmet needs until a stage comes up again.
fn circle(stages: &[&Stage], needs: &Needs, done: &BTreeSet<usize>) -> StageError {
    let mut path: Vec<usize> = Vec::new();
    let mut at = (0..stages.len())
        .find(|at| !done.contains(at))
        .unwrap_or_default();
    while !path.contains(&at) {
        path.push(at);
        at = needs[at].difference(done).next().copied().unwrap_or(at);
    }
    let start = path
        .iter()
        .position(|other| *other == at)
        .unwrap_or_default();
    let ids: Vec<&str> = path[start..]
        .iter()
        .map(|at| stages[*at].id.as_str())
        .collect();
    let message = format!("inputs: the stages wait for each other: {}", ids.join(", "));
    StageError::new(&stages[at].id, message)
}

fn numbered(
    stages: &[&Stage],
    needs: &Needs,
    order: &[usize],
    writers: &BTreeMap<&str, usize>,
) -> Graph {
    let mut position = vec![0; stages.len()];
    for (place, at) in order.iter().enumerate() {
        position[*at] = place;
    }
    let mut nodes: Vec<Node> = Vec::with_capacity(stages.len());
    for (place, at) in order.iter().enumerate() {
        let mut needed: Vec<usize> = needs[*at].iter().map(|other| position[*other]).collect();
        needed.sort_unstable();
        for other in &needed {
            nodes[*other].unlocks.push(place);
        }
        nodes.push(Node {
            stage: stages[*at].id.clone(),
            needs: needed,
            unlocks: Vec::new(),
        });
    }
    let named = nodes.iter().enumerate();
    Graph {
        by_id: named.map(|(at, node)| (node.stage.clone(), at)).collect(),
        writers: writers
            .iter()
            .map(|(file, at)| ((*file).to_owned(), position[*at]))
            .collect(),
        nodes,
    }
}
