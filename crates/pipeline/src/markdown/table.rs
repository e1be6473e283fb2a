//! Lists of flat objects as tables.

use serde_json::Value;

use super::{inline, is_scalar, label, ordered_keys, scalar_text};

/// A wider table, or one with longer cells, is hard to read: such lists become sections.
const MAX_COLUMNS: usize = 6;
const MAX_CELL_CHARS: usize = 110;

/// The keys of the columns, if `items` read well as a table.
pub(super) fn columns<'a>(items: &'a [Value], schema: &Value) -> Option<Vec<&'a str>> {
    let mut columns: Vec<&str> = Vec::new();
    for item in items {
        let object = item.as_object()?;
        for key in ordered_keys(object, schema) {
            if !is_cell(&object[key]) {
                return None;
            }
            if !columns.contains(&key) {
                columns.push(key);
            }
        }
    }
    (!columns.is_empty() && columns.len() <= MAX_COLUMNS).then_some(columns)
}

fn is_cell(value: &Value) -> bool {
    is_scalar(value)
        && value
            .as_str()
            .is_none_or(|text| text.chars().count() <= MAX_CELL_CHARS)
}

pub(super) fn render(items: &[Value], columns: &[&str], schema: &Value) -> String {
    let property = |key: &str| &schema["properties"][key];
    let heads: Vec<String> = columns
        .iter()
        .map(|key| label(property(key), key))
        .collect();
    let rules: Vec<&str> = columns.iter().map(|key| rule(items, key)).collect();
    let mut text = row(&heads);
    text.push_str("| ");
    text.push_str(&rules.join(" | "));
    text.push_str(" |\n");
    for item in items {
        let cell = |key: &&str| inline(&scalar_text(&item[*key], property(key)));
        text.push_str(&row(&columns.iter().map(cell).collect::<Vec<_>>()));
    }
    text.push('\n');
    text
}

/// Numbers stand to the right.
fn rule(items: &[Value], key: &str) -> &'static str {
    if items.iter().all(|item| item[key].is_number()) {
        "---:"
    } else {
        "---"
    }
}

fn row(cells: &[String]) -> String {
    format!("| {} |\n", cells.join(" | "))
}
