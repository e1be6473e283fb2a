//! The five KPIs of a plan with what each rests on.

use kpi::Evidence;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Notice, words};
use crate::judge::KPI_NAMES;

/// One KPI.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct KpiView {
    /// As in the API, such as `technical_completeness`.
    pub name: String,
    /// 0..1; `None` is unknown, which is not a low value.
    pub value: Option<f64>,
    /// Why it is unknown, in words that tell the author what is missing.
    pub unknown_reason: Option<String>,
    /// Name and version of the extractor.
    pub version: String,
    pub flags: Vec<Notice>,
    /// Passages of the plan, each found there letter by letter.
    pub evidence: Vec<Evidence>,
    /// What the value was computed from.
    pub factors: Vec<Factor>,
}

/// One factor or intermediate result.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Factor {
    /// Stable, such as `l_linked`.
    pub key: String,
    pub label: String,
    /// A number, or a word in `text`.
    pub value: Option<f64>,
    pub text: Option<String>,
}

/// As `arena::extract` writes it.
#[derive(Debug, Deserialize)]
struct Stored {
    value: Option<f64>,
    #[serde(default)]
    evidence: Vec<Evidence>,
    #[serde(default)]
    version: String,
    #[serde(default)]
    flags: Vec<String>,
    #[serde(default)]
    detail: Value,
    unknown_reason: Option<String>,
}

/// The KPIs of a stored extraction, in the design's order; empty when it can't be read.
pub(super) fn of_extraction(evidence: &str) -> Vec<KpiView> {
    let Ok(whole) = serde_json::from_str::<Value>(evidence) else {
        return Vec::new();
    };
    let view = |name: &&str| {
        let stored = Stored::deserialize(&whole["kpis"][*name]).ok()?;
        Some(KpiView::of(name, stored))
    };
    KPI_NAMES.iter().filter_map(view).collect()
}

impl KpiView {
    fn of(name: &str, stored: Stored) -> Self {
        Self {
            name: name.to_owned(),
            value: stored.value,
            unknown_reason: stored.unknown_reason,
            version: stored.version,
            flags: stored.flags.iter().map(|code| words::flag(code)).collect(),
            evidence: stored.evidence,
            factors: factors(&stored.detail),
        }
    }

    /// A factor that is a number.
    pub(super) fn factor(&self, key: &str) -> Option<f64> {
        self.factors.iter().find(|f| f.key == key)?.value
    }
}

/// Numbers and words of a detail; of objects within, such as the prompt's items, one level.
fn factors(detail: &Value) -> Vec<Factor> {
    let mut factors = Vec::new();
    for (key, value) in detail.as_object().into_iter().flatten() {
        match value {
            Value::Object(inner) if key == "items" => {
                factors.extend(inner.iter().filter_map(|(key, value)| factor(key, value)));
            }
            value => factors.extend(factor(key, value)),
        }
    }
    factors
}

fn factor(key: &str, value: &Value) -> Option<Factor> {
    let (number, text) = match value {
        Value::Number(number) => (number.as_f64(), None),
        Value::String(text) => (None, Some(text.replace('_', " "))),
        Value::Bool(truth) => (None, Some(if *truth { "yes" } else { "no" }.to_owned())),
        Value::Null | Value::Array(_) | Value::Object(_) => return None,
    };
    Some(Factor {
        key: key.to_owned(),
        label: words::factor(key),
        value: number,
        text,
    })
}
