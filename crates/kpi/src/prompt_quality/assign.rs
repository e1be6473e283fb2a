//! Which sentence serves which item: the assignment with the highest sum in which no sentence
//! serves more than two items.
//!
//! Exact, by dynamic programming over the 2⁸ sets of items served so far. More sentences can
//! only help, so adding text never lowers the sum.

use super::Mark;

/// Items that one sentence may serve.
const PER_SENTENCE: u32 = 2;
const SETS: usize = 256;

/// For each item the sentence that serves it and its mark.
pub(crate) type Assignment = [Option<(usize, Mark)>; 8];

/// The best sum for each set of items, and which items the last sentence added to it.
struct Row {
    sums: [Option<u16>; SETS],
    added: [u8; SETS],
}

pub(crate) fn best_assignment(marks: &[[Mark; 8]]) -> Assignment {
    let mut rows: Vec<Row> = Vec::with_capacity(marks.len());
    let mut sums = [None; SETS];
    sums[0] = Some(0);
    for sentence in marks {
        let row = next_row(&sums, sentence);
        sums = row.sums;
        rows.push(row);
    }
    // The first of equal sets, so that ties are decided the same way every time.
    let best = (0..SETS).rev().max_by_key(|&set| sums[set]).unwrap_or(0);
    trace_back(&rows, marks, best)
}

fn next_row(before: &[Option<u16>; SETS], sentence: &[Mark; 8]) -> Row {
    let mut row = Row {
        sums: *before,
        added: [0; SETS],
    };
    for added in choices(sentence) {
        let gain: u16 = items_of(added)
            .map(|item| u16::from(sentence[item].halves))
            .sum();
        for (set, sum) in before.iter().enumerate() {
            let Some(sum) = sum.filter(|_| set & usize::from(added) == 0) else {
                continue;
            };
            let union = set | usize::from(added);
            if row.sums[union].is_none_or(|known| known < sum + gain) {
                row.sums[union] = Some(sum + gain);
                row.added[union] = added;
            }
        }
    }
    row
}

/// Sets of one or two items that a sentence says something about.
fn choices(sentence: &[Mark; 8]) -> impl Iterator<Item = u8> + '_ {
    (1..=u8::MAX)
        .filter(|set| set.count_ones() <= PER_SENTENCE)
        .filter(|&set| items_of(set).all(|item| sentence[item].halves > 0))
}

fn items_of(set: u8) -> impl Iterator<Item = usize> {
    (0..8).filter(move |item| set & (1 << item) != 0)
}

fn trace_back(rows: &[Row], marks: &[[Mark; 8]], mut set: usize) -> Assignment {
    let mut assignment = [None; 8];
    for (index, row) in rows.iter().enumerate().rev() {
        let added = row.added[set];
        for item in items_of(added) {
            assignment[item] = Some((index, marks[index][item]));
        }
        set &= !usize::from(added);
    }
    assignment
}

#[cfg(test)]
mod tests {
    use super::{Mark, best_assignment};
    use proptest::prelude::*;

    fn marks(rows: &[[u8; 8]]) -> Vec<[Mark; 8]> {
        rows.iter()
            .map(|row| {
                row.map(|halves| Mark {
                    halves,
                    quote: (0, 1),
                })
            })
            .collect()
    }

    fn total(rows: &[[u8; 8]]) -> u32 {
        best_assignment(&marks(rows))
            .iter()
            .flatten()
            .map(|(_, mark)| u32::from(mark.halves))
            .sum()
    }

    #[test]
    fn one_sentence_serves_two_items() {
        assert_eq!(total(&[[2; 8]]), 4);
        assert_eq!(total(&[[2; 8]; 3]), 12);
        assert_eq!(total(&[[2; 8]; 4]), 16);
    }

    #[test]
    fn gives_way_where_another_sentence_can_serve() {
        let rows = [[2, 2, 2, 0, 0, 0, 0, 0], [2, 0, 0, 0, 0, 0, 0, 0]];
        assert_eq!(total(&rows), 6);
    }

    proptest! {
        #[test]
        fn a_sentence_more_never_lowers(rows in prop::collection::vec(prop::array::uniform8(0_u8..3), 1..8)) {
            prop_assert!(total(&rows[1..]) <= total(&rows));
            prop_assert!(total(&rows[..rows.len() - 1]) <= total(&rows));
        }

        #[test]
        fn no_sentence_serves_three(rows in prop::collection::vec(prop::array::uniform8(0_u8..3), 0..8)) {
            let chosen = best_assignment(&marks(&rows));
            for index in 0..rows.len() {
                let served = chosen.iter().flatten().filter(|(sentence, _)| *sentence == index).count();
                prop_assert!(served <= 2);
            }
        }
    }
}
