//! Where a plan stands on its way from submission to the board. A few lookups by index; documents
//! are not touched. Who may ask is for the caller to decide.

use serde::Serialize;
use store::{Contest, JobState, LeaderRow, Plan, PlanId, PlanState, Store, StoreError};

use crate::rank::Settings;
use crate::service::{EXTRACT, RANK};

/// Where a plan stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// Its KPIs will be measured.
    Queued,
    Extracting,
    /// It waits for comparisons, or they are under way.
    Comparing,
    /// Rated, but too vaguely to have a place.
    Provisional,
    Rated,
    /// It could not be measured; an operator can have it tried again.
    Failed,
    Withdrawn,
    Quarantined,
}

/// A plan's way to the board.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PlanStatus {
    pub plan_id: PlanId,
    pub phase: Phase,
    /// A sentence for people: why it waits, or failed.
    pub detail: Option<String>,
    pub comparisons_done: u64,
    /// At least so many are to be made in all.
    pub comparisons_planned: u64,
    /// The member of its family that stands on the board for it.
    pub represented_by: Option<PlanId>,
}

/// The status of a plan; `None` when there is no such plan.
pub async fn plan_status(store: &Store, id: PlanId) -> Result<Option<PlanStatus>, StoreError> {
    let (Some(plan), Some(metrics)) = (store.plan(id).await?, store.metrics(id).await?) else {
        return Ok(None);
    };
    let contest = plan.visibility.contest(plan.owner_id);
    if plan.state != PlanState::Active || metrics.kpi_version.is_none() {
        let (phase, detail) = before_ranking(store, &plan).await?;
        return Ok(Some(status(id, phase, detail)));
    }
    if metrics.listed {
        return ranked(store, id, &metrics, contest).await.map(Some);
    }
    let face = match contest {
        Contest::Public => store.listed_member(plan.family_id).await?,
        Contest::Private(_) => None,
    };
    let Some(face) = face else {
        return ranked(store, id, &metrics, contest).await.map(Some);
    };
    let Some(shown) = store.metrics(face).await? else {
        return Ok(Some(status(id, Phase::Comparing, None)));
    };
    let of_face = ranked(store, face, &shown, contest).await?;
    Ok(Some(PlanStatus {
        plan_id: id,
        detail: Some(
            "it is a near copy of another plan, and the two share one place on the board"
                .to_owned(),
        ),
        represented_by: Some(face),
        ..of_face
    }))
}

fn status(plan_id: PlanId, phase: Phase, detail: Option<String>) -> PlanStatus {
    PlanStatus {
        plan_id,
        phase,
        detail,
        comparisons_done: 0,
        comparisons_planned: 0,
        represented_by: None,
    }
}

async fn before_ranking(store: &Store, plan: &Plan) -> Result<(Phase, Option<String>), StoreError> {
    match plan.state {
        PlanState::Withdrawn => return Ok((Phase::Withdrawn, plan.state_reason.clone())),
        PlanState::Quarantined => return Ok((Phase::Quarantined, plan.state_reason.clone())),
        PlanState::Active => {}
    }
    let job = store.job_of_key(EXTRACT, &plan.plan_id.to_string()).await?;
    Ok(match job {
        Some(job) if job.state == JobState::Running => (Phase::Extracting, None),
        Some(job) if job.state == JobState::Dead => (Phase::Failed, job.last_error),
        Some(job) => (Phase::Queued, job.last_error),
        None => (Phase::Queued, None),
    })
}

async fn ranked(
    store: &Store,
    id: PlanId,
    metrics: &LeaderRow,
    contest: Contest,
) -> Result<PlanStatus, StoreError> {
    let made = store.comparisons_made(id, contest).await?;
    let (done, scheduled) = (made.ended.unsigned_abs(), made.scheduled.unsigned_abs());
    let works = store.job_of_key(RANK, &contest.to_string()).await?;
    let works = works.is_some_and(|job| job.state != JobState::Dead);
    let wanted = match store.ranking(contest).await? {
        Some(ranking) if works => serde_json::from_str::<Settings>(&ranking.settings)
            .map_or(0, |settings| u64::from(settings.calls_per_plan)),
        _ => 0,
    };
    let phase = match (metrics.elo, metrics.provisional) {
        (Some(_), Some(false)) => Phase::Rated,
        (Some(_), _) if !works || done >= wanted => Phase::Provisional,
        _ => Phase::Comparing,
    };
    let detail = match phase {
        Phase::Comparing => store.contest_status(contest).await?.and_then(|s| s.note),
        Phase::Provisional => metrics.comment.clone(),
        _ => None,
    };
    Ok(PlanStatus {
        comparisons_done: done,
        comparisons_planned: (done + scheduled).max(if phase == Phase::Comparing {
            wanted
        } else {
            0
        }),
        ..status(id, phase, detail)
    })
}
