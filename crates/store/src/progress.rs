//! How far a plan has come: a few rows by index each, never its documents.

use chrono::{DateTime, Utc};

use crate::sql::{execute, from_row, one, params, scalar};
use crate::{
    Contest, FamilyId, JobState, KpiRow, NewJob, PlanId, Store, StoreError, families, jobs, kpis,
};

/// The job that waits for, does or has given up a piece of work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyedJob {
    pub state: JobState,
    pub attempts: u16,
    pub run_at: DateTime<Utc>,
    pub last_error: Option<String>,
}

from_row!(KeyedJob {
    state,
    attempts,
    run_at,
    last_error
});

/// How many comparisons of a plan there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ComparisonsMade {
    pub ended: i64,
    pub scheduled: i64,
}

from_row!(ComparisonsMade { ended, scheduled });

impl Store {
    /// The running, else the waiting, else the last dead job of a kind and key.
    ///
    /// One statement sees one moment: a job that begins between two looks, one for what runs and
    /// one for what waits, would be seen by neither.
    pub async fn job_of_key(&self, kind: &str, key: &str) -> Result<Option<KeyedJob>, StoreError> {
        // The states stand in the text: only so are their partial indexes chosen.
        let of = |place: u8, state: JobState| {
            format!(
                "SELECT {place} AS place, job_id, state, attempts, run_at, last_error FROM job
                 WHERE state = '{state}' AND kind = $1 AND key = $2"
            )
        };
        let states = [
            of(0, JobState::Running),
            of(1, JobState::Waiting),
            of(2, JobState::Dead),
        ];
        let sql = format!(
            "SELECT state, attempts, run_at, last_error FROM ({}) found
             ORDER BY place, job_id DESC LIMIT 1",
            states.join(" UNION ALL ")
        );
        one(self.read(), &sql, params![kind, key]).await
    }

    /// What of a contest's comparisons a plan takes part in.
    pub async fn comparisons_made(
        &self,
        plan: PlanId,
        contest: Contest,
    ) -> Result<ComparisonsMade, StoreError> {
        let sql = "SELECT COUNT(CASE WHEN state <> 'scheduled' THEN 1 END) AS ended,
                          COUNT(CASE WHEN state = 'scheduled' THEN 1 END) AS scheduled
                   FROM comparison WHERE (first_plan = $1 OR second_plan = $1) AND contest = $2";
        let counts = one(self.read(), sql, params![plan, contest]).await?;
        Ok(counts.unwrap_or(ComparisonsMade {
            ended: 0,
            scheduled: 0,
        }))
    }

    /// The member of a family that holds its place on the public board.
    pub async fn listed_member(&self, family: FamilyId) -> Result<Option<PlanId>, StoreError> {
        let sql = "SELECT m.plan_id AS value FROM plan_corpus p JOIN plan_metrics m ON m.plan_id = p.plan_id
                   WHERE p.family_id = $1 AND m.contest = 'public' AND m.listed = $2
                   ORDER BY m.plan_id LIMIT 1";
        scalar(self.read(), sql, params![family, true]).await
    }

    /// Keeps a plan's KPIs and enqueues what follows from them; all or nothing.
    pub async fn finish_extraction(
        &self,
        plan: PlanId,
        row: &KpiRow,
        next: &[NewJob],
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        row.values.check()?;
        let write = self.write().await?;
        kpis::put(&write.tx, plan, row).await?;
        for job in next {
            jobs::enqueue_in(&write.tx, job, now).await?;
        }
        write.commit().await
    }

    /// Plans that may be compared, at most `limit`: who owns them, and of which family they are.
    pub async fn contenders(
        &self,
        contest: Contest,
        limit: u32,
    ) -> Result<Vec<Contender>, StoreError> {
        let sql = "SELECT p.owner_id, p.family_id FROM plan_metrics m JOIN plan_corpus p ON p.plan_id = m.plan_id
                   WHERE m.contest = $1 AND m.listed = $2 AND m.kpi_version IS NOT NULL LIMIT $3";
        crate::sql::all(self.read(), sql, params![contest, true, i64::from(limit)]).await
    }

    /// Moves every member of a family into another, and forgets the first.
    pub async fn merge_families(&self, from: FamilyId, into: FamilyId) -> Result<(), StoreError> {
        let write = self.write().await?;
        let sql = "UPDATE plan_corpus SET family_id = $2 WHERE family_id = $1";
        execute(&write.tx, sql, params![from, into]).await?;
        let sql = "DELETE FROM plan_family WHERE family_id = $1";
        execute(&write.tx, sql, params![from]).await?;
        families::relist(&write.tx, into).await?;
        write.commit().await
    }

    /// Who founded a family.
    pub async fn family_founder(&self, family: FamilyId) -> Result<Option<PlanId>, StoreError> {
        let sql = "SELECT representative AS value FROM plan_family WHERE family_id = $1";
        scalar(self.read(), sql, params![family]).await
    }
}

/// A plan that may be compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Contender {
    pub owner_id: crate::AccountId,
    pub family_id: FamilyId,
}

from_row!(Contender {
    owner_id,
    family_id
});
