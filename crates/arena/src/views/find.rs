//! Finding plans by the words of a title.

use serde::Serialize;
use store::{PlanId, Store};

use super::{ViewError, Viewer};

/// Plans that are looked at before those that the viewer may not see are left out.
const MAX_FOUND: u32 = 200;

/// A plan that was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FoundPlan {
    pub plan_id: PlanId,
    pub title: String,
}

/// Plans that the viewer may see whose title holds these words; of the viewer's own also by
/// external id and by the name of the source. Every title is read, so this isn't for anybody.
pub async fn find(
    store: &Store,
    viewer: Viewer,
    words: &str,
    limit: usize,
) -> Result<Vec<FoundPlan>, ViewError> {
    let wanted = words.to_lowercase();
    let found = store.find_plans(words, MAX_FOUND).await?.into_iter();
    // Somebody else's own names for a plan are not to be guessed.
    let fits = found.filter(|plan| {
        let named = plan.title.to_lowercase().contains(&wanted);
        viewer.sees_plan(plan) && (named || viewer.sees_inside(plan.owner_id))
    });
    Ok(fits
        .take(limit)
        .map(|plan| FoundPlan {
            plan_id: plan.plan_id,
            title: plan.title,
        })
        .collect())
}
