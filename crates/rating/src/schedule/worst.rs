//! The items in order of how badly they need a comparison: a heap that forgives change.
//!
//! Needs change after every comparison, so each change pushes a new entry and stale ones
//! are skipped when they surface. Ties go to the lower index, so the order is
//! deterministic.

use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;

#[derive(Debug, Clone, Copy)]
struct Entry {
    need: f64,
    item: u32,
}

impl Ord for Entry {
    fn cmp(&self, other: &Self) -> Ordering {
        let by_need = self.need.total_cmp(&other.need);
        by_need.then(Reverse(self.item).cmp(&Reverse(other.item)))
    }
}

impl PartialOrd for Entry {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Entry {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Entry {}

/// A max-heap of items by need.
#[derive(Debug, Clone, Default)]
pub(super) struct WorstFirst {
    heap: BinaryHeap<Entry>,
}

impl WorstFirst {
    pub(super) fn from_needs(needs: &[f64]) -> Self {
        let entries = (0u32..)
            .zip(needs)
            .map(|(item, &need)| Entry { need, item });
        Self {
            heap: entries.collect(),
        }
    }

    pub(super) fn push(&mut self, item: u32, needs: &[f64]) {
        // Stale entries are bounded by a multiple of the items.
        if self.heap.len() > 4 * needs.len() + 64 {
            self.heap
                .retain(|entry| entry.need.total_cmp(&needs[entry.item as usize]).is_eq());
        }
        self.heap.push(Entry {
            need: needs[item as usize],
            item,
        });
    }

    /// Takes out the item with the greatest current need, if any.
    pub(super) fn pop(&mut self, needs: &[f64]) -> Option<u32> {
        while let Some(entry) = self.heap.pop() {
            if entry.need.total_cmp(&needs[entry.item as usize]).is_eq() {
                return Some(entry.item);
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_greatest_current_need_comes_first_and_ties_go_to_the_lower_index() {
        let mut needs = vec![1.0, 3.0, 3.0, 2.0];
        let mut worst = WorstFirst::from_needs(&needs);
        assert_eq!(worst.pop(&needs), Some(1));
        needs[2] = 0.5;
        worst.push(2, &needs);
        let rest: Vec<u32> = std::iter::from_fn(|| worst.pop(&needs)).collect();
        assert_eq!(rest, [3, 0, 2]);
    }

    #[test]
    fn stale_entries_stay_bounded() {
        let mut needs = vec![1.0; 10];
        let mut worst = WorstFirst::from_needs(&needs);
        for step in 0..10_000 {
            needs[3] = f64::from(step);
            worst.push(3, &needs);
        }
        assert!(worst.heap.len() <= 4 * needs.len() + 65);
        assert_eq!(worst.pop(&needs), Some(3));
    }
}
