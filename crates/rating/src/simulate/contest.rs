//! The methods under study, each played plan by plan as plans arrive.

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use super::world::World;
use crate::elo::{self, Verdict};
use crate::error::RatingError;
use crate::fit::{Fit, FitOptions, fit};
use crate::log::Comparison;
use crate::model::JudgeParams;
use crate::online::{Gaussian, online_step};
use crate::schedule::{Item, Policy, Scheduler, bucket_of_arrival, split_budget, to_index};

/// A way to choose pairs and to rate from their verdicts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Method {
    /// As PlanExe proposed: a newcomer stands first against its nearest neighbours in
    /// text; plain Elo with K = 32 and the piecewise map.
    PlanexeElo,
    /// Uniformly random opponents; the graded posterior.
    RandomBt,
    /// This crate's scheduler; the graded posterior.
    Active,
}

impl Method {
    /// All of them, in the order in which reports list them.
    pub const ALL: [Self; 3] = [Self::PlanexeElo, Self::RandomBt, Self::Active];

    /// The name on the command line and in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::PlanexeElo => "planexe-elo",
            Self::RandomBt => "random-bt",
            Self::Active => "active",
        }
    }
}

/// What a method believes: `mean` on its own scale, and standard errors if it has any.
#[derive(Debug, Clone)]
pub(super) struct Estimate {
    pub(super) mean: Vec<f64>,
    pub(super) sd: Option<Vec<f64>>,
}

/// One method at work in one world. Cloning forks it.
#[derive(Debug, Clone)]
pub(super) enum Contest {
    Elo(EloContest),
    Graded(Box<GradedContest>),
}

impl Contest {
    /// `calls` comparisons for each plan; `seed` only steers the pairing.
    pub(super) fn new(method: Method, calls: u16, policy: &Policy, seed: u64) -> Self {
        let graded = |policy: Policy, own: u16, shared: u16| {
            Self::Graded(Box::new(GradedContest::new(policy, own, shared, seed)))
        };
        match method {
            Method::PlanexeElo => Self::Elo(EloContest {
                calls,
                plans: 0,
                log: Vec::new(),
            }),
            Method::RandomBt => graded(
                Policy {
                    explore_share: 1.0,
                    ..*policy
                },
                calls,
                0,
            ),
            Method::Active => {
                let (own, shared) = split_budget(calls);
                graded(*policy, own, shared)
            }
        }
    }

    /// Plays everything in the world from the first plan to the last.
    pub(super) fn play(mut self, world: &World) -> Result<Self, RatingError> {
        (0..world.plans()).try_for_each(|_| self.arrive(world))?;
        Ok(self)
    }

    /// The world's next plan joins and the comparisons it pays for are made.
    pub(super) fn arrive(&mut self, world: &World) -> Result<(), RatingError> {
        match self {
            Self::Elo(contest) => {
                contest.arrive(world);
                Ok(())
            }
            Self::Graded(contest) => contest.arrive(world),
        }
    }

    /// Ratings from everything known by now.
    pub(super) fn estimate(&self) -> Result<Estimate, RatingError> {
        match self {
            Self::Elo(contest) => {
                let mean = elo::rate(contest.plans as usize, &contest.log);
                Ok(Estimate { mean, sd: None })
            }
            Self::Graded(contest) => {
                let fit = contest.fit_anew(&FitOptions::default())?;
                Ok(Estimate {
                    mean: fit.theta,
                    sd: Some(fit.sd),
                })
            }
        }
    }

    /// Every comparison, in the order in which it was made.
    pub(super) fn log(&self) -> Vec<Verdict> {
        match self {
            Self::Elo(contest) => contest.log.clone(),
            Self::Graded(contest) => contest.comparisons.iter().map(verdict).collect(),
        }
    }
}

fn verdict(comparison: &Comparison) -> Verdict {
    let &Comparison {
        first,
        second,
        level,
        ..
    } = comparison;
    Verdict {
        first,
        second,
        level,
    }
}

/// Nearest neighbours in text and plain Elo.
#[derive(Debug, Clone)]
pub(super) struct EloContest {
    calls: u16,
    plans: u32,
    log: Vec<Verdict>,
}

impl EloContest {
    fn arrive(&mut self, world: &World) {
        let newcomer = self.plans;
        self.plans += 1;
        for neighbour in world.nearest_before(newcomer, usize::from(self.calls)) {
            let level = world.judge(newcomer, neighbour);
            self.log.push(Verdict {
                first: newcomer,
                second: neighbour,
                level,
            });
        }
    }
}

/// A warm refit follows every this many arrivals, and every tenth of the plans present
/// while those are fewer.
const REFIT_EVERY: usize = 50;

/// Refits on the way only steer the pairing, so a thousandth of a logit will do.
const INTERIM: FitOptions = FitOptions {
    tolerance: 1e-3,
    max_rounds: 50,
    seed: 0x5eed,
};

/// The scheduler and the graded posterior: online steps between refits.
#[derive(Debug, Clone)]
pub(super) struct GradedContest {
    scheduler: Scheduler,
    rng: ChaCha8Rng,
    own_calls: u16,
    shared_calls: u16,
    judge: JudgeParams,
    prior_var: f64,
    beliefs: Vec<Gaussian>,
    comparisons: Vec<Comparison>,
    fit: Option<Fit>,
    fitted: usize,
}

impl GradedContest {
    fn new(policy: Policy, own_calls: u16, shared_calls: u16, seed: u64) -> Self {
        let judge = JudgeParams::default();
        Self {
            scheduler: Scheduler::new(policy, &judge, &[], &[], 0),
            rng: ChaCha8Rng::seed_from_u64(seed),
            own_calls,
            shared_calls,
            judge,
            prior_var: 1.0,
            beliefs: Vec::new(),
            comparisons: Vec::new(),
            fit: None,
            fitted: 0,
        }
    }

    fn arrive(&mut self, world: &World) -> Result<(), RatingError> {
        let belief = Gaussian {
            mean: 0.0,
            var: self.prior_var,
        };
        let bucket = bucket_of_arrival(to_index(self.beliefs.len()));
        self.beliefs.push(belief);
        let own_calls = self.own_calls;
        self.scheduler.join(&Item {
            belief,
            bucket,
            own_calls,
            stopped: false,
        });
        self.scheduler.grant_shared(u64::from(self.shared_calls));
        while let Some(pick) = self.scheduler.next_pick(&|_, _| true, &mut self.rng) {
            self.learn(
                pick.first,
                pick.second,
                world.judge(pick.first, pick.second),
            );
        }
        let fresh = self.beliefs.len() - self.fitted;
        if fresh >= REFIT_EVERY.min(self.beliefs.len().div_ceil(10)) {
            let fit = self.refit(&INTERIM)?;
            self.adopt(fit);
        }
        Ok(())
    }

    fn learn(&mut self, first: u32, second: u32, level: i8) {
        self.comparisons.push(Comparison {
            first,
            second,
            judge: 0,
            level,
            weight: 1.0,
        });
        let (i, j) = (first as usize, second as usize);
        let after = online_step(&self.judge, self.beliefs[i], self.beliefs[j], level);
        (self.beliefs[i], self.beliefs[j]) = after;
        self.scheduler.set_belief(first, after.0);
        self.scheduler.set_belief(second, after.1);
    }

    fn refit(&self, options: &FitOptions) -> Result<Fit, RatingError> {
        let items = self.beliefs.len();
        let old = |item: usize| u32::try_from(item).ok().filter(|_| item < self.fitted);
        let numbers: Vec<Option<u32>> = (0..items).map(old).collect();
        let warm = self
            .fit
            .as_ref()
            .map(|fit| fit.renumbered(&numbers, &[Some(0)]));
        let fit = fit(items, 1, &self.comparisons, options, warm.as_ref())?;
        // A start far from the answer may lead nowhere.
        if fit.converged {
            Ok(fit)
        } else {
            self.fit_anew(options)
        }
    }

    /// From a cold start, as published ratings are.
    fn fit_anew(&self, options: &FitOptions) -> Result<Fit, RatingError> {
        fit(self.beliefs.len(), 1, &self.comparisons, options, None)
    }

    fn adopt(&mut self, fit: Fit) {
        let pairs = fit.theta.iter().zip(&fit.sd);
        self.beliefs = pairs
            .map(|(&mean, &sd)| Gaussian { mean, var: sd * sd })
            .collect();
        self.judge = fit.judges[0];
        self.prior_var = fit.prior_sd * fit.prior_sd;
        self.scheduler.set_all(&self.judge, &self.beliefs);
        self.fitted = self.beliefs.len();
        self.fit = Some(fit);
    }
}
