//! How all strengths answer to a change of a judge's parameters: ∂θ/∂φ = H⁻¹A, with
//! A = ∂(gradient of θ)/∂φ.
//!
//! With it strengths and judges move in one Newton step instead of taking turns. It only
//! steers, so one that was computed before the log grew a little still serves: the slower
//! progress is what tells that it has to be computed again.
//!
//! The busiest judges have responses; the others, whose few calls hardly bend the strengths,
//! go without. Memory: 24 bytes per item and judge.

use super::chunk::exp;
use super::edges::{Edges, class_meaning};
use super::judges::{BETA, LOG_KAPPA, PARAMS, Params, change_row, gaps, lower_cut, upper_cut};
use super::newton::State;
use super::pass::{ClassTerms, class_terms};
use super::solver::{Block, Scratch, Stop, solve};
use super::system::{System, to_f32};

/// At most this many judges have responses.
const BUSY_JUDGES: usize = 8;
const STOP: Stop = Stop {
    relative: 1e-2,
    max_iterations: 200,
};

#[derive(Debug)]
pub(crate) struct Responses {
    /// The judges that have responses, busiest first.
    pub(crate) busy: Vec<usize>,
    /// H⁻¹A, a block per busy judge.
    columns: Vec<Block<PARAMS>>,
    /// AᵀH⁻¹A: how much less the judges' curvature is because θ follows.
    pub(crate) coupling: Vec<Vec<f64>>,
}

impl Responses {
    /// Computes them at the present state, whose curvature `system` holds.
    pub(crate) fn new(edges: &Edges, state: &State, system: &System) -> Self {
        let busy = busiest(&state.calls.shares);
        let blocks = cross_derivatives(edges, state, &busy);
        let mut scratch = Scratch::new(system.items());
        let columns: Vec<Block<PARAMS>> = blocks
            .iter()
            .map(|block| {
                let mut rhs = block.clone();
                let mut x = vec![[0.0; PARAMS]; rhs.len()];
                solve(system, &mut rhs, &mut x, &mut scratch, STOP);
                x
            })
            .collect();
        Self {
            busy,
            coupling: coupling(&blocks, &columns),
            columns,
        }
    }

    /// Newcomers don't answer until the responses are computed again.
    pub(crate) fn grow(&mut self, items: usize) {
        for column in &mut self.columns {
            column.resize(items, [0.0; PARAMS]);
        }
    }

    /// Number of parameters that have responses.
    pub(crate) fn params(&self) -> usize {
        self.busy.len() * PARAMS
    }

    /// (H⁻¹A)ᵀ·v for two vectors at once.
    pub(crate) fn project(&self, a: &Block<1>, b: &[f64]) -> (Vec<f64>, Vec<f64>) {
        let mut sums = (vec![], vec![]);
        for column in &self.columns {
            let (mut along_a, mut along_b) = ([0.0; PARAMS], [0.0; PARAMS]);
            for ((row, [a]), b) in column.iter().zip(a).zip(b) {
                for k in 0..PARAMS {
                    along_a[k] += f64::from(row[k]) * f64::from(*a);
                    along_b[k] += f64::from(row[k]) * b;
                }
            }
            sums.0.extend(along_a);
            sums.1.extend(along_b);
        }
        sums
    }

    /// How θ of one item answers to a change of the busy judges' parameters.
    pub(crate) fn answer(&self, item: usize, change: &[f64]) -> f64 {
        self.columns
            .iter()
            .zip(change.chunks(PARAMS))
            .map(|(column, change)| {
                let row = column[item].iter().zip(change);
                row.map(|(response, change)| f64::from(*response) * change)
                    .sum::<f64>()
            })
            .sum()
    }
}

fn busiest(shares: &[f64]) -> Vec<usize> {
    let mut judges: Vec<usize> = (0..shares.len()).collect();
    judges.sort_by(|&a, &b| shares[b].total_cmp(&shares[a]).then(a.cmp(&b)));
    judges.truncate(BUSY_JUDGES);
    judges
}

fn coupling(blocks: &[Block<PARAMS>], columns: &[Block<PARAMS>]) -> Vec<Vec<f64>> {
    let size = blocks.len() * PARAMS;
    let mut matrix = vec![vec![0.0; size]; size];
    for (a, block) in blocks.iter().enumerate() {
        for (b, column) in columns.iter().enumerate() {
            let part = product(block, column);
            for (k, row) in part.iter().enumerate() {
                for (l, value) in row.iter().enumerate() {
                    // Halves, since solutions are approximate and the matrix is symmetric.
                    matrix[a * PARAMS + k][b * PARAMS + l] += 0.5 * value;
                    matrix[b * PARAMS + l][a * PARAMS + k] += 0.5 * value;
                }
            }
        }
    }
    matrix
}

fn product(block: &Block<PARAMS>, column: &Block<PARAMS>) -> [Params; PARAMS] {
    let mut sums = [[0.0; PARAMS]; PARAMS];
    for (a, x) in block.iter().zip(column) {
        for k in 0..PARAMS {
            for l in 0..PARAMS {
                sums[k][l] += f64::from(a[k]) * f64::from(x[l]);
            }
        }
    }
    sums
}

/// What one class contributes to A, apart from the weights of its comparisons.
#[derive(Debug)]
struct ClassPart {
    /// Which of the busy judges it belongs to.
    place: Option<usize>,
    terms: ClassTerms,
    side: f64,
    upper: Option<(usize, f64)>,
    lower: Option<(usize, f64)>,
}

impl ClassPart {
    /// ∂(κ·w·g)/∂φ of one comparison, in the coordinates (log κ, β, τ₁..τ₄). Each cut adds
    /// its bend to ∂g/∂cut.
    fn derivatives(&self, gap: f64, weight: f64) -> Params {
        let terms = &self.terms;
        let difference = terms.kappa * gap;
        let odds = exp(difference + terms.beta);
        let up_to_hi = 1.0 / (1.0 + odds * terms.exp_minus_hi);
        let up_to_lo = 1.0 / (1.0 + odds * terms.exp_minus_lo);
        let weight = weight * terms.kappa;
        let bend_hi = weight * up_to_hi * (1.0 - up_to_hi);
        let bend_lo = weight * up_to_lo * (1.0 - up_to_lo);
        let bend = bend_hi + bend_lo;
        let mut parts = [0.0; PARAMS];
        parts[LOG_KAPPA] = weight * (up_to_hi + up_to_lo - 1.0) - difference * bend;
        parts[BETA] = -self.side * bend;
        if let Some((cut, sign)) = self.upper {
            parts[cut] += sign * bend_hi;
        }
        if let Some((cut, sign)) = self.lower {
            parts[cut] += sign * bend_lo;
        }
        parts
    }
}

fn class_parts(state: &State, busy: &[usize]) -> Vec<ClassPart> {
    class_terms(&state.judges)
        .into_iter()
        .enumerate()
        .map(|(class, terms)| {
            let (judge, side, level) = class_meaning(class);
            ClassPart {
                place: busy.iter().position(|&busy| busy == judge),
                terms,
                side,
                upper: upper_cut(level),
                lower: lower_cut(level),
            }
        })
        .collect()
}

/// A, a block per busy judge.
fn cross_derivatives(edges: &Edges, state: &State, busy: &[usize]) -> Vec<Block<PARAMS>> {
    let parts = class_parts(state, busy);
    let mut blocks = vec![vec![[0.0f32; PARAMS]; edges.items()]; busy.len()];
    for item in 0..edges.items() {
        for edge in edges.row(item) {
            let part = &parts[edge.class as usize];
            let Some(place) = part.place else { continue };
            let other = edge.other as usize;
            let gap = state.theta[item] - state.theta[other];
            let derivatives = part.derivatives(gap, f64::from(edge.weight));
            for (k, value) in derivatives.into_iter().enumerate() {
                blocks[place][item][k] += to_f32(value);
                blocks[place][other][k] -= to_f32(value);
            }
        }
    }
    for (block, &judge) in blocks.iter_mut().zip(busy) {
        let gaps = gaps(&state.judges[judge].cuts);
        for row in block {
            let mut wide = row.map(f64::from);
            change_row(&mut wide, &gaps);
            *row = wide.map(to_f32);
        }
    }
    blocks
}
