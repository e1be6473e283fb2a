//! Lenient access to JSON fields that a language model filled: numbers may come as text, a
//! single text where a list is expected, and anything may be absent.

use serde_json::Value;

/// The field's text; numbers are written out, anything else is empty.
pub(super) fn text(value: &Value, field: &str) -> String {
    value.get(field).map(as_text).unwrap_or_default()
}

pub(super) fn as_text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        _ => String::new(),
    }
}

/// The field's list, or nothing.
pub(super) fn list<'a>(value: &'a Value, field: &str) -> &'a [Value] {
    value
        .get(field)
        .and_then(Value::as_array)
        .map_or(&[], Vec::as_slice)
}

/// The field's list of texts; a single text counts as a list of one.
pub(super) fn texts(value: &Value, field: &str) -> Vec<String> {
    match value.get(field) {
        Some(Value::Array(list)) => list.iter().map(as_text).collect(),
        Some(other) => vec![as_text(other)],
        None => Vec::new(),
    }
    .into_iter()
    .filter(|text| !text.trim().is_empty())
    .collect()
}

/// A finite number, also one written as text.
pub(super) fn number(value: &Value, field: &str) -> Option<f64> {
    let number = match value.get(field)? {
        Value::Number(number) => number.as_f64()?,
        Value::String(text) => text.trim().parse().ok()?,
        _ => return None,
    };
    number.is_finite().then_some(number)
}

/// As [`number`], where negative means unknown (PlanExe writes −1).
pub(super) fn known(value: &Value, field: &str) -> Option<f64> {
    number(value, field).filter(|number| *number >= 0.0)
}
