//! Plans: inserting them once per owner and content, reading them, hiding them.
//!
//! Content is append-only and ownership never changes: there is no update of either.

mod insert;
mod state;
mod submit;

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::sql::{all, execute, from_row, one, params, scalar, text_enum};
use crate::{AccountId, Contest, Digest, FamilyId, PlanId, Store, StoreError};

pub use state::{Authority, StateChange};
pub use submit::Submission;

text_enum! {
    /// Who may see a plan, and with it which contest it enters.
    Visibility { System = "system", Public = "public", Private = "private" }
}

text_enum! {
    /// Whether a plan is listed. Comparisons of a hidden plan stay in the fit.
    PlanState { Active = "active", Withdrawn = "withdrawn", Quarantined = "quarantined" }
}

impl Visibility {
    /// The one contest that a plan of this visibility takes part in.
    pub fn contest(self, owner: AccountId) -> Contest {
        match self {
            Self::System | Self::Public => Contest::Public,
            Self::Private => Contest::Private(owner),
        }
    }
}

/// A plan to be stored; the id counts only when the owner doesn't have the content yet.
#[derive(Debug, Clone)]
pub struct NewPlan {
    pub plan_id: PlanId,
    pub owner_id: AccountId,
    /// The family that the plan enters; it is founded when it does not exist yet.
    pub family_id: FamilyId,
    /// The client's own id, unique per owner.
    pub external_id: Option<String>,
    pub title: String,
    pub domain: Option<String>,
    pub visibility: Visibility,
    pub content_hash: Digest,
    pub prompt: String,
    /// The plan document and its card as JSON.
    pub document: String,
    pub card: String,
    /// The MinHash signature and its LSH band hashes; the position in the list is the band's number.
    pub signature: Vec<u8>,
    pub bands: Vec<u64>,
    /// The vector by which near copies are found; stored with the plan or not at all.
    pub embedding: Option<NewEmbedding>,
    /// Reader warnings and integrity flags as JSON.
    pub warnings: String,
    pub integrity: String,
    /// Where the plan came from, such as the name of a zip, and its catalogue entry as JSON.
    pub source_name: Option<String>,
    pub source_catalogue: Option<String>,
    pub created_at: DateTime<Utc>,
}

/// A vector of a plan that is being stored.
#[derive(Debug, Clone)]
pub struct NewEmbedding {
    pub model: String,
    pub vector: Vec<f32>,
}

/// What became of one [`NewPlan`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Inserted {
    /// The plan that holds the content: the new one, or the owner's earlier one.
    pub plan_id: PlanId,
    pub created: bool,
}

/// A plan without its documents.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Plan {
    pub plan_id: PlanId,
    pub owner_id: AccountId,
    pub family_id: FamilyId,
    pub external_id: Option<String>,
    pub title: String,
    pub domain: Option<String>,
    pub visibility: Visibility,
    pub state: PlanState,
    pub state_reason: Option<String>,
    pub content_hash: Digest,
    pub warnings: String,
    pub integrity: String,
    pub source_name: Option<String>,
    pub source_catalogue: Option<String>,
    pub created_at: DateTime<Utc>,
}

from_row!(Plan {
    plan_id,
    owner_id,
    family_id,
    external_id,
    title,
    domain,
    visibility,
    state,
    state_reason,
    content_hash,
    warnings,
    integrity,
    source_name,
    source_catalogue,
    created_at,
});

pub(crate) const PLAN_COLUMNS: &str = "plan_id, owner_id, family_id, external_id, title, domain, visibility, state, \
     state_reason, content_hash, warnings, integrity, source_name, source_catalogue, created_at";

/// The long texts of a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PlanDocument {
    pub plan_id: PlanId,
    pub prompt: String,
    pub document: String,
    pub card: String,
}

from_row!(PlanDocument {
    plan_id,
    prompt,
    document,
    card
});

/// Which plans to list; an empty filter lists all.
#[derive(Debug, Clone, Default)]
pub struct PlanFilter {
    pub owner_id: Option<AccountId>,
    pub domain: Option<String>,
    pub state: Option<PlanState>,
    /// Continues behind this plan.
    pub after: Option<PlanId>,
    /// At most this many; 1,000 is the ceiling.
    pub limit: u32,
}

impl Store {
    pub async fn plan(&self, id: PlanId) -> Result<Option<Plan>, StoreError> {
        let sql = format!("SELECT {PLAN_COLUMNS} FROM plan_corpus WHERE plan_id = $1");
        one(self.read(), &sql, params![id]).await
    }

    pub async fn plan_by_hash(
        &self,
        owner: AccountId,
        hash: Digest,
    ) -> Result<Option<Plan>, StoreError> {
        let sql = format!(
            "SELECT {PLAN_COLUMNS} FROM plan_corpus WHERE owner_id = $1 AND content_hash = $2"
        );
        one(self.read(), &sql, params![owner, hash]).await
    }

    pub async fn plan_by_external_id(
        &self,
        owner: AccountId,
        id: &str,
    ) -> Result<Option<Plan>, StoreError> {
        let sql = format!(
            "SELECT {PLAN_COLUMNS} FROM plan_corpus WHERE owner_id = $1 AND external_id = $2"
        );
        one(self.read(), &sql, params![owner, id]).await
    }

    pub async fn plan_document(&self, id: PlanId) -> Result<Option<PlanDocument>, StoreError> {
        let sql = "SELECT plan_id, prompt, document, card FROM plan_document WHERE plan_id = $1";
        one(self.read(), sql, params![id]).await
    }

    /// Plans in the order of their ids, which is that of their creation.
    pub async fn list_plans(&self, filter: &PlanFilter) -> Result<Vec<Plan>, StoreError> {
        let sql = format!(
            "SELECT {PLAN_COLUMNS} FROM plan_corpus
             WHERE ($1 IS NULL OR owner_id = $1) AND ($2 IS NULL OR domain = $2)
               AND ($3 IS NULL OR state = $3) AND ($4 IS NULL OR plan_id > $4)
             ORDER BY plan_id LIMIT $5"
        );
        let limit = i64::from(filter.limit.clamp(1, 1_000));
        let params = params![
            filter.owner_id,
            filter.domain,
            filter.state,
            filter.after,
            limit
        ];
        all(self.read(), &sql, params).await
    }

    pub async fn count_plans(&self) -> Result<i64, StoreError> {
        let count = scalar(
            self.read(),
            "SELECT COUNT(*) AS value FROM plan_corpus",
            params![],
        )
        .await?;
        Ok(count.unwrap_or(0))
    }

    /// Hides a plan at its owner's wish; a quarantined plan stays quarantined (`false`).
    pub async fn withdraw_plan(&self, id: PlanId, reason: &str) -> Result<bool, StoreError> {
        self.change_state(id, &[PlanState::Active], PlanState::Withdrawn, Some(reason))
            .await
    }

    /// Hides a plan against its owner's wish.
    pub async fn quarantine_plan(&self, id: PlanId, reason: &str) -> Result<bool, StoreError> {
        let from = [PlanState::Active, PlanState::Withdrawn];
        self.change_state(id, &from, PlanState::Quarantined, Some(reason))
            .await
    }

    /// Lists a plan again. `from` is the state that the caller has the right to end.
    pub async fn restore_plan(&self, id: PlanId, from: PlanState) -> Result<bool, StoreError> {
        self.change_state(id, &[from], PlanState::Active, None)
            .await
    }

    /// Moves a plan from one of `from` to `to`; tells whether it was in one of them.
    async fn change_state(
        &self,
        id: PlanId,
        from: &[PlanState],
        to: PlanState,
        reason: Option<&str>,
    ) -> Result<bool, StoreError> {
        let write = self.write().await?;
        let mut changed = 0;
        for state in from {
            let sql = "UPDATE plan_corpus SET state = $1, state_reason = $2 WHERE plan_id = $3 AND state = $4";
            changed += execute(&write.tx, sql, params![to, reason, id, state]).await?;
        }
        if changed > 0 {
            let sql = "SELECT family_id AS value FROM plan_corpus WHERE plan_id = $1";
            if let Some(family) = scalar(&write.tx, sql, params![id]).await? {
                crate::families::relist(&write.tx, family).await?;
            }
        }
        write.commit().await?;
        Ok(changed > 0)
    }
}
