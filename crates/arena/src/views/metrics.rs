//! The raw metrics of a plan, for whoever wants to check or debug a rating: every extraction and
//! every comparison as they are stored.

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;
use store::{
    Comparison, ComparisonId, ComparisonKind, ComparisonState, ComparisonTotals, JudgeId, KpiRow,
    KpiValues, PlanComparisons, PlanId, Store, Which,
};

use super::comparisons::{self, cut, read_cursor, visible_faces};
use super::history::HistoryPoint;
use super::plan::with_standing;
use super::{BoardRow, PlanHead, ViewError, Viewer};
use crate::explain::opponent_of;
use crate::judge::{Quote, Verdict};

/// Comparisons of a page at most.
const MAX_ROWS: u32 = 200;

/// Everything stored about a plan's metrics.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RawMetrics {
    pub plan: PlanHead,
    pub standing: BoardRow,
    /// Newest first; old versions are kept.
    pub extractions: Vec<Extraction>,
    /// Newest first; canaries among them for the owner and for who sees all.
    pub comparisons: Vec<RawComparison>,
    pub next_cursor: Option<String>,
    pub publications: Vec<HistoryPoint>,
    pub totals: RawTotals,
}

/// One extraction of the five KPIs.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Extraction {
    /// Names extractors, snapshot, embedding model and rater.
    pub version: String,
    pub current: bool,
    pub extracted_at: DateTime<Utc>,
    pub values: KpiValues,
    /// Factors, quotes, flags and reasons, as the extractors wrote them.
    pub evidence: Value,
}

/// One comparison as it is stored. Ids, hash and quotes of a plan that the viewer may not see
/// are left out.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RawComparison {
    pub comparison_id: ComparisonId,
    pub round: i64,
    pub seq: i64,
    pub kind: ComparisonKind,
    /// Of a canary: the twin and its side.
    pub variant: String,
    pub reason: String,
    pub first_plan: Option<PlanId>,
    pub second_plan: Option<PlanId>,
    pub state: ComparisonState,
    /// −4..=4, positive for the plan shown first.
    pub level: Option<i64>,
    pub verdict: Option<Verdict>,
    pub void_reason: Option<String>,
    pub flags: Vec<String>,
    pub judge_id: JudgeId,
    pub model: Option<String>,
    pub prompt_version: Option<String>,
    /// SHA-256 of everything that the judge was given.
    pub request_hash: Option<String>,
    pub input_tokens: i64,
    pub output_tokens: i64,
    pub calls: i64,
    /// For the owner and for who sees all.
    pub cost_nano_usd: Option<String>,
    pub created_at: DateTime<Utc>,
    pub finished_at: Option<DateTime<Utc>>,
}

/// What all comparisons of a plan have used; each is shared with the plan on its other side.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RawTotals {
    pub scheduled: i64,
    pub done: i64,
    pub void: i64,
    pub calls: i64,
    pub input_tokens: i64,
    pub output_tokens: i64,
    /// For the owner and for who sees all.
    pub cost_nano_usd: Option<String>,
}

/// The raw metrics of a plan, with one page of its comparisons.
pub async fn metrics(
    store: &Store,
    viewer: Viewer,
    id: PlanId,
    cursor: Option<&str>,
    limit: u32,
) -> Result<RawMetrics, ViewError> {
    let before = cursor.map(read_cursor).transpose()?;
    let (plan, standing) = with_standing(store, viewer, id).await?;
    let inside = viewer.sees_inside(plan.owner_id);
    let limit = limit.clamp(1, MAX_ROWS);
    let page = PlanComparisons {
        plan: id,
        which: if inside { Which::All } else { Which::Meetings },
        before,
        limit: limit + 1,
    };
    let mut rows = store.comparisons_of_plan(&page).await?;
    let next_cursor = cut(&mut rows, limit);
    let publications = super::history(store, viewer, id).await?;
    Ok(RawMetrics {
        extractions: extractions(store, id, inside).await?,
        comparisons: raw(store, viewer, id, rows, inside).await?,
        next_cursor,
        publications,
        totals: RawTotals::of(store.comparison_totals(id).await?, inside),
        plan: PlanHead::of(plan, viewer),
        standing,
    })
}

async fn extractions(
    store: &Store,
    id: PlanId,
    inside: bool,
) -> Result<Vec<Extraction>, ViewError> {
    let current = store.kpis(id).await?.map(|row| row.version);
    let history = store.kpi_history(id).await?.into_iter().rev();
    Ok(history
        .map(|row| Extraction {
            current: Some(&row.version) == current.as_ref(),
            evidence: evidence(&row, inside),
            version: row.version,
            extracted_at: row.extracted_at,
            values: row.values,
        })
        .collect())
}

fn evidence(row: &KpiRow, inside: bool) -> Value {
    let mut evidence: Value = serde_json::from_str(&row.evidence).unwrap_or_default();
    if let (false, Some(object)) = (inside, evidence.as_object_mut()) {
        object.remove("model_cost_nano_usd");
    }
    evidence
}

async fn raw(
    store: &Store,
    viewer: Viewer,
    id: PlanId,
    rows: Vec<Comparison>,
    inside: bool,
) -> Result<Vec<RawComparison>, ViewError> {
    let opponents: Vec<PlanId> = rows.iter().map(|c| opponent_of(id, c)).collect();
    let seen = visible_faces(store, viewer, &opponents).await?;
    let told = rows
        .into_iter()
        .zip(opponents)
        .map(|(row, opponent)| RawComparison::of(id, row, seen.contains_key(&opponent), inside));
    Ok(told.collect())
}

impl RawComparison {
    fn of(id: PlanId, row: Comparison, opponent_seen: bool, inside: bool) -> Self {
        let shown = |plan: PlanId| Some(plan).filter(|plan| *plan == id || opponent_seen);
        let mut verdict = comparisons::verdict(&row);
        if !opponent_seen {
            verdict = verdict.map(|v| without_quotes(v, row.first_plan == id));
        }
        Self {
            comparison_id: row.comparison_id,
            round: row.round,
            seq: row.seq,
            kind: row.kind,
            flags: comparisons::flags(&row),
            variant: row.variant,
            reason: row.reason,
            first_plan: shown(row.first_plan),
            second_plan: shown(row.second_plan),
            state: row.state,
            level: row.level,
            verdict,
            void_reason: row.void_reason,
            judge_id: row.judge_id,
            model: row.model,
            prompt_version: row.prompt_version,
            request_hash: row.request_hash,
            input_tokens: row.input_tokens,
            output_tokens: row.output_tokens,
            calls: row.calls,
            cost_nano_usd: inside.then(|| row.cost_nano_usd.to_string()),
            created_at: row.created_at,
            finished_at: row.finished_at,
        }
    }
}

/// Takes the quotes of the plan on the other side away.
fn without_quotes(mut verdict: Verdict, own_is_first: bool) -> Verdict {
    let all = verdict
        .dimensions
        .iter_mut()
        .chain([&mut verdict.remaining]);
    for dimension in all {
        if own_is_first {
            dimension.second_quote = Quote::default();
        } else {
            dimension.first_quote = Quote::default();
        }
    }
    verdict
}

impl RawTotals {
    fn of(totals: ComparisonTotals, inside: bool) -> Self {
        Self {
            scheduled: totals.scheduled,
            done: totals.done,
            void: totals.void,
            calls: totals.calls,
            input_tokens: totals.input_tokens,
            output_tokens: totals.output_tokens,
            cost_nano_usd: inside.then(|| totals.cost_nano_usd.to_string()),
        }
    }
}
