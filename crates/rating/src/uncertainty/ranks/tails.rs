//! The smallest and largest ranks that each item drew, and nothing in between.
//!
//! The ends of an interval are order statistics near the extremes, so a few ranks at either
//! end give them exactly: 8 bytes × ranks kept per item, however many draws there are.

/// Per item, the `kept` smallest ranks ascending and the `kept` largest descending.
#[derive(Debug)]
pub(super) struct Tails {
    kept: usize,
    top_k: usize,
    smallest: Vec<u32>,
    largest: Vec<u32>,
    times_in_top: Vec<u32>,
}

impl Tails {
    pub(super) fn new(items: usize, kept: usize, top_k: usize) -> Self {
        Self {
            kept,
            top_k,
            smallest: vec![u32::MAX; items * kept],
            largest: vec![0; items * kept],
            times_in_top: vec![0; items],
        }
    }

    /// Takes the rank of one item in one draw.
    pub(super) fn add(&mut self, item: usize, rank: u32) {
        let range = item * self.kept..(item + 1) * self.kept;
        insert(&mut self.smallest[range.clone()], rank, |new, old| {
            new < old
        });
        insert(&mut self.largest[range], rank, |new, old| new > old);
        if rank as usize <= self.top_k {
            self.times_in_top[item] += 1;
        }
    }

    /// The innermost of the ranks kept at either end. At least `kept` draws must be in.
    pub(super) fn interval(&self, item: usize) -> (u32, u32) {
        let last = (item + 1) * self.kept - 1;
        (self.smallest[last], self.largest[last])
    }

    pub(super) fn times_in_top(&self, item: usize) -> u32 {
        self.times_in_top[item]
    }
}

/// Insertion into a full sorted list; the last entry drops out.
fn insert(list: &mut [u32], rank: u32, comes_before: impl Fn(u32, u32) -> bool) {
    let mut place = list.len();
    while place > 0 && comes_before(rank, list[place - 1]) {
        if place < list.len() {
            list[place] = list[place - 1];
        }
        place -= 1;
    }
    if place < list.len() {
        list[place] = rank;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_ends_are_those_of_the_sorted_ranks(
            ranks in prop::collection::vec(1u32..50, 9..60), left_out in 0usize..4,
        ) {
            let mut tails = Tails::new(2, left_out + 1, 5);
            for &rank in &ranks {
                tails.add(0, 50 - rank);
                tails.add(1, rank);
            }
            let mut sorted = ranks.clone();
            sorted.sort_unstable();
            let expected = (sorted[left_out], sorted[sorted.len() - 1 - left_out]);
            prop_assert_eq!(tails.interval(1), expected);
            let top = ranks.iter().filter(|rank| **rank <= 5).count();
            prop_assert_eq!(tails.times_in_top(1) as usize, top);
        }
    }
}
