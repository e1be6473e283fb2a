//! Rank intervals and the chance to be in the top k, from draws of the joint posterior.
//!
//! Errors of items that met each other are correlated, so ranks need joint draws: one solve
//! per draw, many draws at a time. An interval needs only the outermost ranks of an item, so
//! only those are kept (`ranks/tails.rs`): 88 bytes per item at 200 draws and 90 %.
//!
//! The common mean of all strengths, about which comparisons say nothing, moves no rank.

mod tails;

use serde::{Deserialize, Serialize};

use super::perturbation::{Draws, perturbation};
use crate::error::RatingError;
use crate::fit::layout::Layout;
use crate::fit::solver::{Block, Scratch, Stop, solve};
use crate::fit::system::System;
use crate::fit::{Fit, system_at_mode};
use crate::log::Comparison;
use tails::Tails;

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
///
/// With `among`, a flag per item, only the flagged items are ranked: rank, interval and
/// `p_top` count among them, and the others get `None`. All comparisons inform all the same.
pub fn rank_summary(
    fit: &Fit,
    comparisons: &[Comparison],
    among: Option<&[bool]>,
    options: &RankOptions,
) -> Result<Vec<Option<ItemSummary>>, RatingError> {
    check_options(options)?;
    let ranked = ranked_items(fit.theta.len(), among)?;
    let (system, layout, lambda) = system_at_mode(fit, comparisons)?;
    let means: Vec<f64> = ranked
        .iter()
        .map(|&item| fit.theta[item as usize])
        .collect();
    let tails = draw_ranks(fit, &system, &layout, lambda, &ranked, options);
    let mut summaries = vec![None; fit.theta.len()];
    for (place, (&item, rank)) in ranked.iter().zip(ranks_of(&means)).enumerate() {
        let (low, high) = tails.interval(place);
        summaries[item as usize] = Some(ItemSummary {
            rank,
            rank_low: low.min(rank),
            rank_high: high.max(rank),
            p_top: f64::from(tails.times_in_top(place)) / options.draws as f64,
        });
    }
    Ok(summaries)
}

/// The numbers of the items to rank, ascending.
fn ranked_items(items: usize, among: Option<&[bool]>) -> Result<Vec<u32>, RatingError> {
    let Some(among) = among else {
        return Ok((0u32..).take(items).collect());
    };
    if among.len() != items {
        return Err(RatingError::FitMismatch {
            what: "items",
            found: items,
            expected: among.len(),
        });
    }
    let flagged = (0u32..).zip(among).filter(|(_, flag)| **flag);
    Ok(flagged.map(|(item, _)| item).collect())
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

/// The outermost ranks of every ranked item over all draws.
fn draw_ranks(
    fit: &Fit,
    system: &System,
    layout: &Layout,
    lambda: f64,
    ranked: &[u32],
    options: &RankOptions,
) -> Tails {
    let items = system.items();
    let left_out = outside(options.draws, options.level);
    let mut tails = Tails::new(ranked.len(), left_out + 1, options.top_k);
    let mut scratch = Scratch::new(items);
    for start in (0..options.draws).step_by(LANES) {
        let draws = Draws::Normal {
            first_lane: start as u64,
        };
        let mut rhs: Block<LANES> = perturbation(system, layout, lambda, options.seed, draws);
        let mut x = vec![[0.0; LANES]; items];
        solve(system, &mut rhs, &mut x, &mut scratch, STOP);
        for lane in 0..LANES.min(options.draws - start) {
            let strengths = draw(fit, layout, &x, lane, ranked);
            for (place, rank) in ranks_of(&strengths).into_iter().enumerate() {
                tails.add(place, rank);
            }
        }
    }
    tails
}

/// The strengths of the ranked items in one draw.
fn draw(fit: &Fit, layout: &Layout, x: &Block<LANES>, lane: usize, ranked: &[u32]) -> Vec<f64> {
    let strength = |&item: &u32| {
        let position = layout.position_of[item as usize];
        fit.theta[item as usize] + f64::from(x[position as usize][lane])
    };
    ranked.iter().map(strength).collect()
}

/// Rank of each value, from 1 for the largest; equal values rank by position.
fn ranks_of(values: &[f64]) -> Vec<u32> {
    let mut order: Vec<(f64, u32)> = values.iter().copied().zip(0u32..).collect();
    order.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    let mut ranks = vec![0u32; order.len()];
    for (rank, (_, item)) in (1u32..).zip(order) {
        ranks[item as usize] = rank;
    }
    ranks
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
