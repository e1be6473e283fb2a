//! The ranking for other programs: the top plans with KPIs and ratings, and every comparison
//! among them if asked for. Money is strings of nano-USD, since JSON numbers are not exact.
//!
//! An export is a stream of chunks of text: memory holds one page of plans or of comparisons,
//! and 16 bytes for each exported plan when comparisons are asked for.

mod rows;
mod stream;

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;
use store::{
    Comparison, ComparisonId, ComparisonKind, ComparisonState, Contest, Digest, JudgeId, PlanId,
};

use crate::views::Scope;

pub use stream::export;

/// Version of the export's shape; fields may be added under the same number.
pub const EXPORT_VERSION: u32 = 1;

/// In which form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// One object.
    Json,
    /// One object a line, its kind in `type`.
    Ndjson,
    /// The plans alone: CSV holds one table.
    Csv,
}

/// What to export.
#[derive(Debug, Clone)]
pub struct ExportQuery {
    pub scope: Scope,
    pub domain: Option<String>,
    pub since: Option<DateTime<Utc>>,
    pub until: Option<DateTime<Utc>>,
    pub flagged: Option<bool>,
    /// Established plans by rank, then provisional ones, at most this many; 1,000,000 is the
    /// ceiling, and what holds without.
    pub top: Option<u32>,
    /// Every comparison among these plans; canaries and money only for who sees all.
    pub comparisons: bool,
    pub format: Format,
}

impl ExportQuery {
    /// Everything of a scope.
    pub fn all(scope: Scope, format: Format) -> Self {
        Self {
            scope,
            domain: None,
            since: None,
            until: None,
            flagged: None,
            top: None,
            comparisons: false,
            format,
        }
    }
}

/// A [`Comparison`] with its verdict and flags as JSON instead of text in JSON.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ExportedComparison {
    pub comparison_id: ComparisonId,
    pub contest: Contest,
    pub round: i64,
    pub seq: i64,
    pub first_plan: PlanId,
    pub second_plan: PlanId,
    pub first_hash: Digest,
    pub second_hash: Digest,
    pub judge_id: JudgeId,
    pub kind: ComparisonKind,
    pub variant: String,
    pub reason: String,
    pub state: ComparisonState,
    /// −4 (second overwhelmingly better) to +4 (first overwhelmingly better); set when done.
    pub level: Option<i64>,
    pub verdict: Option<Value>,
    pub void_reason: Option<String>,
    pub flags: Option<Value>,
    pub model: Option<String>,
    pub prompt_version: Option<String>,
    pub request_hash: Option<String>,
    pub input_tokens: i64,
    pub output_tokens: i64,
    /// `None` for who may not see money.
    pub cost_nano_usd: Option<String>,
    pub calls: i64,
    pub created_at: DateTime<Utc>,
    pub finished_at: Option<DateTime<Utc>>,
}

impl From<Comparison> for ExportedComparison {
    fn from(c: Comparison) -> Self {
        let parsed = |text: Option<String>| text.and_then(|t| serde_json::from_str(&t).ok());
        Self {
            comparison_id: c.comparison_id,
            contest: c.contest,
            round: c.round,
            seq: c.seq,
            first_plan: c.first_plan,
            second_plan: c.second_plan,
            first_hash: c.first_hash,
            second_hash: c.second_hash,
            judge_id: c.judge_id,
            kind: c.kind,
            variant: c.variant,
            reason: c.reason,
            state: c.state,
            level: c.level,
            verdict: parsed(c.verdict),
            void_reason: c.void_reason,
            flags: parsed(c.flags),
            model: c.model,
            prompt_version: c.prompt_version,
            request_hash: c.request_hash,
            input_tokens: c.input_tokens,
            output_tokens: c.output_tokens,
            cost_nano_usd: Some(c.cost_nano_usd.to_string()),
            calls: c.calls,
            created_at: c.created_at,
            finished_at: c.finished_at,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};

    use super::*;

    /// How often each key stands in an object; a map would keep one of two quietly.
    struct Keys;

    impl<'de> Visitor<'de> for Keys {
        type Value = BTreeMap<String, u32>;

        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("an object")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            let mut keys = BTreeMap::new();
            while let Some((key, IgnoredAny)) = map.next_entry::<String, IgnoredAny>()? {
                *keys.entry(key).or_default() += 1;
            }
            Ok(keys)
        }
    }

    fn comparison() -> Comparison {
        let (plan, digest) = (PlanId::new(DateTime::UNIX_EPOCH, [0; 10]), Digest([0; 32]));
        Comparison {
            comparison_id: ComparisonId::new(DateTime::UNIX_EPOCH, [0; 10]),
            contest: Contest::Public,
            round: 1,
            seq: 2,
            first_plan: plan,
            second_plan: plan,
            first_hash: digest,
            second_hash: digest,
            judge_id: JudgeId::new(DateTime::UNIX_EPOCH, [0; 10]),
            kind: ComparisonKind::Normal,
            variant: String::new(),
            reason: "close".into(),
            state: ComparisonState::Done,
            level: Some(1),
            verdict: Some(r#"{"overall":1}"#.into()),
            void_reason: None,
            flags: Some(r#"["contradicted"]"#.into()),
            model: None,
            prompt_version: None,
            request_hash: None,
            input_tokens: 1,
            output_tokens: 2,
            cost_nano_usd: i64::MAX,
            calls: 1,
            created_at: DateTime::UNIX_EPOCH,
            finished_at: None,
        }
    }

    /// Verdict, flags and cost stood there twice, as text and as JSON.
    #[test]
    fn an_exported_comparison_has_each_key_once() {
        let stored = comparison();
        let exported = ExportedComparison::from(stored.clone());
        let text = serde_json::to_string(&exported).unwrap();
        let keys = serde_json::Deserializer::from_str(&text)
            .deserialize_map(Keys)
            .unwrap();
        assert!(keys.values().all(|n| *n == 1), "{keys:?}");

        let exported: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(exported["verdict"]["overall"], 1);
        assert_eq!(exported["flags"][0], "contradicted");
        assert_eq!(exported["cost_nano_usd"], i64::MAX.to_string());
        let stored = serde_json::to_value(&stored).unwrap();
        let names = |v: &Value| v.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
        assert_eq!(names(&exported), names(&stored), "nothing is left out");
    }
}
