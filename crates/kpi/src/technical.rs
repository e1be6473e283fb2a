//! Technical completeness: is the work broken down, linked, timed and staffed?
//!
//! `G·√R·L^.35·D^.25·O^.25·S^.15` over the factors that are known, the exponents scaled so
//! that their sum stays that of the full formula; R to S are floored at .05. Any circle of
//! dependencies multiplies by ½(1 − share of tasks in circles). Near-duplicate tasks and
//! leaves count once, so that volume buys nothing.
//!
//! Only durations can be unknown (−1 in a plan file, or no record): tasks without one are
//! left out of D, and D is left out when no task has one. Everything else that is missing is
//! a gap in the plan, which filling in must never punish.

mod edges;
mod factors;
mod graph;
mod tasks;

use plan::model::Plan;
use serde_json::json;

use crate::evidence::Evidence;
use crate::kpi::{Flag, Kpi};
use edges::Links;
use tasks::Breakdown;

/// Version of this extractor.
pub const VERSION: &str = "technical_completeness/1";
/// A factor that stands for "nothing there" without wiping out the rest.
const FLOOR: f64 = 0.05;
/// Exponents of G, R, L, D, O and S.
const EXPONENTS: [f64; 6] = [1.0, 0.5, 0.35, 0.25, 0.25, 0.15];
/// Quotes shown as evidence.
const MAX_EVIDENCE: usize = 4;

/// Measures the plan's work breakdown structure, dependencies, durations and resources.
pub fn technical_completeness(plan: &Plan) -> Kpi {
    let Some(breakdown) = Breakdown::of(plan) else {
        let reason = "The plan has no work breakdown structure: list its tasks, broken down into pieces of work.";
        return Kpi::unknown(VERSION, reason, json!({}));
    };
    let links = Links::of(plan, &breakdown);
    let durations = factors::durations(plan, &breakdown);
    let ownership = factors::ownership(plan, &breakdown);
    let staffing = factors::staffing(plan, &breakdown);
    let leaves = breakdown.leaf_representatives.len() as f64;
    let known = [
        Some(1.0 - (-leaves / 10.0).exp()),
        Some(links.irredundant_share.unwrap_or(0.0).max(FLOOR)),
        Some(links.coverage.max(FLOOR)),
        durations.map(|share| share.max(FLOOR)),
        Some(ownership.max(FLOOR)),
        Some(staffing.max(FLOOR)),
    ];
    let cycle = links.cycle_share.map_or(1.0, |share| 0.5 * (1.0 - share));
    let detail = json!({
        "g_breakdown": known[0],
        "r_irredundant": known[1],
        "l_linked": known[2],
        "d_durations": known[3],
        "o_owned": known[4],
        "s_staffing": known[5],
        "cycle_factor": cycle,
        "tasks": breakdown.raw_tasks,
        "merged_tasks": breakdown.task_count,
        "leaves": breakdown.leaf_count,
        "merged_leaves": breakdown.leaf_representatives.len(),
        "edges": links.edges,
        "irredundant_edges": links.irredundant,
    });
    Kpi::known(VERSION, cycle * weighted_product(&known), detail)
        .with_evidence(evidence(plan, &breakdown, &links))
        .with_flags(flags(&breakdown, &links))
}

/// Π fᵢ^eᵢ over the known factors, exponents scaled up for those that are not.
fn weighted_product(factors: &[Option<f64>; 6]) -> f64 {
    let known = || {
        factors
            .iter()
            .zip(EXPONENTS)
            .filter_map(|(f, e)| Some((((*f)?), e)))
    };
    let total: f64 = EXPONENTS.iter().sum();
    let present: f64 = known().map(|(_, exponent)| exponent).sum();
    let log: f64 = known()
        .map(|(factor, exponent)| exponent * factor.ln())
        .sum();
    (log * total / present).exp()
}

fn flags(breakdown: &Breakdown<'_>, links: &Links) -> Vec<Flag> {
    let merged_away = breakdown.raw_tasks - breakdown.task_count + breakdown.leaf_count
        - breakdown.leaf_representatives.len();
    let mut flags = Vec::new();
    if links.cycle_share.is_some() {
        flags.push(Flag::DependencyCycle);
    }
    if links.templated {
        flags.push(Flag::TemplatedExplanations);
    }
    if merged_away * 10 >= breakdown.raw_tasks + breakdown.leaf_count {
        flags.push(Flag::NearDuplicateTasks);
    }
    flags
}

/// The explanations of the best links, then the first leaves.
fn evidence(plan: &Plan, breakdown: &Breakdown<'_>, links: &Links) -> Vec<Evidence> {
    let explanations = links.best_explanations.iter().map(|&index| {
        let dependency = &plan.dependencies[index];
        (dependency.source.as_str(), dependency.explanation.as_str())
    });
    let leaves = breakdown.leaf_representatives.iter().map(|&index| {
        let node = &plan.wbs[index];
        (node.source.as_str(), node.name.as_str())
    });
    explanations
        .take(MAX_EVIDENCE / 2)
        .chain(leaves.take(MAX_EVIDENCE / 2))
        .filter_map(|(source, text)| Evidence::of(source, text, (0, text.len())))
        .collect()
}
