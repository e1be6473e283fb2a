//! Phase 1's results: the current values on `plan_metrics`, and every extraction with its evidence
//! in `kpi_extraction`, so that a new extractor version keeps the old values.

use chrono::{DateTime, Utc};
use sea_orm::QueryResult;
use serde::{Deserialize, Serialize};

use crate::sql::{FromRow, all, execute, get, one, params};
use crate::{PlanId, Store, StoreError};

/// The five KPIs, each 0..1, or `None` for unknown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct KpiValues {
    pub novelty_score: Option<f64>,
    pub prompt_quality: Option<f64>,
    pub technical_completeness: Option<f64>,
    pub feasibility: Option<f64>,
    pub impact_estimate: Option<f64>,
}

impl KpiValues {
    pub(crate) fn from_row(row: &QueryResult) -> Result<Self, StoreError> {
        Ok(Self {
            novelty_score: get(row, "novelty_score")?,
            prompt_quality: get(row, "prompt_quality")?,
            technical_completeness: get(row, "technical_completeness")?,
            feasibility: get(row, "feasibility")?,
            impact_estimate: get(row, "impact_estimate")?,
        })
    }

    pub(crate) fn check(&self) -> Result<(), StoreError> {
        let all = [
            self.novelty_score,
            self.prompt_quality,
            self.technical_completeness,
            self.feasibility,
            self.impact_estimate,
        ];
        match all
            .into_iter()
            .flatten()
            .find(|value| !(0.0..=1.0).contains(value))
        {
            Some(value) => Err(StoreError::Invalid {
                what: "a KPI",
                why: format!("{value} is not within 0..1"),
            }),
            None => Ok(()),
        }
    }
}

/// One extraction of a plan's KPIs.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct KpiRow {
    pub values: KpiValues,
    /// Names the extractors' versions together, such as `novelty-1+prompt-2`.
    pub version: String,
    /// Evidence and details as JSON.
    pub evidence: String,
    pub extracted_at: DateTime<Utc>,
}

impl FromRow for KpiRow {
    fn from_row(row: &QueryResult) -> Result<Self, StoreError> {
        Ok(Self {
            values: KpiValues::from_row(row)?,
            version: get(row, "version")?,
            evidence: get(row, "evidence")?,
            extracted_at: get(row, "extracted_at")?,
        })
    }
}

struct Missing(PlanId);

impl FromRow for Missing {
    fn from_row(row: &QueryResult) -> Result<Self, StoreError> {
        Ok(Self(get(row, "plan_id")?))
    }
}

impl Store {
    /// Makes `kpis` the plan's current values; the same version again replaces its extraction.
    pub async fn put_kpis(&self, plan: PlanId, kpis: &KpiRow) -> Result<(), StoreError> {
        self.put_all_kpis(&[(plan, kpis.clone())]).await
    }

    /// The same for many plans in one transaction.
    pub async fn put_all_kpis(&self, rows: &[(PlanId, KpiRow)]) -> Result<(), StoreError> {
        let write = self.write().await?;
        for (plan, kpis) in rows {
            kpis.values.check()?;
            put(&write.tx, *plan, kpis).await?;
        }
        write.commit().await
    }

    /// The plan's current KPIs with their evidence.
    pub async fn kpis(&self, plan: PlanId) -> Result<Option<KpiRow>, StoreError> {
        let sql = "SELECT x.* FROM kpi_extraction x
                   JOIN plan_metrics m ON m.plan_id = x.plan_id AND m.kpi_version = x.version
                   WHERE x.plan_id = $1";
        one(self.read(), sql, params![plan]).await
    }

    /// Every extraction of a plan, oldest first.
    pub async fn kpi_history(&self, plan: PlanId) -> Result<Vec<KpiRow>, StoreError> {
        let sql = "SELECT * FROM kpi_extraction WHERE plan_id = $1 ORDER BY extracted_at, version";
        all(self.read(), sql, params![plan]).await
    }

    /// Plans whose current KPIs are not of `version`, by content hash; at most `limit`.
    pub async fn plans_without_kpis(
        &self,
        version: &str,
        limit: u32,
    ) -> Result<Vec<PlanId>, StoreError> {
        let sql = "SELECT plan_id FROM plan_metrics WHERE kpi_version IS NULL OR kpi_version <> $1
                   ORDER BY content_hash, plan_id LIMIT $2";
        let rows: Vec<Missing> = all(self.read(), sql, params![version, i64::from(limit)]).await?;
        Ok(rows.into_iter().map(|row| row.0).collect())
    }
}

pub(crate) async fn put(
    tx: &impl sea_orm::ConnectionTrait,
    plan: PlanId,
    kpis: &KpiRow,
) -> Result<(), StoreError> {
    let values = &kpis.values;
    let sql = "INSERT INTO kpi_extraction (plan_id, version, novelty_score, prompt_quality,
                   technical_completeness, feasibility, impact_estimate, evidence, extracted_at)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
               ON CONFLICT (plan_id, version) DO UPDATE SET novelty_score = excluded.novelty_score,
                   prompt_quality = excluded.prompt_quality,
                   technical_completeness = excluded.technical_completeness,
                   feasibility = excluded.feasibility, impact_estimate = excluded.impact_estimate,
                   evidence = excluded.evidence, extracted_at = excluded.extracted_at";
    let shared = params![
        plan,
        kpis.version,
        values.novelty_score,
        values.prompt_quality,
        values.technical_completeness,
        values.feasibility,
        values.impact_estimate,
    ];
    let mut row = shared.clone();
    row.extend(params![kpis.evidence, kpis.extracted_at]);
    execute(tx, sql, row).await?;
    let sql = "UPDATE plan_metrics SET kpi_version = $2, novelty_score = $3, prompt_quality = $4,
                   technical_completeness = $5, feasibility = $6, impact_estimate = $7
               WHERE plan_id = $1";
    execute(tx, sql, shared).await?;
    Ok(())
}
