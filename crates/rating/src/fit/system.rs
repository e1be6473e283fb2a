//! The linear system of a Newton step: H = Λ + λ·I, Λ the weighted graph Laplacian.
//!
//! H is kept as its diagonal and its off-diagonal weights in compressed rows (CSR), both
//! halves stored, so that a product only reads at random and never writes at random.

use super::edges::{Edges, accumulate};
use super::pass::Node;

/// H with Hᵢᵢ = `diagonal[i]` and Hᵢⱼ = −`weights` at (i, j).
#[derive(Debug, Default)]
pub(crate) struct System {
    /// Row i is `starts[i]..starts[i + 1]`: neighbours below i, then those above.
    starts: Vec<u32>,
    /// Where the neighbours above i begin.
    uppers: Vec<u32>,
    columns: Vec<u32>,
    weights: Vec<f32>,
    pub(crate) diagonal: Vec<f32>,
}

impl System {
    /// The pattern of `edges` with parallel edges merged; all weights 0.
    pub(crate) fn new(edges: &Edges) -> Self {
        let items = edges.items();
        let mut lower_counts = vec![0u32; items];
        let mut starts = vec![0u32; items + 1];
        for item in 0..items {
            for_each_pair(edges, item, |other| {
                lower_counts[other] += 1;
                starts[other + 1] += 1;
                starts[item + 1] += 1;
            });
        }
        accumulate(&mut starts);
        let uppers: Vec<u32> = starts
            .iter()
            .zip(&lower_counts)
            .map(|(start, lower)| start + lower)
            .collect();
        let mut columns = vec![0u32; starts[items] as usize];
        let mut lower = starts[..items].to_vec();
        for (item, &upper) in uppers.iter().enumerate() {
            let mut upper = upper as usize;
            for_each_pair(edges, item, |other| {
                columns[upper] = index(other);
                upper += 1;
                columns[lower[other] as usize] = index(item);
                lower[other] += 1;
            });
        }
        Self {
            weights: vec![0.0; columns.len()],
            diagonal: vec![0.0; items],
            starts,
            uppers,
            columns,
        }
    }

    pub(crate) fn items(&self) -> usize {
        self.diagonal.len()
    }

    /// Columns and weights of one row.
    pub(crate) fn row(&self, item: usize) -> (&[u32], &[f32]) {
        let range = self.starts[item] as usize..self.starts[item + 1] as usize;
        (&self.columns[range.clone()], &self.weights[range])
    }

    /// The half of a row that lies above the diagonal: every pair once.
    pub(crate) fn upper_row(&self, item: usize) -> (&[u32], &[f32]) {
        let range = self.uppers[item] as usize..self.starts[item + 1] as usize;
        (&self.columns[range.clone()], &self.weights[range])
    }

    /// Points every node to the start of its row.
    pub(crate) fn start_rows(&self, nodes: &mut [Node]) {
        for (node, &start) in nodes.iter_mut().zip(&self.starts) {
            node.next_lower = start;
        }
    }

    /// Starts refilling the weights; the caller sets the diagonal from the nodes.
    pub(crate) fn refill(&mut self) -> Refill<'_> {
        Refill {
            system: self,
            pair: None,
            weight: 0.0,
            next_upper: 0,
        }
    }

    /// Changes λ, leaving the weights.
    pub(crate) fn shift_diagonal(&mut self, change: f64) {
        for entry in &mut self.diagonal {
            *entry = to_f32(f64::from(*entry) + change);
        }
    }
}

/// Takes the weights of edges in their order: by lower, then by higher item.
#[derive(Debug)]
pub(crate) struct Refill<'a> {
    system: &'a mut System,
    /// The pair under way and its weight so far.
    pair: Option<(usize, usize)>,
    weight: f64,
    next_upper: usize,
}

impl Refill<'_> {
    /// Adds the weight of one edge to its pair.
    #[inline]
    pub(crate) fn add(&mut self, nodes: &mut [Node], item: usize, other: usize, weight: f64) {
        if self.pair == Some((item, other)) {
            self.weight += weight;
            return;
        }
        self.finish_pair(nodes);
        if self.pair.is_none_or(|(last, _)| last != item) {
            self.next_upper = self.system.uppers[item] as usize;
        }
        self.pair = Some((item, other));
        self.weight = weight;
    }

    /// Writes the pair under way to its two entries and to the diagonal.
    #[inline]
    pub(crate) fn finish_pair(&mut self, nodes: &mut [Node]) {
        let Some((item, other)) = self.pair else {
            return;
        };
        let weight = to_f32(self.weight);
        self.system.weights[self.next_upper] = weight;
        self.next_upper += 1;
        let far = &mut nodes[other];
        self.system.weights[far.next_lower as usize] = weight;
        far.next_lower += 1;
        far.curvature += weight;
        nodes[item].curvature += weight;
    }
}

fn for_each_pair(edges: &Edges, item: usize, mut visit: impl FnMut(usize)) {
    let mut last = u32::MAX;
    for edge in edges.row(item) {
        if edge.other != last {
            last = edge.other;
            visit(edge.other as usize);
        }
    }
}

/// Item counts are checked to fit 32 bits before anything is built.
fn index(item: usize) -> u32 {
    u32::try_from(item).expect("item counts are validated to fit 32 bits")
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "f32 is the documented precision of the system's weights"
)]
pub(crate) fn to_f32(value: f64) -> f32 {
    value as f32
}
