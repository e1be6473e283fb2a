//! The audit trail as people read it, newest first.

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::audit::{AuditAction, AuditCode, AuditReason};
use crate::sql::{Param, all, from_row, params};
use crate::{
    AccountId, AuditDecisionId, AuditItemId, ComparisonId, Contest, PlanId, Store, StoreError,
};

/// One decision with what it was about.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AuditEntry {
    pub decision_id: AuditDecisionId,
    pub item_id: AuditItemId,
    pub number: i64,
    /// Why the item was chosen.
    pub chosen_for: AuditReason,
    pub comparison_id: ComparisonId,
    pub first_plan: PlanId,
    pub second_plan: PlanId,
    pub first_title: String,
    pub second_title: String,
    pub judge_name: String,
    /// The judge's level, positive for `first_plan`, as are the two below.
    pub verdict: i64,
    pub label: i64,
    pub level: Option<i64>,
    pub reviewer_id: AccountId,
    pub reviewer_name: String,
    pub author_id: AccountId,
    pub author_name: String,
    pub action: AuditAction,
    pub reason: Option<AuditCode>,
    pub note: Option<String>,
    pub quote: Option<String>,
    pub weight: Option<f64>,
    pub supersedes: Option<AuditDecisionId>,
    /// No newer decision has taken its place.
    pub in_force: bool,
    pub created_at: DateTime<Utc>,
}

from_row!(AuditEntry {
    decision_id,
    item_id,
    number,
    chosen_for,
    comparison_id,
    first_plan,
    second_plan,
    first_title,
    second_title,
    judge_name,
    verdict,
    label,
    level,
    reviewer_id,
    reviewer_name,
    author_id,
    author_name,
    action,
    reason,
    note,
    quote,
    weight,
    supersedes,
    in_force,
    created_at,
});

/// A page of the trail.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AuditHistoryPage {
    pub items: Vec<AuditEntry>,
    pub next_cursor: Option<AuditDecisionId>,
}

impl Store {
    /// Decisions of a contest older than `before`, newest first. What still waits for somebody's
    /// blind label is shown only to those who gave theirs, so that the trail tells no answer.
    pub async fn audit_history(
        &self,
        contest: Contest,
        viewer: AccountId,
        before: Option<AuditDecisionId>,
        limit: u32,
    ) -> Result<AuditHistoryPage, StoreError> {
        let mut params = params![contest, viewer, i64::from(limit) + 1];
        let older = before.map_or("", |id| {
            params.push(id.value());
            "AND d.decision_id < $4"
        });
        let sql = format!(
            "SELECT d.decision_id, d.item_id, i.number, i.reason AS chosen_for, d.comparison_id,
                    c.first_plan, c.second_plan, f.title AS first_title, s.title AS second_title,
                    j.name AS judge_name, c.level AS verdict, l.level AS label, d.level,
                    d.reviewer_id, r.display_name AS reviewer_name, d.author_id, a.display_name AS author_name,
                    d.action, d.reason, d.note, d.quote, d.weight, d.supersedes,
                    NOT EXISTS (SELECT 1 FROM audit_decision n WHERE n.supersedes = d.decision_id) AS in_force,
                    d.created_at
             FROM audit_decision d
             JOIN audit_item i ON i.item_id = d.item_id
             JOIN comparison c ON c.comparison_id = d.comparison_id
             JOIN audit_label l ON l.comparison_id = d.comparison_id AND l.reviewer_id = d.reviewer_id
             JOIN judge j ON j.judge_id = c.judge_id
             JOIN plan_corpus f ON f.plan_id = c.first_plan
             JOIN plan_corpus s ON s.plan_id = c.second_plan
             JOIN account r ON r.account_id = d.reviewer_id
             JOIN account a ON a.account_id = d.author_id
             WHERE i.contest = $1 {older}
               AND (i.labels_wanted <= (SELECT COUNT(*) FROM audit_label o WHERE o.comparison_id = d.comparison_id)
                    OR EXISTS (SELECT 1 FROM audit_label o
                               WHERE o.comparison_id = d.comparison_id AND o.reviewer_id = $2))
             ORDER BY d.decision_id DESC LIMIT $3"
        );
        let mut items: Vec<AuditEntry> = all(self.read(), &sql, params).await?;
        let more = items.len() > limit as usize;
        items.truncate(limit as usize);
        Ok(AuditHistoryPage {
            next_cursor: items.last().filter(|_| more).map(|entry| entry.decision_id),
            items,
        })
    }
}
