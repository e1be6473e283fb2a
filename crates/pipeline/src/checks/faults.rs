//! What is wrong with an answer, in words that a model can act on.

use std::collections::BTreeSet;

use serde_json::Value;

/// Faults that are told at once; more would hide the first.
const MAX_TOLD: usize = 12;

/// A list of faults.
#[derive(Debug, Default)]
pub(super) struct Faults(Vec<String>);

impl Faults {
    pub(super) fn add(&mut self, fault: impl Into<String>) {
        self.0.push(fault.into());
    }

    /// Nothing, or all faults in one text.
    pub(super) fn told(self) -> Result<(), String> {
        if self.0.is_empty() {
            return Ok(());
        }
        let more = self.0.len().saturating_sub(MAX_TOLD);
        let mut lines: Vec<String> = self
            .0
            .into_iter()
            .take(MAX_TOLD)
            .map(|f| format!("- {f}"))
            .collect();
        if more > 0 {
            lines.push(format!("- and {more} more of these"));
        }
        Err(format!(
            "Correct this and answer again in full:\n{}",
            lines.join("\n")
        ))
    }

    /// Every wanted id must be among the found ones.
    pub(super) fn missing(&mut self, what: &str, wanted: &[&str], found: &BTreeSet<&str>) {
        let missing: Vec<&str> = wanted
            .iter()
            .copied()
            .filter(|id| !found.contains(id))
            .collect();
        if !missing.is_empty() {
            self.add(format!("{what} is missing for: {}", missing.join(", ")));
        }
    }

    /// No found id may be a stranger.
    pub(super) fn strangers(&mut self, what: &str, known: &[&str], found: &BTreeSet<&str>) {
        let strangers: Vec<String> = found
            .iter()
            .filter(|id| !known.contains(id))
            .map(|id| format!("{:?}", shortened(id)))
            .collect();
        if !strangers.is_empty() {
            let known = known.join(", ");
            self.add(format!(
                "{what} names {}, which doesn't exist; use only: {known}",
                strangers.join(", ")
            ));
        }
    }
}

/// The field's text, empty if there is none.
pub(super) fn text<'a>(value: &'a Value, field: &str) -> &'a str {
    value.get(field).and_then(Value::as_str).unwrap_or_default()
}

pub(super) fn list<'a>(value: &'a Value, field: &str) -> &'a [Value] {
    value
        .get(field)
        .and_then(Value::as_array)
        .map_or(&[], Vec::as_slice)
}

pub(super) fn number(value: &Value, field: &str) -> f64 {
    value.get(field).and_then(Value::as_f64).unwrap_or(f64::NAN)
}

/// The field of each element.
pub(super) fn ids<'a>(values: &'a [Value], field: &str) -> Vec<&'a str> {
    values.iter().map(|value| text(value, field)).collect()
}

/// At most 60 characters, to name something in a fault.
pub(super) fn shortened(text: &str) -> String {
    text.chars().take(60).collect()
}
