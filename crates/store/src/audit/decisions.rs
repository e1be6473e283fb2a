//! Decisions about verdicts, and the overrides that enter the fit.

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::audit::{AuditAction, AuditCode};
use crate::jobs::{NewJob, enqueue_in};
use crate::sql::{all, execute, from_row, one, params};
use crate::{
    AccountId, AuditDecisionId, AuditItemId, ComparisonId, Contest, PlanId, Store, StoreError,
};

/// A decision, in force or superseded.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AuditDecision {
    pub decision_id: AuditDecisionId,
    pub item_id: AuditItemId,
    pub comparison_id: ComparisonId,
    /// Whose judgement it is.
    pub reviewer_id: AccountId,
    /// Who wrote it: the reviewer, or an administrator who withdraws it.
    pub author_id: AccountId,
    pub action: AuditAction,
    /// Given for everything but a withdrawal.
    pub reason: Option<AuditCode>,
    pub note: Option<String>,
    pub quote: Option<String>,
    /// Of an override: −4..=4, positive for the plan that the judge was shown first.
    pub level: Option<i64>,
    pub swapped: bool,
    /// Of an override, in verdicts of a judge.
    pub weight: Option<f64>,
    pub supersedes: Option<AuditDecisionId>,
    pub created_at: DateTime<Utc>,
}

from_row!(AuditDecision {
    decision_id,
    item_id,
    comparison_id,
    reviewer_id,
    author_id,
    action,
    reason,
    note,
    quote,
    level,
    swapped,
    weight,
    supersedes,
    created_at,
});

const COLUMNS: &str = "decision_id, item_id, comparison_id, reviewer_id, author_id, action, reason, note, quote, \
     level, swapped, weight, supersedes, created_at";

/// An override in force, as the fit needs it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AuditOverride {
    pub comparison_id: ComparisonId,
    pub reviewer_id: AccountId,
    pub first_plan: PlanId,
    pub second_plan: PlanId,
    /// Positive for `first_plan`.
    pub level: i64,
    /// The reviewer saw `second_plan` first.
    pub swapped: bool,
    pub weight: f64,
}

from_row!(AuditOverride {
    comparison_id,
    reviewer_id,
    first_plan,
    second_plan,
    level,
    swapped,
    weight,
});

impl Store {
    /// Writes a decision and enqueues what follows from it, all or nothing. `false`, and nothing
    /// written, when the decision that it supersedes was superseded already, or when it is to be
    /// a person's first on a comparison and is not.
    pub async fn add_audit_decision(
        &self,
        decision: &AuditDecision,
        follow_up: Option<&NewJob>,
    ) -> Result<bool, StoreError> {
        let write = self.write().await?;
        let sql = format!(
            "INSERT INTO audit_decision ({COLUMNS})
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) ON CONFLICT DO NOTHING"
        );
        let params = params![
            decision.decision_id,
            decision.item_id,
            decision.comparison_id,
            decision.reviewer_id,
            decision.author_id,
            decision.action,
            decision.reason,
            decision.note,
            decision.quote,
            decision.level,
            decision.swapped,
            decision.weight,
            decision.supersedes,
            decision.created_at,
        ];
        if execute(&write.tx, &sql, params).await? == 0 {
            return Ok(false);
        }
        if let Some(job) = follow_up {
            enqueue_in(&write.tx, job, decision.created_at).await?;
        }
        write.commit().await?;
        Ok(true)
    }

    pub async fn audit_decision(
        &self,
        id: AuditDecisionId,
    ) -> Result<Option<AuditDecision>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM audit_decision WHERE decision_id = $1");
        one(self.read(), &sql, params![id]).await
    }

    /// What a person decided last about a comparison; that may be a withdrawal.
    pub async fn newest_audit_decision(
        &self,
        comparison: ComparisonId,
        reviewer: AccountId,
    ) -> Result<Option<AuditDecision>, StoreError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM audit_decision d WHERE d.comparison_id = $1 AND d.reviewer_id = $2
             AND NOT EXISTS (SELECT 1 FROM audit_decision n WHERE n.supersedes = d.decision_id)"
        );
        one(self.read(), &sql, params![comparison, reviewer]).await
    }

    /// The overrides in force of a contest, in an order that doesn't depend on ids but among
    /// reviewers of one comparison.
    pub async fn audit_overrides(
        &self,
        contest: Contest,
    ) -> Result<Vec<AuditOverride>, StoreError> {
        let sql = "SELECT d.comparison_id, d.reviewer_id, c.first_plan, c.second_plan, d.level, d.swapped, d.weight
                   FROM audit_decision d JOIN comparison c ON c.comparison_id = d.comparison_id
                   WHERE d.action = 'override' AND c.contest = $1
                     AND NOT EXISTS (SELECT 1 FROM audit_decision n WHERE n.supersedes = d.decision_id)
                   ORDER BY c.first_hash, c.second_hash, d.level, d.swapped, d.weight, d.decision_id";
        all(self.read(), sql, params![contest]).await
    }
}
