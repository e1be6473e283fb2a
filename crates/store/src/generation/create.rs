//! Beginning a run once, however many ask for it at the same time.

use chrono::{DateTime, Utc};

use crate::generation::{COLUMNS, Generation};
use crate::sql::{execute, one, params};
use crate::{AccountId, Digest, NewJob, PlanId, Store, StoreError, Visibility, jobs};

/// How often the run that has the wish may end between the insertion and the look.
const PATIENCE: usize = 16;

/// A run to be made.
#[derive(Debug, Clone)]
pub struct NewGeneration {
    pub plan_id: PlanId,
    pub owner_id: AccountId,
    pub title: String,
    pub titled: bool,
    pub prompt: String,
    pub mode: String,
    pub profile: String,
    pub start_date: String,
    pub visibility: Visibility,
    pub max_cost_nano_usd: Option<i64>,
    pub estimated_nano_usd: i64,
    /// Equal for wishes of one owner that mean the same run.
    pub dedupe: Digest,
    pub created_at: DateTime<Utc>,
}

/// Which run does what was asked.
#[derive(Debug, Clone, PartialEq)]
pub enum GenerationCreated {
    New,
    /// The same was asked for before and is under way.
    Known(Box<Generation>),
}

impl Store {
    /// Stores a run and enqueues its job, if it has one, unless the owner has a run of the same wish that is under
    /// way and was created after `since`.
    pub async fn create_generation(
        &self,
        new: &NewGeneration,
        job: Option<&NewJob>,
        since: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<GenerationCreated, StoreError> {
        for _ in 0..PATIENCE {
            let write = self.write().await?;
            forget(&write.tx, new, since).await?;
            if insert(&write.tx, new).await? {
                if let Some(job) = job {
                    jobs::enqueue_in(&write.tx, job, now).await?;
                }
                write.commit().await?;
                return Ok(GenerationCreated::New);
            }
            let sql =
                format!("SELECT {COLUMNS} FROM generation WHERE owner_id = $1 AND dedupe = $2");
            let known = one(&write.tx, &sql, params![new.owner_id, new.dedupe]).await?;
            write.commit().await?;
            if let Some(known) = known {
                return Ok(GenerationCreated::Known(Box::new(known)));
            }
        }
        Err(StoreError::Busy)
    }
}

/// Lets go of a run that ended, is about to, or is too old to be what is meant.
async fn forget(
    on: &impl sea_orm::ConnectionTrait,
    new: &NewGeneration,
    since: DateTime<Utc>,
) -> Result<(), StoreError> {
    let sql = "UPDATE generation SET dedupe = NULL
               WHERE owner_id = $1 AND dedupe = $2
                 AND (state NOT IN ('pending', 'processing') OR stop_requested = TRUE
                      OR created_at <= $3)";
    execute(on, sql, params![new.owner_id, new.dedupe, since]).await?;
    Ok(())
}

/// `false` when the same wish has a run.
async fn insert(
    on: &impl sea_orm::ConnectionTrait,
    new: &NewGeneration,
) -> Result<bool, StoreError> {
    let sql = "INSERT INTO generation (plan_id, owner_id, title, titled, prompt, mode, profile,
                   start_date, visibility, state, stop_requested, attempt, resume_count, epoch,
                   revision, max_cost_nano_usd, estimated_nano_usd, spent_nano_usd, dedupe,
                   created_at, last_progress_at)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'pending', FALSE, 1, 0, 0, 1, $10, $11, 0,
                       $12, $13, $13)
               ON CONFLICT (owner_id, dedupe) WHERE dedupe IS NOT NULL DO NOTHING";
    let params = params![
        new.plan_id,
        new.owner_id,
        new.title,
        new.titled,
        new.prompt,
        new.mode,
        new.profile,
        new.start_date,
        new.visibility,
        new.max_cost_nano_usd,
        new.estimated_nano_usd,
        new.dedupe,
        new.created_at,
    ];
    Ok(execute(on, sql, params).await? == 1)
}
