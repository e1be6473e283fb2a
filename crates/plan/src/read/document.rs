//! Plan JSON, the form that people write by hand; its shape is `docs/PLAN_JSON.md`.
//!
//! Strict where a mistake would lose content (unknown fields, wrong types, repeated fields are
//! errors that name their place), lenient where the meaning is clear (a text for a list of one,
//! `null` for a field left out).

mod cursor;
mod estimate;
mod parts;
mod references;
mod tasks;

use serde_json::Value;

use super::collector::Collector;
use super::json::{self, Duplicates, Fault};
use super::run::prompt_length;
use super::{ReadError, limits};
use crate::model::{Plan, Text, WarningKind};
use cursor::{Cursor, Object};

const FIELDS: &[&str] = &[
    "title",
    "prompt",
    "objective",
    "success_criteria",
    "deliverable",
    "purpose",
    "domain",
    "start_date",
    "wbs",
    "dependencies",
    "durations",
    "risks",
    "locations",
    "currency",
    "team",
    "assumptions",
    "decisions",
    "stakeholders",
    "resources",
    "costs",
    "benefits",
    "sections",
    "text",
];

/// Parts whose absence is worth a warning, as for a run.
const EXPECTED: &[(&str, &str)] = &[
    ("objective", "objective"),
    ("success_criteria", "success criteria"),
    ("wbs", "work breakdown structure"),
    ("dependencies", "dependencies"),
    ("durations", "durations"),
    ("risks", "risks"),
    ("locations", "locations"),
    ("currency", "currency"),
    ("team", "team"),
    ("assumptions", "assumptions"),
];

/// The plan under construction, and what was noticed on the way.
struct Draft {
    plan: Plan,
    collector: Collector,
}

pub(super) fn read(bytes: &[u8], name: &str) -> Result<Plan, ReadError> {
    let value = parse(bytes, name)?;
    let root = Cursor::root(&value).object(FIELDS)?;
    let mut draft = Draft {
        plan: Plan::default(),
        collector: Collector::default(),
    };
    read_head(&mut draft, &root)?;
    let tasks = tasks::read_wbs(&mut draft, &root)?;
    references::read_dependencies(&mut draft, &root, &tasks)?;
    references::read_durations(&mut draft, &root, &tasks)?;
    parts::read(&mut draft, &root)?;
    estimate::read(&mut draft, &root, &tasks)?;
    for (field, part) in EXPECTED {
        if root.get(field).is_none() {
            let detail = format!("the plan has no {part}");
            draft
                .collector
                .warn(WarningKind::Missing, &format!("/{field}"), detail);
        }
    }
    draft.plan.warnings = draft.collector.warnings;
    draft.plan.integrity = draft.collector.integrity;
    Ok(draft.plan)
}

fn parse(bytes: &[u8], name: &str) -> Result<Value, ReadError> {
    if bytes.len() > limits::MAX_DOCUMENT_BYTES {
        return Err(ReadError::InputTooLarge {
            size: bytes.len() as u64,
            limit: limits::MAX_DOCUMENT_BYTES as u64,
        });
    }
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    if bytes.trim_ascii().is_empty() {
        return Err(ReadError::Empty);
    }
    let name = name.to_owned();
    json::parse(bytes, &[], Duplicates::Refuse).map_err(|fault| match fault {
        Fault::Syntax(detail) => ReadError::BadJson { name, detail },
        Fault::TooDeep => ReadError::JsonTooDeep { name },
        Fault::TooLarge => ReadError::JsonTooLarge {
            name,
            limit: limits::MAX_JSON_VALUES,
        },
    })
}

fn read_head(draft: &mut Draft, root: &Object) -> Result<(), ReadError> {
    let title = root.required("title")?.text()?;
    let prompt = root.required("prompt")?;
    prompt_length(prompt.text()?)?;
    let Draft { plan, collector } = draft;
    plan.title = collector.line(title, limits::TITLE_BYTES, "/title");
    plan.prompt = Text {
        text: collector.clean(prompt.text()?, limits::MAX_PROMPT_BYTES, "/prompt"),
        source: "/prompt".to_owned(),
    };
    for (field, text) in [("title", &plan.title), ("prompt", &plan.prompt.text)] {
        if text.is_empty() {
            return Err(ReadError::BadValue {
                pointer: format!("/{field}"),
                detail: "write at least a word".to_owned(),
            });
        }
    }
    if let Some(date) = root.get("start_date") {
        plan.start_date = Some(date.date()?);
    }
    Ok(())
}
