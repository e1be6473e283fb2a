//! Blind labels, and the ratings that agreement is computed from.

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::audit::{AuditAction, AuditCode};
use crate::sql::{all, execute, from_row, one, params};
use crate::{
    AccountId, AuditItemId, AuditLabelId, ComparisonId, Contest, JudgeId, Store, StoreError,
};

/// One person's blind judgement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AuditLabel {
    pub label_id: AuditLabelId,
    pub item_id: AuditItemId,
    pub comparison_id: ComparisonId,
    pub reviewer_id: AccountId,
    /// −4..=4, positive for the plan that the judge was shown first.
    pub level: i64,
    pub swapped: bool,
    /// From seeing the plans to answering.
    pub seconds: i64,
    pub created_at: DateTime<Utc>,
}

from_row!(AuditLabel {
    label_id,
    item_id,
    comparison_id,
    reviewer_id,
    level,
    swapped,
    seconds,
    created_at,
});

const COLUMNS: &str =
    "label_id, item_id, comparison_id, reviewer_id, level, swapped, seconds, created_at";

/// A label of the uniformly random stream beside the judge's level.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AuditRating {
    pub comparison_id: ComparisonId,
    pub judge_id: JudgeId,
    pub verdict: i64,
    pub reviewer_id: AccountId,
    pub label: i64,
}

from_row!(AuditRating {
    comparison_id,
    judge_id,
    verdict,
    reviewer_id,
    label
});

/// How much was audited.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct AuditCounts {
    pub items: i64,
    pub random_items: i64,
    pub labels: i64,
    pub reviewers: i64,
}

from_row!(AuditCounts {
    items,
    random_items,
    labels,
    reviewers
});

/// How often decisions in force give a reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct AuditReasonCount {
    pub action: AuditAction,
    pub reason: AuditCode,
    pub decisions: i64,
}

from_row!(AuditReasonCount {
    action,
    reason,
    decisions
});

impl Store {
    /// Keeps a label; `false` when that person has judged the comparison before, and then the
    /// first label stays.
    pub async fn add_audit_label(&self, label: &AuditLabel) -> Result<bool, StoreError> {
        let write = self.write().await?;
        let sql = format!(
            "INSERT INTO audit_label ({COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
             ON CONFLICT (comparison_id, reviewer_id) DO NOTHING"
        );
        let params = params![
            label.label_id,
            label.item_id,
            label.comparison_id,
            label.reviewer_id,
            label.level,
            label.swapped,
            label.seconds,
            label.created_at,
        ];
        let added = execute(&write.tx, &sql, params).await?;
        write.commit().await?;
        Ok(added > 0)
    }

    pub async fn audit_label(
        &self,
        comparison: ComparisonId,
        reviewer: AccountId,
    ) -> Result<Option<AuditLabel>, StoreError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM audit_label WHERE comparison_id = $1 AND reviewer_id = $2"
        );
        one(self.read(), &sql, params![comparison, reviewer]).await
    }

    /// All labels of comparisons that were drawn uniformly, whichever item they were given for,
    /// each comparison's first label first.
    pub async fn audit_ratings(&self, contest: Contest) -> Result<Vec<AuditRating>, StoreError> {
        let sql = "SELECT l.comparison_id, c.judge_id, c.level AS verdict, l.reviewer_id, l.level AS label
                   FROM audit_item i JOIN audit_label l ON l.comparison_id = i.comparison_id
                   JOIN comparison c ON c.comparison_id = i.comparison_id
                   WHERE i.contest = $1 AND i.stream = 'random'
                   ORDER BY i.number, l.created_at, l.label_id";
        all(self.read(), sql, params![contest]).await
    }

    pub async fn audit_counts(&self, contest: Contest) -> Result<AuditCounts, StoreError> {
        let sql = "SELECT
                     (SELECT COUNT(*) FROM audit_item WHERE contest = $1) AS items,
                     (SELECT COUNT(*) FROM audit_item WHERE contest = $1 AND stream = 'random') AS random_items,
                     (SELECT COUNT(*) FROM audit_label l JOIN audit_item i ON i.item_id = l.item_id
                      WHERE i.contest = $1) AS labels,
                     (SELECT COUNT(DISTINCT l.reviewer_id) FROM audit_label l
                      JOIN audit_item i ON i.item_id = l.item_id WHERE i.contest = $1) AS reviewers";
        let counts = one(self.read(), sql, params![contest]).await?;
        Ok(counts.unwrap_or(AuditCounts {
            items: 0,
            random_items: 0,
            labels: 0,
            reviewers: 0,
        }))
    }

    /// Reasons of the decisions in force, by action and reason.
    pub async fn audit_reason_counts(
        &self,
        contest: Contest,
    ) -> Result<Vec<AuditReasonCount>, StoreError> {
        let sql = "SELECT d.action, d.reason, COUNT(*) AS decisions
                   FROM audit_decision d JOIN audit_item i ON i.item_id = d.item_id
                   WHERE i.contest = $1 AND d.action <> 'withdraw'
                     AND NOT EXISTS (SELECT 1 FROM audit_decision n WHERE n.supersedes = d.decision_id)
                   GROUP BY d.action, d.reason ORDER BY d.action, d.reason";
        all(self.read(), sql, params![contest]).await
    }
}
