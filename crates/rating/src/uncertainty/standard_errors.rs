//! Standard errors: the square root of the diagonal of H⁻¹.
//!
//! An item's variance is split into what its own row of H says and what its neighbours'
//! uncertainty adds: σᵢ² = 1/Hᵢᵢ + Var(Σⱼ wᵢⱼ·xⱼ / Hᵢᵢ) for x ~ N(0, H⁻¹). The first
//! part is exact and by far the larger, so 32 draws are enough for the second. With few
//! items the columns of H⁻¹ are solved for one by one instead, and nothing is random.

use super::perturbation::{Draws, perturbation};
use crate::fit::layout::Layout;
use crate::fit::solver::{Block, Scratch, Stop, neighbour_sum, solve};
use crate::fit::system::System;

/// Perturbation draws per solve.
const LANES: usize = 32;
/// At most this many items get exact variances.
pub(crate) const EXACT_ITEMS: usize = 128;
const DRAWS_STOP: Stop = Stop {
    relative: 1e-2,
    max_iterations: 200,
};
/// f32 limits what a tighter goal could bring.
const EXACT_STOP: Stop = Stop {
    relative: 1e-6,
    max_iterations: 400,
};

/// Draws that start from older ones are good once a sweep meets residuals below this share
/// of the right-hand side. What they lack is then about its square, 2 %, of the neighbours'
/// part of a variance, of which 32 draws know no more than a quarter.
const SWEEP_GOAL: f64 = 0.15;
/// More sweeps cost more than conjugate gradients.
const MAX_SWEEPS: usize = 3;

/// Posterior standard deviations, in internal numbering. `system` is the Hessian H at the
/// mode, λ included.
pub(crate) fn standard_deviations(
    system: &System,
    layout: &Layout,
    lambda: f64,
    seed: u64,
) -> Vec<f64> {
    KeptDraws::default().deviations(system, layout, lambda, seed)
}

/// The draws behind the standard errors, kept as starts for the next: noise belongs to pairs
/// and items, so a log that has grown by a little moves them by a little.
#[derive(Debug, Default)]
pub(crate) struct KeptDraws {
    x: Block<LANES>,
}

impl KeptDraws {
    /// As [`standard_deviations`], from the draws kept, which become those of this system.
    pub(crate) fn deviations(
        &mut self,
        system: &System,
        layout: &Layout,
        lambda: f64,
        seed: u64,
    ) -> Vec<f64> {
        if system.items() <= EXACT_ITEMS {
            return exact(system);
        }
        let mut rhs = perturbation(system, layout, lambda, seed, Draws::Signs);
        let sweeps = if self.x.is_empty() { 0 } else { MAX_SWEEPS };
        self.x.resize(system.items(), [0.0; LANES]);
        for _ in 0..sweeps {
            let (deviations, near) = sweep(system, &rhs, &mut self.x);
            if near {
                return deviations;
            }
        }
        let mut scratch = Scratch::new(system.items());
        solve(system, &mut rhs, &mut self.x, &mut scratch, DRAWS_STOP);
        (0..system.items())
            .map(|item| deviation(system, item, &neighbour_sum(system, item, &self.x)))
            .collect()
    }
}

/// √(1/Hᵢᵢ + Var(Σⱼ wᵢⱼ·xⱼ / Hᵢᵢ)) from one sum per draw.
fn deviation(system: &System, item: usize, sums: &[f32; LANES]) -> f64 {
    let own = 1.0 / f64::from(system.diagonal[item]);
    let squares: f64 = sums.iter().map(|sum| f64::from(sum * sum)).sum();
    (own + squares / LANES as f64 * own * own).sqrt()
}

/// One sweep of Gauss-Seidel, and the deviations from the sums that it meets on its way.
/// True when the residuals it met were already within [`SWEEP_GOAL`].
fn sweep(system: &System, rhs: &Block<LANES>, x: &mut Block<LANES>) -> (Vec<f64>, bool) {
    let (mut residual, mut size) = (0.0, 0.0);
    let mut deviations = Vec::with_capacity(x.len());
    for (item, rhs) in rhs.iter().enumerate() {
        let sums = neighbour_sum(system, item, x);
        deviations.push(deviation(system, item, &sums));
        let inverse = 1.0 / system.diagonal[item];
        let (mut off, mut whole) = (0.0f32, 0.0f32);
        for (lane, own) in x[item].iter_mut().enumerate() {
            let next = (rhs[lane] + sums[lane]) * inverse;
            off += (next - *own) * (next - *own);
            whole += rhs[lane] * rhs[lane];
            *own = next;
        }
        residual += f64::from(off * system.diagonal[item]);
        size += f64::from(whole * inverse);
    }
    (deviations, residual <= SWEEP_GOAL * SWEEP_GOAL * size)
}

/// The diagonal of H⁻¹, a block of unit vectors at a time.
fn exact(system: &System) -> Vec<f64> {
    let items = system.items();
    let mut scratch = Scratch::new(items);
    let mut variances = Vec::with_capacity(items);
    for start in (0..items).step_by(LANES) {
        let mut rhs: Block<LANES> = vec![[0.0; LANES]; items];
        let mut x = rhs.clone();
        let lanes = LANES.min(items - start);
        for lane in 0..lanes {
            rhs[start + lane][lane] = 1.0;
        }
        solve(system, &mut rhs, &mut x, &mut scratch, EXACT_STOP);
        variances.extend((0..lanes).map(|lane| f64::from(x[start + lane][lane])));
    }
    variances
        .iter()
        .map(|variance: &f64| variance.sqrt())
        .collect()
}
