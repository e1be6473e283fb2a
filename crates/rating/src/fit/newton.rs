//! The alternation of Newton steps for θ, judges and prior scale.

use super::Fit;
use super::FitOptions;
use super::edges::Edges;
use super::judges::{self, Calls};
use super::layout::Layout;
use super::mixing::Mixing;
use super::pass::{Pass, Purpose};
use super::prior::{self, PriorStep};
use super::solver::{Block, Scratch, Stop, solve};
use super::system::{System, to_f32};
use crate::model::JudgeParams;

/// λ stays within these bounds: s between 0.01 and 100 logits.
const LAMBDA_RANGE: (f64, f64) = (1e-4, 1e4);
/// Inexact Newton: each θ-step leaves a fiftieth of the residual, since judges and
/// s move next anyway (Dembo, Eisenstat & Steihaug 1982).
const STOP: Stop = Stop {
    relative: 0.02,
    max_iterations: 200,
};
/// Moves below this contract steadily.
const TRUSTED_MOVE: f64 = 1e-4;
/// No round is believed to have removed more than nine tenths of what was left.
const MIN_CONTRACTION: f64 = 0.1;
/// The longest way back, as a share of the way there.
const MAX_RETURN: f64 = 0.7;
/// A step is halved at most this often.
const MAX_HALVINGS: usize = 30;

/// Where the alternation is.
#[derive(Debug)]
pub(crate) struct State {
    /// In internal numbering.
    pub(crate) theta: Vec<f64>,
    pub(crate) judges: Vec<JudgeParams>,
    /// 1/s².
    pub(crate) lambda: f64,
    pub(crate) calls: Calls,
    /// Degrees of freedom that strengths take from the data; 0 until first estimated.
    freedom: f64,
    /// Whether θ is still blank.
    cold: bool,
    /// How far the last round moved log λ.
    last_log_lambda_move: f64,
}

/// What a move of the shared parameters did.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SharedMove {
    pub(crate) lambda_change: f64,
    /// The factor that moved from the κ to θ: multiply every θ by it.
    pub(crate) scale: f64,
    /// The largest move of any shared parameter.
    pub(crate) largest_move: f64,
}

/// How it ended.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Outcome {
    pub(crate) rounds: usize,
    pub(crate) converged: bool,
}

impl State {
    /// From scratch: all strengths 0, ordinary judges, s = 1; or from an earlier fit.
    pub(crate) fn new(
        items: usize,
        judges: usize,
        edges: &Edges,
        layout: &Layout,
        warm: Option<&Fit>,
    ) -> Self {
        let calls = Calls::new(edges.class_weights(judges));
        let Some(warm) = warm else {
            return Self {
                theta: vec![0.0; items],
                judges: vec![JudgeParams::default(); judges],
                lambda: 1.0,
                calls,
                freedom: 0.0,
                cold: true,
                last_log_lambda_move: 0.0,
            };
        };
        Self {
            theta: layout
                .item_at
                .iter()
                .map(|&item| warm.theta[item as usize])
                .collect(),
            judges: warm.judges.clone(),
            lambda: (1.0 / (warm.prior_sd * warm.prior_sd)).clamp(LAMBDA_RANGE.0, LAMBDA_RANGE.1),
            calls,
            freedom: 0.0,
            cold: false,
            last_log_lambda_move: 0.0,
        }
    }

    /// Newcomers start at the prior's centre, new judges as ordinary ones.
    pub(crate) fn grow(&mut self, items: usize, judges: usize) {
        self.theta.resize(items, 0.0);
        self.judges.resize(judges, JudgeParams::default());
        self.cold = false;
    }

    /// Alternates until a round moves nothing by more than the tolerance. Afterwards
    /// `system` holds the curvature at the mode.
    pub(crate) fn run(
        &mut self,
        edges: &Edges,
        layout: &Layout,
        system: &mut System,
        options: &FitOptions,
    ) -> Outcome {
        let items = self.theta.len();
        let mut pass = Pass::new(items, self.judges.len());
        let mut work = ThetaWork::new(items);
        let mut prior = PriorStep::new(items, options.seed);
        let mut mixing = Mixing::default();
        if self.cold {
            self.start_linear(edges, system, &mut pass, &mut work);
        }
        self.evaluate(edges, &mut pass, system, Purpose::StrengthsAndJudges);
        let mut progress = Progress::new();
        for round in 1..=options.max_rounds {
            let judge_move = self.step_judges(&pass);
            self.mix(&mut mixing);
            self.evaluate(edges, &mut pass, system, Purpose::Strengths);
            let theta_move = self.step_theta(edges, system, &mut pass, &mut work);
            let prior_move = self.step_prior(layout, system, &mut prior);
            let moved = judge_move.max(theta_move).max(prior_move);
            if progress.remaining(moved) <= options.tolerance {
                return Outcome {
                    rounds: round,
                    converged: true,
                };
            }
        }
        Outcome {
            rounds: options.max_rounds,
            converged: false,
        }
    }

    /// The solution of the linear model as a first θ.
    fn start_linear(
        &mut self,
        edges: &Edges,
        system: &mut System,
        pass: &mut Pass,
        work: &mut ThetaWork,
    ) {
        pass.evaluate_linear(edges, self.lambda, system);
        self.fill_gradient(pass, work);
        work.solve(system, STOP);
        self.advance(&work.step, 1.0);
    }

    fn mix(&mut self, mixing: &mut Mixing) {
        let mut shared: Vec<f64> = self.judges.iter().flat_map(judges::to_params).collect();
        shared.push(libm::log(self.lambda));
        mixing.mix(&mut shared, &mut self.theta);
        for (judge, params) in self.judges.iter_mut().zip(shared.chunks(judges::PARAMS)) {
            *judge = judges::from_params(params);
        }
        let log_lambda = shared[shared.len() - 1];
        self.lambda = libm::exp(log_lambda).clamp(LAMBDA_RANGE.0, LAMBDA_RANGE.1);
    }

    pub(crate) fn evaluate(
        &self,
        edges: &Edges,
        pass: &mut Pass,
        system: &mut System,
        purpose: Purpose,
    ) {
        pass.evaluate(
            edges,
            &self.judges,
            &self.theta,
            self.lambda,
            system,
            purpose,
        );
    }

    /// Gradient and curvature of all judges; remembers the strengths' freedom.
    pub(crate) fn judge_slopes(&mut self, pass: &Pass, freedom: f64) -> Vec<judges::Slope> {
        self.freedom = freedom;
        let energy: f64 = self.lambda * self.theta.iter().map(|theta| theta * theta).sum::<f64>();
        judges::slopes(&self.judges, &pass.sums, &self.calls, energy, freedom)
    }

    /// Moves judges and λ, and the system's diagonal with λ.
    pub(crate) fn move_shared(
        &mut self,
        steps: &[judges::Params],
        log_lambda_change: f64,
        system: &mut System,
    ) -> SharedMove {
        let step = judges::apply(&mut self.judges, steps, &self.calls.shares);
        let lambda = moved_lambda(self.lambda, log_lambda_change);
        let lambda_change = lambda - self.lambda;
        let log_move = libm::log(lambda / self.lambda).abs();
        system.shift_diagonal(lambda_change);
        self.lambda = lambda;
        SharedMove {
            lambda_change,
            scale: step.scale,
            largest_move: step.largest_move.max(log_move),
        }
    }

    fn step_judges(&mut self, pass: &Pass) -> f64 {
        let energy: f64 = self.lambda * self.theta.iter().map(|theta| theta * theta).sum::<f64>();
        let step = judges::step(
            &mut self.judges,
            &pass.sums,
            &self.calls,
            energy,
            self.freedom,
        );
        for theta in &mut self.theta {
            *theta *= step.scale;
        }
        step.largest_move
    }

    /// A Newton step for θ, halved while it overshoots. The log posterior is concave in θ,
    /// so its slope along the step falls; a slope that has turned clearly negative at the
    /// end shows that the maximum was passed. No objective has to be computed.
    fn step_theta(
        &mut self,
        edges: &Edges,
        system: &mut System,
        pass: &mut Pass,
        work: &mut ThetaWork,
    ) -> f64 {
        self.fill_gradient(pass, work);
        let start_slope = work.solve(system, STOP);
        let mut length = 1.0;
        self.advance(&work.step, length);
        for _ in 0..MAX_HALVINGS {
            self.evaluate(edges, pass, system, Purpose::StrengthsAndJudges);
            let slope = self.slope_along(&work.step, pass);
            if slope >= -0.5 * start_slope {
                break;
            }
            length *= 0.5;
            self.advance(&work.step, -length);
        }
        let longest = work
            .step
            .iter()
            .fold(0.0, |most: f32, [step]| most.max(step.abs()));
        f64::from(longest) * length
    }

    pub(crate) fn fill_gradient(&self, pass: &Pass, work: &mut ThetaWork) {
        for ((rhs, score), theta) in work.rhs.iter_mut().zip(pass.scores()).zip(&self.theta) {
            *rhs = [to_f32(score - self.lambda * theta)];
        }
    }

    fn advance(&mut self, step: &Block<1>, length: f64) {
        for (theta, [step]) in self.theta.iter_mut().zip(step) {
            *theta += length * f64::from(*step);
        }
    }

    fn slope_along(&self, step: &Block<1>, pass: &Pass) -> f64 {
        step.iter()
            .zip(pass.scores())
            .zip(&self.theta)
            .map(|(([step], score), theta)| f64::from(*step) * (score - self.lambda * theta))
            .sum()
    }

    /// Moves λ, and θ along with it to first order: ∂θ/∂λ = −H⁻¹θ.
    fn step_prior(&mut self, layout: &Layout, system: &mut System, prior: &mut PriorStep) -> f64 {
        let spread = prior.measure(
            system,
            layout,
            &self.theta,
            self.lambda,
            prior::fine_stop(self.theta.len()),
        );
        let slope = spread.slope(&self.theta, self.lambda);
        let change = settled(slope.log_lambda_change(), self.last_log_lambda_move);
        self.last_log_lambda_move = change;
        let lambda = moved_lambda(self.lambda, change);
        self.freedom = slope.freedom;
        let change = lambda - self.lambda;
        for (item, theta) in self.theta.iter_mut().enumerate() {
            *theta -= change * prior.theta_response(item);
        }
        system.shift_diagonal(change);
        let moved = libm::log(lambda / self.lambda).abs();
        self.lambda = lambda;
        moved
    }
}

/// A move that turns back has to be shorter than the one before, so that judges and λ can't
/// chase each other for ever.
fn settled(change: f64, last: f64) -> f64 {
    if change * last < 0.0 {
        change.clamp(-MAX_RETURN * last.abs(), MAX_RETURN * last.abs())
    } else {
        change
    }
}

/// λ after a change of its logarithm, within bounds.
pub(crate) fn moved_lambda(lambda: f64, log_change: f64) -> f64 {
    (lambda * libm::exp(log_change)).clamp(LAMBDA_RANGE.0, LAMBDA_RANGE.1)
}

/// How rounds contract.
#[derive(Debug)]
pub(crate) struct Progress {
    last_moved: f64,
    last_contraction: f64,
}

impl Progress {
    pub(crate) fn new() -> Self {
        Self {
            last_moved: f64::NAN,
            last_contraction: 0.0,
        }
    }

    /// What is left after a round that moved by `moved`: rounds contract by a steady factor,
    /// so the rest is a geometric series. The slower of two contractions counts, since a slow
    /// direction may hide behind a fast one for a round; a first round has none to tell.
    pub(crate) fn remaining(&mut self, moved: f64) -> f64 {
        let contraction = moved / self.last_moved;
        let slower = contraction.max(self.last_contraction);
        self.last_moved = moved;
        self.last_contraction = if contraction.is_nan() {
            0.0
        } else {
            contraction
        };
        if moved == 0.0 {
            return 0.0;
        }
        if moved > TRUSTED_MOVE || contraction.is_nan() || slower >= 1.0 {
            return moved;
        }
        moved * slower.max(MIN_CONTRACTION) / (1.0 - slower)
    }
}

/// Buffers of the θ-step.
#[derive(Debug)]
pub(crate) struct ThetaWork {
    pub(crate) rhs: Block<1>,
    pub(crate) step: Block<1>,
    scratch: Scratch<1>,
}

impl ThetaWork {
    pub(crate) fn new(items: usize) -> Self {
        Self {
            rhs: vec![[0.0]; items],
            step: vec![[0.0]; items],
            scratch: Scratch::new(items),
        }
    }

    /// Solves for the step and returns the slope of the objective along it.
    pub(crate) fn solve(&mut self, system: &System, stop: Stop) -> f64 {
        let gradient = self.rhs.clone();
        self.step.fill([0.0]);
        solve(
            system,
            &mut self.rhs,
            &mut self.step,
            &mut self.scratch,
            stop,
        );
        gradient
            .iter()
            .zip(&self.step)
            .map(|([gradient], [step])| f64::from(*gradient) * f64::from(*step))
            .sum()
    }
}
