//! Links between tasks: which are needed, how well they are explained, and circles.
//!
//! A link earns .25 for being there, and the rest when its own explanation names a word of
//! each end. An explanation that reads the same once the names of the two ends are taken out
//! is a template: the first three uses are free, beyond that all of its links share the extra
//! that three would have earned.

use std::collections::{BTreeMap, BTreeSet};

use plan::model::{Dependency, Plan};

use super::graph;
use super::tasks::Breakdown;
use crate::words::{content_stems, is_content, stem, words};

/// What a link earns without an explanation.
const BARE_CREDIT: f64 = 0.25;
/// Uses of one template that earn their extra in full.
const FREE_TEMPLATE_USES: usize = 3;

#[derive(Debug, Default)]
pub(crate) struct Links {
    /// Distinct links between merged tasks, those inside a circle left out.
    pub(crate) edges: usize,
    pub(crate) irredundant: usize,
    /// Share of links that say what no chain of others says (R). `None` without links.
    pub(crate) irredundant_share: Option<f64>,
    /// How well tasks are linked, 0..=1 (L).
    pub(crate) coverage: f64,
    /// Share of merged tasks on a circle of dependencies. `None` without circles.
    pub(crate) cycle_share: Option<f64>,
    pub(crate) templated: bool,
    /// Indices of the dependencies whose explanations earned full credit, in plan order.
    pub(crate) best_explanations: Vec<usize>,
}

/// A dependency with an end in each of two merged tasks.
struct Edge {
    /// (what comes first, what depends on it)
    ends: (usize, usize),
    /// Index in the plan's dependencies; the best explained where several say the same.
    dependency: usize,
    /// The explanation without the names of its ends, when it names both.
    template: Option<String>,
}

impl Links {
    pub(crate) fn of(plan: &Plan, breakdown: &Breakdown<'_>) -> Self {
        let edges = merged_edges(plan, breakdown);
        let ends: Vec<(usize, usize)> = edges.iter().map(|edge| edge.ends).collect();
        let kept = graph::irredundant(breakdown.task_count, &ends);
        let counted = kept.iter().flatten().count();
        let irredundant = kept.iter().flatten().filter(|kept| **kept).count();
        let uses = template_uses(&edges);
        let mut best = vec![(0.0_f64, 0.0_f64); breakdown.task_count];
        let mut best_explanations = Vec::new();
        for (edge, _) in edges
            .iter()
            .zip(&kept)
            .filter(|(_, kept)| **kept == Some(true))
        {
            let credit = credit(edge, &uses);
            if credit >= 1.0 {
                best_explanations.push(edge.dependency);
            }
            let (from, to) = edge.ends;
            best[from].1 = best[from].1.max(credit);
            best[to].0 = best[to].0.max(credit);
        }
        best_explanations.sort_unstable();
        let linked: f64 = best.iter().map(|(into, out)| 0.5 * (into + out)).sum();
        Self {
            edges: counted,
            irredundant,
            irredundant_share: (counted > 0).then(|| irredundant as f64 / counted as f64),
            coverage: ((1.0 + linked) / breakdown.task_count.max(1) as f64).min(1.0),
            cycle_share: cycle_share(plan, breakdown),
            templated: uses.values().any(|&uses| uses > FREE_TEMPLATE_USES),
            best_explanations,
        }
    }
}

/// One edge per pair of merged tasks, in a fixed order.
fn merged_edges(plan: &Plan, breakdown: &Breakdown<'_>) -> Vec<Edge> {
    let mut merged: BTreeMap<(usize, usize), Edge> = BTreeMap::new();
    for (index, dependency) in plan.dependencies.iter().enumerate() {
        let Some((tail, head)) = nodes(dependency, breakdown) else {
            continue;
        };
        let (Some(from), Some(to)) = (breakdown.task_of[tail], breakdown.task_of[head]) else {
            continue;
        };
        if from == to {
            continue;
        }
        let known = merged.get(&(from, to));
        if known.is_some_and(|edge| edge.template.is_some()) {
            continue;
        }
        let template = template(plan, dependency, (tail, head));
        if known.is_none() || template.is_some() {
            let edge = Edge {
                ends: (from, to),
                dependency: index,
                template,
            };
            merged.insert((from, to), edge);
        }
    }
    merged.into_values().collect()
}

/// WBS indices of what comes first and of what depends on it.
fn nodes(dependency: &Dependency, breakdown: &Breakdown<'_>) -> Option<(usize, usize)> {
    let tail = *breakdown.by_id.get(dependency.depends_on.as_str())?;
    let head = *breakdown.by_id.get(dependency.dependent.as_str())?;
    Some((tail, head))
}

/// What is left of an explanation without the words of the ends' names, if it has a word of
/// each (two different ones).
fn template(plan: &Plan, dependency: &Dependency, ends: (usize, usize)) -> Option<String> {
    let tail: BTreeSet<String> = content_stems(&plan.wbs[ends.0].name).into_iter().collect();
    let head: BTreeSet<String> = content_stems(&plan.wbs[ends.1].name).into_iter().collect();
    let said: BTreeSet<String> = content_stems(&dependency.explanation).into_iter().collect();
    let of_tail: BTreeSet<&String> = said.intersection(&tail).collect();
    let of_head: BTreeSet<&String> = said.intersection(&head).collect();
    let of_both = of_tail.union(&of_head).count();
    if of_tail.is_empty() || of_head.is_empty() || of_both < 2 {
        return None;
    }
    let rest = words(&dependency.explanation).into_iter().map(|word| {
        let stem = stem(&word);
        let names_end = is_content(&word) && (tail.contains(&stem) || head.contains(&stem));
        if names_end { "·".to_owned() } else { word }
    });
    let mut rest: Vec<String> = rest.collect();
    rest.dedup_by(|a, b| a == "·" && b == "·");
    Some(rest.join(" "))
}

fn template_uses(edges: &[Edge]) -> BTreeMap<&str, usize> {
    let mut uses = BTreeMap::new();
    for template in edges.iter().filter_map(|edge| edge.template.as_deref()) {
        *uses.entry(template).or_default() += 1;
    }
    uses
}

fn credit(edge: &Edge, uses: &BTreeMap<&str, usize>) -> f64 {
    let Some(template) = edge.template.as_deref() else {
        return BARE_CREDIT;
    };
    let uses = uses.get(template).copied().unwrap_or(1);
    let share = FREE_TEMPLATE_USES as f64 / uses.max(FREE_TEMPLATE_USES) as f64;
    BARE_CREDIT + (1.0 - BARE_CREDIT) * share
}

/// Circles are looked for in the plan as written: merging near-duplicates must not invent one.
fn cycle_share(plan: &Plan, breakdown: &Breakdown<'_>) -> Option<f64> {
    let mut successors = vec![Vec::new(); plan.wbs.len()];
    for (tail, head) in plan.dependencies.iter().filter_map(|d| nodes(d, breakdown)) {
        successors[tail].push(head);
    }
    let on_cycles = graph::in_cycles(&successors);
    if on_cycles.is_empty() {
        return None;
    }
    let tasks: BTreeSet<Option<usize>> = on_cycles
        .iter()
        .map(|&node| breakdown.task_of[node])
        .collect();
    Some((tasks.len() as f64 / breakdown.task_count.max(1) as f64).min(1.0))
}
