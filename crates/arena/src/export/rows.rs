//! One row of an export, as text.

use serde::Serialize;
use serde_json::{Value, json};
use store::LeaderRow;

use super::{EXPORT_VERSION, ExportedComparison, Format};
use crate::text::harmless;
use crate::views::Viewer;

const COLUMNS: [&str; 19] = [
    "rank",
    "rank_low",
    "rank_high",
    "elo",
    "elo_se",
    "elo_low",
    "elo_high",
    "percentile",
    "provisional",
    "num_comparisons",
    "num_opponents",
    "novelty_score",
    "prompt_quality",
    "technical_completeness",
    "feasibility",
    "impact_estimate",
    "plan_id",
    "title",
    "domain",
];

impl Format {
    /// What stands before the first plan.
    pub(super) fn head(self, contest: store::Contest) -> String {
        match self {
            Self::Json => {
                format!("{{\"version\":{EXPORT_VERSION},\"contest\":\"{contest}\",\"plans\":[")
            }
            Self::Ndjson => {
                let head =
                    json!({ "type": "export", "version": EXPORT_VERSION, "contest": contest });
                format!("{head}\n")
            }
            Self::Csv => format!("{}\n", COLUMNS.join(",")),
        }
    }

    /// What stands between plans and comparisons.
    pub(super) fn middle(self) -> &'static str {
        match self {
            Self::Json => "\n],\"comparisons\":[",
            Self::Ndjson | Self::Csv => "",
        }
    }

    pub(super) fn tail(self) -> &'static str {
        match self {
            Self::Json => "\n]}\n",
            Self::Ndjson | Self::Csv => "",
        }
    }

    /// A plan; `first` says that no other stands before it.
    pub(super) fn plan(self, row: &LeaderRow, viewer: Viewer, first: bool) -> String {
        if self == Self::Csv {
            return line(&record(row));
        }
        let mut value = object(row);
        if let (false, Some(fields)) = (viewer.sees_inside(row.owner_id), value.as_object_mut()) {
            for field in ["owner_id", "external_id"] {
                fields.remove(field);
            }
        }
        self.element(value, "plan", first)
    }

    pub(super) fn comparison(self, row: &ExportedComparison, first: bool) -> String {
        self.element(object(row), "comparison", first)
    }

    fn element(self, mut value: Value, kind: &str, first: bool) -> String {
        if self == Self::Ndjson {
            value["type"] = kind.into();
            return format!("{value}\n");
        }
        format!("{}\n{value}", if first { "" } else { "," })
    }
}

/// Rows are trees with string keys, so this cannot fail but for a bug.
fn object(row: &impl Serialize) -> Value {
    serde_json::to_value(row).unwrap_or_default()
}

fn record(row: &LeaderRow) -> [String; 19] {
    let number = |x: Option<f64>| x.map_or_else(String::new, |x| x.to_string());
    let count = |x: Option<i64>| x.map_or_else(String::new, |x| x.to_string());
    let kpis = &row.kpis;
    [
        count(row.rank),
        count(row.rank_low),
        count(row.rank_high),
        number(row.elo),
        number(row.elo_se),
        number(row.elo_low),
        number(row.elo_high),
        number(row.percentile),
        row.provisional.map_or_else(String::new, |p| p.to_string()),
        row.num_comparisons.to_string(),
        row.num_opponents.to_string(),
        number(kpis.novelty_score),
        number(kpis.prompt_quality),
        number(kpis.technical_completeness),
        number(kpis.feasibility),
        number(kpis.impact_estimate),
        row.plan_id.to_string(),
        inert(&row.title),
        inert(row.domain.as_deref().unwrap_or_default()),
    ]
}

/// A cell that a spreadsheet would take for a formula gets a quote before it.
fn inert(text: &str) -> String {
    let text = harmless(text);
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        format!("'{text}")
    } else {
        text
    }
}

/// Cells in quotes where RFC 4180 wants them.
fn line(cells: &[String]) -> String {
    let quoted = cells.iter().map(|cell| {
        if cell.contains(['"', ',', '\n', '\r']) || cell.starts_with(' ') {
            format!("\"{}\"", cell.replace('"', "\"\""))
        } else {
            cell.clone()
        }
    });
    let mut line = quoted.collect::<Vec<_>>().join(",");
    line.push('\n');
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_is_no_formula_in_a_spreadsheet() {
        for (title, cell) in [
            ("=1+1", "'=1+1"),
            ("+1", "'+1"),
            ("-1", "'-1"),
            ("@x", "'@x"),
            ("\u{200b}=1", "'=1"),
            ("A = B", "A = B"),
        ] {
            assert_eq!(inert(title), cell);
        }
    }

    #[test]
    fn cells_stay_in_their_column_and_line() {
        let cells = ["a,b", "say \"no\"", "two\nlines", "plain"].map(str::to_owned);
        assert_eq!(
            line(&cells),
            "\"a,b\",\"say \"\"no\"\"\",\"two\nlines\",plain\n"
        );
    }
}
