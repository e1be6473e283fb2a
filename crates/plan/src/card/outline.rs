//! The WBS outline: phases first, then tasks, then their parts, each level spread evenly over
//! its parents, so that neither a long first phase nor padded leaves crowd out the rest.

use super::{CardItem, SectionKind};
use crate::model::{Plan, WbsNode};

/// Levels below the top that are shown; real plans have three.
const MAX_LEVELS: usize = 4;

pub(super) struct Outline {
    pub(super) children: Vec<Vec<usize>>,
    pub(super) roots: Vec<usize>,
}

impl Outline {
    pub(super) fn of(wbs: &[WbsNode]) -> Self {
        let mut outline = Self {
            children: vec![Vec::new(); wbs.len()],
            roots: Vec::new(),
        };
        for (index, node) in wbs.iter().enumerate() {
            match node.parent {
                // A parent always stands before its children; anything else is a new root.
                Some(parent) if parent < index => outline.children[parent].push(index),
                _ => outline.roots.push(index),
            }
        }
        outline
    }

    /// The top level of the outline: what stands below a single root, else the roots.
    fn top(&self) -> &[usize] {
        match self.roots.as_slice() {
            [root] if !self.children[*root].is_empty() => &self.children[*root],
            roots => roots,
        }
    }

    /// How many leaves stand at or below each node.
    pub(super) fn leaf_counts(&self, wbs: &[WbsNode]) -> Vec<usize> {
        let mut counts: Vec<usize> = self
            .children
            .iter()
            .map(|children| usize::from(children.is_empty()))
            .collect();
        for index in (0..wbs.len()).rev() {
            if let Some(parent) = wbs[index].parent.filter(|parent| *parent < index) {
                counts[parent] += counts[index];
            }
        }
        counts
    }

    /// Nodes with their outline path, shown level by level until `limit` are taken; at most
    /// [`MAX_LEVELS`] levels, so that ids stay short.
    fn pick(&self, limit: usize) -> Vec<(Vec<usize>, usize)> {
        let mut level: Vec<(Vec<usize>, Vec<usize>)> = vec![(Vec::new(), self.top().to_vec())];
        let mut picked: Vec<(Vec<usize>, usize)> = Vec::new();
        for _ in 0..MAX_LEVELS {
            let shown = round_robin(&level, limit - picked.len());
            level = shown
                .iter()
                .map(|(path, node)| (path.clone(), self.children[*node].clone()))
                .filter(|(_, children)| !children.is_empty())
                .collect();
            picked.extend(shown);
        }
        picked.sort();
        picked
    }
}

/// First every parent's first child, then every second one, until `limit` are taken. On the top
/// level, half of the outline is kept for what stands below it.
fn round_robin(level: &[(Vec<usize>, Vec<usize>)], limit: usize) -> Vec<(Vec<usize>, usize)> {
    let is_top = level.len() == 1 && level[0].0.is_empty();
    let limit = if is_top { limit / 2 } else { limit };
    let mut shown = Vec::new();
    let longest = level.iter().map(|(_, list)| list.len()).max().unwrap_or(0);
    for at in 0..longest {
        for (path, children) in level {
            if shown.len() == limit {
                return shown;
            }
            if let Some(child) = children.get(at) {
                let mut path = path.clone();
                path.push(at + 1);
                shown.push((path, *child));
            }
        }
    }
    shown
}

/// The outline's items: `W1.2` is the second task of the first phase.
pub(super) fn items(plan: &Plan) -> Vec<CardItem> {
    let outline = Outline::of(&plan.wbs);
    let leaves = outline.leaf_counts(&plan.wbs);
    outline
        .pick(SectionKind::Wbs.max_items())
        .into_iter()
        .map(|(path, index)| {
            let node = &plan.wbs[index];
            CardItem {
                id: id(&path),
                text: line(node, outline.children[index].len(), leaves[index]),
                source: node.source.clone(),
            }
        })
        .collect()
}

fn id(path: &[usize]) -> String {
    let numbers: Vec<String> = path.iter().map(usize::to_string).collect();
    format!("{}{}", SectionKind::Wbs.prefix(), numbers.join("."))
}

fn line(node: &WbsNode, children: usize, leaves: usize) -> String {
    let name = crate::text::prefix(&node.name, 70);
    match (children, &node.deliverable) {
        (0, Some(deliverable)) => format!("{name} → {deliverable}"),
        (0, None) => name.to_owned(),
        _ if leaves == children => format!("{name} ({children} parts)"),
        _ => format!("{name} ({children} parts, {leaves} leaves)"),
    }
}
