//! The vectors of a model in bulk, with what novelty and families ask of their plans.

use chrono::{DateTime, Utc};
use sea_orm::QueryResult;

use super::from_bytes;
use crate::sql::{FromRow, all, get, one, params, scalar};
use crate::{AccountId, Digest, FamilyId, PlanId, PlanState, Store, StoreError};

/// A plan's vector, and where the plan stands among the others.
#[derive(Debug, Clone, PartialEq)]
pub struct PlanVector {
    pub plan_id: PlanId,
    pub owner_id: AccountId,
    pub family_id: FamilyId,
    /// The plan that founded the family, and its owner.
    pub founder: PlanId,
    pub founder_owner: AccountId,
    pub state: PlanState,
    pub content_hash: Digest,
    pub created_at: DateTime<Utc>,
    pub vector: Vec<f32>,
}

impl FromRow for PlanVector {
    fn from_row(row: &QueryResult) -> Result<Self, StoreError> {
        Ok(Self {
            plan_id: get(row, "plan_id")?,
            owner_id: get(row, "owner_id")?,
            family_id: get(row, "family_id")?,
            founder: get(row, "founder")?,
            founder_owner: get(row, "founder_owner")?,
            state: get(row, "state")?,
            content_hash: get(row, "content_hash")?,
            created_at: get(row, "created_at")?,
            vector: from_bytes(&get::<Vec<u8>>(row, "vector")?),
        })
    }
}

const SELECT: &str = "SELECT e.plan_id, p.owner_id, p.family_id, f.representative AS founder,
        r.owner_id AS founder_owner, p.state, p.content_hash, p.created_at, e.vector
    FROM plan_embedding e JOIN plan_corpus p ON p.plan_id = e.plan_id
        JOIN plan_family f ON f.family_id = p.family_id
        JOIN plan_corpus r ON r.plan_id = f.representative";
const ORDER: &str = "ORDER BY p.content_hash, e.plan_id";

struct Lacking(PlanId);

impl FromRow for Lacking {
    fn from_row(row: &QueryResult) -> Result<Self, StoreError> {
        Ok(Self(get(row, "plan_id")?))
    }
}

impl Store {
    /// Every plan's vector of a model, of hidden plans too, by content hash.
    pub async fn corpus_vectors(&self, model: &str) -> Result<Vec<PlanVector>, StoreError> {
        let sql = format!("{SELECT} WHERE e.model = $1 {ORDER}");
        all(self.read(), &sql, params![model]).await
    }

    /// One plan's vector; `None` when it has none of that model.
    pub async fn plan_vector(
        &self,
        model: &str,
        plan: PlanId,
    ) -> Result<Option<PlanVector>, StoreError> {
        let sql = format!("{SELECT} WHERE e.model = $1 AND e.plan_id = $2");
        one(self.read(), &sql, params![model, plan]).await
    }

    /// The vectors of a family, of hidden members too, by content hash.
    pub async fn family_vectors(
        &self,
        model: &str,
        family: FamilyId,
    ) -> Result<Vec<PlanVector>, StoreError> {
        let sql = format!("{SELECT} WHERE e.model = $1 AND p.family_id = $2 {ORDER}");
        all(self.read(), &sql, params![model, family]).await
    }

    /// How many families have an active plan with a vector of a model.
    pub async fn count_embedded_families(&self, model: &str) -> Result<i64, StoreError> {
        let sql = "SELECT COUNT(DISTINCT p.family_id) AS value
                   FROM plan_embedding e JOIN plan_corpus p ON p.plan_id = e.plan_id
                   WHERE e.model = $1 AND p.state = 'active'";
        Ok(scalar(self.read(), sql, params![model]).await?.unwrap_or(0))
    }

    /// The plans that have no vector of a model, by id.
    pub async fn plans_without_embedding(&self, model: &str) -> Result<Vec<PlanId>, StoreError> {
        let sql = "SELECT p.plan_id FROM plan_corpus p
                   WHERE NOT EXISTS (SELECT 1 FROM plan_embedding e
                                     WHERE e.model = $1 AND e.plan_id = p.plan_id)
                   ORDER BY p.plan_id";
        let rows: Vec<Lacking> = all(self.read(), sql, params![model]).await?;
        Ok(rows.into_iter().map(|row| row.0).collect())
    }
}
