//! Reading a code stage's inputs and writing its outputs.
//!
//! Inputs may have been edited by a person, so whatever is wrong with one is an error that
//! names the file and says what to do.

use std::collections::BTreeMap;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::markdown::inline;

/// What a stage hands over: file name and bytes.
pub(crate) type Output = (String, Vec<u8>);
/// A stage's inputs by file name.
pub(crate) type Files = BTreeMap<String, Vec<u8>>;

/// The file parsed as JSON.
pub(crate) fn json<T: DeserializeOwned>(files: &Files, name: &str) -> Result<T, String> {
    serde_json::from_slice(bytes(files, name)?).map_err(|error| {
        format!("{name} can't be read ({error}). Correct the file, or discard your edit of it.")
    })
}

/// Refuses what an edit made larger than a stage may work on.
pub(crate) fn at_most(name: &str, what: &str, count: usize, max: usize) -> Result<(), String> {
    if count <= max {
        return Ok(());
    }
    Err(format!(
        "{name} has {count} {what}, and may have {max} at most. Shorten the file, or discard your \
         edit of it."
    ))
}

/// As [`json`], or `None` where the file is absent or of another shape.
pub(crate) fn json_if_there<T: DeserializeOwned>(files: &Files, name: &str) -> Option<T> {
    serde_json::from_slice(files.get(name)?).ok()
}

/// The file as text.
pub(crate) fn text(files: &Files, name: &str) -> Result<String, String> {
    let text = String::from_utf8(bytes(files, name)?.to_vec());
    text.map_err(|_| {
        format!("{name} is no UTF-8 text. Correct the file, or discard your edit of it.")
    })
}

fn bytes<'a>(files: &'a Files, name: &str) -> Result<&'a [u8], String> {
    let missing = || format!("{name} is missing. Run the stage that writes it again.");
    files.get(name).map(Vec::as_slice).ok_or_else(missing)
}

/// An output in indented JSON.
pub(crate) fn json_output(name: &str, value: &impl Serialize) -> Result<Output, String> {
    let mut bytes = serde_json::to_vec_pretty(value).map_err(|error| format!("{name}: {error}"))?;
    bytes.push(b'\n');
    Ok((name.to_owned(), bytes))
}

/// An output of plain text.
pub(crate) fn text_output(name: &str, text: String) -> Output {
    (name.to_owned(), text.into_bytes())
}

/// Text that grows part by part.
pub(crate) trait Grow {
    fn add(&mut self, part: impl AsRef<str>);
}

impl Grow for String {
    fn add(&mut self, part: impl AsRef<str>) {
        self.push_str(part.as_ref());
    }
}

/// A row of a Markdown table; the cells are escaped.
pub(crate) fn row<'a>(cells: impl IntoIterator<Item = &'a str>) -> String {
    let cells: Vec<String> = cells.into_iter().map(inline).collect();
    format!("| {} |\n", cells.join(" | "))
}

/// A table's head; columns that start with `>` are aligned to the right.
pub(crate) fn head(columns: &[&str]) -> String {
    let names = columns.iter().map(|name| name.trim_start_matches('>'));
    let rules: Vec<&str> = columns
        .iter()
        .map(|name| if name.starts_with('>') { "---:" } else { "---" })
        .collect();
    format!("{}| {} |\n", row(names), rules.join(" | "))
}

/// A record of a CSV file (RFC 4180). A cell that a spreadsheet would run as a formula gets an
/// apostrophe before it.
pub(crate) fn csv_record<'a>(cells: impl IntoIterator<Item = &'a str>) -> String {
    let cells: Vec<String> = cells.into_iter().map(csv_cell).collect();
    format!("{}\r\n", cells.join(","))
}

fn csv_cell(text: &str) -> String {
    let formula =
        text.starts_with(['=', '+', '-', '@', '\t', '\r']) && text.parse::<f64>().is_err();
    let text = if formula {
        format!("'{text}")
    } else {
        text.to_owned()
    };
    if text.contains(['"', ',', '\n', '\r', ';']) {
        return format!("\"{}\"", text.replace('"', "\"\""));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{csv_record, head, json, row};

    #[test]
    fn a_table_has_aligned_columns() {
        let table = head(&["Task", ">Days"]) + &row(["Survey", "12"]);
        assert_eq!(table, "| Task | Days |\n| --- | ---: |\n| Survey | 12 |\n");
    }

    #[test]
    fn a_spreadsheet_runs_no_cell() {
        let record = csv_record(["=HYPERLINK(1)", "-5", "a,b", "say \"x\""]);
        assert_eq!(record, "'=HYPERLINK(1),-5,\"a,b\",\"say \"\"x\"\"\"\r\n");
    }

    #[test]
    fn a_missing_or_broken_input_is_named() {
        let files = [("b.json".to_owned(), b"{".to_vec())].into();
        let missing = json::<serde_json::Value>(&files, "a.json").unwrap_err();
        assert!(missing.starts_with("a.json is missing"), "{missing}");
        let broken = json::<serde_json::Value>(&files, "b.json").unwrap_err();
        assert!(broken.starts_with("b.json can't be read"), "{broken}");
    }
}
