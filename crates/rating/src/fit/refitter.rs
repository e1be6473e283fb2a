//! A fit that grows with its log: what the last one worked out is kept for the next.
//!
//! Kept are the numbering, the grouped comparisons, the draws behind the standard errors and
//! the strengths' responses to the judges. New comparisons are merged into the groups, move
//! the strengths they touch by the online step, and a few joint Newton rounds finish.
//!
//! The same extensions give the same bits, whatever the order inside each; how a log was cut
//! into extensions shows, but less than the tolerance.
//!
//! Memory: about 700 bytes per item at 20 comparisons each, while the log itself need not
//! be kept. Deliberately absent: removing comparisons, and items numbered before others.

use super::edges::Edges;
use super::joint::Joint;
use super::layout::Layout;
use super::newton::{Outcome, State};
use super::system::System;
use super::{Fit, FitOptions, check_options, restore_order};
use crate::error::RatingError;
use crate::log::{Comparison, check_count, validate};
use crate::online::{Gaussian, online_step};
use crate::uncertainty::standard_errors::{EXACT_ITEMS, KeptDraws};

/// A log's fit, ready to take more of the log.
///
/// [`Refitter::extend`] ends within [`WARM_TOLERANCE`](super::WARM_TOLERANCE) of a cold
/// [`fit`](super::fit) of the whole log, at a fraction of its time. Published ratings come
/// from cold fits.
#[derive(Debug)]
pub struct Refitter {
    options: FitOptions,
    layout: Layout,
    edges: Edges,
    system: System,
    state: State,
    /// Only beyond [`EXACT_ITEMS`] items; with fewer the alternation takes no time.
    joint: Option<Joint>,
    draws: KeptDraws,
    fit: Fit,
}

impl Refitter {
    /// Fits a log from scratch, to the same bits as [`fit`](super::fit).
    pub fn new(
        items: usize,
        judges: usize,
        comparisons: &[Comparison],
        options: &FitOptions,
    ) -> Result<Self, RatingError> {
        validate(items, judges, comparisons)?;
        check_options(options)?;
        let layout = Layout::new(items, comparisons);
        let edges = Edges::new(comparisons, &layout.position_of);
        let system = System::new(&edges);
        let state = State::new(items, judges, &edges, &layout, None);
        let mut refitter = Self {
            options: *options,
            layout,
            edges,
            system,
            state,
            joint: None,
            draws: KeptDraws::default(),
            fit: Fit {
                theta: vec![],
                sd: vec![],
                judges: vec![],
                prior_sd: 1.0,
                rounds: 0,
                converged: false,
            },
        };
        let outcome = refitter.alternate();
        refitter.conclude(outcome);
        refitter.prepare_joint();
        Ok(refitter)
    }

    /// The fit of everything so far.
    pub fn fit(&self) -> &Fit {
        &self.fit
    }

    /// Takes more comparisons, and refits. `items` and `judges` count all there are now;
    /// newcomers are numbered after those known. On an error nothing has changed.
    pub fn extend(
        &mut self,
        items: usize,
        judges: usize,
        new: &[Comparison],
    ) -> Result<&Fit, RatingError> {
        validate(items, judges, new)?;
        self.check_growth(items, judges, new.len())?;
        self.grow(items, judges);
        self.step_online(new);
        self.merge(new);
        let outcome = self.run();
        self.conclude(outcome);
        if self.joint.is_none() {
            self.prepare_joint();
        }
        Ok(&self.fit)
    }

    fn check_growth(&self, items: usize, judges: usize, new: usize) -> Result<(), RatingError> {
        let all = self.edges.list.len() + new;
        check_count("comparisons", all, i32::MAX as usize)?;
        let counts = [
            ("items", self.state.theta.len(), items),
            ("judges", self.state.judges.len(), judges),
        ];
        for (what, found, expected) in counts {
            if expected < found {
                return Err(RatingError::FitMismatch {
                    what,
                    found,
                    expected,
                });
            }
        }
        Ok(())
    }

    fn grow(&mut self, items: usize, judges: usize) {
        self.layout.grow(items);
        self.fit.sd.resize(items, self.fit.prior_sd);
        self.state.grow(items, judges);
        if let Some(joint) = &mut self.joint {
            joint.grow(items, judges);
        }
    }

    /// A start near the mode for the strengths that the new comparisons touch, in an order
    /// that depends on their content only.
    fn step_online(&mut self, new: &[Comparison]) {
        let mut variances: Vec<f64> = self.fit.sd.iter().map(|sd| sd * sd).collect();
        let mut ordered = new.to_vec();
        ordered.sort_unstable_by_key(|c| (c.first, c.second, c.judge, c.level, c.weight.to_bits()));
        let theta = &mut self.state.theta;
        for comparison in &ordered {
            let items = [comparison.first, comparison.second].map(|item| item as usize);
            let places = items.map(|item| self.layout.position_of[item] as usize);
            let [first, second] = [0, 1].map(|side| Gaussian {
                mean: theta[places[side]],
                var: variances[items[side]],
            });
            let judge = &self.state.judges[usize::from(comparison.judge)];
            let (first, second) = online_step(judge, first, second, comparison.level);
            for (side, belief) in [first, second].into_iter().enumerate() {
                theta[places[side]] = belief.mean;
                variances[items[side]] = belief.var;
            }
        }
    }

    fn merge(&mut self, new: &[Comparison]) {
        let judges = self.state.judges.len();
        let added = Edges::new(new, &self.layout.position_of);
        self.state.calls = self.state.calls.grown(added.class_weights(judges));
        self.edges.merge(&added);
        // The old one goes first: it is the largest piece of memory.
        self.system = System::default();
        self.system = System::new(&self.edges);
    }

    /// Joint rounds, or the alternation where they don't get to the end.
    fn run(&mut self) -> Outcome {
        let rounds = self.joint.as_mut().and_then(|joint| {
            joint.run(
                &mut self.state,
                &self.edges,
                &self.layout,
                &mut self.system,
                &self.options,
            )
        });
        if let Some(rounds) = rounds {
            return Outcome {
                rounds,
                converged: true,
            };
        }
        self.joint = None;
        self.alternate()
    }

    fn alternate(&mut self) -> Outcome {
        self.state
            .run(&self.edges, &self.layout, &mut self.system, &self.options)
    }

    fn prepare_joint(&mut self) {
        if self.state.theta.len() > EXACT_ITEMS {
            self.joint = Some(Joint::new(
                &self.edges,
                &self.layout,
                &self.state,
                &mut self.system,
                &self.options,
            ));
        }
    }

    /// Standard errors, and everything in the caller's numbering.
    fn conclude(&mut self, outcome: Outcome) {
        let lambda = self.state.lambda;
        let seed = self.options.seed;
        let sd = self
            .draws
            .deviations(&self.system, &self.layout, lambda, seed);
        self.fit = Fit {
            theta: restore_order(&self.state.theta, &self.layout),
            sd: restore_order(&sd, &self.layout),
            judges: self.state.judges.clone(),
            prior_sd: 1.0 / lambda.sqrt(),
            rounds: outcome.rounds,
            converged: outcome.converged,
        };
    }
}
