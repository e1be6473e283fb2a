//! An owner's plans, in whatever state: submitted and waiting, rated, withdrawn, quarantined.

use serde::Serialize;
use store::{AccountId, Contest, OwnedFilter, OwnedPlan, PlanId, PlanState, Store};

use super::leaderboard::contest_overview;
use super::{BoardRow, ViewError, Viewer};

/// Rows of a page at most.
const MAX_ROWS: u32 = 200;

/// One page, newest first.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MyPlans {
    pub items: Vec<MyPlan>,
    pub next_cursor: Option<String>,
}

/// One plan as its owner lists it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MyPlan {
    #[serde(flatten)]
    pub row: BoardRow,
    pub state: PlanState,
    pub state_reason: Option<String>,
    /// Whether it holds the place of its family on the board; `false` for a near copy of
    /// another plan and for hidden plans.
    pub listed: bool,
    /// Whether phase 1 has measured it.
    pub has_kpis: bool,
    /// Where it came from, such as the name of a zip.
    pub source_name: Option<String>,
    /// What the reader could not read.
    pub num_warnings: usize,
}

/// One page of an owner's plans.
pub async fn my_plans(
    store: &Store,
    owner: AccountId,
    cursor: Option<&str>,
    limit: u32,
    state: Option<PlanState>,
) -> Result<MyPlans, ViewError> {
    let before: Option<PlanId> = cursor
        .map(|text| text.parse().map_err(|_| ViewError::BadCursor))
        .transpose()?;
    let limit = limit.clamp(1, MAX_ROWS);
    let filter = OwnedFilter {
        owner,
        state,
        before,
        limit: limit + 1,
    };
    let mut rows = store.owned_plans(&filter).await?;
    let wanted = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = rows.len() > wanted;
    rows.truncate(wanted);
    let next_cursor = rows
        .last()
        .filter(|_| more)
        .map(|row| row.standing.plan_id.to_string());
    let public = ranked(store, Contest::Public).await?;
    let private = ranked(store, Contest::Private(owner)).await?;
    let viewer = Viewer::of(owner);
    let items = rows.into_iter().map(|row| {
        let contest = row.standing.visibility.contest(owner);
        let ranked = if contest == Contest::Public {
            public
        } else {
            private
        };
        MyPlan::of(row, viewer, ranked)
    });
    Ok(MyPlans {
        items: items.collect(),
        next_cursor,
    })
}

impl MyPlan {
    fn of(plan: OwnedPlan, viewer: Viewer, ranked: i64) -> Self {
        let warnings: Vec<serde_json::Value> =
            serde_json::from_str(&plan.warnings).unwrap_or_default();
        Self {
            state: plan.state,
            state_reason: plan.state_reason,
            listed: plan.standing.listed,
            has_kpis: plan.standing.kpi_version.is_some(),
            source_name: plan.source_name,
            num_warnings: warnings.len(),
            row: BoardRow::of(plan.standing, viewer, ranked),
        }
    }
}

/// How many plans hold a rank in a contest.
pub(super) async fn ranked(store: &Store, contest: Contest) -> Result<i64, ViewError> {
    let overview = contest_overview(store, Viewer::ANYBODY, contest).await?;
    Ok(overview.ranked())
}
