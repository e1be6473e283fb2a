//! Arguments of tools: declared once, from which come both their JSON schema and their check.
//!
//! The check is ours, since a parser stops at the first fault and speaks of types: here all faults
//! are told at once, each with what was expected and an example, and an argument that doesn't exist
//! is named with the one that was probably meant. Nothing is ignored or guessed.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use rmcp::model::JsonObject;
use serde_json::{Map, Value, json};
use store::PlanId;

use super::fault::{Fault, Wrong, nearest, plain_name};

/// One argument of a tool.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Field {
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    pub(crate) required: bool,
    /// What its name and type don't say; empty for most.
    pub(crate) about: &'static str,
}

/// What an argument may be.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Kind {
    /// Text of so many characters.
    Text { min: usize, max: usize },
    /// An id as this service gives it.
    PlanId,
    /// A whole number within bounds, and what it is when it isn't given.
    Number { min: i64, max: i64, default: i64 },
    /// One of these words.
    Word(&'static [&'static str]),
    /// A day, `YYYY-MM-DD`.
    Date,
    /// A JSON object, checked by whoever uses it.
    Object,
    /// Bytes in base64, so many characters at most.
    Base64 { max: usize },
    /// What a page before this one gave as `next_cursor`.
    Cursor,
}

const EXAMPLE_ID: &str = "01936b2e-7c1f-7d3a-8f10-2b6f5a0c9d11";
const MAX_CURSOR: usize = 512;

impl Field {
    pub(crate) const fn required(name: &'static str, kind: Kind, about: &'static str) -> Self {
        Self {
            name,
            kind,
            required: true,
            about,
        }
    }

    pub(crate) const fn optional(name: &'static str, kind: Kind, about: &'static str) -> Self {
        Self {
            name,
            kind,
            required: false,
            about,
        }
    }

    fn schema(&self) -> Value {
        let mut schema = match self.kind {
            Kind::Text { max, .. } => json!({ "type": "string", "maxLength": max }),
            Kind::PlanId => json!({ "type": "string", "format": "uuid" }),
            Kind::Number { min, max, default } => {
                json!({ "type": "integer", "minimum": min, "maximum": max, "default": default })
            }
            Kind::Word(words) => json!({ "type": "string", "enum": words }),
            Kind::Date => json!({ "type": "string", "format": "date" }),
            Kind::Object => json!({ "type": "object" }),
            Kind::Base64 { .. } | Kind::Cursor => json!({ "type": "string" }),
        };
        if !self.about.is_empty() {
            schema["description"] = self.about.into();
        }
        schema
    }

    /// What is wrong with a value, if anything is.
    fn wrong(&self, value: &Value) -> Option<Wrong> {
        let right = match self.kind {
            Kind::Text { min, max } => value
                .as_str()
                .is_some_and(|text| (min..=max).contains(&text.trim().chars().count())),
            Kind::PlanId => value
                .as_str()
                .is_some_and(|id| id.parse::<PlanId>().is_ok()),
            Kind::Number { min, max, .. } => {
                value.as_i64().is_some_and(|n| (min..=max).contains(&n))
            }
            Kind::Word(words) => value.as_str().is_some_and(|word| words.contains(&word)),
            Kind::Date => value
                .as_str()
                .is_some_and(|day| day.parse::<NaiveDate>().is_ok()),
            Kind::Object => value.is_object(),
            Kind::Base64 { max } => value
                .as_str()
                .is_some_and(|text| !text.is_empty() && text.len() <= max),
            Kind::Cursor => value
                .as_str()
                .is_some_and(|text| (1..=MAX_CURSOR).contains(&text.len())),
        };
        (!right).then(|| self.told())
    }

    fn told(&self) -> Wrong {
        let (expected, example) = match self.kind {
            Kind::Text { min, max } => (
                format!("text of {} to {max} characters", min.max(1)),
                json!("a sentence or more"),
            ),
            Kind::PlanId => (
                "the plan_id that plan_create or plan_list gave, a UUID".to_owned(),
                json!(EXAMPLE_ID),
            ),
            Kind::Number { min, max, default } => (
                format!("a whole number from {min} to {max}, not text"),
                json!(default),
            ),
            Kind::Word(words) => (format!("one of {}", words.join(", ")), json!(words[0])),
            Kind::Date => ("a day as YYYY-MM-DD".to_owned(), json!("2027-01-31")),
            Kind::Object => (
                "a JSON object, not text".to_owned(),
                json!({ "title": "…", "prompt": "…" }),
            ),
            Kind::Base64 { max } => (
                format!("bytes in base64, at most {max} characters"),
                json!("UEsDBBQ…"),
            ),
            Kind::Cursor => (
                "the next_cursor of the page before, or nothing for the first page".to_owned(),
                Value::Null,
            ),
        };
        Wrong {
            field: self.name.to_owned(),
            expected,
            example: Some(example).filter(|example| !example.is_null()),
        }
    }
}

/// The input schema of a tool with these arguments.
pub(crate) fn input_schema(fields: &[Field]) -> JsonObject {
    let properties: Map<String, Value> = fields
        .iter()
        .map(|field| (field.name.to_owned(), field.schema()))
        .collect();
    let required: Vec<&str> = fields
        .iter()
        .filter(|field| field.required)
        .map(|field| field.name)
        .collect();
    let mut schema = Map::new();
    schema.insert("type".to_owned(), "object".into());
    schema.insert("properties".to_owned(), properties.into());
    if !required.is_empty() {
        schema.insert("required".to_owned(), required.into());
    }
    schema.insert("additionalProperties".to_owned(), false.into());
    schema
}

/// Arguments that were checked against their declaration.
#[derive(Debug, Clone, Default)]
pub(crate) struct Arguments(Map<String, Value>);

impl Arguments {
    /// Checks all of them. `null` is the same as nothing: agents send it for what they leave out.
    pub(crate) fn check(fields: &[Field], given: Option<JsonObject>) -> Result<Self, Fault> {
        let mut given = given.unwrap_or_default();
        given.retain(|_, value| !value.is_null());
        let mut faults: Vec<Wrong> = Vec::new();
        for field in fields {
            match given.get(field.name) {
                Some(value) => faults.extend(field.wrong(value)),
                None if field.required => faults.push(missing(field)),
                None => {}
            }
        }
        let is_known = |name: &str| fields.iter().any(|field| field.name == name);
        let unknown = given.keys().filter(|name| !is_known(name));
        faults.extend(unknown.take(20).map(|name| unknown_argument(name, fields)));
        if faults.is_empty() {
            return Ok(Self(given));
        }
        Err(Fault::arguments(faults))
    }

    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name).and_then(Value::as_str)
    }

    pub(crate) fn number(&self, name: &str) -> Option<i64> {
        self.0.get(name).and_then(Value::as_i64)
    }

    pub(crate) fn plan(&self, name: &str) -> Option<PlanId> {
        self.text(name).and_then(|id| id.parse().ok())
    }

    pub(crate) fn date(&self, name: &str) -> Option<NaiveDate> {
        self.text(name).and_then(|day| day.parse().ok())
    }

    pub(crate) fn value(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }

    /// The same bytes for the same arguments, whatever their order.
    pub(crate) fn canonical(&self) -> Vec<u8> {
        let sorted: BTreeMap<&String, &Value> = self.0.iter().collect();
        serde_json::to_vec(&sorted).unwrap_or_default()
    }

    /// A required id, which the check has seen.
    pub(crate) fn plan_id(&self) -> Result<PlanId, Fault> {
        self.plan("plan_id").ok_or_else(Fault::plan_not_found)
    }
}

fn missing(field: &Field) -> Wrong {
    let told = field.told();
    Wrong {
        expected: format!("required: {}", told.expected),
        ..told
    }
}

fn unknown_argument(name: &str, fields: &[Field]) -> Wrong {
    let names = || fields.iter().map(|field| field.name);
    let expected = match nearest(name, names()) {
        Some(meant) => format!("no such argument; did you mean {meant}?"),
        None if fields.is_empty() => "no such argument; this tool takes none".to_owned(),
        None => {
            let all: Vec<&str> = names().collect();
            format!("no such argument; there are {}", all.join(", "))
        }
    };
    Wrong {
        field: plain_name(name)
            .unwrap_or("(an unreadable name)")
            .to_owned(),
        expected,
        example: None,
    }
}

#[cfg(test)]
mod tests;
