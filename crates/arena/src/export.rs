//! The ranking for other programs: the top plans with KPIs and ratings, and every comparison
//! among them if asked for. Money is strings of nano-USD, since JSON numbers are not exact.

use serde::Serialize;
use serde_json::Value;
use store::{Comparison, ComparisonFilter, Contest, LeaderRow, Store, StoreError};

use crate::board::{BoardQuery, board};

/// Version of the export's shape; fields may be added under the same number.
pub const EXPORT_VERSION: u32 = 1;

/// A whole export.
#[derive(Debug, Clone, Serialize)]
pub struct Export {
    pub version: u32,
    pub contest: Contest,
    /// Established plans by rank, then provisional ones.
    pub plans: Vec<LeaderRow>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub comparisons: Option<Vec<ExportedComparison>>,
}

/// One comparison with its verdict as JSON instead of text in JSON.
#[derive(Debug, Clone, Serialize)]
pub struct ExportedComparison {
    #[serde(flatten)]
    pub comparison: Comparison,
    pub verdict: Option<Value>,
    pub flags: Option<Value>,
    pub cost_nano_usd: String,
}

/// Reads the `top` plans (all when `None`), with their comparisons if asked.
pub async fn export(
    store: &Store,
    contest: Contest,
    top: Option<u32>,
    with_comparisons: bool,
) -> Result<Export, StoreError> {
    let query = BoardQuery {
        contest,
        domain: None,
        limit: top.unwrap_or(u32::MAX),
    };
    let board = board(store, &query).await?;
    let mut plans = board.established;
    plans.extend(board.provisional);
    plans.truncate(top.map_or(usize::MAX, |n| n as usize));
    let comparisons = if with_comparisons {
        Some(comparisons(store, contest, &plans).await?)
    } else {
        None
    };
    Ok(Export {
        version: EXPORT_VERSION,
        contest,
        plans,
        comparisons,
    })
}

async fn comparisons(
    store: &Store,
    contest: Contest,
    plans: &[LeaderRow],
) -> Result<Vec<ExportedComparison>, StoreError> {
    let exported: std::collections::BTreeSet<_> = plans.iter().map(|p| p.plan_id).collect();
    let all = store
        .comparisons(contest, &ComparisonFilter::default())
        .await?;
    let among = all
        .into_iter()
        .filter(|c| exported.contains(&c.first_plan) && exported.contains(&c.second_plan));
    Ok(among.map(exported_comparison).collect())
}

fn exported_comparison(mut comparison: Comparison) -> ExportedComparison {
    let parsed = |text: Option<String>| text.and_then(|t| serde_json::from_str(&t).ok());
    ExportedComparison {
        verdict: parsed(comparison.verdict.take()),
        flags: parsed(comparison.flags.take()),
        cost_nano_usd: comparison.cost_nano_usd.to_string(),
        comparison,
    }
}
