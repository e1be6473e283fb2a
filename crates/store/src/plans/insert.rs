//! Inserting plans: one transaction, idempotent by owner and content.

use std::collections::{BTreeMap, BTreeSet};

use sea_orm::{ConnectionTrait, Value};

use crate::plans::{Inserted, NewPlan, PlanState};
use crate::sql::{execute, execute_rows, params, scalar};
use crate::{PlanId, Store, StoreError, families};

impl Store {
    /// Stores the plans that their owners don't have yet; answers in the order given.
    ///
    /// An external id that the owner already uses for other content is a
    /// [`StoreError::Conflict`], and then nothing is stored.
    pub async fn insert_plans(&self, plans: &[NewPlan]) -> Result<Vec<Inserted>, StoreError> {
        let write = self.write().await?;
        let mut outcomes = Vec::with_capacity(plans.len());
        let mut touched = BTreeSet::new();
        let mut vectors: BTreeMap<&str, Vec<(PlanId, &[f32])>> = BTreeMap::new();
        for plan in plans {
            let outcome = insert_one(&write.tx, plan).await?;
            if outcome.created {
                touched.insert(plan.family_id);
                if let Some(new) = &plan.embedding {
                    let of_model = vectors.entry(&new.model).or_default();
                    of_model.push((plan.plan_id, &new.vector));
                }
            }
            outcomes.push(outcome);
        }
        for (model, vectors) in vectors {
            self.write_embeddings(&write.tx, model, &vectors).await?;
        }
        for family in touched {
            families::relist(&write.tx, family).await?;
        }
        write.commit().await?;
        Ok(outcomes)
    }
}

pub(super) async fn insert_one(
    tx: &impl ConnectionTrait,
    plan: &NewPlan,
) -> Result<Inserted, StoreError> {
    if !insert_corpus_row(tx, plan).await? {
        let plan_id = earlier(tx, plan).await?;
        return Ok(Inserted {
            plan_id,
            created: false,
        });
    }
    let sql = "INSERT INTO plan_family (family_id, representative, created_at) VALUES ($1, $2, $3)
               ON CONFLICT (family_id) DO NOTHING";
    execute(
        tx,
        sql,
        params![plan.family_id, plan.plan_id, plan.created_at],
    )
    .await?;
    let sql = "INSERT INTO plan_document (plan_id, prompt, document, card) VALUES ($1, $2, $3, $4)";
    execute(
        tx,
        sql,
        params![plan.plan_id, plan.prompt, plan.document, plan.card],
    )
    .await?;
    let sql = "INSERT INTO plan_signature (plan_id, signature) VALUES ($1, $2)";
    execute(tx, sql, params![plan.plan_id, plan.signature]).await?;
    let head = "INSERT INTO plan_band (band_number, band_hash, plan_id)";
    execute_rows(tx, head, band_rows(plan), "").await?;
    let sql =
        "INSERT INTO plan_metrics (plan_id, contest, domain, content_hash, submitted_at, listed)
               VALUES ($1, $2, $3, $4, $5, $6)";
    let contest = plan.visibility.contest(plan.owner_id);
    let params = params![
        plan.plan_id,
        contest,
        plan.domain,
        plan.content_hash,
        plan.created_at,
        true
    ];
    execute(tx, sql, params).await?;
    Ok(Inserted {
        plan_id: plan.plan_id,
        created: true,
    })
}

/// Tells whether the row is new; any conflict counts as old, and [`earlier`] finds which.
async fn insert_corpus_row(tx: &impl ConnectionTrait, plan: &NewPlan) -> Result<bool, StoreError> {
    let sql = "INSERT INTO plan_corpus (plan_id, owner_id, family_id, external_id, title, domain, visibility,
                   state, content_hash, warnings, integrity, source_name, source_catalogue, created_at)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
               ON CONFLICT DO NOTHING";
    let params = params![
        plan.plan_id,
        plan.owner_id,
        plan.family_id,
        plan.external_id,
        plan.title,
        plan.domain,
        plan.visibility,
        PlanState::Active,
        plan.content_hash,
        plan.warnings,
        plan.integrity,
        plan.source_name,
        plan.source_catalogue,
        plan.created_at,
    ];
    Ok(execute(tx, sql, params).await? > 0)
}

/// The owner's plan of the same content. When there is none, what stood in the way was an id.
async fn earlier(tx: &impl ConnectionTrait, plan: &NewPlan) -> Result<PlanId, StoreError> {
    let sql = "SELECT plan_id AS value FROM plan_corpus WHERE owner_id = $1 AND content_hash = $2";
    let found = scalar(tx, sql, params![plan.owner_id, plan.content_hash]).await?;
    found.ok_or_else(|| StoreError::Conflict {
        what: format!(
            "a plan with the external id {:?} or the id {}",
            plan.external_id, plan.plan_id
        ),
    })
}

fn band_rows(plan: &NewPlan) -> Vec<Vec<Value>> {
    let row = |(number, hash): (i64, &u64)| params![number, hash.cast_signed(), plan.plan_id];
    (0..).zip(&plan.bands).map(row).collect()
}
