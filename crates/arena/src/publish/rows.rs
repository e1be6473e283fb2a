//! The rows of a publication.

use std::collections::BTreeSet;

use plan::model::Integrity;
use rating::Fit;
use rating::scale::{EloRating, EloScale};
use rating::schedule::bucket_of_arrival;
use rating::uncertainty::{ItemSummary, RankOptions, rank_summary};
use store::{AccountId, ComparisonKind, ComparisonState, PlanId, RatingRow};

use crate::contest::{Node, Position};
use crate::judge::canary::injection::Advice;
use crate::rank::RankError;
use crate::review::advice;

/// A plan is provisional until its standard error is at most this, in Elo points …
pub const MAX_ESTABLISHED_SE: f64 = 75.0;
/// … and it has met at least this many other families.
pub const MIN_OPPONENTS: usize = 8;

/// Whom a node has met.
#[derive(Debug, Clone, Default)]
struct Company {
    comparisons: i64,
    opponents: BTreeSet<u32>,
    owners: BTreeSet<AccountId>,
}

/// One row per active node that has been compared.
pub(super) fn rows(
    position: &Position,
    fit: &Fit,
    reference: &[u32],
) -> Result<Vec<RatingRow>, RankError> {
    let scale = EloScale::anchored(&fit.theta, reference);
    let company = company(position);
    let rated: Vec<(u32, &Node)> = position
        .field
        .active()
        .filter(|(index, _)| company[*index as usize].comparisons > 0)
        .collect();
    let standings = standings(position, fit, &rated)?;
    let suspects = suspects(position);
    let last_rank = rated.len() as f64;
    let mut rows = Vec::with_capacity(rated.len());
    for (index, node) in rated {
        let i = index as usize;
        let elo = rounded(scale.rating(fit.theta[i], fit.centred_sd(i)));
        let Some(standing) = standings[i] else {
            continue;
        };
        let doubts = doubts(&elo, &company[i]);
        rows.push(RatingRow {
            plan_id: node.plan,
            elo: elo.elo,
            elo_se: elo.standard_error,
            elo_low: elo.low,
            elo_high: elo.high,
            rank: i64::from(standing.rank),
            rank_low: i64::from(standing.rank_low),
            rank_high: i64::from(standing.rank_high),
            percentile: percentile(f64::from(standing.rank), last_rank),
            num_comparisons: company[i].comparisons,
            num_opponents: signed(company[i].opponents.len()),
            num_opponent_owners: signed(company[i].owners.len()),
            provisional: !doubts.is_empty(),
            flagged: suspects.contains(&node.plan) || hides_text(node),
            bucket_id: Some(i64::from(bucket_of_arrival(node.arrival))),
            comment: (!doubts.is_empty()).then(|| format!("provisional: {}", doubts.join(" and "))),
        });
    }
    Ok(rows)
}

/// Ranks among the rows of the board: hidden nodes stay in the fit, and newcomers wait for
/// their first verdict, but neither holds a place.
fn standings(
    position: &Position,
    fit: &Fit,
    rated: &[(u32, &Node)],
) -> Result<Vec<Option<ItemSummary>>, RankError> {
    let mut among = vec![false; position.field.nodes.len()];
    for (index, _) in rated {
        among[*index as usize] = true;
    }
    Ok(rank_summary(
        fit,
        &position.observations(),
        Some(&among),
        &RankOptions::default(),
    )?)
}

fn company(position: &Position) -> Vec<Company> {
    let mut company = vec![Company::default(); position.field.nodes.len()];
    for c in &position.log {
        for (one, other) in [(c.first, c.second), (c.second, c.first)] {
            let met = &mut company[one as usize];
            met.comparisons += 1;
            met.opponents.insert(other);
            met.owners
                .insert(position.field.nodes[other as usize].owner);
        }
    }
    company
}

/// Why a plan is provisional; empty when it is established.
fn doubts(elo: &EloRating, company: &Company) -> Vec<String> {
    let mut doubts = Vec::new();
    if elo.standard_error > MAX_ESTABLISHED_SE {
        doubts.push(format!(
            "standard error {:.0} above {MAX_ESTABLISHED_SE:.0}",
            elo.standard_error
        ));
    }
    if company.opponents.len() < MIN_OPPONENTS {
        doubts.push(format!(
            "{} of {MIN_OPPONENTS} opponents met",
            company.opponents.len()
        ));
    }
    doubts
}

fn signed(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// 100 for the first, 0 for the last, of several.
fn percentile(rank: f64, plans: f64) -> f64 {
    if plans <= 1.0 {
        100.0
    } else {
        100.0 * (plans - rank) / (plans - 1.0)
    }
}

fn rounded(rating: EloRating) -> EloRating {
    let round = |x: f64| (x * 1e6).round() / 1e6;
    EloRating {
        elo: round(rating.elo),
        standard_error: round(rating.standard_error),
        low: round(rating.low),
        high: round(rating.high),
    }
}

/// Whether text that people don't see was taken out of the plan, or look-alike letters are in it.
fn hides_text(node: &Node) -> bool {
    let found: Integrity = serde_json::from_str(&node.integrity).unwrap_or_default();
    let hidden = found.zero_width_removed
        + found.bidi_removed
        + found.tag_chars_removed
        + found.html_comments_removed;
    hidden + found.homoglyph_words > 0
}

/// Plans whose sentences seem to speak to the judge, and moved it or left it without a verdict.
fn suspects(position: &Position) -> BTreeSet<PlanId> {
    let of_plan = position
        .canaries
        .iter()
        .filter(|c| c.kind == ComparisonKind::SelfCanary);
    let void = of_plan
        .clone()
        .filter(|c| c.state == ComparisonState::Void)
        .map(|c| c.first_plan);
    let moved = of_plan
        .filter(|c| advice(&position.canaries, c).is_some_and(|a| a != Advice::Keep))
        .map(|c| c.first_plan);
    void.chain(moved).collect()
}
