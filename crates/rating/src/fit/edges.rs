//! The comparisons as a graph: grouped by pair, in an order that depends on nothing but
//! their content.
//!
//! A comparison of i before j and one of j before i are the same likelihood with the sign
//! of β turned and the level mirrored. Every edge is therefore stored from its lower item,
//! and all that differs is its *class*: judge × order × level.

use std::ops::Range;

use crate::log::Comparison;

/// Levels −4..=4.
pub(crate) const LEVELS: usize = 9;
/// Orders × levels.
pub(crate) const CLASSES_PER_JUDGE: usize = 2 * LEVELS;

/// One comparison seen from its lower item.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Edge {
    /// The higher item, in internal numbering.
    pub(crate) other: u32,
    /// Index into the table of classes.
    pub(crate) class: u32,
    pub(crate) weight: f32,
}

const BLANK: Edge = Edge {
    other: 0,
    class: 0,
    weight: 0.0,
};

/// All comparisons, by lower item, then higher item, class and weight.
#[derive(Debug)]
pub(crate) struct Edges {
    /// Edges of lower item i are `list[starts[i]..starts[i + 1]]`.
    pub(crate) starts: Vec<u32>,
    pub(crate) list: Vec<Edge>,
}

impl Edges {
    /// Groups and sorts; `position_of` maps an item to its internal number.
    pub(crate) fn new(comparisons: &[Comparison], position_of: &[u32]) -> Self {
        let mut starts = vec![0u32; position_of.len() + 1];
        for comparison in comparisons {
            let (lower, _) = locate(comparison, position_of);
            starts[lower as usize + 1] += 1;
        }
        accumulate(&mut starts);
        let mut list = vec![BLANK; comparisons.len()];
        let mut next = starts.clone();
        for comparison in comparisons {
            let (lower, edge) = locate(comparison, position_of);
            let slot = &mut next[lower as usize];
            list[*slot as usize] = edge;
            *slot += 1;
        }
        for row in starts.windows(2) {
            sort_row(&mut list[row[0] as usize..row[1] as usize]);
        }
        Self { starts, list }
    }

    /// Adds edges, and items numbered after those known: the same as grouping all anew.
    pub(crate) fn merge(&mut self, added: &Self) {
        let end = self.starts[self.items()];
        self.starts.resize(added.starts.len(), end);
        self.list.reserve_exact(added.list.len());
        self.list.resize(self.list.len() + added.list.len(), BLANK);
        for item in (0..added.items()).rev() {
            let old = self.starts[item] as usize..self.starts[item + 1] as usize;
            let start = old.start + added.starts[item] as usize;
            let middle = start + old.len();
            self.list.copy_within(old, start);
            let more = added.row(item);
            if !more.is_empty() {
                let row_end = middle + more.len();
                self.list[middle..row_end].copy_from_slice(more);
                sort_row(&mut self.list[start..row_end]);
            }
        }
        for (start, added) in self.starts.iter_mut().zip(&added.starts) {
            *start += added;
        }
    }

    /// Edges of one lower item.
    pub(crate) fn row(&self, lower: usize) -> &[Edge] {
        &self.list[self.starts[lower] as usize..self.starts[lower + 1] as usize]
    }

    /// The lower item of an edge, given one at or before it.
    #[inline]
    pub(crate) fn item_of(&self, edge: usize, mut item: usize) -> usize {
        while self.starts[item + 1] as usize <= edge {
            item += 1;
        }
        item
    }

    /// Visits a range of edges row by row, starting the search for rows at `item`; returns
    /// the last row visited.
    #[inline]
    pub(crate) fn for_rows(
        &self,
        mut item: usize,
        range: Range<usize>,
        mut visit: impl FnMut(usize, &[Edge]),
    ) -> usize {
        let mut edge = range.start;
        while edge < range.end {
            item = self.item_of(edge, item);
            let row_end = range.end.min(self.starts[item + 1] as usize);
            visit(item, &self.list[edge..row_end]);
            edge = row_end;
        }
        item
    }

    pub(crate) fn items(&self) -> usize {
        self.starts.len() - 1
    }

    /// Total weight per class.
    pub(crate) fn class_weights(&self, judges: usize) -> Vec<f64> {
        let mut totals = vec![0.0; judges * CLASSES_PER_JUDGE];
        for edge in &self.list {
            totals[edge.class as usize] += f64::from(edge.weight);
        }
        totals
    }
}

fn sort_row(row: &mut [Edge]) {
    row.sort_unstable_by_key(|edge| (edge.other, edge.class, edge.weight.to_bits()));
}

/// Turns counts at i + 1 into starts at i.
pub(crate) fn accumulate(counts: &mut [u32]) {
    let mut total = 0;
    for count in counts {
        total += *count;
        *count = total;
    }
}

fn locate(comparison: &Comparison, position_of: &[u32]) -> (u32, Edge) {
    let first = position_of[comparison.first as usize];
    let second = position_of[comparison.second as usize];
    let reversed = first > second;
    let level = if reversed {
        -comparison.level
    } else {
        comparison.level
    };
    let class = class_of(comparison.judge, reversed, level);
    let edge = Edge {
        other: first.max(second),
        class,
        weight: comparison.weight,
    };
    (first.min(second), edge)
}

fn class_of(judge: u16, reversed: bool, level: i8) -> u32 {
    let level = u32::from((level + 4).unsigned_abs());
    (u32::from(judge) * 2 + u32::from(reversed)) * 9 + level
}

/// The judge, the sign of β (−1 when the lower item was shown second) and the level as the
/// lower item sees it.
pub(crate) fn class_meaning(class: usize) -> (usize, f64, i8) {
    const LEVEL_OF: [i8; LEVELS] = [-4, -3, -2, -1, 0, 1, 2, 3, 4];
    let side = if (class / LEVELS).is_multiple_of(2) {
        1.0
    } else {
        -1.0
    };
    (class / CLASSES_PER_JUDGE, side, LEVEL_OF[class % LEVELS])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn merging_is_grouping_anew(
            entries in prop::collection::vec((0u32..9, 1u32..9, 0u16..3, -4i8..=4), 0..80),
            known in 0usize..80,
        ) {
            let log: Vec<Comparison> = entries
                .into_iter()
                .map(|(first, step, judge, level)| Comparison {
                    first, second: (first + step) % 9, judge, level, weight: 1.0,
                })
                .collect();
            let (known, new): (Vec<Comparison>, Vec<Comparison>) = log[..known.min(log.len())]
                .iter()
                .partition(|c| c.first < 7 && c.second < 7);
            let new = [&new, &log[known.len() + new.len()..]].concat();
            let positions: Vec<u32> = (0..9).collect();
            let mut merged = Edges::new(&known, &positions[..7]);
            merged.merge(&Edges::new(&new, &positions));
            let anew = Edges::new(&log, &positions);
            prop_assert_eq!(merged.starts, anew.starts);
            prop_assert_eq!(merged.list, anew.list);
        }
    }
}
