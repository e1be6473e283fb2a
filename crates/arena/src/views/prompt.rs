//! The question behind a comparison, rendered again.
//!
//! Prompts are not stored: rubric and frame are part of the program (their hash is the prompt
//! version) and the cards never change. The secret key of the marker lines is not shown, and
//! KPI values are those of now, so the text is the judge's up to these.

use plan::Card;
use plan::hash::ContentHash;
use serde::Serialize;
use store::{Comparison, ComparisonId, ComparisonKind, Digest, KpiValues, PlanId, Store};

use super::{ViewError, Viewer, head};
use crate::judge::{Contestant, KpiVector, offline, prompt};
use crate::vectors;

/// Stands where the secret key of a comparison stood.
const HIDDEN_KEY: &str = "[key]";

/// What a judge was told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct JudgePrompt {
    pub comparison_id: ComparisonId,
    /// Of the comparison, and of the text below; where they differ the text is newer.
    pub prompt_version: Option<String>,
    pub rendered_version: String,
    /// The rubric, or the rules of the offline judge.
    pub system: String,
    /// The question; `None` for the offline judge, which is not asked in words, and for canaries,
    /// whose cards are doctored.
    pub user: Option<String>,
    pub note: String,
}

/// The question behind a comparison of plans that the viewer may both see.
pub async fn judge_prompt(
    store: &Store,
    viewer: Viewer,
    id: ComparisonId,
) -> Result<JudgePrompt, ViewError> {
    let row = store.comparison(id).await?.ok_or(ViewError::NotFound)?;
    let first = head::visible(store, viewer, row.first_plan).await?;
    head::visible(store, viewer, row.second_plan).await?;
    let is_pair = row.variant.is_empty();
    if !is_pair && !viewer.sees_inside(first.owner_id) {
        return Err(ViewError::NotFound);
    }
    let judge = store
        .judge(row.judge_id)
        .await?
        .ok_or(ViewError::NotFound)?;
    if judge.kind == "offline" {
        return Ok(JudgePrompt {
            comparison_id: id,
            prompt_version: row.prompt_version,
            rendered_version: judge.version,
            system: offline::DESCRIPTION.to_owned(),
            user: None,
            note: "The offline judge is not a language model: these are its rules.".to_owned(),
        });
    }
    let user = if matches!(
        row.kind,
        ComparisonKind::Normal | ComparisonKind::SecondOrder
    ) {
        Some(question(store, &row, &judge.version).await?)
    } else {
        None
    };
    Ok(JudgePrompt {
        comparison_id: id,
        prompt_version: row.prompt_version,
        rendered_version: prompt::prompt_version(),
        system: prompt::RUBRIC.to_owned(),
        note: note(user.is_some()).to_owned(),
        user,
    })
}

fn note(has_question: bool) -> &'static str {
    if has_question {
        "Rendered again from the stored cards and the present KPI values, with [key] for the secret key of the marker lines."
    } else {
        "A canary: the cards were doctored to measure the judge, and are not rendered again."
    }
}

async fn question(store: &Store, row: &Comparison, version: &str) -> Result<String, ViewError> {
    let (first, second) = (
        contestant(store, row.first_plan).await?,
        contestant(store, row.second_plan).await?,
    );
    let built = prompt::build(
        &side(&first, row.first_hash),
        &side(&second, row.second_hash),
        &[0; 32],
        version,
    );
    Ok(built.user.replace(&built.key, HIDDEN_KEY))
}

fn side((card, kpis): &(Card, KpiVector), hash: Digest) -> Contestant<'_> {
    Contestant {
        card,
        hash: ContentHash(hash.0),
        kpis: *kpis,
    }
}

async fn contestant(store: &Store, plan: PlanId) -> Result<(Card, KpiVector), ViewError> {
    let card = vectors::card(store, plan)
        .await
        .map_err(|_| ViewError::NotFound)?;
    let row = store.metrics(plan).await?;
    let kpis: KpiValues = row.map(|row| row.kpis).unwrap_or_default();
    Ok((card, vector(&kpis)))
}

fn vector(kpis: &KpiValues) -> KpiVector {
    [
        kpis.novelty_score,
        kpis.prompt_quality,
        kpis.technical_completeness,
        kpis.feasibility,
        kpis.impact_estimate,
    ]
}
