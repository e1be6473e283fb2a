//! Pairs whose second order is worth a call: those that decide the top of the board, and
//! those whose verdict surprises.

use std::collections::BTreeSet;

use rating::Fit;

use crate::contest::Position;

/// The places at the top whose pairs are judged in both orders.
const TOP: usize = 3;

/// A verdict less likely than this, given everything else, is suspicious.
const SURPRISE: f64 = 0.02;

/// Requested second orders take at most this share of a round.
const MAX_SHARE: usize = 8;

/// Ordered pairs (first, second) to judge, most wanted first. The scheduler drops those done.
pub(super) fn second_orders(
    position: &Position,
    fit: Option<&Fit>,
    round: usize,
) -> Vec<(u32, u32)> {
    let Some(fit) = fit else { return Vec::new() };
    let met: BTreeSet<(u32, u32)> = position.met.iter().map(|(a, b, _)| (*a, *b)).collect();
    let top = top(position, fit);
    let at_top = |c: &&rating::Comparison| top.contains(&c.first) && top.contains(&c.second);
    let mut surprising: Vec<(f64, &rating::Comparison)> = position
        .log
        .iter()
        .map(|c| (log_prob(fit, c), c))
        .filter(|(p, _)| *p < SURPRISE.ln())
        .collect();
    surprising.sort_by(|a, b| {
        a.0.total_cmp(&b.0)
            .then((a.1.first, a.1.second).cmp(&(b.1.first, b.1.second)))
    });
    let wanted = position
        .log
        .iter()
        .filter(at_top)
        .chain(surprising.into_iter().map(|(_, c)| c));
    let mut seen = BTreeSet::new();
    wanted
        .map(|c| (c.second, c.first))
        .filter(|pair| !met.contains(pair) && seen.insert(*pair))
        .take(round.div_ceil(MAX_SHARE))
        .collect()
}

fn top(position: &Position, fit: &Fit) -> Vec<u32> {
    let mut order: Vec<u32> = position.field.active().map(|(index, _)| index).collect();
    order.sort_by(|a, b| {
        fit.theta[*b as usize]
            .total_cmp(&fit.theta[*a as usize])
            .then(a.cmp(b))
    });
    order.truncate(TOP);
    order
}

fn log_prob(fit: &Fit, c: &rating::Comparison) -> f64 {
    let judge = &fit.judges[usize::from(c.judge)];
    let delta = judge.delta(fit.theta[c.first as usize], fit.theta[c.second as usize]);
    judge.log_prob(c.level, delta)
}
