//! From verdicts to the board: fit, Elo, intervals, ranks, written in one transaction.
//!
//! Published ratings come from a cold fit, so that the same verdicts give the same bits. Ratings
//! are rounded to a millionth of an Elo point, far below what they mean.

mod rows;

use rating::{Fit, FitOptions};
use serde::Serialize;
use store::{Contest, Fence, Store};

use crate::contest::Position;
use crate::rank::{RankError, Run};

pub use rows::{MAX_ESTABLISHED_SE, MIN_OPPONENTS};

/// Fits the finished rounds, and publishes them unless that is done. `None` before the
/// first verdict.
pub(crate) async fn publish_if_due(
    run: &Run<'_>,
    fence: &Fence,
    position: &Position,
) -> Result<Option<Fit>, RankError> {
    if position.log.is_empty() {
        return Ok(None);
    }
    let fit = fit(position)?;
    let round = run.store.last_round(run.contest).await?;
    let published = run
        .store
        .ranking(run.contest)
        .await?
        .map_or(0, |r| r.published);
    if published < round {
        let reference = reference(run.store, run, position).await?;
        let rows = rows::rows(run.store, position, &fit, &reference).await?;
        run.store
            .publish(fence, round, &rows, run.clock.now())
            .await?;
        keep_judges(run, position, &fit).await?;
    }
    Ok(Some(fit))
}

/// The posterior of all verdicts of a contest.
pub(crate) fn fit(position: &Position) -> Result<Fit, RankError> {
    let (nodes, judges) = (position.field.nodes.len(), position.judges.len());
    Ok(rating::fit(
        nodes,
        judges,
        &position.log,
        &FitOptions::default(),
        None,
    )?)
}

/// The nodes whose mean Elo is 1500, frozen at the contest's first publication.
async fn reference(
    store: &Store,
    run: &Run<'_>,
    position: &Position,
) -> Result<Vec<u32>, RankError> {
    let hashes: Vec<String> = position
        .field
        .active()
        .map(|(_, node)| node.hash.to_string())
        .collect();
    let key = reference_key(position.contest);
    let frozen = store
        .set_setting_once(&key, &hashes.join(" "), run.clock.now())
        .await?;
    let frozen: std::collections::BTreeSet<&str> = frozen.split(' ').collect();
    let is_frozen = |node: &crate::contest::Node| frozen.contains(node.hash.to_string().as_str());
    Ok((0..)
        .zip(&position.field.nodes)
        .filter(|(_, node)| is_frozen(node))
        .map(|(index, _)| index)
        .collect())
}

fn reference_key(contest: Contest) -> String {
    format!("reference_set:{contest}")
}

/// What a fit says of a judge, as the judge's page shows it.
#[derive(Debug, Serialize)]
struct JudgeHabits {
    discrimination: f64,
    position_effect_logits: f64,
    cut_points_logits: [f64; 4],
    verdicts: usize,
}

async fn keep_judges(run: &Run<'_>, position: &Position, fit: &Fit) -> Result<(), RankError> {
    for (number, (judge, params)) in position.judges.iter().zip(&fit.judges).enumerate() {
        let verdicts = position
            .log
            .iter()
            .filter(|c| usize::from(c.judge) == number)
            .count();
        if verdicts == 0 {
            continue;
        }
        let habits = JudgeHabits {
            discrimination: params.kappa,
            position_effect_logits: params.beta,
            cut_points_logits: params.cuts,
            verdicts,
        };
        let json = serde_json::to_string(&habits).unwrap_or_default();
        run.store.set_judge_params(judge.judge_id, &json).await?;
    }
    Ok(())
}
