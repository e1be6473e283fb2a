//! Directed graphs: strongly connected components and transitive reduction.
//!
//! Both are iterative, so that a chain of 100,000 tasks does not overflow the stack.

use std::collections::BTreeSet;

/// Columns of the reachability matrix that are worked on at once: bounds memory to 512 bytes
/// per task.
const BLOCK: usize = 4_096;
const WORDS: usize = BLOCK / 64;

/// Component number of each node, numbered so that an edge between components goes from a
/// higher to a lower number (Tarjan 1972).
pub(crate) fn components(successors: &[Vec<usize>]) -> Vec<usize> {
    let mut tarjan = Tarjan {
        successors,
        order: vec![usize::MAX; successors.len()],
        low: vec![0; successors.len()],
        component: vec![usize::MAX; successors.len()],
        stack: Vec::new(),
        visited: 0,
        components: 0,
    };
    for node in 0..successors.len() {
        if tarjan.order[node] == usize::MAX {
            tarjan.visit(node);
        }
    }
    tarjan.component
}

struct Tarjan<'a> {
    successors: &'a [Vec<usize>],
    order: Vec<usize>,
    low: Vec<usize>,
    component: Vec<usize>,
    stack: Vec<usize>,
    visited: usize,
    components: usize,
}

impl Tarjan<'_> {
    fn visit(&mut self, root: usize) {
        let mut path = vec![(root, 0)];
        self.enter(root);
        while let Some((node, next)) = path.pop() {
            let Some(&successor) = self.successors[node].get(next) else {
                self.leave(node);
                if let Some(&(parent, _)) = path.last() {
                    self.low[parent] = self.low[parent].min(self.low[node]);
                }
                continue;
            };
            path.push((node, next + 1));
            if self.order[successor] == usize::MAX {
                self.enter(successor);
                path.push((successor, 0));
            } else if self.component[successor] == usize::MAX {
                self.low[node] = self.low[node].min(self.order[successor]);
            }
        }
    }

    fn enter(&mut self, node: usize) {
        self.order[node] = self.visited;
        self.low[node] = self.visited;
        self.visited += 1;
        self.stack.push(node);
    }

    fn leave(&mut self, node: usize) {
        if self.low[node] != self.order[node] {
            return;
        }
        while let Some(member) = self.stack.pop() {
            self.component[member] = self.components;
            if member == node {
                break;
            }
        }
        self.components += 1;
    }
}

/// Nodes that lie on a circle (a node that points to itself does).
pub(crate) fn in_cycles(successors: &[Vec<usize>]) -> Vec<usize> {
    let component = components(successors);
    let mut sizes = vec![0_usize; successors.len()];
    for &number in &component {
        sizes[number] += 1;
    }
    (0..successors.len())
        .filter(|&node| sizes[component[node]] > 1 || successors[node].contains(&node))
        .collect()
}

/// Whether each edge is irredundant: no other path leads from its tail to its head. Edges
/// within a strongly connected component are `None`, left out of the question.
pub(crate) fn irredundant(nodes: usize, edges: &[(usize, usize)]) -> Vec<Option<bool>> {
    let mut successors = vec![Vec::new(); nodes];
    for &(tail, head) in edges {
        successors[tail].push(head);
    }
    let component = components(&successors);
    let between: BTreeSet<(usize, usize)> = edges
        .iter()
        .map(|&(tail, head)| (component[tail], component[head]))
        .filter(|(tail, head)| tail != head)
        .collect();
    let count = component.iter().max().map_or(0, |max| max + 1);
    let redundant = redundant_edges(count, &between);
    edges
        .iter()
        .map(|&(tail, head)| {
            let edge = (component[tail], component[head]);
            (edge.0 != edge.1).then(|| !redundant.contains(&edge))
        })
        .collect()
}

/// Edges of an acyclic graph whose head another successor of the tail reaches too. Edges go
/// from higher to lower numbers, so ascending order visits heads before tails.
fn redundant_edges(count: usize, edges: &BTreeSet<(usize, usize)>) -> BTreeSet<(usize, usize)> {
    let mut redundant = BTreeSet::new();
    let mut successors: Vec<Vec<usize>> = vec![Vec::new(); count];
    for &(tail, head) in edges {
        successors[tail].push(head);
    }
    for start in (0..count).step_by(BLOCK) {
        let mut reach = vec![[0_u64; WORDS]; count];
        for tail in start..count {
            let mut beyond = [0_u64; WORDS];
            for &head in &successors[tail] {
                for (word, more) in beyond.iter_mut().zip(&reach[head]) {
                    *word |= more;
                }
            }
            for &head in successors[tail]
                .iter()
                .filter(|head| (start..start + BLOCK).contains(head))
            {
                let (word, bit) = ((head - start) / 64, 1_u64 << ((head - start) % 64));
                if beyond[word] & bit != 0 {
                    redundant.insert((tail, head));
                }
                reach[tail][word] |= bit;
            }
            for (word, more) in reach[tail].iter_mut().zip(&beyond) {
                *word |= more;
            }
        }
    }
    redundant
}

#[cfg(test)]
mod tests {
    use super::{in_cycles, irredundant};

    #[test]
    fn a_shortcut_is_redundant() {
        let edges = [(0, 1), (1, 2), (0, 2)];
        assert_eq!(
            irredundant(3, &edges),
            [Some(true), Some(true), Some(false)]
        );
    }

    #[test]
    fn edges_of_a_circle_are_left_out() {
        let edges = [(0, 1), (1, 0), (1, 2)];
        assert_eq!(irredundant(3, &edges), [None, None, Some(true)]);
    }

    #[test]
    fn a_long_chain_with_one_shortcut_over_many_blocks() {
        let mut edges: Vec<_> = (1..10_000).map(|node| (node - 1, node)).collect();
        edges.push((3, 9_000));
        let kept = irredundant(10_000, &edges);
        assert_eq!(kept.iter().filter(|edge| **edge == Some(false)).count(), 1);
        assert_eq!(kept.last(), Some(&Some(false)));
    }

    #[test]
    fn cycles_are_found_with_self_loops() {
        let successors = [vec![1], vec![2], vec![0], vec![3], vec![0]].map(|v: Vec<usize>| v);
        assert_eq!(in_cycles(&successors), [0, 1, 2, 3]);
    }
}
