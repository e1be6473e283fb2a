//! The rows of a publication.

use std::collections::BTreeSet;

use plan::model::Integrity;
use rating::Fit;
use rating::scale::{EloRating, EloScale};
use rating::schedule::bucket_of_arrival;
use rating::uncertainty::{ItemSummary, RankOptions, rank_summary};
use store::{AccountId, RatingRow, Store};

use crate::contest::{Node, Position};
use crate::rank::RankError;

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
pub(super) async fn rows(
    store: &Store,
    position: &Position,
    fit: &Fit,
    reference: &[u32],
) -> Result<Vec<RatingRow>, RankError> {
    let scale = EloScale::anchored(&fit.theta, reference);
    let standings = standings(position, fit)?;
    let company = company(position);
    let rated: Vec<(u32, &Node)> = position
        .field
        .active()
        .filter(|(index, _)| company[*index as usize].comparisons > 0)
        .collect();
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
            flagged: is_flagged(store, node).await?,
            bucket_id: Some(i64::from(bucket_of_arrival(node.arrival))),
            comment: (!doubts.is_empty()).then(|| format!("provisional: {}", doubts.join(" and "))),
        });
    }
    Ok(rows)
}

/// Ranks among the active nodes; hidden ones stay in the fit, but hold no place.
fn standings(position: &Position, fit: &Fit) -> Result<Vec<Option<ItemSummary>>, RankError> {
    let mut among = vec![false; position.field.nodes.len()];
    for (index, _) in position.field.active() {
        among[index as usize] = true;
    }
    Ok(rank_summary(
        fit,
        &position.log,
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
                .extend(&position.field.nodes[other as usize].owners);
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
async fn is_flagged(store: &Store, node: &Node) -> Result<bool, RankError> {
    let Some(plan) = store.plan(node.plan).await? else {
        return Ok(false);
    };
    let found: Integrity = serde_json::from_str(&plan.integrity).unwrap_or_default();
    let hidden = found.zero_width_removed
        + found.bidi_removed
        + found.tag_chars_removed
        + found.html_comments_removed;
    Ok(hidden + found.homoglyph_words > 0)
}
