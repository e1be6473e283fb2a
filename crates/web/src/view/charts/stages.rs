//! A graph of stages: time runs to the right, each phase has a lane, each line is a dependency.
//!
//! Pure layout: places and paths, which a template draws. The list beside the graph says the same
//! in words.

use std::fmt::Write as _;

use crate::view::run::{PhaseGroup, StageState};

const COLUMN: u32 = 46;
const ROW: u32 = 24;
const LANE_PAD: u32 = 10;
/// For the lanes' names.
const LEFT: u32 = 118;
const RIGHT: u32 = 26;

/// A graph, laid out.
#[derive(Debug, Clone, Default)]
pub struct StageGraph {
    pub width: u32,
    pub height: u32,
    pub lanes: Vec<Lane>,
    /// One path of the lines whose beginning is done, one of all others.
    pub done_lines: String,
    pub open_lines: String,
    pub dots: Vec<Dot>,
}

/// The strip of a phase.
#[derive(Debug, Clone)]
pub struct Lane {
    pub name: String,
    pub y: u32,
    pub height: u32,
}

impl Lane {
    /// Where the line of its name stands.
    pub fn middle(&self) -> u32 {
        self.y + self.height / 2
    }
}

/// A stage.
#[derive(Debug, Clone)]
pub struct Dot {
    pub x: u32,
    pub y: u32,
    pub title: String,
    pub state: StageState,
}

impl StageGraph {
    /// Lays out the stages of these phases; `needs` holds, for each stage in the order of the
    /// phases, the numbers of the stages that it waits for. What points nowhere is left out.
    pub fn new(phases: &[PhaseGroup], needs: &[Vec<usize>]) -> Self {
        let count = phases.iter().map(|phase| phase.stages.len()).sum();
        let needs = checked(needs, count);
        let columns = columns(&needs);
        let mut graph = Self {
            width: LEFT + RIGHT + columns.iter().max().map_or(0, |last| last * COLUMN),
            ..Self::default()
        };
        let mut first = 0;
        for phase in phases {
            graph.lane(phase, &columns[first..first + phase.stages.len()]);
            first += phase.stages.len();
        }
        graph.lines(&reduced(&needs, &columns));
        graph
    }

    fn lane(&mut self, phase: &PhaseGroup, columns: &[u32]) {
        let top = self.height;
        let mut rows = 0;
        for (index, stage) in phase.stages.iter().enumerate() {
            let above = columns[..index].iter().filter(|c| **c == columns[index]);
            let row = u32::try_from(above.count()).unwrap_or(0);
            rows = rows.max(row + 1);
            self.dots.push(Dot {
                x: LEFT + columns[index] * COLUMN,
                y: top + LANE_PAD + row * ROW + ROW / 2,
                title: stage.title.clone(),
                state: stage.state,
            });
        }
        let height = 2 * LANE_PAD + rows.max(1) * ROW;
        self.lanes.push(Lane {
            name: phase.name.clone(),
            y: top,
            height,
        });
        self.height += height;
    }

    fn lines(&mut self, needs: &[Vec<usize>]) {
        for (to, sources) in needs.iter().enumerate() {
            for &from in sources {
                let (a, b) = (&self.dots[from], &self.dots[to]);
                let bend = COLUMN * 2 / 3;
                let is_done = a.state == StageState::Done;
                let (x1, y1, x2, y2) = (a.x, a.y, b.x, b.y);
                let (c1, c2) = (x1 + bend, x2.saturating_sub(bend));
                let path = if is_done {
                    &mut self.done_lines
                } else {
                    &mut self.open_lines
                };
                // Writing to a string can't fail.
                let _ = write!(path, "M{x1} {y1}C{c1} {y1} {c2} {y2} {x2} {y2}");
            }
        }
    }
}

fn checked(needs: &[Vec<usize>], count: usize) -> Vec<Vec<usize>> {
    let of = |to: usize| {
        let known = needs.get(to).into_iter().flatten().copied();
        known.filter(|from| *from < count && *from != to).collect()
    };
    (0..count).map(of).collect()
}

/// The length of the longest way to each stage. Rounds are bounded, so that a cycle ends too.
fn columns(needs: &[Vec<usize>]) -> Vec<u32> {
    let mut columns = vec![0_u32; needs.len()];
    for _ in 0..needs.len() {
        let mut changed = false;
        for (to, sources) in needs.iter().enumerate() {
            let after = sources.iter().map(|from| columns[*from] + 1).max();
            let column = after
                .unwrap_or(0)
                .min(u32::try_from(needs.len()).unwrap_or(u32::MAX));
            changed |= column > columns[to];
            columns[to] = columns[to].max(column);
        }
        if !changed {
            break;
        }
    }
    columns
}

/// Without lines that another way says already (transitive reduction).
fn reduced(needs: &[Vec<usize>], columns: &[u32]) -> Vec<Vec<usize>> {
    let count = needs.len();
    let mut order: Vec<usize> = (0..count).collect();
    order.sort_by_key(|stage| columns[*stage]);
    // Everything before each stage.
    let mut before = vec![vec![false; count]; count];
    for &to in &order {
        for &from in &needs[to] {
            let further = before[from].clone();
            for (mark, reaches) in before[to].iter_mut().zip(further) {
                *mark |= reaches;
            }
            before[to][from] = true;
        }
    }
    let is_direct = |to: usize, from: usize| {
        let mut others = needs[to].iter().filter(|other| **other != from);
        !others.any(|other| before[*other][from])
    };
    needs
        .iter()
        .enumerate()
        .map(|(to, sources)| {
            let direct = sources.iter().copied().filter(|from| is_direct(to, *from));
            direct.collect()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::format::NanoUsd;
    use crate::view::run::StageView;

    fn phase(titles: &[&str], state: StageState) -> PhaseGroup {
        let stage = |title: &&str| StageView {
            id: (*title).to_owned(),
            title: (*title).to_owned(),
            state,
            calls_done: 0,
            calls_total: 1,
            cost: NanoUsd(0),
            model: None,
            needs: Vec::new(),
            outputs: Vec::new(),
        };
        PhaseGroup {
            name: "phase".to_owned(),
            stages: titles.iter().map(stage).collect(),
        }
    }

    #[test]
    fn time_runs_to_the_right_and_what_is_said_twice_is_drawn_once() {
        let phases = [
            phase(&["a", "b", "c"], StageState::Done),
            phase(&["d"], StageState::Waiting),
        ];
        // a before b and c; d after all of them.
        let needs = [vec![], vec![0], vec![0], vec![0, 1, 2]];
        let graph = StageGraph::new(&phases, &needs);
        let x: Vec<u32> = graph.dots.iter().map(|dot| dot.x).collect();
        assert!(x[0] < x[1] && x[1] == x[2] && x[2] < x[3], "{x:?}");
        assert_ne!(graph.dots[1].y, graph.dots[2].y, "no dot covers another");
        assert_eq!(graph.done_lines.matches('M').count(), 4, "not a to d");
        assert_eq!(graph.open_lines, "");
        assert_eq!(graph.lanes.len(), 2);
        assert!(graph.dots[3].y > graph.lanes[0].y + graph.lanes[0].height);
    }

    #[test]
    fn a_ring_and_a_line_to_nowhere_still_end_in_a_picture() {
        let phases = [phase(&["a", "b"], StageState::Running)];
        let graph = StageGraph::new(&phases, &[vec![1, 7, 0], vec![0]]);
        assert_eq!(graph.dots.len(), 2);
        assert!(graph.width < 1_000 && graph.height > 0);
        assert!(StageGraph::new(&[], &[]).dots.is_empty());
    }
}
