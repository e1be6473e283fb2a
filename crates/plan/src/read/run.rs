//! A PlanExe run: its files, told apart by suffix, put together into one [`Plan`].
//!
//! Files arrive in any order and are parsed one by one; their raw bytes are not kept. Then
//! [`RunReader::finish`] builds the plan in a fixed order, so that a zip and a folder of the
//! same run give the same plan. Every part that plans usually have and this one lacks is a
//! warning, except the cost and benefit estimates, which runs of 2025 never have.

mod decisions;
mod estimate;
mod fields;
mod organisation;
mod overview;
mod prompt;
mod schedule;
mod sections;
mod wbs;

pub(super) use prompt::check_length as prompt_length;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::collector::Collector;
use super::json::{self, Duplicates, Fault};
use super::{ReadError, limits};
use crate::model::{Plan, WarningKind};

/// Prompts and call data inside raw files: large, and not part of the plan.
const SKIPPED_FIELDS: &[&str] = &["metadata", "system_prompt", "user_prompt", "query"];

/// One parsed file of a run.
pub(super) struct File {
    /// The file's own name, without folders: the `source` of what comes from it.
    pub(super) source: String,
    pub(super) content: Content,
}

pub(super) enum Content {
    Text(String),
    Json(Value),
}

pub(super) struct RunReader {
    name: String,
    files: BTreeMap<&'static str, File>,
    /// Suffixes whose file is there, but can't be parsed: warned of once, not as missing too.
    broken: BTreeSet<&'static str>,
    collector: Collector,
}

impl RunReader {
    pub(super) fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            files: BTreeMap::new(),
            broken: BTreeSet::new(),
            collector: Collector::default(),
        }
    }

    /// Parses one file. Broken JSON is a warning; too much of it refuses the run.
    pub(super) fn add(
        &mut self,
        suffix: &'static str,
        path: &str,
        bytes: &[u8],
    ) -> Result<(), ReadError> {
        let source = path.rsplit('/').next().unwrap_or(path);
        let text = self.decode(bytes, source);
        // A title is plain text in spite of its file's name.
        let is_text =
            suffix.strip_suffix(".json").is_none() || suffix == "wbs_level1_project_title.json";
        let content = if is_text {
            Content::Text(text)
        } else {
            match json::parse(text.as_bytes(), SKIPPED_FIELDS, Duplicates::KeepFirst) {
                Ok(value) => Content::Json(value),
                Err(fault) => return self.note_broken(suffix, source, fault),
            }
        };
        let source = source.to_owned();
        self.files.insert(suffix, File { source, content });
        Ok(())
    }

    fn decode(&mut self, bytes: &[u8], source: &str) -> String {
        let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
        match String::from_utf8_lossy(bytes) {
            std::borrow::Cow::Borrowed(text) => text.to_owned(),
            std::borrow::Cow::Owned(text) => {
                let detail = "bytes that are not UTF-8 were replaced";
                self.collector.warn(WarningKind::Encoding, source, detail);
                text
            }
        }
    }

    fn note_broken(
        &mut self,
        suffix: &'static str,
        source: &str,
        fault: Fault,
    ) -> Result<(), ReadError> {
        let name = source.to_owned();
        match fault {
            Fault::Syntax(detail) => {
                self.broken.insert(suffix);
                self.collector.warn(WarningKind::Broken, source, detail);
                Ok(())
            }
            Fault::TooDeep => Err(ReadError::JsonTooDeep { name }),
            Fault::TooLarge => Err(ReadError::JsonTooLarge {
                name,
                limit: limits::MAX_JSON_VALUES,
            }),
        }
    }

    /// Builds the plan from whatever files there were.
    pub(super) fn finish(mut self) -> Result<Plan, ReadError> {
        let mut plan = Plan::default();
        prompt::read(&mut self, &mut plan)?;
        overview::read(&mut self, &mut plan);
        wbs::read(&mut self, &mut plan)?;
        overview::read_title(&mut self, &mut plan);
        schedule::read_dependencies(&mut self, &mut plan);
        schedule::read_durations(&mut self, &mut plan);
        organisation::read_risks(&mut self, &mut plan);
        organisation::read_locations(&mut self, &mut plan);
        organisation::read_currency(&mut self, &mut plan);
        organisation::read_team(&mut self, &mut plan);
        organisation::read_assumptions(&mut self, &mut plan);
        decisions::read(&mut self, &mut plan);
        estimate::read(&mut self, &mut plan);
        sections::read(&mut self, &mut plan);
        if plan.prompt.text.is_empty() && plan.wbs.is_empty() && plan.objective.is_none() {
            return Err(ReadError::NotARun);
        }
        plan.warnings = self.collector.warnings;
        plan.integrity = self.collector.integrity;
        Ok(plan)
    }

    /// The first of `suffixes` that holds JSON.
    fn json(&mut self, suffixes: &[&'static str]) -> Option<(Value, String)> {
        suffixes
            .iter()
            .find_map(|suffix| match self.files.remove(suffix)? {
                File {
                    content: Content::Json(value),
                    source,
                } => Some((value, source)),
                File { .. } => None,
            })
    }

    /// As [`Self::json`]; a plan usually has this part, so its absence is a warning.
    fn expected_json(&mut self, suffixes: &[&'static str], part: &str) -> Option<(Value, String)> {
        let found = self.json(suffixes);
        if found.is_none() {
            self.missing(suffixes[0], part);
        }
        found
    }

    fn text(&mut self, suffix: &'static str) -> Option<(String, String)> {
        match self.files.remove(suffix)? {
            File {
                content: Content::Text(text),
                source,
            } => Some((text, source)),
            File { .. } => None,
        }
    }

    fn missing(&mut self, suffix: &str, part: &str) {
        if self.broken.contains(suffix) {
            return;
        }
        let detail = format!("the run has no {part}");
        self.collector.warn(WarningKind::Missing, suffix, detail);
    }
}
