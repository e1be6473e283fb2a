//! Random right-hand sides with covariance H: Bᵀ√W·ε + √λ·η.
//!
//! ε belongs to a pair of items and η to an item, whatever the order of arrival or the
//! internal numbering.

use super::noise::{item_key, normal, pair_key, sign};
use crate::fit::layout::Layout;
use crate::fit::solver::Block;
use crate::fit::system::{System, to_f32};

/// What ε is made of.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Draws {
    /// Random signs: as good for second moments, and one 64-bit key serves all lanes.
    Signs,
    /// Normal, for draws whose shape matters; lanes count from `first_lane`.
    Normal { first_lane: u64 },
}

/// One right-hand side per lane.
pub(crate) fn perturbation<const L: usize>(
    system: &System,
    layout: &Layout,
    lambda: f64,
    seed: u64,
    draws: Draws,
) -> Block<L> {
    let mut rhs = prior_part(layout, lambda, seed, draws);
    for item in 0..system.items() {
        let (columns, weights) = system.upper_row(item);
        let mut own = rhs[item];
        for (&column, &weight) in columns.iter().zip(weights) {
            let other = layout.item_at[column as usize];
            let key = pair_key(seed, layout.item_at[item], other);
            let noise: [f32; L] = match draws {
                Draws::Signs => sign(key),
                Draws::Normal { first_lane } => normals(key, first_lane),
            };
            // The sign belongs to the pair as the caller numbers it.
            let turned = layout.item_at[item] > other;
            let root = if turned {
                -weight.sqrt()
            } else {
                weight.sqrt()
            };
            let other = &mut rhs[column as usize];
            for lane in 0..L {
                own[lane] += root * noise[lane];
                other[lane] -= root * noise[lane];
            }
        }
        rhs[item] = own;
    }
    rhs
}

fn prior_part<const L: usize>(layout: &Layout, lambda: f64, seed: u64, draws: Draws) -> Block<L> {
    let root_lambda = to_f32(lambda.sqrt());
    let first_lane = match draws {
        Draws::Signs => 0,
        Draws::Normal { first_lane } => first_lane,
    };
    layout
        .item_at
        .iter()
        .map(|&item| normals(item_key(seed, item), first_lane).map(|eta: f32| root_lambda * eta))
        .collect()
}

fn normals<const L: usize>(key: u64, first_lane: u64) -> [f32; L] {
    let mut lane = first_lane;
    [(); L].map(|()| {
        lane += 1;
        normal(key, lane)
    })
}
