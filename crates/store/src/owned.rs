//! Plans as their owner lists them, and what any list says of a plan that it mentions.

use sea_orm::QueryResult;
use serde::Serialize;

use crate::sql::{FromRow, all, from_row, get, params, placeholders};
use crate::{AccountId, LeaderRow, PlanId, PlanState, Store, StoreError, Visibility};

/// What is needed to mention a plan, or to decide that it must not be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PlanFace {
    pub plan_id: PlanId,
    pub owner_id: AccountId,
    pub title: String,
    pub domain: Option<String>,
    pub visibility: Visibility,
    pub state: PlanState,
}

from_row!(PlanFace {
    plan_id,
    owner_id,
    title,
    domain,
    visibility,
    state
});

/// Which page of an owner's plans.
#[derive(Debug, Clone, Copy)]
pub struct OwnedFilter {
    pub owner: AccountId,
    pub state: Option<PlanState>,
    /// Only plans that are older than this one.
    pub before: Option<PlanId>,
    /// At most this many; 1,000 is the ceiling.
    pub limit: u32,
}

/// A plan of an owner, rated or not, hidden or not.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct OwnedPlan {
    pub standing: LeaderRow,
    pub state: PlanState,
    pub state_reason: Option<String>,
    pub source_name: Option<String>,
    /// JSON.
    pub warnings: String,
}

impl FromRow for OwnedPlan {
    fn from_row(row: &QueryResult) -> Result<Self, StoreError> {
        Ok(Self {
            standing: LeaderRow::from_row(row)?,
            state: get(row, "state")?,
            state_reason: get(row, "state_reason")?,
            source_name: get(row, "source_name")?,
            warnings: get(row, "warnings")?,
        })
    }
}

impl Store {
    /// One page of an owner's plans, newest first.
    pub async fn owned_plans(&self, filter: &OwnedFilter) -> Result<Vec<OwnedPlan>, StoreError> {
        let mut params = params![filter.owner];
        let mut condition = String::new();
        if let Some(state) = filter.state {
            params.extend(params![state]);
            condition = format!(" AND p.state = ${}", params.len());
        }
        if let Some(before) = filter.before {
            params.extend(params![before]);
            condition = format!("{condition} AND p.plan_id < ${}", params.len());
        }
        let sql = format!(
            "SELECT m.*, p.owner_id, p.family_id, p.external_id, p.title, p.visibility, p.state,
                    p.state_reason, p.source_name, p.warnings
             FROM plan_corpus p JOIN plan_metrics m ON m.plan_id = p.plan_id
             WHERE p.owner_id = $1{condition} ORDER BY p.plan_id DESC LIMIT {}",
            filter.limit.clamp(1, 1_000)
        );
        all(self.read(), &sql, params).await
    }

    /// What may be said of these plans, in no order; hidden ones too.
    pub async fn plan_faces(&self, plans: &[PlanId]) -> Result<Vec<PlanFace>, StoreError> {
        if plans.is_empty() {
            return Ok(Vec::new());
        }
        let marks = placeholders(self.backend(), 1, plans.len());
        let sql = format!(
            "SELECT plan_id, owner_id, title, domain, visibility, state FROM plan_corpus WHERE plan_id IN {marks}"
        );
        let params = plans.iter().flat_map(|plan| params![plan]).collect();
        all(self.read(), &sql, params).await
    }
}
