//! Facts counted over the whole plan: sizes, known durations, the critical path.

use std::collections::BTreeMap;

use super::outline::Outline;
use crate::model::Plan;

/// The schedule's facts as short sentences, with their sources.
pub(super) fn schedule(plan: &Plan) -> Vec<(String, String)> {
    let mut facts = Vec::new();
    if let Some(date) = plan.start_date {
        facts.push((format!("Asked for on {date}"), plan.prompt.source.clone()));
    }
    facts.extend(sizes(plan));
    facts.extend(durations(plan));
    facts.extend(critical_path(plan));
    facts
}

fn sizes(plan: &Plan) -> Vec<(String, String)> {
    let mut facts = Vec::new();
    if let Some(root) = plan.wbs.first() {
        let outline = Outline::of(&plan.wbs);
        let leaves = outline.children.iter().filter(|c| c.is_empty()).count();
        let levels = plan.wbs.iter().map(|node| node.level).max().unwrap_or(0);
        let nodes = plan.wbs.len();
        facts.push((
            format!("{nodes} WBS nodes on {levels} levels, {leaves} of them leaves"),
            root.source.clone(),
        ));
    }
    if let Some(first) = plan.dependencies.first() {
        let count = plan.dependencies.len();
        facts.push((
            format!("{count} dependencies between tasks"),
            first.source.clone(),
        ));
    }
    facts
}

fn durations(plan: &Plan) -> Vec<(String, String)> {
    let Some(first) = plan.durations.first() else {
        return Vec::new();
    };
    let known = plan
        .durations
        .iter()
        .filter(|d| d.days_realistic.is_some())
        .count();
    let ranged = plan
        .durations
        .iter()
        .filter(|d| matches!((d.days_min, d.days_max), (Some(min), Some(max)) if min < max))
        .count();
    let total = plan.durations.len();
    let fact = format!(
        "Durations for {total} tasks: {known} with a realistic value, {ranged} with a range"
    );
    vec![(fact, first.source.clone())]
}

fn critical_path(plan: &Plan) -> Option<(String, String)> {
    let source = plan.dependencies.first()?.source.clone();
    let Some((tasks, days)) = longest_chain(plan) else {
        return Some(("The dependencies form a cycle".to_owned(), source));
    };
    let fact = format!("Critical path: {days:.0} realistic days in a chain of {tasks} tasks");
    Some((fact, source))
}

/// Tasks and days of the longest chain of dependencies by realistic duration (unknown counts as
/// 0 days); `None` if there is a cycle. Kahn's algorithm in outline order.
fn longest_chain(plan: &Plan) -> Option<(usize, f64)> {
    let index: BTreeMap<&str, usize> = plan
        .wbs
        .iter()
        .enumerate()
        .map(|(at, node)| (node.id.as_str(), at))
        .collect();
    let mut days = vec![0.0; plan.wbs.len()];
    for duration in &plan.durations {
        if let Some(at) = index.get(duration.task_id.as_str()) {
            days[*at] = duration.days_realistic.unwrap_or(0.0);
        }
    }
    let mut after: Vec<Vec<usize>> = vec![Vec::new(); plan.wbs.len()];
    let mut waiting = vec![0_usize; plan.wbs.len()];
    for dependency in &plan.dependencies {
        let ends = (
            index.get(dependency.depends_on.as_str()),
            index.get(dependency.dependent.as_str()),
        );
        if let (Some(before), Some(dependent)) = ends {
            after[*before].push(*dependent);
            waiting[*dependent] += 1;
        }
    }
    let mut chain: Vec<(f64, usize)> = days.iter().map(|days| (*days, 1)).collect();
    let mut ready: Vec<usize> = (0..waiting.len()).filter(|at| waiting[*at] == 0).collect();
    let mut done = 0;
    while let Some(at) = ready.pop() {
        done += 1;
        for &next in &after[at] {
            let through = (chain[at].0 + days[next], chain[at].1 + 1);
            if through > chain[next] {
                chain[next] = through;
            }
            waiting[next] -= 1;
            if waiting[next] == 0 {
                ready.push(next);
            }
        }
    }
    if done < plan.wbs.len() {
        return None;
    }
    chain
        .into_iter()
        .max_by(|a, b| a.partial_cmp(b).unwrap_or(std::cmp::Ordering::Equal))
        .map(|(days, tasks)| (tasks, days))
}
