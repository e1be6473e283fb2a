//! Internal numbering: items that met each other get neighbouring numbers.
//!
//! Three quarters of an item's opponents come from a bucket of a hundred. In the callers'
//! order (of content hashes) they lie all over memory; side by side they share cache lines.
//! Buckets are found from the comparisons alone by label propagation (Raghavan, Albert &
//! Kumara 2007): every item takes the label most frequent among its opponents.
//!
//! Any order is correct. This one depends on the comparisons only, never on their order.

use super::edges::accumulate;
use crate::log::Comparison;
use crate::uncertainty::noise::mix;

/// Below this many items everything fits the cache anyway.
const WORTHWHILE_ITEMS: usize = 2_000;
/// Sweeps over all items; communities are clear after two or three.
const SWEEPS: u64 = 4;

/// A permutation of the items.
#[derive(Debug)]
pub(crate) struct Layout {
    /// The item at each internal number.
    pub(crate) item_at: Vec<u32>,
    /// The internal number of each item.
    pub(crate) position_of: Vec<u32>,
}

impl Layout {
    /// Chooses a numbering for these comparisons.
    pub(crate) fn new(items: usize, comparisons: &[Comparison]) -> Self {
        if items < WORTHWHILE_ITEMS {
            return Self::identity(items);
        }
        let labels = communities(&Opponents::new(items, comparisons));
        let mut item_at: Vec<u32> = (0u32..).take(items).collect();
        item_at.sort_unstable_by_key(|&item| (labels[item as usize], item));
        let mut position_of = vec![0u32; items];
        for (position, &item) in (0u32..).zip(&item_at) {
            position_of[item as usize] = position;
        }
        Self {
            item_at,
            position_of,
        }
    }

    /// Numbers newcomers after all others.
    pub(crate) fn grow(&mut self, items: usize) {
        let numbers = (0u32..).take(items).skip(self.item_at.len());
        self.item_at.extend(numbers.clone());
        self.position_of.extend(numbers);
    }

    fn identity(items: usize) -> Self {
        let identity: Vec<u32> = (0u32..).take(items).collect();
        Self {
            item_at: identity.clone(),
            position_of: identity,
        }
    }
}

/// Everybody's opponents, with repeats.
struct Opponents {
    starts: Vec<u32>,
    list: Vec<u32>,
}

impl Opponents {
    fn new(items: usize, comparisons: &[Comparison]) -> Self {
        let mut starts = vec![0u32; items + 1];
        for comparison in comparisons {
            starts[comparison.first as usize + 1] += 1;
            starts[comparison.second as usize + 1] += 1;
        }
        accumulate(&mut starts);
        let mut next = starts.clone();
        let mut list = vec![0u32; 2 * comparisons.len()];
        let mut put = |item: u32, opponent: u32| {
            let slot = &mut next[item as usize];
            list[*slot as usize] = opponent;
            *slot += 1;
        };
        for comparison in comparisons {
            put(comparison.first, comparison.second);
            put(comparison.second, comparison.first);
        }
        Self { starts, list }
    }

    fn of(&self, item: usize) -> &[u32] {
        &self.list[self.starts[item] as usize..self.starts[item + 1] as usize]
    }
}

/// A label per item. Ties go to the label that a hash favours, a fresh one in every sweep:
/// with a fixed favourite one label would flood the graph.
fn communities(opponents: &Opponents) -> Vec<u32> {
    let items = opponents.starts.len() - 1;
    let mut labels: Vec<u32> = (0u32..).take(items).collect();
    let mut counts = vec![0u32; items];
    for sweep in 0..SWEEPS {
        for item in 0..items {
            let around = opponents.of(item);
            for &opponent in around {
                counts[labels[opponent as usize] as usize] += 1;
            }
            let mut best = (0, 0, labels[item]);
            for &opponent in around {
                let label = labels[opponent as usize];
                let count = std::mem::take(&mut counts[label as usize]);
                if count >= best.0 && count > 0 {
                    best = best.max((count, mix(u64::from(label) ^ (sweep << 32)), label));
                }
            }
            labels[item] = best.2;
        }
    }
    labels
}
