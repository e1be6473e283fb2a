//! The vectors of a few given plans: what pages compare, which must not scan a million of them
//! for a visitor.

use super::Embedding;
use crate::sql::{all, params, placeholders};
use crate::{PlanId, Store, StoreError};

impl Store {
    /// The vectors that these plans have of one model, in no order.
    pub async fn embeddings_of(
        &self,
        model: &str,
        plans: &[PlanId],
    ) -> Result<Vec<(PlanId, Vec<f32>)>, StoreError> {
        if plans.is_empty() {
            return Ok(Vec::new());
        }
        // As one list of marks: `(model, plan, plan, …)` would need the first taken apart.
        let pairs = placeholders(self.backend(), plans.len(), 2);
        let sql = format!(
            "SELECT plan_id, vector FROM plan_embedding WHERE (model, plan_id) IN (VALUES {pairs})"
        );
        let params = plans.iter().flat_map(|plan| params![model, plan]).collect();
        let rows: Vec<Embedding> = all(self.read(), &sql, params).await?;
        Ok(rows.into_iter().map(|row| (row.0, row.1)).collect())
    }
}
