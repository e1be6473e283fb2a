//! Near copies that were submitted at the same moment: each looked for the other before the other
//! was there, and founded a family. Before a plan takes part in rounds it looks again.
//!
//! Whoever is stored last looks last and sees both, and both would decide alike: the earlier plan
//! (of one time the smaller content hash) keeps its family, and the other family joins it. Only
//! families whose founder found no copy are joined; who chose a family at submission stays in it.

use plan::Card;
use store::{Plan, PlanId, Store};

use super::ExtractError;
use crate::import::families;
use crate::vectors::VectorError;

/// Puts a plan that founded its family together with the near copies that it had missed.
pub async fn reunite(store: &Store, id: PlanId) -> Result<(), ExtractError> {
    let Some(own) = founder(store, id).await? else {
        return Ok(());
    };
    let document = store
        .plan_document(id)
        .await?
        .ok_or(ExtractError::BrokenPlan(id))?;
    let card: Card =
        serde_json::from_str(&document.card).map_err(|_| VectorError::BrokenCard(id))?;
    let mut copies = Vec::new();
    for copy in families::copies(store, card).await? {
        let plan = store.plan(copy).await?;
        copies.extend(plan.filter(|plan| plan.family_id != own.family_id));
    }
    copies.sort_by_key(order);
    if let Some(first) = copies.first()
        && order(first) < order(&own)
    {
        return Ok(store.merge_families(own.family_id, first.family_id).await?);
    }
    for later in copies {
        if founder(store, later.plan_id).await?.is_some() {
            store.merge_families(later.family_id, own.family_id).await?;
        }
    }
    Ok(())
}

fn order(plan: &Plan) -> (chrono::DateTime<chrono::Utc>, store::Digest, PlanId) {
    (plan.created_at, plan.content_hash, plan.plan_id)
}

/// The plan, if it founded the family that it is in.
async fn founder(store: &Store, id: PlanId) -> Result<Option<Plan>, ExtractError> {
    let Some(plan) = store.plan(id).await? else {
        return Ok(None);
    };
    let founder = store.family_founder(plan.family_id).await?;
    Ok((founder == Some(id)).then_some(plan))
}
