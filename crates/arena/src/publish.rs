//! From verdicts to the board: fit, Elo, intervals, ranks, written in one transaction.
//!
//! Published ratings come from a cold fit, so that the same verdicts give the same bits. Ratings
//! are rounded to a millionth of an Elo point, far below what they mean.

mod rows;

use std::collections::BTreeSet;

use rating::{Fit, FitOptions};
use serde::Serialize;
use sha2::{Digest as _, Sha256};
use store::{Contest, Digest, Fence, JudgeId, NewSummary};

use crate::contest::{Node, Position};
use crate::progress::Event;
use crate::rank::{RankError, Run};

pub use rows::{MAX_ESTABLISHED_SE, MIN_OPPONENTS};

/// Fits the finished rounds, and publishes what isn't published yet. `None` before the first
/// verdict.
///
/// What a publication shows depends on the verdicts and on who is on the board; a digest of both,
/// kept with the contest, says whether anything has changed since the last one.
pub(crate) async fn fit_and_publish(
    run: &Run<'_>,
    fence: &Fence,
    position: &Position,
) -> Result<Option<Fit>, RankError> {
    if position.log.is_empty() {
        return Ok(None);
    }
    let fit = fit(position)?;
    if !fit.converged {
        let note = "the fit of the ratings has not converged; they are close, but not final";
        run.observer.on(Event::Note(note.to_owned()));
    }
    let Some(ranking) = run.store.ranking(run.contest).await? else {
        return Ok(Some(fit));
    };
    let digest = digest(position);
    if ranking.state == digest {
        return Ok(Some(fit));
    }
    let reference = reference(run, position).await?;
    let rows = rows::rows(position, &fit, &reference)?;
    keep_judges(run, position, &fit).await?;
    let summary = summary(run, position).await?;
    let number = ranking.published + 1;
    run.store
        .publish(fence, number, &rows, &summary, run.clock.now())
        .await?;
    let settings = serde_json::to_string(&run.settings).unwrap_or_default();
    run.store
        .update_ranking(fence, &settings, &digest, run.clock.now())
        .await?;
    Ok(Some(fit))
}

/// SHA-256 of everything that a publication shows.
pub(crate) fn digest(position: &Position) -> String {
    let mut hash = Sha256::new();
    for node in &position.field.nodes {
        hash.update(node.hash.0);
        hash.update(node.plan.to_string());
        hash.update([u8::from(node.active)]);
    }
    for c in &position.log {
        hash.update(c.first.to_le_bytes());
        hash.update(c.second.to_le_bytes());
        hash.update(c.judge.to_le_bytes());
        hash.update(c.level.to_le_bytes());
    }
    for c in &position.overrides {
        hash.update(c.first.to_le_bytes());
        hash.update(c.second.to_le_bytes());
        hash.update(c.level.to_le_bytes());
        hash.update(c.weight.to_le_bytes());
    }
    for canary in &position.canaries {
        hash.update(canary.variant.as_bytes());
        hash.update(format!("{:?}", (canary.state, canary.level)));
    }
    format!("published {}", hex::encode(hash.finalize()))
}

/// The posterior of all verdicts of a contest.
pub(crate) fn fit(position: &Position) -> Result<Fit, rating::RatingError> {
    let (nodes, judges) = (position.field.nodes.len(), position.judges.len());
    rating::fit(
        nodes,
        judges,
        &position.observations(),
        &FitOptions::default(),
        None,
    )
}

/// The nodes whose mean Elo is 1500, frozen at the contest's first publication. A node is known
/// by the content of any member, so that hiding its founder moves nobody's Elo.
async fn reference(run: &Run<'_>, position: &Position) -> Result<Vec<u32>, RankError> {
    let key = reference_key(position.contest);
    let frozen = if let Some(frozen) = run.store.setting(&key).await? {
        frozen
    } else {
        let board = position.field.active();
        let hashes: Vec<String> = board.map(|(_, node)| node.hash.to_string()).collect();
        run.store
            .set_setting_once(&key, &hashes.join(" "), run.clock.now())
            .await?
    };
    Ok(reference_nodes(position, &frozen))
}

/// The nodes of a reference set as the store keeps it.
pub(crate) fn reference_nodes(position: &Position, frozen: &str) -> Vec<u32> {
    let frozen: BTreeSet<Digest> = frozen.split(' ').filter_map(|h| h.parse().ok()).collect();
    let is_frozen = |node: &Node| node.contents.iter().any(|hash| frozen.contains(hash));
    let nodes = (0..).zip(&position.field.nodes);
    nodes
        .filter(|(_, node)| is_frozen(node))
        .map(|(index, _)| index)
        .collect()
}

pub(crate) fn reference_key(contest: Contest) -> String {
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

/// A judge of the contest, as its summary names it.
#[derive(Debug, Serialize)]
struct SummaryJudge<'a> {
    judge_id: JudgeId,
    kind: &'a str,
    name: &'a str,
    model: Option<&'a str>,
    verdicts: usize,
    suspended: bool,
}

/// What the board's rows don't say of the contest.
async fn summary(run: &Run<'_>, position: &Position) -> Result<NewSummary, RankError> {
    let judges: Vec<SummaryJudge<'_>> = (0..)
        .zip(&position.judges)
        .map(|(number, judge)| SummaryJudge {
            judge_id: judge.judge_id,
            kind: &judge.kind,
            name: &judge.name,
            model: judge.model.as_deref(),
            verdicts: verdicts_of(position, number),
            suspended: judge.suspended_at.is_some(),
        })
        .filter(|judge| judge.verdicts > 0)
        .collect();
    Ok(NewSummary {
        comparisons: i64::try_from(position.log.len()).unwrap_or(i64::MAX),
        spend_nano_usd: run
            .store
            .spend(Some(run.contest), None)
            .await?
            .cost_nano_usd,
        judges: serde_json::to_string(&judges).unwrap_or_default(),
    })
}

fn verdicts_of(position: &Position, judge: u16) -> usize {
    let observations = position.observations();
    observations.iter().filter(|c| c.judge == judge).count()
}

async fn keep_judges(run: &Run<'_>, position: &Position, fit: &Fit) -> Result<(), RankError> {
    for (number, (judge, params)) in (0..).zip(position.judges.iter().zip(&fit.judges)) {
        let verdicts = verdicts_of(position, number);
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
