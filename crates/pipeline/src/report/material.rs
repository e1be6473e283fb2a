//! What a report is made of: the artifacts, read once, and the records of the stages.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use plan::Plan;
use serde_json::Value;

use super::document::{Block, Fold};
use super::prose::MAX_BYTES;
use super::schedule::Schedule;
use super::wording::clean;
use crate::StageRecord;
use crate::code::CodeInput;

/// JSON that is parsed; the largest in real runs has 4 MB of prompts in it.
const MAX_JSON_BYTES: usize = 16 << 20;

pub(super) struct Material<'a> {
    pub(super) prompt: &'a str,
    pub(super) title: &'a str,
    pub(super) start_date: NaiveDate,
    pub(super) files: &'a BTreeMap<String, Vec<u8>>,
    pub(super) records: &'a [StageRecord],
    pub(super) plan: Plan,
    pub(super) schedule: Option<Schedule>,
    /// The schedule was computed here, since the run has none.
    pub(super) schedule_is_derived: bool,
}

impl<'a> Material<'a> {
    /// Reads what there is; what can't be read is missing.
    pub(super) fn read(input: &CodeInput<'a>) -> Self {
        // A file that no plan has must not keep the others from being read.
        let readable = input.files.iter().filter(|(file, _)| is_read(file));
        let plan = plan::read_files("plan", readable).unwrap_or_default();
        let written = input.files.get("schedule.json");
        let written = written.and_then(|bytes| Schedule::read(bytes));
        let schedule_is_derived = written.is_none();
        Self {
            prompt: input.prompt,
            title: input.title,
            start_date: input.start_date,
            files: input.files,
            records: input.provenance,
            plan,
            schedule: written.or_else(|| derived_schedule(input)),
            schedule_is_derived,
        }
    }

    /// The file's text, if it says anything beyond headings.
    pub(super) fn text(&self, file: &str) -> Option<String> {
        let bytes = self.files.get(file)?;
        let whole = String::from_utf8_lossy(bytes);
        let shown = plan::text::prefix(&whole, MAX_BYTES);
        let mut text = clean(shown);
        if shown.len() < whole.len() {
            text.push_str("\n\n(Cut here; the file is longer.)\n");
        }
        let says_something = text
            .lines()
            .map(str::trim)
            .any(|line| !line.starts_with('#') && line.chars().any(char::is_alphanumeric));
        says_something.then_some(text)
    }

    pub(super) fn json(&self, file: &str) -> Option<Value> {
        let bytes = self.files.get(file)?;
        if bytes.len() > MAX_JSON_BYTES {
            return None;
        }
        serde_json::from_slice(bytes).ok()
    }

    /// The file as prose, without a title that repeats the section's; nothing if it is empty.
    pub(super) fn prose(&self, file: &str) -> Vec<Block> {
        self.prose_at(file, 3)
    }

    pub(super) fn prose_at(&self, file: &str, top: u8) -> Vec<Block> {
        let prose = self.text(file).map(|text| Block::Prose {
            markdown: without_title(&text).to_owned(),
            top,
            file: file.to_owned(),
        });
        prose.into_iter().collect()
    }

    /// The file as prose behind a line that opens it, for what the section shows in short.
    pub(super) fn folded(&self, summary: &str, file: &str) -> Vec<Block> {
        let blocks = self.prose(file);
        if blocks.is_empty() {
            return blocks;
        }
        vec![Block::Fold(Fold {
            summary: summary.to_owned(),
            blocks,
            file: file.to_owned(),
            is_appendix: true,
        })]
    }
}

fn is_read(file: &str) -> bool {
    let extension = file.rsplit_once('.').map(|(_, extension)| extension);
    extension.is_some_and(|extension| matches!(extension, "json" | "md" | "txt"))
        && !file.contains(['/', '\\', '\0', ':'])
}

/// Runs without `schedule.json` may have what it is computed from.
fn derived_schedule(input: &CodeInput<'_>) -> Option<Schedule> {
    let create = crate::code::lookup("schedule")?;
    let outputs = create(input).ok()?;
    let (_, bytes) = outputs.iter().find(|(file, _)| file == "schedule.json")?;
    Schedule::read(bytes)
}

/// Without a first line that is the only heading of the first level.
fn without_title(text: &str) -> &str {
    let text = text.trim_start();
    let is_title = |line: &&str| line.starts_with("# ");
    let Some((first, rest)) = text.split_once('\n') else {
        return text;
    };
    if is_title(&first) && !rest.lines().any(|line| is_title(&line)) {
        return rest;
    }
    text
}

/// Lenient access to fields that a model filled.
pub(super) mod field {
    use serde_json::Value;

    use crate::report::wording::line;

    /// Text or a number as text, on one line.
    pub(in crate::report) fn text(value: &Value, name: &str) -> String {
        match value.get(name) {
            Some(Value::String(text)) => line(text, 2_000),
            Some(Value::Number(number)) => number.to_string(),
            Some(Value::Bool(flag)) => if *flag { "yes" } else { "no" }.to_owned(),
            _ => String::new(),
        }
    }

    pub(in crate::report) fn list<'a>(value: &'a Value, name: &str) -> &'a [Value] {
        let list = value.get(name).and_then(Value::as_array);
        list.map_or(&[], Vec::as_slice)
    }

    /// Texts of a list, joined.
    pub(in crate::report) fn joined(value: &Value, name: &str, between: &str) -> String {
        let texts = list(value, name).iter().filter_map(Value::as_str);
        let texts: Vec<String> = texts.map(|text| line(text, 2_000)).collect();
        if texts.is_empty() {
            return text(value, name);
        }
        texts.join(between)
    }

    pub(in crate::report) fn number(value: &Value, name: &str) -> Option<f64> {
        let number = value.get(name)?.as_f64()?;
        number.is_finite().then_some(number)
    }
}
