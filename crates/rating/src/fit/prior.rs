//! The prior's scale s, by marginal maximum likelihood.
//!
//! The joint mode of θ and s collapses to s = 0, so θ must be integrated out. Under the
//! Laplace approximation the EM step is s² = mean(θ² + σ²), with σ² the posterior variance
//! (Dempster, Laird & Rubin 1977). Its fixed point is found by Newton on log λ, λ = 1/s².
//!
//! A weak inverse-gamma prior worth [`PSEUDO_ITEMS`] items of s² = [`PSEUDO_VARIANCE`] keeps
//! s finite and away from 0 for a handful of items, or when every comparison is a tie.

use super::layout::Layout;
use super::solver::{Block, Scratch, Stop, solve};
use super::system::{System, to_f32};
use crate::uncertainty::noise::{item_key, sign};

/// Weight of the prior on s², in items.
pub(crate) const PSEUDO_ITEMS: f64 = 2.0;
/// Centre of the prior on s².
pub(crate) const PSEUDO_VARIANCE: f64 = 1.0;
/// At most this many items have their variances summed exactly, one unit vector at a time.
pub(crate) const EXACT_ITEMS: usize = 128;
/// Probe vectors per solve; beside them the block carries θ itself.
const LANES: usize = 4;
/// log λ moves at most this far in one step.
const MAX_MOVE: f64 = 1.0;
/// Only squared errors of the solutions enter the trace, so this gives it to about 1e-6.
const STOP: Stop = Stop {
    relative: 1e-3,
    max_iterations: 200,
};
/// A handful of sparse comparisons hardly determines s, and an error of the trace comes out
/// magnified; below so many items better solutions take no time.
const SMALL_ITEMS: usize = 20_000;
const SMALL_STOP: Stop = Stop {
    relative: 5e-5,
    max_iterations: 400,
};
/// For a step that is soon measured again.
pub(crate) const ROUGH: Stop = Stop {
    relative: 3e-2,
    max_iterations: 200,
};

/// When a measurement of so many items is good.
pub(crate) fn fine_stop(items: usize) -> Stop {
    if items < SMALL_ITEMS {
        SMALL_STOP
    } else {
        STOP
    }
}

/// Estimates Σσ² and steps λ; keeps the last solutions as starts for the next.
#[derive(Debug)]
pub(crate) struct PriorStep {
    solutions: Vec<Block<LANES>>,
    scratch: Scratch<LANES>,
    seed: u64,
}

/// Traces of the posterior covariance.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Spread {
    /// tr H⁻¹
    trace: f64,
    /// tr H⁻²
    squares: f64,
    /// θᵀH⁻¹θ
    drag: f64,
    /// Where they were measured.
    lambda: f64,
}

/// How far λ is from where it belongs.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PriorSlope {
    /// λ·E[Σθ²] − n, zero at the fixed point.
    pub(crate) excess: f64,
    /// Derivative of the excess by log λ, θ following; kept away from 0.
    pub(crate) slope: f64,
    /// n − λ·tr H⁻¹: the degrees of freedom that strengths take from the data.
    pub(crate) freedom: f64,
}

impl Spread {
    /// When the comparisons' part of H has grown by this share of itself since: its trace is
    /// known without refilling it, and tr H⁻¹ follows to first order.
    pub(crate) fn grown(&self, share: f64) -> Self {
        let known = self.trace - self.lambda * self.squares;
        Self {
            trace: self.trace - share * known,
            ..*self
        }
    }

    /// At θ and a λ near that of the measurement: tr H⁻¹ falls by tr H⁻² per unit of λ.
    pub(crate) fn slope(&self, theta: &[f64], lambda: f64) -> PriorSlope {
        let trace = self.trace - self.squares * (lambda - self.lambda);
        let items = theta.len() as f64;
        let energy: f64 = theta.iter().map(|theta| theta * theta).sum();
        let expected = PSEUDO_ITEMS * PSEUDO_VARIANCE + energy + trace;
        let count = PSEUDO_ITEMS + items;
        let slope = lambda * (expected - lambda * (2.0 * self.drag + self.squares));
        PriorSlope {
            excess: lambda * expected - count,
            slope: slope.max(0.1 * lambda * expected),
            freedom: (items - lambda * trace).max(0.0),
        }
    }
}

impl PriorSlope {
    /// The Newton step for log λ alone.
    pub(crate) fn log_lambda_change(&self) -> f64 {
        (-self.excess / self.slope).clamp(-MAX_MOVE, MAX_MOVE)
    }
}

impl PriorStep {
    pub(crate) fn new(items: usize, seed: u64) -> Self {
        let blocks = if items <= EXACT_ITEMS {
            items.div_ceil(LANES - 1)
        } else {
            1
        };
        Self {
            solutions: vec![vec![[0.0; LANES]; items]; blocks],
            scratch: Scratch::new(items),
            seed,
        }
    }

    /// Makes room for more items than before; both counts beyond [`EXACT_ITEMS`].
    pub(crate) fn grow(&mut self, items: usize) {
        for solution in &mut self.solutions {
            solution.resize(items, [0.0; LANES]);
        }
        self.scratch = Scratch::new(items);
    }

    /// Measures the spread of the posterior. Afterwards [`PriorStep::theta_response`] is
    /// −∂θ/∂λ.
    pub(crate) fn measure(
        &mut self,
        system: &System,
        layout: &Layout,
        theta: &[f64],
        lambda: f64,
        stop: Stop,
    ) -> Spread {
        let items = theta.len();
        let exact = items <= EXACT_ITEMS;
        let (mut trace, mut squares, mut drag) = (0.0, 0.0, 0.0);
        for block in 0..self.solutions.len() {
            let probes = self.probes(layout, theta, block, exact);
            let solution = &mut self.solutions[block];
            let mut rhs = probes.clone();
            solve(system, &mut rhs, solution, &mut self.scratch, stop);
            let residual = rhs;
            for (item, theta) in theta.iter().enumerate() {
                let (probe, solution) = (&probes[item], &solution[item]);
                for lane in 1..LANES {
                    // With the residual the error is of second order in the solution's.
                    trace += f64::from((probe[lane] + residual[item][lane]) * solution[lane]);
                    squares += f64::from(solution[lane] * solution[lane]);
                }
                if block == 0 {
                    drag += theta * f64::from(solution[0]);
                }
            }
        }
        if !exact {
            trace /= (LANES - 1) as f64;
            squares /= (LANES - 1) as f64;
        }
        Spread {
            trace,
            squares,
            drag,
            lambda,
        }
    }

    /// H⁻¹θ when last measured.
    pub(crate) fn theta_response(&self, item: usize) -> f64 {
        f64::from(self.solutions[0][item][0])
    }

    /// Lane 0 is θ; the others are unit vectors (few items) or random signs (Hutchinson
    /// 1990), the same at every step, so that the fixed point is one definite number.
    fn probes(&self, layout: &Layout, theta: &[f64], block: usize, exact: bool) -> Block<LANES> {
        let unit_of = |lane: usize| block * (LANES - 1) + lane - 1;
        theta
            .iter()
            .enumerate()
            .map(|(item, &theta)| {
                let signs = sign::<LANES>(item_key(self.seed, layout.item_at[item]));
                std::array::from_fn(|lane| match (lane, exact) {
                    (0, _) => to_f32(theta),
                    (_, true) => f32::from(u8::from(unit_of(lane) == item)),
                    (_, false) => signs[lane],
                })
            })
            .collect()
    }
}
