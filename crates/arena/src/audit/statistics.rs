//! How far the judges and the reviewers agree, from the uniformly random items alone.
//!
//! Each comparison counts once for its judge, with its first label. Reviewers are compared with
//! each other on comparisons that more than one of them judged.

use std::collections::BTreeMap;

use rating::agreement::alpha::{self, Alpha};
use rating::agreement::{Agreement, Pair, agreement};
use serde::Serialize;
use store::{AuditCounts, AuditRating, AuditReasonCount, ComparisonId, Judge, JudgeId};

use super::{Audit, AuditError, CONTEST, overrides, small};

/// Draws the resamples behind intervals.
const SEED: u64 = 0x00a0_d170;

/// The state of the audit.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Statistics {
    pub counts: AuditCounts,
    /// All judges taken together, the judge's level first.
    pub overall: Agreement,
    pub judges: Vec<JudgeAgreement>,
    /// Comparisons of the random stream that several people judged.
    pub double_labelled: u64,
    /// Krippendorff's α among people.
    pub reviewers: Option<Alpha>,
    pub reasons: Vec<AuditReasonCount>,
    pub overrides_in_force: usize,
    /// What the next override will weigh.
    pub override_weight: f64,
}

/// One judge against people.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct JudgeAgreement {
    pub judge_id: JudgeId,
    pub name: String,
    pub kind: String,
    pub version: String,
    pub agreement: Agreement,
}

impl Audit {
    /// Measures agreement as of now.
    pub async fn statistics(&self) -> Result<Statistics, AuditError> {
        let ratings = self.store.audit_ratings(CONTEST).await?;
        let firsts = firsts(&ratings);
        let groups = by_comparison(&ratings)?;
        let in_force = overrides::in_force(&self.store, CONTEST).await?;
        let mut judges = Vec::new();
        for judge in self.store.judges().await? {
            let own: Vec<&AuditRating> = firsts
                .iter()
                .filter(|r| r.judge_id == judge.judge_id)
                .copied()
                .collect();
            if !own.is_empty() {
                judges.push(of_judge(judge, &own)?);
            }
        }
        Ok(Statistics {
            counts: self.store.audit_counts(CONTEST).await?,
            overall: agreement(&pairs(&firsts)?, SEED)?,
            judges,
            double_labelled: groups.iter().filter(|labels| labels.len() > 1).count() as u64,
            reviewers: alpha::ordinal(&groups, SEED)?,
            reasons: self.store.audit_reason_counts(CONTEST).await?,
            overrides_in_force: in_force.len(),
            override_weight: self.settings.override_weight,
        })
    }
}

fn of_judge(judge: Judge, ratings: &[&AuditRating]) -> Result<JudgeAgreement, AuditError> {
    Ok(JudgeAgreement {
        agreement: agreement(&pairs(ratings)?, SEED)?,
        judge_id: judge.judge_id,
        name: judge.name,
        kind: judge.kind,
        version: judge.version,
    })
}

/// The first label of each comparison.
fn firsts(ratings: &[AuditRating]) -> Vec<&AuditRating> {
    let mut seen = std::collections::BTreeSet::new();
    let first = |r: &&AuditRating| seen.insert(r.comparison_id);
    ratings.iter().filter(first).collect()
}

/// (judge, person).
fn pairs(ratings: &[&AuditRating]) -> Result<Vec<Pair>, AuditError> {
    let pair = |r: &&AuditRating| Ok((small(r.verdict)?, small(r.label)?));
    ratings.iter().map(pair).collect()
}

fn by_comparison(ratings: &[AuditRating]) -> Result<Vec<Vec<i8>>, AuditError> {
    let mut groups: BTreeMap<ComparisonId, Vec<i8>> = BTreeMap::new();
    for rating in ratings {
        let labels = groups.entry(rating.comparison_id).or_default();
        labels.push(small(rating.label)?);
    }
    Ok(groups.into_values().collect())
}
