//! A documented, seeded world in which rankings can be compared with the truth.
//!
//! Plans with strengths θ (by default N(0, 1), in logits) and random topics arrive one by
//! one. The judge draws θ₁ − θ₂ + a position effect + logistic noise and rounds to the nine
//! levels, one Likert step = one logit. Each arrival brings the same number of calls, second
//! orders included, so calls per plan = all calls ÷ plans.
//!
//! Methods ([`Method`]) choose pairs and rate. Reports are means over repetitions, each
//! with the standard error of that mean. Everything follows from the seed, whatever the
//! number of threads.
//!
//! Deliberately absent: text, models and money. A simulation says how well a method spends
//! its calls if the judge is noisy but honest; [`attack`] says what an attacker gains.

pub mod attack;
mod contest;
pub mod metrics;
mod parallel;
mod world;

pub use contest::Method;
pub use world::WorldKind;

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use crate::elo;
use crate::error::RatingError;
use crate::schedule::Policy;
use contest::{Contest, Estimate};
use metrics::{coverage, kendall_tau, top_recall};
use world::World;

/// z of the two-sided 90 % and 95 % intervals of a normal distribution.
const Z90: f64 = 1.644_853_626_951_472_7;
const Z95: f64 = 1.959_963_984_540_054;

/// What to simulate.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct SimConfig {
    /// Plans that arrive, at least 1.
    pub plans: u32,
    /// Calls per plan, second orders included.
    pub calls: u16,
    /// Repetitions, each in a world of its own.
    pub reps: u32,
    pub seed: u64,
    pub world: WorldKind,
    /// How much the judge leans to the plan shown first, in logits.
    pub position_effect: f64,
    pub methods: Vec<Method>,
    /// Constants of the scheduler.
    pub policy: Policy,
    /// Threads to use; the result doesn't depend on it.
    pub threads: usize,
}

impl Default for SimConfig {
    fn default() -> Self {
        Self {
            plans: 1000,
            calls: 12,
            reps: 20,
            seed: 1,
            world: WorldKind::Standard,
            position_effect: 0.3,
            methods: Method::ALL.to_vec(),
            policy: Policy::default(),
            threads: 2,
        }
    }
}

/// A mean over repetitions and its standard error.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Mean {
    pub mean: f64,
    pub se: f64,
}

impl Mean {
    /// Of at least one value; the standard error of a single value is 0.
    pub(crate) fn of(values: &[f64]) -> Self {
        let mean = metrics::average(values);
        let squares: f64 = values.iter().map(|x| (x - mean) * (x - mean)).sum();
        let freedom = values.len().saturating_sub(1).max(1) as f64;
        Self {
            mean,
            se: (squares / freedom / values.len().max(1) as f64).sqrt(),
        }
    }
}

/// How one method did.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MethodReport {
    pub method: Method,
    /// Kendall's τ between estimated and true strengths.
    pub kendall_tau: Mean,
    /// Share of the true best 10 among the estimated best 10, by posterior mean.
    pub top10_recall: Mean,
    pub top50_recall: Mean,
    /// Share of the plans whose true strength lies in its 90 % interval, both centred;
    /// none for plain Elo, which has no intervals.
    pub coverage90: Option<Mean>,
    pub coverage95: Option<Mean>,
    /// All calls ÷ plans.
    pub calls_per_plan: Mean,
    /// Ranks that a plan moves on average when the same calls are rated in another
    /// order; a refit doesn't depend on it, so only plain Elo moves.
    pub replay_rank_displacement: Mean,
}

/// The result of a simulation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Report {
    pub config: SimConfig,
    pub methods: Vec<MethodReport>,
}

/// Runs every method in every repetition's world; `progress(done, total)` counts these.
pub fn simulate(
    config: &SimConfig,
    progress: impl Fn(usize, usize) + Sync,
) -> Result<Report, RatingError> {
    check(&config.policy, config.position_effect)?;
    let reps = config.reps as usize;
    let runs = reps * config.methods.len();
    let outcomes = parallel::map(
        runs,
        config.threads,
        |run| play(config, config.methods[run / reps], (run % reps) as u64),
        progress,
    );
    let outcomes: Vec<Outcome> = outcomes.into_iter().collect::<Result<_, _>>()?;
    let methods = config
        .methods
        .iter()
        .zip(outcomes.chunks(reps.max(1)))
        .map(|(&method, outcomes)| summarize(method, outcomes))
        .collect();
    Ok(Report {
        config: config.clone(),
        methods,
    })
}

fn check(policy: &Policy, position_effect: f64) -> Result<(), RatingError> {
    policy.check()?;
    if position_effect.is_finite() {
        return Ok(());
    }
    Err(RatingError::InvalidOption {
        option: "position_effect",
        value: position_effect,
        expected: "use a finite number of logits",
    })
}

/// The figures of one method in one repetition.
#[derive(Debug, Clone, Copy)]
struct Outcome {
    tau: f64,
    top10: f64,
    top50: f64,
    coverage: Option<(f64, f64)>,
    calls_per_plan: f64,
    displacement: f64,
}

fn play(config: &SimConfig, method: Method, rep: u64) -> Result<Outcome, RatingError> {
    let seed = world_seed(config.seed, rep);
    let world = World::new(config.world, config.plans, config.position_effect, seed);
    let contest = Contest::new(method, config.calls, &config.policy, !seed).play(&world)?;
    Ok(measure(&world, &contest, &contest.estimate()?, seed))
}

fn measure(world: &World, contest: &Contest, estimate: &Estimate, seed: u64) -> Outcome {
    let (truth, mean) = (&world.strengths, &estimate.mean);
    let log = contest.log();
    let covered = |sd: &Vec<f64>| {
        (
            coverage(truth, mean, sd, Z90),
            coverage(truth, mean, sd, Z95),
        )
    };
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    Outcome {
        tau: kendall_tau(truth, mean),
        top10: top_recall(truth, mean, 10),
        top50: top_recall(truth, mean, 50),
        coverage: estimate.sd.as_ref().map(covered),
        calls_per_plan: log.len() as f64 / truth.len().max(1) as f64,
        displacement: match contest {
            Contest::Elo(_) => elo::mean_rank_displacement(truth.len(), &log, &mut rng),
            Contest::Graded(_) => 0.0,
        },
    }
}

fn summarize(method: Method, outcomes: &[Outcome]) -> MethodReport {
    let mean =
        |figure: fn(&Outcome) -> f64| Mean::of(&outcomes.iter().map(figure).collect::<Vec<_>>());
    let covered = |figure: fn((f64, f64)) -> f64| {
        let values: Option<Vec<f64>> = outcomes.iter().map(|o| o.coverage.map(figure)).collect();
        values.map(|values| Mean::of(&values))
    };
    MethodReport {
        method,
        kendall_tau: mean(|o| o.tau),
        top10_recall: mean(|o| o.top10),
        top50_recall: mean(|o| o.top50),
        coverage90: covered(|both| both.0),
        coverage95: covered(|both| both.1),
        calls_per_plan: mean(|o| o.calls_per_plan),
        replay_rank_displacement: mean(|o| o.displacement),
    }
}

/// Distinct worlds for distinct repetitions and seeds.
fn world_seed(seed: u64, rep: u64) -> u64 {
    seed.wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(rep)
}
