//! Conjugate gradients with a diagonal preconditioner, several right-hand sides at once.
//!
//! The lanes of a block are independent problems that share the matrix: a row of the matrix
//! is read once for all of them, and a row of a block is one or two cache lines. Blocks are
//! `f32`, inner products are summed in `f64`: a solution steers a Newton step or estimates a
//! variance, and neither needs more (Hestenes & Stiefel 1952; Saad 2003, algorithm 9.1).

use super::system::{System, to_f32};

/// n rows of `L` lanes.
pub(crate) type Block<const L: usize> = Vec<[f32; L]>;

/// Rows after which an `f32` partial sum moves into the `f64` total.
const CHUNK: usize = 64;

/// When to stop.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stop {
    /// Residual over right-hand side, in the preconditioner's norm, for every lane.
    pub(crate) relative: f64,
    pub(crate) max_iterations: usize,
}

/// Scratch space that consecutive solves share.
#[derive(Debug)]
pub(crate) struct Scratch<const L: usize> {
    direction: Block<L>,
    image: Block<L>,
}

impl<const L: usize> Scratch<L> {
    pub(crate) fn new(items: usize) -> Self {
        Self {
            direction: vec![[0.0; L]; items],
            image: vec![[0.0; L]; items],
        }
    }
}

/// Solves H·x = rhs for every lane, from the `x` given, and returns the iterations used.
/// `rhs` is overwritten by the residual.
pub(crate) fn solve<const L: usize>(
    system: &System,
    rhs: &mut Block<L>,
    x: &mut Block<L>,
    scratch: &mut Scratch<L>,
    stop: Stop,
) -> usize {
    let Scratch { direction, image } = scratch;
    let goal = norms(system, rhs).map(|norm| norm * stop.relative * stop.relative);
    if x.iter().flatten().any(|&value| value != 0.0) {
        multiply(system, x, image);
        for (residual, image) in rhs.iter_mut().zip(image.iter()) {
            for lane in 0..L {
                residual[lane] -= image[lane];
            }
        }
    }
    let mut norm = norms(system, rhs);
    direction.fill([0.0; L]);
    let mut carry = [0.0f32; L];
    for iteration in 0..stop.max_iterations {
        if norm.iter().zip(&goal).all(|(norm, goal)| norm <= goal) {
            return iteration;
        }
        turn(system, rhs, direction, carry);
        let energy = multiply(system, direction, image);
        let step = ratio(norm, energy);
        let next = advance(system, direction, image, step, x, rhs);
        carry = ratio(next, norm);
        norm = next;
    }
    stop.max_iterations
}

/// image = H·x; returns x·image per lane.
fn multiply<const L: usize>(system: &System, x: &Block<L>, image: &mut Block<L>) -> [f64; L] {
    let mut total = [0.0f64; L];
    let mut partial = [0.0f32; L];
    for (item, image) in image.iter_mut().enumerate() {
        let own = x[item];
        let mut sum = neighbour_sum(system, item, x);
        let diagonal = system.diagonal[item];
        for lane in 0..L {
            sum[lane] = diagonal * own[lane] - sum[lane];
            partial[lane] += own[lane] * sum[lane];
        }
        *image = sum;
        if item % CHUNK == CHUNK - 1 {
            flush(&mut partial, &mut total);
        }
    }
    flush(&mut partial, &mut total);
    total
}

/// Σⱼ wᵢⱼ·xⱼ for one row i.
pub(crate) fn neighbour_sum<const L: usize>(
    system: &System,
    item: usize,
    x: &[[f32; L]],
) -> [f32; L] {
    let (columns, weights) = system.row(item);
    let mut sum = [0.0f32; L];
    for (&column, &weight) in columns.iter().zip(weights) {
        let row = &x[column as usize];
        for lane in 0..L {
            sum[lane] += weight * row[lane];
        }
    }
    sum
}

/// direction = residual / diagonal + carry · direction.
fn turn<const L: usize>(
    system: &System,
    residual: &Block<L>,
    direction: &mut Block<L>,
    carry: [f32; L],
) {
    for ((direction, residual), diagonal) in
        direction.iter_mut().zip(residual).zip(&system.diagonal)
    {
        let inverse = 1.0 / diagonal;
        for lane in 0..L {
            direction[lane] = residual[lane] * inverse + carry[lane] * direction[lane];
        }
    }
}

/// x += step · direction, residual −= step · image; returns the residual's squared norms.
fn advance<const L: usize>(
    system: &System,
    direction: &Block<L>,
    image: &Block<L>,
    step: [f32; L],
    x: &mut Block<L>,
    residual: &mut Block<L>,
) -> [f64; L] {
    let mut total = [0.0f64; L];
    let mut partial = [0.0f32; L];
    for item in 0..x.len() {
        let inverse = 1.0 / system.diagonal[item];
        let (x, residual) = (&mut x[item], &mut residual[item]);
        for lane in 0..L {
            x[lane] += step[lane] * direction[item][lane];
            residual[lane] -= step[lane] * image[item][lane];
            partial[lane] += residual[lane] * residual[lane] * inverse;
        }
        if item % CHUNK == CHUNK - 1 {
            flush(&mut partial, &mut total);
        }
    }
    flush(&mut partial, &mut total);
    total
}

/// Squared norms in the preconditioner's metric, Σ r²/Hᵢᵢ.
fn norms<const L: usize>(system: &System, block: &Block<L>) -> [f64; L] {
    let mut total = [0.0f64; L];
    for (row, diagonal) in block.iter().zip(&system.diagonal) {
        for lane in 0..L {
            total[lane] += f64::from(row[lane] * row[lane] / diagonal);
        }
    }
    total
}

fn flush<const L: usize>(partial: &mut [f32; L], total: &mut [f64; L]) {
    for lane in 0..L {
        total[lane] += f64::from(partial[lane]);
        partial[lane] = 0.0;
    }
}

/// Quotients, 0 where a lane has nothing left to do.
fn ratio<const L: usize>(above: [f64; L], below: [f64; L]) -> [f32; L] {
    std::array::from_fn(|lane| {
        if below[lane] > 0.0 {
            to_f32(above[lane] / below[lane])
        } else {
            0.0
        }
    })
}
