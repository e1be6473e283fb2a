//! A network of tasks: its order, and which links add nothing.
//!
//! Tasks are numbers `0..n`, a link goes from what comes first to what depends on it. All
//! walks are iterative, so that an edited file with a chain of thousands can't overflow the stack.

use std::collections::{BTreeSet, VecDeque};

/// Links between tasks that never form a cycle.
#[derive(Debug)]
pub(crate) struct Network {
    successors: Vec<BTreeSet<usize>>,
}

impl Network {
    pub(crate) fn new(tasks: usize) -> Self {
        Self {
            successors: vec![BTreeSet::new(); tasks],
        }
    }

    pub(crate) fn successors(&self, task: usize) -> impl Iterator<Item = usize> {
        self.successors[task].iter().copied()
    }

    /// Adds a link. `false`, and nothing changes, if it would close a cycle.
    pub(crate) fn link(&mut self, first: usize, then: usize) -> bool {
        if first == then || self.reaches(then, first, None) {
            return false;
        }
        self.successors[first].insert(then);
        true
    }

    /// Whether other links already say that `first` comes before `then`.
    pub(crate) fn is_redundant(&self, first: usize, then: usize) -> bool {
        self.reaches(first, then, Some((first, then)))
    }

    pub(crate) fn unlink(&mut self, first: usize, then: usize) {
        self.successors[first].remove(&then);
    }

    /// Whether a path leads from one task to another, without the link `but`.
    fn reaches(&self, from: usize, to: usize, but: Option<(usize, usize)>) -> bool {
        let mut seen = vec![false; self.successors.len()];
        let mut open = vec![from];
        while let Some(task) = open.pop() {
            for next in self.successors(task) {
                if but == Some((task, next)) {
                    continue;
                }
                if next == to {
                    return true;
                }
                if !std::mem::replace(&mut seen[next], true) {
                    open.push(next);
                }
            }
        }
        false
    }

    /// Every task after all that come before it; ties by number (Kahn 1962).
    pub(crate) fn order(&self) -> Vec<usize> {
        let mut waiting = vec![0_usize; self.successors.len()];
        for next in self.successors.iter().flatten() {
            waiting[*next] += 1;
        }
        let mut ready: VecDeque<usize> = (0..waiting.len())
            .filter(|task| waiting[*task] == 0)
            .collect();
        let mut order = Vec::with_capacity(waiting.len());
        while let Some(task) = ready.pop_front() {
            order.push(task);
            for next in self.successors(task) {
                waiting[next] -= 1;
                if waiting[next] == 0 {
                    ready.push_back(next);
                }
            }
        }
        order
    }
}

#[cfg(test)]
mod tests {
    use super::Network;
    use proptest::prelude::*;

    #[test]
    fn a_link_that_closes_a_cycle_is_refused() {
        let mut network = Network::new(3);
        assert!(network.link(0, 1) && network.link(1, 2));
        assert!(!network.link(2, 0));
        assert!(!network.link(1, 1));
    }

    #[test]
    fn a_shortcut_is_redundant_and_a_chain_is_not() {
        let mut network = Network::new(3);
        for (first, then) in [(0, 1), (1, 2), (0, 2)] {
            network.link(first, then);
        }
        assert!(network.is_redundant(0, 2));
        assert!(!network.is_redundant(0, 1));
    }

    proptest! {
        #[test]
        fn whatever_is_linked_there_is_an_order_that_keeps_every_link(
            links in proptest::collection::vec((0_usize..12, 0_usize..12), 0..60),
        ) {
            let mut network = Network::new(12);
            for (first, then) in links {
                network.link(first, then);
            }
            let order = network.order();
            prop_assert_eq!(order.len(), 12);
            let place = |task| order.iter().position(|&other| other == task);
            for first in 0..12 {
                for then in network.successors(first) {
                    prop_assert!(place(first) < place(then));
                }
            }
        }
    }
}
