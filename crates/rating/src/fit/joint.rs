//! Strengths, judges and prior scale in one Newton step: what a log that has grown by a
//! little needs, where the alternation of a cold fit would take its rounds all over.
//!
//! With d = H⁻¹g the step of θ alone, the judges' and log λ's step solves
//! (B − AᵀH⁻¹A)·Δφ = `g_φ` + (H⁻¹A)ᵀg (the Schur complement of θ), and θ moves by
//! d + H⁻¹A·Δφ. H⁻¹A comes from [`Responses`]. A common factor of all κ is no direction of
//! its own: the busiest judge's log κ follows from the others', so that the call-weighted
//! mean stays 0.
//!
//! The curvature is refilled only after strengths have moved; later rounds evaluate slopes.
//! No step is damped: when rounds don't shrink the caller falls back on the alternation.

use super::FitOptions;
use super::dense::solve_in_place;
use super::edges::Edges;
use super::judges::{LOG_KAPPA, PARAMS, Params, Slope};
use super::layout::Layout;
use super::newton::{Progress, State, ThetaWork};
use super::pass::{Pass, Purpose};
use super::prior::{self, PriorSlope, PriorStep, Spread};
use super::responses::Responses;
use super::solver::Stop;
use super::system::System;

/// Rounds after which the alternation takes over.
const MAX_ROUNDS: usize = 15;
/// More rounds than this mean that the responses are out of date.
const FRESH_ROUNDS: usize = 5;
/// A judge's parameter or log λ that has to move further is beyond a Newton step's reach.
const MAX_MOVE: f64 = 0.5;
/// The curvature is refilled once a strength has moved this far, in logits …
const REFILL_ABOVE: f64 = 1e-3;
/// … or a shared parameter this far: it moves all strengths alike, and with them tr H⁻¹.
const REFILL_ABOVE_SHARED: f64 = 4e-5;
const STOP: Stop = Stop {
    relative: 5e-3,
    max_iterations: 200,
};

/// What one warm refit leaves to the next.
#[derive(Debug)]
pub(crate) struct Joint {
    pass: Pass,
    prior: PriorStep,
    responses: Responses,
}

/// The largest moves of any strength and of any shared parameter.
#[derive(Debug, Clone, Copy, Default)]
struct Move {
    strengths: f64,
    shared: f64,
}

/// What a round knows before it moves anything.
struct Slopes {
    judges: Vec<Slope>,
    prior: PriorSlope,
    /// (H⁻¹A)ᵀg and (H⁻¹A)ᵀθ.
    pull: Vec<f64>,
    drag: Vec<f64>,
    /// θᵀd.
    theta_along_step: f64,
}

impl Joint {
    /// At the mode of a fit, whose curvature `system` holds.
    pub(crate) fn new(
        edges: &Edges,
        layout: &Layout,
        state: &State,
        system: &mut System,
        options: &FitOptions,
    ) -> Self {
        let items = state.theta.len();
        let mut pass = Pass::new(items, state.judges.len());
        state.evaluate(edges, &mut pass, system, Purpose::Strengths);
        let mut prior = PriorStep::new(items, options.seed);
        prior.measure(
            system,
            layout,
            &state.theta,
            state.lambda,
            prior::fine_stop(state.theta.len()),
        );
        Self {
            pass,
            prior,
            responses: Responses::new(edges, state, system),
        }
    }

    /// Makes room for more items and judges.
    pub(crate) fn grow(&mut self, items: usize, judges: usize) {
        self.pass.grow(items, judges);
        self.prior.grow(items);
        self.responses.grow(items);
    }

    /// Rounds until what is left is below the tolerance; `None` when they don't get there.
    pub(crate) fn run(
        &mut self,
        state: &mut State,
        edges: &Edges,
        layout: &Layout,
        system: &mut System,
        options: &FitOptions,
    ) -> Option<usize> {
        let mut work = ThetaWork::new(state.theta.len());
        state.evaluate(edges, &mut self.pass, system, Purpose::StrengthsAndJudges);
        let mut total = self.pass.curvature(&state.judges);
        let mut spread = self.measure(state, layout, system, prior::ROUGH);
        let mut rough = true;
        let mut last_moved = f64::INFINITY;
        let mut progress = Progress::new();
        let mut drift = Move::default();
        for round in 1..=MAX_ROUNDS.min(options.max_rounds) {
            if drift.strengths > REFILL_ABOVE || drift.shared > REFILL_ABOVE_SHARED {
                drift = Move::default();
                state.evaluate(edges, &mut self.pass, system, Purpose::StrengthsAndJudges);
                total = self.pass.curvature(&state.judges);
                spread = self.measure(state, layout, system, prior::fine_stop(state.theta.len()));
                rough = false;
            } else if round > 1 {
                state.evaluate(edges, &mut self.pass, system, Purpose::SlopesOnly);
                if rough {
                    spread =
                        self.measure(state, layout, system, prior::fine_stop(state.theta.len()));
                    rough = false;
                }
            }
            let growth = relative_growth(total, self.pass.curvature(&state.judges));
            let step = self.step(state, system, &spread.grown(growth), &mut work)?;
            drift.strengths += step.strengths;
            drift.shared += step.shared;
            let moved = step.strengths.max(step.shared);
            if progress.remaining(moved) <= options.tolerance && !rough {
                if round > FRESH_ROUNDS {
                    self.responses = Responses::new(edges, state, system);
                }
                return Some(round);
            }
            if moved > last_moved {
                return None;
            }
            last_moved = moved;
        }
        None
    }

    fn measure(&mut self, state: &State, layout: &Layout, system: &System, stop: Stop) -> Spread {
        self.prior
            .measure(system, layout, &state.theta, state.lambda, stop)
    }

    /// One round. `None` before anything has moved.
    fn step(
        &self,
        state: &mut State,
        system: &mut System,
        spread: &Spread,
        work: &mut ThetaWork,
    ) -> Option<Move> {
        let prior = spread.slope(&state.theta, state.lambda);
        state.fill_gradient(&self.pass, work);
        let gradient = work.rhs.clone();
        work.solve(system, STOP);
        let (pull, drag) = self.responses.project(&gradient, &state.theta);
        let slopes = Slopes {
            judges: state.judge_slopes(&self.pass, prior.freedom),
            prior,
            pull,
            drag,
            theta_along_step: dot(&work.step, &state.theta),
        };
        let change = self.shared_step(&slopes, state)?;
        let (busy_change, log_lambda_change) = change.split_at(self.responses.params());
        let mut steps: Vec<Params> = slopes
            .judges
            .iter()
            .map(|slope| slope.solve(slope.gradient))
            .collect();
        for (&judge, change) in self.responses.busy.iter().zip(busy_change.chunks(PARAMS)) {
            steps[judge].copy_from_slice(change);
        }
        let all = steps.iter().flatten().chain(log_lambda_change);
        if !all.into_iter().all(|part| part.abs() <= MAX_MOVE) {
            return None;
        }
        let shared_move = state.move_shared(&steps, log_lambda_change[0], system);
        let theta_move = self.move_strengths(state, work, busy_change, shared_move.lambda_change);
        for theta in &mut state.theta {
            *theta *= shared_move.scale;
        }
        Some(Move {
            strengths: theta_move,
            shared: shared_move.largest_move,
        })
    }

    /// The step of the busy judges' parameters and of log λ, θ following.
    fn shared_step(&self, slopes: &Slopes, state: &State) -> Option<Vec<f64>> {
        let (busy, params) = (&self.responses.busy, self.responses.params());
        let mut matrix = vec![vec![0.0; params + 1]; params + 1];
        let mut right = vec![0.0; params + 1];
        for (place, &judge) in busy.iter().enumerate() {
            let (slope, first) = (&slopes.judges[judge], place * PARAMS);
            for (k, row) in slope.full().iter().enumerate() {
                matrix[first + k][first..first + PARAMS].copy_from_slice(row);
                right[first + k] = slope.gradient[k];
            }
        }
        for (row, coupling) in self.responses.coupling.iter().enumerate() {
            for (entry, coupling) in matrix[row].iter_mut().zip(coupling) {
                *entry -= coupling;
            }
            right[row] += slopes.pull[row];
            matrix[row][params] = state.lambda * slopes.drag[row];
            matrix[params][row] = state.lambda * slopes.drag[row];
        }
        matrix[params][params] = 0.5 * slopes.prior.slope;
        right[params] = -0.5 * slopes.prior.excess - state.lambda * slopes.theta_along_step;
        let ratios = kappa_ratios(busy, &state.calls.shares);
        eliminate_scale(&mut matrix, &mut right, &ratios);
        solve_in_place(&mut matrix, &mut right)?;
        if !ratios.is_empty() {
            let others = ratios.iter().enumerate().skip(1);
            right[LOG_KAPPA] = -others
                .map(|(place, ratio)| ratio * right[place * PARAMS + LOG_KAPPA])
                .sum::<f64>();
        }
        Some(right)
    }

    /// θ += d + H⁻¹A·Δφ − H⁻¹θ·Δλ; returns the largest move.
    fn move_strengths(
        &self,
        state: &mut State,
        work: &ThetaWork,
        busy_change: &[f64],
        lambda_change: f64,
    ) -> f64 {
        let mut longest: f64 = 0.0;
        for (item, (theta, [step])) in state.theta.iter_mut().zip(&work.step).enumerate() {
            let change = f64::from(*step) + self.responses.answer(item, busy_change)
                - lambda_change * self.prior.theta_response(item);
            *theta += change;
            longest = longest.max(change.abs());
        }
        longest
    }
}

fn relative_growth(before: f64, now: f64) -> f64 {
    if before > 0.0 {
        now / before - 1.0
    } else {
        0.0
    }
}

/// Each busy judge's share of calls over that of the busiest.
fn kappa_ratios(busy: &[usize], shares: &[f64]) -> Vec<f64> {
    busy.iter()
        .map(|&judge| shares[judge] / shares[busy[0]])
        .collect()
}

/// Replaces the busiest judge's log κ by −Σ ratio·log κ of the others; its own row then
/// says 0.
fn eliminate_scale(matrix: &mut [Vec<f64>], right: &mut [f64], ratios: &[f64]) {
    if ratios.is_empty() {
        return;
    }
    let pivot = matrix[LOG_KAPPA].clone();
    for (place, ratio) in ratios.iter().enumerate().skip(1) {
        let row = place * PARAMS + LOG_KAPPA;
        for (entry, pivot) in matrix[row].iter_mut().zip(&pivot) {
            *entry -= ratio * pivot;
        }
        right[row] -= ratio * right[LOG_KAPPA];
    }
    for row in matrix.iter_mut() {
        let pivot = std::mem::take(&mut row[LOG_KAPPA]);
        for (place, ratio) in ratios.iter().enumerate().skip(1) {
            row[place * PARAMS + LOG_KAPPA] -= ratio * pivot;
        }
    }
    matrix[LOG_KAPPA].fill(0.0);
    matrix[LOG_KAPPA][LOG_KAPPA] = 1.0;
    right[LOG_KAPPA] = 0.0;
}

fn dot(a: &[[f32; 1]], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|([a], b)| f64::from(*a) * b).sum()
}
