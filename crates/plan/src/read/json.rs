//! JSON with bounds: at most so many values, at most 128 levels, duplicate keys known.
//!
//! Values are counted while they are parsed, so that a hostile document is refused before it
//! fills memory. Depth is `serde_json`'s own limit of 128.

use std::cell::Cell;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use super::limits;

/// Why a document can't be parsed.
pub(super) enum Fault {
    /// Not JSON; the message names line and column.
    Syntax(String),
    TooDeep,
    TooLarge,
}

/// What to do with a field that occurs twice in one object.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Duplicates {
    KeepFirst,
    Refuse,
}

struct Limited<'a> {
    left: &'a Cell<usize>,
    skip: &'a [&'a str],
    duplicates: Duplicates,
}

const TOO_LARGE: &str = "too many values";

/// Parses `bytes`, leaving out the values of the fields in `skip`.
pub(super) fn parse(bytes: &[u8], skip: &[&str], duplicates: Duplicates) -> Result<Value, Fault> {
    let left = Cell::new(limits::MAX_JSON_VALUES);
    let seed = Limited {
        left: &left,
        skip,
        duplicates,
    };
    let mut parser = serde_json::Deserializer::from_slice(bytes);
    let parsed = seed.deserialize(&mut parser).and_then(|value| {
        parser.end()?;
        Ok(value)
    });
    parsed.map_err(|error| {
        let message = error.to_string();
        match () {
            () if message.starts_with(TOO_LARGE) => Fault::TooLarge,
            () if message.starts_with("recursion limit") => Fault::TooDeep,
            () => Fault::Syntax(message),
        }
    })
}

impl<'de> DeserializeSeed<'de> for &Limited<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        match self.left.get().checked_sub(1) {
            Some(left) => self.left.set(left),
            None => return Err(D::Error::custom(TOO_LARGE)),
        }
        deserializer.deserialize_any(self)
    }
}

impl<'de> DeserializeSeed<'de> for Limited<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        (&self).deserialize(deserializer)
    }
}

impl<'de> Visitor<'de> for &Limited<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(value) = seq.next_element_seed(self)? {
            list.push(value);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some(key) = map.next_key::<String>()? {
            if self.skip.contains(&key.as_str()) {
                map.next_value::<IgnoredAny>()?;
                continue;
            }
            let value = map.next_value_seed(self)?;
            if !object.contains_key(&key) {
                object.insert(key, value);
            } else if self.duplicates == Duplicates::Refuse {
                return Err(A::Error::custom(format_args!(
                    "the field {key:?} occurs twice"
                )));
            }
        }
        Ok(Value::Object(object))
    }
}
