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

/// Posterior standard deviations, in internal numbering. `system` is the Hessian H at the
/// mode, λ included.
pub(crate) fn standard_deviations(
    system: &System,
    layout: &Layout,
    lambda: f64,
    seed: u64,
) -> Vec<f64> {
    if system.items() <= EXACT_ITEMS {
        exact(system)
    } else {
        from_draws(system, layout, lambda, seed)
    }
}

fn from_draws(system: &System, layout: &Layout, lambda: f64, seed: u64) -> Vec<f64> {
    let items = system.items();
    let mut rhs = perturbation(system, layout, lambda, seed, Draws::Signs);
    let mut x: Block<LANES> = vec![[0.0; LANES]; items];
    let mut scratch = Scratch::new(items);
    solve(system, &mut rhs, &mut x, &mut scratch, DRAWS_STOP);
    (0..items)
        .map(|item| {
            let own = 1.0 / f64::from(system.diagonal[item]);
            let squares: f64 = neighbour_sum(system, item, &x)
                .iter()
                .map(|sum| f64::from(sum * sum))
                .sum();
            (own + squares / LANES as f64 * own * own).sqrt()
        })
        .collect()
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
