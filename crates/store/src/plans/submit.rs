//! Submitting one plan: its rows and the job that measures it, in one transaction.

use chrono::{DateTime, Utc};

use crate::plans::insert::insert_one;
use crate::plans::{NewPlan, PLAN_COLUMNS, Plan};
use crate::sql::{one, params, scalar};
use crate::{NewJob, PlanId, Store, StoreError, families, jobs};

/// What became of a submission.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Submission {
    /// It is stored, and its job is enqueued.
    Created { new_family: bool },
    /// The owner has a plan of this content already; nothing was changed.
    Known(Box<Plan>),
    /// Another plan of the owner bears the external id; nothing was changed.
    ExternalIdTaken(PlanId),
}

impl Store {
    /// Stores a plan that its owner doesn't have yet, and enqueues `job` for it; all or nothing.
    pub async fn submit_plan(
        &self,
        plan: &NewPlan,
        job: &NewJob,
        now: DateTime<Utc>,
    ) -> Result<Submission, StoreError> {
        let write = self.write().await?;
        if let Some(taken) = bearer(&write.tx, plan).await? {
            return Ok(Submission::ExternalIdTaken(taken));
        }
        let sql = "SELECT COUNT(*) AS value FROM plan_family WHERE family_id = $1";
        let members: Option<i64> = scalar(&write.tx, sql, params![plan.family_id]).await?;
        let inserted = match insert_one(&write.tx, plan).await {
            // Somebody else's transaction gave the id away between the look and the insertion.
            Err(StoreError::Conflict { what }) => {
                let taken = bearer(&write.tx, plan).await?;
                return taken
                    .map(Submission::ExternalIdTaken)
                    .ok_or(StoreError::Conflict { what });
            }
            other => other?,
        };
        if !inserted.created {
            let sql = format!("SELECT {PLAN_COLUMNS} FROM plan_corpus WHERE plan_id = $1");
            let known = one(&write.tx, &sql, params![inserted.plan_id]).await?;
            return known
                .map(|plan| Submission::Known(Box::new(plan)))
                .ok_or_else(|| StoreError::NotFound {
                    what: "plan",
                    id: inserted.plan_id.to_string(),
                });
        }
        if let Some(new) = &plan.embedding {
            let vectors = [(plan.plan_id, new.vector.as_slice())];
            self.write_embeddings(&write.tx, &new.model, &vectors)
                .await?;
        }
        families::relist(&write.tx, plan.family_id).await?;
        jobs::enqueue_in(&write.tx, job, now).await?;
        write.commit().await?;
        Ok(Submission::Created {
            new_family: members == Some(0),
        })
    }
}

/// The owner's plan of other content that bears the external id.
async fn bearer(
    on: &impl sea_orm::ConnectionTrait,
    plan: &NewPlan,
) -> Result<Option<PlanId>, StoreError> {
    let Some(external_id) = &plan.external_id else {
        return Ok(None);
    };
    let sql = "SELECT plan_id AS value FROM plan_corpus
               WHERE owner_id = $1 AND external_id = $2 AND content_hash <> $3";
    scalar(
        on,
        sql,
        params![plan.owner_id, external_id, plan.content_hash],
    )
    .await
}
