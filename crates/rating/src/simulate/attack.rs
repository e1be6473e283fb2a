//! What an attacker gains, measured in simulated worlds.
//!
//! - [`neighbours`]: a flood of junk plans, each the target's nearest neighbour in
//!   text. Where likeness chooses opponents, the target meets and beats all of them.
//! - [`position`]: a judge that leans to whatever is shown first. Where newcomers
//!   always stand first, they gain from it.
//!
//! Both compare an attacked world with the same world left alone. The judge's noise is
//! a function of the pair, so a pair judged in both gets the same verdict apart from
//! what the attack changes. Shifts are in percentile points; the mean says what the
//! attack buys, the mean size what it disturbs.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use super::contest::{Contest, Method};
use super::metrics::{average, percentile};
use super::world::{World, WorldKind};
use super::{Mean, check, parallel, world_seed};
use crate::error::RatingError;
use crate::schedule::{Policy, to_index};

/// The attack by junk plans beside a target.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct NeighboursConfig {
    /// Honest plans, all of which arrive before the junk.
    pub plans: u32,
    /// Calls that each plan brings, honest or junk.
    pub calls: u16,
    /// Independent worlds, and targets in each; every target gets a fork of its own.
    pub worlds: u32,
    pub targets_per_world: u32,
    /// Sizes of the flood.
    pub junk: Vec<u32>,
    /// True strength of a junk plan, in logits.
    pub junk_strength: f64,
    pub seed: u64,
    pub world: WorldKind,
    pub position_effect: f64,
    pub methods: Vec<Method>,
    pub policy: Policy,
    pub threads: usize,
}

impl Default for NeighboursConfig {
    fn default() -> Self {
        Self {
            plans: 1000,
            calls: 12,
            worlds: 10,
            targets_per_world: 20,
            junk: vec![10, 30],
            junk_strength: -3.0,
            seed: 1,
            world: WorldKind::Standard,
            position_effect: 0.3,
            methods: Method::ALL.to_vec(),
            policy: Policy::default(),
            threads: 2,
        }
    }
}

/// What one flood did to its targets under one method.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NeighboursResult {
    pub method: Method,
    pub junk: u32,
    pub targets: u32,
    /// By how many percentile points the target rose among the honest plans.
    pub shift: Mean,
    /// The same without its sign.
    pub shift_size: Mean,
}

/// The result of [`neighbours`], by method and then size of the flood.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NeighboursReport {
    pub config: NeighboursConfig,
    pub results: Vec<NeighboursResult>,
}

/// Floods targets with junk beside them; `progress(done, total)` counts method × world.
pub fn neighbours(
    config: &NeighboursConfig,
    progress: impl Fn(usize, usize) + Sync,
) -> Result<NeighboursReport, RatingError> {
    check(&config.policy, config.position_effect)?;
    let worlds = config.worlds as usize;
    let shifts = parallel::map(
        worlds * config.methods.len(),
        config.threads,
        |run| flood_world(config, config.methods[run / worlds], (run % worlds) as u64),
        progress,
    );
    let shifts: Vec<Vec<Shift>> = shifts.into_iter().collect::<Result<_, _>>()?;
    let mut results = Vec::new();
    for (&method, shifts) in config.methods.iter().zip(shifts.chunks(worlds.max(1))) {
        for &junk in &config.junk {
            let of_size = shifts.iter().flatten().filter(|shift| shift.junk == junk);
            let points: Vec<f64> = of_size.map(|shift| shift.points).collect();
            results.push(neighbours_result(method, junk, &points));
        }
    }
    Ok(NeighboursReport {
        config: config.clone(),
        results,
    })
}

fn neighbours_result(method: Method, junk: u32, points: &[f64]) -> NeighboursResult {
    let sizes: Vec<f64> = points.iter().map(|x| x.abs()).collect();
    NeighboursResult {
        method,
        junk,
        targets: to_index(points.len()),
        shift: Mean::of(points),
        shift_size: Mean::of(&sizes),
    }
}

#[derive(Debug, Clone, Copy)]
struct Shift {
    junk: u32,
    points: f64,
}

/// All floods of all targets in one world under one method.
fn flood_world(
    config: &NeighboursConfig,
    method: Method,
    rep: u64,
) -> Result<Vec<Shift>, RatingError> {
    let seed = world_seed(config.seed, rep);
    let world = World::new(config.world, config.plans, config.position_effect, seed);
    let contest = Contest::new(method, config.calls, &config.policy, !seed).play(&world)?;
    let calm = contest.estimate()?.mean;
    let mut shifts = Vec::new();
    for target in targets(config, seed) {
        for &junk in &config.junk {
            let attacked = flood(config, &world, &contest, target, junk)?;
            let points = among_honest(&attacked, target, calm.len())
                - among_honest(&calm, target, calm.len());
            shifts.push(Shift { junk, points });
        }
    }
    Ok(shifts)
}

/// Distinct targets, at random.
fn targets(config: &NeighboursConfig, seed: u64) -> Vec<u32> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut plans: Vec<u32> = (0..config.plans).collect();
    let wanted = plans.len().min(config.targets_per_world as usize);
    for place in 0..wanted {
        let other = rng.random_range(place..plans.len());
        plans.swap(place, other);
    }
    plans.truncate(wanted);
    plans
}

/// Ratings after `junk` plans beside the target have joined a fork of the world.
fn flood(
    config: &NeighboursConfig,
    world: &World,
    contest: &Contest,
    target: u32,
    junk: u32,
) -> Result<Vec<f64>, RatingError> {
    let (mut world, mut contest) = (world.clone(), contest.clone());
    let mut rng = ChaCha8Rng::seed_from_u64(u64::from(target));
    for _ in 0..junk {
        world.add_beside(target, config.junk_strength, &mut rng);
        contest.arrive(&world)?;
    }
    Ok(contest.estimate()?.mean)
}

fn among_honest(ratings: &[f64], target: u32, honest: usize) -> f64 {
    percentile(ratings[target as usize], ratings[..honest].iter().copied())
}

/// The attack by a judge that leans to the plan shown first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct PositionConfig {
    pub plans: u32,
    pub calls: u16,
    pub reps: u32,
    /// The position effect in logits, compared with none.
    pub effect: f64,
    /// The share of the plans, last to arrive, that counts as newcomers.
    pub newcomers: f64,
    pub seed: u64,
    pub world: WorldKind,
    pub methods: Vec<Method>,
    pub policy: Policy,
    pub threads: usize,
}

impl Default for PositionConfig {
    fn default() -> Self {
        Self {
            plans: 1000,
            calls: 12,
            // Twenty would leave a standard error of half a point.
            reps: 100,
            effect: 1.0,
            newcomers: 0.1,
            seed: 1,
            world: WorldKind::Standard,
            methods: Method::ALL.to_vec(),
            policy: Policy::default(),
            threads: 2,
        }
    }
}

/// What the position effect did to newcomers under one method.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PositionResult {
    pub method: Method,
    /// Mean percentile points that newcomers rose compared with no position effect.
    pub shift: Mean,
    /// Mean percentile points by which newcomers stand above their true place.
    pub above_truth: Mean,
}

/// The result of [`position`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PositionReport {
    pub config: PositionConfig,
    pub results: Vec<PositionResult>,
}

/// Compares newcomers with and without a position effect; `progress(done, total)` counts
/// method × repetition.
pub fn position(
    config: &PositionConfig,
    progress: impl Fn(usize, usize) + Sync,
) -> Result<PositionReport, RatingError> {
    check(&config.policy, config.effect)?;
    let reps = config.reps as usize;
    let gains = parallel::map(
        reps * config.methods.len(),
        config.threads,
        |run| newcomers_gain(config, config.methods[run / reps], (run % reps) as u64),
        progress,
    );
    let gains: Vec<(f64, f64)> = gains.into_iter().collect::<Result<_, _>>()?;
    let results = config
        .methods
        .iter()
        .zip(gains.chunks(reps.max(1)))
        .map(|(&method, gains)| {
            let (shift, above): (Vec<f64>, Vec<f64>) = gains.iter().copied().unzip();
            PositionResult {
                method,
                shift: Mean::of(&shift),
                above_truth: Mean::of(&above),
            }
        });
    Ok(PositionReport {
        config: config.clone(),
        results: results.collect(),
    })
}

/// The newcomers' rise over the same world without the effect, and over the truth.
fn newcomers_gain(
    config: &PositionConfig,
    method: Method,
    rep: u64,
) -> Result<(f64, f64), RatingError> {
    let seed = world_seed(config.seed, rep);
    let with_effect = |effect: f64| -> Result<(f64, World), RatingError> {
        let world = World::new(config.world, config.plans, effect, seed);
        let contest = Contest::new(method, config.calls, &config.policy, !seed).play(&world)?;
        let mean = contest.estimate()?.mean;
        Ok((newcomers_percentile(config, &mean), world))
    };
    let (calm, world) = with_effect(0.0)?;
    let (leaning, _) = with_effect(config.effect)?;
    Ok((
        leaning - calm,
        leaning - newcomers_percentile(config, &world.strengths),
    ))
}

fn newcomers_percentile(config: &PositionConfig, ratings: &[f64]) -> f64 {
    let first = ratings.len() as f64 * (1.0 - config.newcomers.clamp(0.0, 1.0));
    let newcomers = (0u32..)
        .zip(ratings)
        .filter(|&(arrival, _)| f64::from(arrival) >= first.round());
    let places = newcomers.map(|(_, &own)| percentile(own, ratings.iter().copied()));
    average(&places.collect::<Vec<_>>())
}
