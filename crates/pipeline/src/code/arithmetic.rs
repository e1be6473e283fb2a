//! Finds every calculation that the artifacts write down, recomputes it, and says which are
//! right.
//!
//! - `equations`: "12 × EUR 1,500 = EUR 18,000"; `share`: "15 % of 120,000 is 18,000";
//! - `tables`: total rows of Markdown tables;
//! - `records`: quantity × unit cost, stated totals and three-point estimates in JSON;
//! - `spans`: "1 March 2026 to 31 March 2026 (31 days)", ranges that run backwards.
//!
//! Invariant: what can be read in two ways (`1.500`, a rounded figure, a dash) is wrong only if
//! it is wrong in each of them, so that a right calculation is never reported; what changes
//! units on the way is not judged. Deliberately absent: numbers in words, currency conversion.

mod equations;
mod number;
mod records;
mod render;
mod share;
mod spans;
mod tables;
mod tokens;

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use super::CodeInput;
use super::artifact::{Output, json_output, text_output};

/// Bytes of one file that are looked at.
const MAX_FILE_BYTES: usize = 4 << 20;
/// Calculations that are listed.
const MAX_CALCULATIONS: usize = 5_000;
/// Characters of a quote.
const MAX_QUOTE: usize = 240;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Kind {
    Equation,
    ShareOf,
    TableTotal,
    Product,
    StatedTotal,
    ThreePoint,
    DateSpan,
    Range,
}

/// One calculation as written, and what it comes to.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Calculation {
    kind: Kind,
    quote: String,
    written: String,
    computed: String,
    right: bool,
}

#[derive(Debug, Serialize)]
struct Found {
    file: String,
    /// JSON pointer, or the number of the line.
    place: String,
    #[serde(flatten)]
    calculation: Calculation,
    /// Other files that write the same.
    also_in: Vec<String>,
}

/// `arithmetic_check.json`.
#[derive(Debug, Default, Serialize)]
struct Report {
    files_checked: usize,
    checked: usize,
    right: usize,
    wrong: usize,
    /// Calculations beyond the limit, not looked at.
    truncated: bool,
    calculations: Vec<Found>,
}

/// Writes the report over every text and JSON file.
pub(crate) fn check(input: &CodeInput<'_>) -> Result<Vec<Output>, String> {
    let mut report = Report::default();
    let mut known = BTreeMap::new();
    for (file, bytes) in input.files {
        if !is_checked(file) || bytes.len() > MAX_FILE_BYTES {
            continue;
        }
        let Ok(text) = std::str::from_utf8(bytes) else {
            continue;
        };
        report.files_checked += 1;
        let found = in_file(file, text);
        report.add(file, found, &mut known);
    }
    report.checked = report.calculations.len();
    report.right = report
        .calculations
        .iter()
        .filter(|found| found.calculation.right)
        .count();
    report.wrong = report.checked - report.right;
    Ok(vec![
        json_output("arithmetic_check.json", &report)?,
        text_output("arithmetic_check.md", render::markdown(&report)),
    ])
}

fn extension(file: &str) -> &str {
    file.rsplit_once('.').map_or("", |(_, extension)| extension)
}

/// Answers of single calls are in the files made of them too.
fn is_checked(file: &str) -> bool {
    let of_one_call = file
        .split_once('-')
        .is_some_and(|(number, _)| number.parse::<u32>().is_ok());
    let text = matches!(extension(file), "md" | "txt" | "json");
    text && !of_one_call && !file.starts_with("arithmetic_check") && !file.starts_with("report")
}

fn in_file(file: &str, text: &str) -> Vec<(String, Calculation)> {
    if extension(file) == "json" {
        return match serde_json::from_str::<Value>(text) {
            Ok(value) => records::in_json(&value),
            Err(_) => in_text(text, "line"),
        };
    }
    let mut found = in_text(text, "line");
    found.extend(tables::totals(text));
    found
}

/// Equations and spans of each line; `place` is what a line is called.
fn in_text(text: &str, place: &str) -> Vec<(String, Calculation)> {
    let mut found = Vec::new();
    for (line, number) in text.lines().zip(1..) {
        if !line.bytes().any(|byte| byte.is_ascii_digit()) {
            continue;
        }
        let tokens = tokens::of(line);
        let equations = equations::in_line(line, &tokens);
        let spans = spans::in_line(line, &tokens);
        let here = equations.into_iter().chain(spans);
        found.extend(here.map(|calculation| (format!("{place} {number}"), calculation)));
    }
    found
}

impl Report {
    /// What stands word for word in an earlier file is noted there.
    fn add(
        &mut self,
        file: &str,
        found: Vec<(String, Calculation)>,
        known: &mut BTreeMap<String, usize>,
    ) {
        for (place, calculation) in found {
            if let Some(&index) = known.get(&calculation.quote) {
                let earlier = &mut self.calculations[index];
                if earlier.file != file && !earlier.also_in.iter().any(|other| other == file) {
                    earlier.also_in.push(file.to_owned());
                }
                continue;
            }
            if self.calculations.len() >= MAX_CALCULATIONS {
                self.truncated = true;
                return;
            }
            known.insert(calculation.quote.clone(), self.calculations.len());
            self.calculations.push(Found {
                file: file.to_owned(),
                place,
                calculation,
                also_in: Vec::new(),
            });
        }
    }
}

/// The part of `line` between two bytes, on one line and bounded.
fn quote(line: &str, from: usize, to: usize) -> String {
    let part = line.get(from..to).unwrap_or_default();
    let words: Vec<&str> = part.split_whitespace().collect();
    words.join(" ").chars().take(MAX_QUOTE).collect()
}

#[cfg(test)]
mod tests;
