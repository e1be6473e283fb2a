//! Rank intervals and the chance to be in the top k, from draws of the joint posterior.
//!
//! Errors of items that met each other are correlated, so ranks need joint draws: one solve
//! per draw, many draws at a time. Memory: 4 bytes per item and draw.

use serde::{Deserialize, Serialize};

use super::perturbation::{Draws, perturbation};
use crate::error::RatingError;
use crate::fit::layout::Layout;
use crate::fit::solver::{Block, Scratch, Stop, solve};
use crate::fit::system::System;
use crate::fit::{Fit, system_at_mode};
use crate::log::Comparison;

/// Draws per solve.
const LANES: usize = 32;
/// At most this many draws: beyond, the interval's ends hardly move and memory does.
const MAX_DRAWS: usize = 10_000;
const STOP: Stop = Stop {
    relative: 1e-2,
    max_iterations: 200,
};

/// What to summarise.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RankOptions {
    /// Draws of the posterior.
    pub draws: usize,
    /// Seed of the draws.
    pub seed: u64,
    /// The k of "in the top k".
    pub top_k: usize,
    /// Probability mass of the rank interval, between 0 and 1.
    pub level: f64,
}

impl Default for RankOptions {
    fn default() -> Self {
        Self {
            draws: 200,
            seed: 0x0a4e,
            top_k: 10,
            level: 0.90,
        }
    }
}

/// Where one item stands among all. Ranks count from 1, the strongest.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ItemSummary {
    /// Rank by posterior mean; equal means rank by item number.
    pub rank: u32,
    /// Ends of the rank interval. It always contains `rank`.
    pub rank_low: u32,
    pub rank_high: u32,
    /// Share of the draws in which the item is among the top k.
    pub p_top: f64,
}

/// Summarises a fit by item. `comparisons` are those that the fit was made from.
pub fn rank_summary(
    fit: &Fit,
    comparisons: &[Comparison],
    options: &RankOptions,
) -> Result<Vec<ItemSummary>, RatingError> {
    check_options(options)?;
    let (system, layout, lambda) = system_at_mode(fit, comparisons)?;
    let by_mean = ranks_of(fit.theta.iter().copied());
    let drawn = draw_ranks(fit, &system, &layout, lambda, options);
    let summaries = by_mean
        .iter()
        .zip(drawn.chunks(options.draws))
        .map(|(&rank, drawn)| summarise(rank, drawn, options))
        .collect();
    Ok(summaries)
}

fn check_options(options: &RankOptions) -> Result<(), RatingError> {
    let invalid = |option, value, expected| {
        Err(RatingError::InvalidOption {
            option,
            value,
            expected,
        })
    };
    if !(1..=MAX_DRAWS).contains(&options.draws) {
        return invalid("draws", options.draws as f64, "a number from 1 to 10,000");
    }
    if !(options.level > 0.0 && options.level < 1.0) {
        return invalid("level", options.level, "a probability between 0 and 1");
    }
    Ok(())
}

/// Ranks of all draws, item by item.
fn draw_ranks(
    fit: &Fit,
    system: &System,
    layout: &Layout,
    lambda: f64,
    options: &RankOptions,
) -> Vec<u32> {
    let items = system.items();
    let mut drawn = vec![0u32; items * options.draws];
    let mut scratch = Scratch::new(items);
    for start in (0..options.draws).step_by(LANES) {
        let draws = Draws::Normal {
            first_lane: start as u64,
        };
        let mut rhs: Block<LANES> = perturbation(system, layout, lambda, options.seed, draws);
        let mut x = vec![[0.0; LANES]; items];
        solve(system, &mut rhs, &mut x, &mut scratch, STOP);
        for lane in 0..LANES.min(options.draws - start) {
            let strengths = fit
                .theta
                .iter()
                .zip(&layout.position_of)
                .map(|(theta, &position)| theta + f64::from(x[position as usize][lane]));
            for (item, rank) in ranks_of(strengths).into_iter().enumerate() {
                drawn[item * options.draws + start + lane] = rank;
            }
        }
    }
    drawn
}

/// Rank of each value, from 1 for the largest; equal values rank by position.
fn ranks_of(values: impl Iterator<Item = f64>) -> Vec<u32> {
    let mut order: Vec<(f64, u32)> = values.zip(0u32..).collect();
    order.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    let mut ranks = vec![0u32; order.len()];
    for (rank, (_, item)) in (1u32..).zip(order) {
        ranks[item as usize] = rank;
    }
    ranks
}

fn summarise(rank: u32, drawn: &[u32], options: &RankOptions) -> ItemSummary {
    let mut sorted = drawn.to_vec();
    sorted.sort_unstable();
    let top = sorted.partition_point(|&rank| rank as usize <= options.top_k);
    let left_out = outside(sorted.len(), options.level);
    ItemSummary {
        rank,
        rank_low: sorted[left_out].min(rank),
        rank_high: sorted[sorted.len() - 1 - left_out].max(rank),
        p_top: top as f64 / sorted.len() as f64,
    }
}

/// Draws left out at each end.
fn outside(draws: usize, level: f64) -> usize {
    let share = draws as f64 * (1.0 - level) / 2.0;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "between 0 and half the number of draws"
    )]
    let count = (share + 1e-9).floor() as usize;
    count.min((draws - 1) / 2)
}
