//! The schedule as a chart and a table, and the work breakdown structure.

use std::collections::BTreeMap;

use crate::report::document::{Block, Node, RowKind, Table};
use crate::report::gantt::Gantt;
use crate::report::material::Material;
use crate::report::schedule::Schedule;
use crate::report::wording::{amount, counted, days, line, number, span};

const MAX_NODES: usize = 3_000;

pub(super) fn schedule(material: &Material<'_>) -> Vec<Block> {
    let Some(schedule) = &material.schedule else {
        return material.prose("schedule.md");
    };
    let mut blocks = vec![
        Block::Note(overview(schedule)),
        Block::Gantt(Box::new(Gantt::of(schedule))),
    ];
    if material.schedule_is_derived {
        let note = "The run has no schedule of its own. This one is computed from its durations \
                    and dependencies: a task starts as soon as what it depends on is finished.";
        blocks.insert(0, Block::Note(note.to_owned()));
    }
    blocks
}

fn overview(schedule: &Schedule) -> String {
    let at_once = match schedule.most_in_parallel {
        0 | 1 => String::new(),
        n => format!(", up to {n} at once"),
    };
    let spread = schedule.p80_days.map(|p80| {
        let p80 = days(p80.round());
        format!(" Four of five such projects would need at most {p80}.")
    });
    format!(
        "{} from start to finish, {}{at_once}.{}",
        span(schedule.days()),
        counted(schedule.tasks().count(), "task"),
        spread.unwrap_or_default(),
    )
}

/// The chart's equal for those who can't see it.
pub(in crate::report) fn schedule_table(gantt: &Gantt) -> Table {
    let columns = [
        ("Task", false),
        ("Start", false),
        ("Last day", false),
        ("Duration", true),
        ("Float", true),
        ("Critical", false),
        ("After", false),
    ];
    let mut table = Table::new("Tasks by phase with dates and float", &columns);
    for phase in &gantt.phases {
        let mut cells = vec![String::new(); columns.len()];
        cells[0] = format!("{} {}: {}", phase.number, phase.name, phase.dates);
        table.push(RowKind::Group, cells);
        for task in &phase.tasks {
            let cells = vec![
                format!("{} {}", task.number, task.name),
                task.start.clone(),
                task.finish.clone(),
                task.days.clone(),
                task.float_words.clone(),
                if task.critical { "yes" } else { "no" }.to_owned(),
                task.depends_on.replace(' ', ", "),
            ];
            table.push(RowKind::Item, cells);
        }
    }
    table
}

pub(super) fn breakdown(material: &Material<'_>) -> Vec<Block> {
    let facts = facts_by_task(material);
    let nodes = &material.plan.wbs;
    let mut children: BTreeMap<Option<usize>, Vec<usize>> = BTreeMap::new();
    for (at, node) in nodes.iter().enumerate().take(MAX_NODES) {
        children.entry(node.parent).or_default().push(at);
    }
    // The root is the project itself, which the page's title names.
    let roots = children.get(&None).cloned().unwrap_or_default();
    let tops = match roots.as_slice() {
        [root] => children.get(&Some(*root)).cloned().unwrap_or_default(),
        _ => roots,
    };
    let tree: Vec<Node> = (1..)
        .zip(tops)
        .map(|(n, at)| node(material, &children, &facts, at, format!("{n}")))
        .collect();
    if tree.is_empty() {
        return Vec::new();
    }
    vec![Block::Tree(tree)]
}

fn node(
    material: &Material<'_>,
    children: &BTreeMap<Option<usize>, Vec<usize>>,
    facts: &BTreeMap<&str, Vec<String>>,
    at: usize,
    number: String,
) -> Node {
    let source = &material.plan.wbs[at];
    let own = children.get(&Some(at)).map_or(&[][..], Vec::as_slice);
    let mut words = facts.get(source.id.as_str()).cloned().unwrap_or_default();
    if !source.resources.is_empty() {
        words.push(line(&source.resources.join(", "), 300));
    }
    let children = (1..)
        .zip(own)
        .map(|(n, &child)| node(material, children, facts, child, format!("{number}.{n}")));
    Node {
        children: children.collect(),
        name: line(&source.name, 200),
        description: line(&source.description, 1_200),
        facts: words,
        number,
    }
}

/// Duration and cost of each task, in words.
fn facts_by_task<'a>(material: &'a Material<'_>) -> BTreeMap<&'a str, Vec<String>> {
    let mut facts: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for duration in &material.plan.durations {
        let Some(realistic) = duration.days_realistic else {
            continue;
        };
        let range = match (duration.days_min, duration.days_max) {
            (Some(min), Some(max)) if min < max => {
                format!(" ({} to {})", number(min), number(max))
            }
            _ => String::new(),
        };
        let words = format!("{}{range}", days(realistic));
        facts.entry(&duration.task_id).or_default().push(words);
    }
    for (task, (sum, currency)) in costs(material) {
        let words = amount(sum, currency);
        facts.entry(task).or_default().push(words);
    }
    facts
}

/// What each task costs, and each node above one in sum.
fn costs<'a>(material: &'a Material<'_>) -> BTreeMap<&'a str, (f64, &'a str)> {
    let nodes = &material.plan.wbs;
    let mut sums = costs_by_task(material);
    // Parents stand before their children.
    for node in nodes.iter().rev() {
        let own = sums.get(node.id.as_str()).copied();
        let parent = node.parent.and_then(|at| nodes.get(at));
        if let (Some((sum, currency)), Some(parent)) = (own, parent) {
            sums.entry(&parent.id).or_insert((0.0, currency)).0 += sum;
        }
    }
    sums
}

fn costs_by_task<'a>(material: &'a Material<'_>) -> BTreeMap<&'a str, (f64, &'a str)> {
    let mut sums: BTreeMap<&str, (f64, &str)> = BTreeMap::new();
    for item in &material.plan.costs.items {
        if let (Some(task), Some(amount)) = (&item.task_id, item.amount) {
            sums.entry(task).or_insert((0.0, &item.currency)).0 += amount;
        }
    }
    sums
}
