//! What every page about one plan begins with, and the rule that it may be seen.

use chrono::{DateTime, Utc};
use plan::model::{Integrity, Warning};
use serde::Serialize;
use store::{Digest, Plan, PlanId, PlanState, Store, Visibility};

use super::{ViewError, Viewer, words};

/// A plan without its texts.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PlanHead {
    pub plan_id: PlanId,
    pub title: String,
    pub domain: Option<String>,
    pub visibility: Visibility,
    pub state: PlanState,
    /// Why it is hidden.
    pub state_reason: Option<String>,
    pub content_hash: Digest,
    pub submitted_at: DateTime<Utc>,
    /// Whether it is the viewer's.
    pub mine: bool,
    /// The owner's own id and file name; for the owner and for who sees all.
    pub external_id: Option<String>,
    pub source_name: Option<String>,
    /// What was taken out of its text, or looks like a trick.
    pub integrity: Vec<Notice>,
    /// What the reader could not read.
    pub warnings: Vec<Notice>,
}

/// Something that a reader of the plan should know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Notice {
    /// Stable, such as `zero_width_removed`.
    pub code: String,
    pub text: String,
    /// File or JSON pointer.
    pub source: Option<String>,
}

impl PlanHead {
    pub(super) fn of(plan: Plan, viewer: Viewer) -> Self {
        let inside = viewer.sees_inside(plan.owner_id);
        let found: Integrity = serde_json::from_str(&plan.integrity).unwrap_or_default();
        let warnings: Vec<Warning> = serde_json::from_str(&plan.warnings).unwrap_or_default();
        Self {
            plan_id: plan.plan_id,
            title: plan.title,
            domain: plan.domain,
            visibility: plan.visibility,
            state: plan.state,
            state_reason: plan.state_reason,
            content_hash: plan.content_hash,
            submitted_at: plan.created_at,
            mine: viewer.owns(plan.owner_id),
            external_id: plan.external_id.filter(|_| inside),
            source_name: plan.source_name.filter(|_| inside),
            integrity: words::integrity(&found),
            warnings: warnings.iter().map(words::warning).collect(),
        }
    }
}

/// The plan, if there is one that the viewer may see.
pub(super) async fn visible(
    store: &Store,
    viewer: Viewer,
    plan: PlanId,
) -> Result<Plan, ViewError> {
    let found = store.plan(plan).await?;
    found
        .filter(|plan| viewer.sees_plan(plan))
        .ok_or(ViewError::NotFound)
}
