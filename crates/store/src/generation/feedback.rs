//! What people and agents say about the service and its plans.

use chrono::{DateTime, Utc};

use crate::sql::{execute, params};
use crate::{AccountId, FeedbackId, PlanId, Store, StoreError};

/// One remark.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewFeedback {
    pub feedback_id: FeedbackId,
    pub account_id: AccountId,
    pub plan_id: Option<PlanId>,
    pub category: String,
    pub message: String,
    /// 1 to 5.
    pub rating: Option<i64>,
    pub created_at: DateTime<Utc>,
}

impl Store {
    pub async fn add_feedback(&self, new: &NewFeedback) -> Result<(), StoreError> {
        let sql =
            "INSERT INTO feedback (feedback_id, account_id, plan_id, category, message, rating,
                       created_at)
                   VALUES ($1, $2, $3, $4, $5, $6, $7)";
        let params = params![
            new.feedback_id,
            new.account_id,
            new.plan_id,
            new.category,
            new.message,
            new.rating,
            new.created_at
        ];
        let alone = self.alone().await;
        execute(alone.db, sql, params).await?;
        Ok(())
    }
}
