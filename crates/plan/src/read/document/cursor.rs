//! A JSON value with its pointer (RFC 6901), so that every error names its place.

use chrono::NaiveDate;
use serde_json::{Map, Value};

use super::super::ReadError;

/// A value that isn't `null`, and where it stands.
#[derive(Clone)]
pub(super) struct Cursor<'a> {
    pub(super) value: &'a Value,
    pub(super) pointer: String,
}

/// An object all of whose fields are known.
pub(super) struct Object<'a> {
    fields: &'a Map<String, Value>,
    pub(super) pointer: String,
}

impl<'a> Cursor<'a> {
    pub(super) fn root(value: &'a Value) -> Self {
        Self {
            value,
            pointer: String::new(),
        }
    }

    pub(super) fn text(&self) -> Result<&'a str, ReadError> {
        self.value
            .as_str()
            .ok_or_else(|| self.wrong_type("a text in quotes"))
    }

    /// A text, or a number written out ("count": 2).
    pub(super) fn text_or_number(&self) -> Result<String, ReadError> {
        match self.value {
            Value::String(text) => Ok(text.clone()),
            Value::Number(number) => Ok(number.to_string()),
            _ => Err(self.wrong_type("a text or a number")),
        }
    }

    pub(super) fn number(&self) -> Result<f64, ReadError> {
        self.value
            .as_f64()
            .filter(|number| number.is_finite())
            .ok_or_else(|| self.wrong_type("a number without quotes"))
    }

    /// A number ≥ 0.
    pub(super) fn amount(&self) -> Result<f64, ReadError> {
        let number = self.number()?;
        if number < 0.0 {
            return Err(self.bad(format!("{number} is negative; leave out what is unknown")));
        }
        Ok(number)
    }

    pub(super) fn boolean(&self) -> Result<bool, ReadError> {
        self.value
            .as_bool()
            .ok_or_else(|| self.wrong_type("true or false"))
    }

    pub(super) fn date(&self) -> Result<NaiveDate, ReadError> {
        let text = self.text()?;
        NaiveDate::parse_from_str(text, "%Y-%m-%d")
            .map_err(|_| self.bad(format!("{text:?} is not a date such as 2026-09-01")))
    }

    pub(super) fn list(&self) -> Result<Vec<Cursor<'a>>, ReadError> {
        let list = self
            .value
            .as_array()
            .ok_or_else(|| self.wrong_type("a list"))?;
        let items = list.iter().enumerate().map(|(at, value)| Cursor {
            value,
            pointer: format!("{}/{at}", self.pointer),
        });
        Ok(items.filter(|item| !item.value.is_null()).collect())
    }

    /// A list of texts; a single text counts as a list of one.
    pub(super) fn texts(&self) -> Result<Vec<&'a str>, ReadError> {
        if let Value::String(text) = self.value {
            return Ok(vec![text]);
        }
        self.list()?.iter().map(Cursor::text).collect()
    }

    /// The object, once each of its fields is found among `known`.
    pub(super) fn object(&self, known: &[&'static str]) -> Result<Object<'a>, ReadError> {
        let fields = self
            .value
            .as_object()
            .ok_or_else(|| self.wrong_type("an object in braces"))?;
        match fields.keys().find(|key| !known.contains(&key.as_str())) {
            Some(field) => Err(ReadError::UnknownField {
                pointer: self.place(),
                field: crate::text::prefix(field, 100).to_owned(),
                nearest: nearest(field, known),
            }),
            None => Ok(Object {
                fields,
                pointer: self.pointer.clone(),
            }),
        }
    }

    pub(super) fn bad(&self, detail: String) -> ReadError {
        ReadError::BadValue {
            pointer: self.place(),
            detail,
        }
    }

    fn wrong_type(&self, expected: &'static str) -> ReadError {
        ReadError::WrongType {
            pointer: self.place(),
            expected,
            found: match self.value {
                Value::Null => "null",
                Value::Bool(_) => "true or false",
                Value::Number(_) => "a number",
                Value::String(_) => "a text",
                Value::Array(_) => "a list",
                Value::Object(_) => "an object",
            },
        }
    }

    fn place(&self) -> String {
        place(&self.pointer)
    }
}

impl<'a> Object<'a> {
    /// The field, unless it is absent or `null`.
    pub(super) fn get(&self, field: &str) -> Option<Cursor<'a>> {
        let value = self.fields.get(field).filter(|value| !value.is_null())?;
        Some(Cursor {
            value,
            pointer: format!("{}/{field}", self.pointer),
        })
    }

    pub(super) fn required(&self, field: &'static str) -> Result<Cursor<'a>, ReadError> {
        self.get(field).ok_or_else(|| ReadError::MissingField {
            pointer: place(&self.pointer),
            field,
        })
    }

    pub(super) fn text(&self, field: &str) -> Result<&'a str, ReadError> {
        self.get(field).map_or(Ok(""), |cursor| cursor.text())
    }

    pub(super) fn amount(&self, field: &str) -> Result<Option<f64>, ReadError> {
        self.get(field).map(|cursor| cursor.amount()).transpose()
    }

    pub(super) fn list(&self, field: &str) -> Result<Vec<Cursor<'a>>, ReadError> {
        self.get(field)
            .map_or(Ok(Vec::new()), |cursor| cursor.list())
    }
}

fn place(pointer: &str) -> String {
    match pointer {
        "" => "the document".to_owned(),
        pointer => pointer.to_owned(),
    }
}

/// The known field closest to `field`, if it is close enough to be what was meant.
fn nearest(field: &str, known: &[&'static str]) -> Option<&'static str> {
    let field = crate::text::prefix(field, 100).to_lowercase();
    known
        .iter()
        .map(|name| (strsim::damerau_levenshtein(&field, name), *name))
        .min()
        .filter(|(distance, name)| *distance <= 1 + name.len() / 3)
        .map(|(_, name)| name)
}
