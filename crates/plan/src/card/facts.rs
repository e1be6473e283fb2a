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
/// 0 days); `None` if there is a cycle.
fn longest_chain(plan: &Plan) -> Option<(usize, f64)> {
    let network = Network::of(plan);
    let chains = network.chains()?;
    chains
        .into_iter()
        .max_by(|a, b| a.partial_cmp(b).unwrap_or(std::cmp::Ordering::Equal))
        .map(|(days, tasks)| (tasks, days))
}

/// Tasks in outline order, their days, and who waits for whom.
struct Network {
    days: Vec<f64>,
    after: Vec<Vec<usize>>,
    waiting: Vec<usize>,
}

impl Network {
    fn of(plan: &Plan) -> Self {
        let nodes = plan.wbs.iter().enumerate();
        let index: BTreeMap<&str, usize> = nodes.map(|(at, node)| (node.id.as_str(), at)).collect();
        let at = |id: &str| index.get(id).copied();
        let mut network = Self {
            days: vec![0.0; plan.wbs.len()],
            after: vec![Vec::new(); plan.wbs.len()],
            waiting: vec![0; plan.wbs.len()],
        };
        for duration in &plan.durations {
            if let Some(at) = at(&duration.task_id) {
                network.days[at] = duration.days_realistic.unwrap_or(0.0);
            }
        }
        for edge in &plan.dependencies {
            if let (Some(before), Some(dependent)) = (at(&edge.depends_on), at(&edge.dependent)) {
                network.after[before].push(dependent);
                network.waiting[dependent] += 1;
            }
        }
        network
    }

    /// Days and tasks of the longest chain that ends in each task, by Kahn's algorithm in outline
    /// order; `None` if there is a cycle.
    fn chains(&self) -> Option<Vec<(f64, usize)>> {
        let mut waiting = self.waiting.clone();
        let mut chains: Vec<(f64, usize)> = self.days.iter().map(|days| (*days, 1)).collect();
        let mut ready: Vec<usize> = (0..waiting.len()).filter(|at| waiting[*at] == 0).collect();
        let mut done = 0;
        while let Some(at) = ready.pop() {
            done += 1;
            for &next in &self.after[at] {
                let through = (chains[at].0 + self.days[next], chains[at].1 + 1);
                if through > chains[next] {
                    chains[next] = through;
                }
                waiting[next] -= 1;
                if waiting[next] == 0 {
                    ready.push(next);
                }
            }
        }
        (done == waiting.len()).then_some(chains)
    }
}
