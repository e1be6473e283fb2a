//! Durations (D), deliverables and owners (O), staffing (S).
//!
//! All count merged tasks and leaves by their representatives, so a copy of a task adds
//! nothing, good or bad.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use plan::model::{Duration, Plan};

use super::tasks::Breakdown;
use crate::words::name_stems;

/// Share of the tasks with a known duration whose range is in order and not a point.
/// `None` when no task has a known duration.
pub(crate) fn durations(plan: &Plan, breakdown: &Breakdown<'_>) -> Option<f64> {
    let mut of_task: HashMap<&str, &Duration> = HashMap::new();
    for duration in &plan.durations {
        of_task.entry(duration.task_id.as_str()).or_insert(duration);
    }
    let counted: BTreeSet<usize> = breakdown
        .task_representatives
        .iter()
        .chain(&breakdown.leaf_representatives)
        .copied()
        .collect();
    let ranges: Vec<bool> = counted
        .iter()
        .filter_map(|&node| of_task.get(plan.wbs[node].id.as_str()))
        .filter_map(|duration| is_range(duration))
        .collect();
    let good = ranges.iter().filter(|good| **good).count();
    (!ranges.is_empty()).then(|| good as f64 / ranges.len() as f64)
}

/// `None` when any of the three estimates is unknown.
fn is_range(duration: &Duration) -> Option<bool> {
    let known = |days: Option<f64>| days.filter(|days| days.is_finite() && *days >= 0.0);
    let min = known(duration.days_min)?;
    let realistic = known(duration.days_realistic)?;
    let max = known(duration.days_max)?;
    Some(min <= realistic && realistic <= max && min < max)
}

/// Share of leaves that name a deliverable or have a resource that is a role of the team.
pub(crate) fn ownership(plan: &Plan, breakdown: &Breakdown<'_>) -> f64 {
    let roles: Vec<BTreeSet<String>> = plan.team.iter().map(|role| name_set(&role.name)).collect();
    let owned = breakdown.leaf_representatives.iter().filter(|&&leaf| {
        let node = &plan.wbs[leaf];
        let named = node
            .deliverable
            .as_deref()
            .is_some_and(|text| !text.trim().is_empty());
        named
            || node
                .resources
                .iter()
                .any(|resource| matches_role(resource, &roles))
    });
    owned.count() as f64 / breakdown.leaf_representatives.len().max(1) as f64
}

fn name_set(name: &str) -> BTreeSet<String> {
    name_stems(name).into_iter().collect()
}

/// A resource is a role when at least half of its words are the role's, one of them a word of
/// a trade: "Risk Management Specialists" is "Risk Management Officer", but not "IT Specialist".
fn matches_role(resource: &str, roles: &[BTreeSet<String>]) -> bool {
    let resource = name_set(resource);
    roles.iter().any(|role| {
        let shared: Vec<&String> = resource.intersection(role).collect();
        let of_trade = shared.iter().any(|word| !RANKS.contains(&word.as_str()));
        of_trade && shared.len() * 2 >= resource.len()
    })
}

/// Stems of words that tell someone's rank rather than trade.
const RANKS: &[&str] = &[
    "advise", "adviso", "analys", "archit", "chief", "consul", "coordi", "direct", "engine",
    "expert", "group", "head", "junior", "lead", "leader", "manage", "member", "office", "planne",
    "repres", "senior", "specia", "staff", "strate", "team", "techni",
];

/// Share of leaves with a resource × (1 − exp(−n/8)), n the effective number of different
/// resources: the exponential of the entropy of their names.
pub(crate) fn staffing(plan: &Plan, breakdown: &Breakdown<'_>) -> f64 {
    let mut uses: BTreeMap<String, usize> = BTreeMap::new();
    let mut staffed = 0_usize;
    for &leaf in &breakdown.leaf_representatives {
        let names: BTreeSet<String> = plan.wbs[leaf]
            .resources
            .iter()
            .map(|resource| name_stems(resource).join(" "))
            .filter(|name| !name.is_empty())
            .collect();
        staffed += usize::from(!names.is_empty());
        for name in names {
            *uses.entry(name).or_default() += 1;
        }
    }
    let coverage = staffed as f64 / breakdown.leaf_representatives.len().max(1) as f64;
    coverage * (1.0 - (-effective_number(&uses) / 8.0).exp())
}

fn effective_number(uses: &BTreeMap<String, usize>) -> f64 {
    let total: usize = uses.values().sum();
    if total == 0 {
        return 0.0;
    }
    let entropy: f64 = uses
        .values()
        .map(|&count| count as f64 / total as f64)
        .map(|share| -share * share.ln())
        .sum();
    entropy.exp()
}
