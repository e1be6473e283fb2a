//! Output schemas, from the types of the results, with as few words as they can have.
//!
//! Definitions are read by a model on every turn, so titles, formats of numbers and what a name
//! says already are left out. A value that isn't known is absent, never null. A tool's result is
//! either complete or holds `error`, which is why the schema has both.

use rmcp::model::JsonObject;
use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde::Serialize;
use serde_json::{Map, Value, json};

/// The schema of a tool's result.
pub(crate) fn output_schema<T: JsonSchema>() -> JsonObject {
    let mut settings = SchemaSettings::draft2020_12();
    settings.inline_subschemas = true;
    settings.meta_schema = None;
    let schema = settings.into_generator().into_root_schema_for::<T>();
    match simplified(schema.to_value()) {
        Value::Object(root) => root,
        _ => Map::new(),
    }
}

/// A result as it is sent.
pub(crate) fn structured<T: Serialize>(result: &T) -> Value {
    without_nulls(json!(result))
}

fn without_nulls(value: Value) -> Value {
    match value {
        Value::Object(map) => {
            let kept = map.into_iter().filter(|(_, value)| !value.is_null());
            kept.map(|(key, value)| (key, without_nulls(value)))
                .collect()
        }
        Value::Array(items) => items.into_iter().map(without_nulls).collect(),
        other => other,
    }
}

const NUMBER_FORMATS: [&str; 8] = [
    "uint", "uint8", "uint16", "uint32", "uint64", "int64", "double", "float",
];

fn simplified(schema: Value) -> Value {
    let Value::Object(mut schema) = schema else {
        return schema;
    };
    for key in ["title", "description", "default", "required", "$schema"] {
        schema.remove(key);
    }
    if schema.get("minimum") == Some(&json!(0)) {
        schema.remove("minimum");
    }
    let format = schema.get("format").and_then(Value::as_str);
    if format.is_some_and(|format| NUMBER_FORMATS.contains(&format)) {
        schema.remove("format");
    }
    if let Some(Value::Array(types)) = schema.get("type") {
        let real = types.iter().find(|name| **name != "null").cloned();
        schema.insert("type".to_owned(), real.unwrap_or(Value::Null));
    }
    if let Some(Value::Array(options)) = schema.remove("anyOf") {
        let is_null = |option: &Value| option["type"] == "null";
        if let Some(real) = options.into_iter().find(|option| !is_null(option)) {
            return simplified(real);
        }
    }
    if let Some(Value::Object(properties)) = schema.get_mut("properties") {
        for property in properties.values_mut() {
            *property = simplified(property.take());
        }
    }
    if let Some(items) = schema.get_mut("items") {
        *items = simplified(items.take());
    }
    Value::Object(schema)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Somebody's words.
    #[derive(Serialize, JsonSchema)]
    struct Example {
        /// What it is.
        name: String,
        count: Option<u32>,
        inner: Option<Inner>,
        rows: Vec<Inner>,
    }

    #[derive(Serialize, JsonSchema)]
    struct Inner {
        share: Option<f64>,
    }

    #[test]
    fn a_schema_has_no_more_words_than_it_needs() {
        let inner = json!({ "type": "object", "properties": { "share": { "type": "number" } } });
        assert_eq!(
            Value::Object(output_schema::<Example>()),
            json!({
                "type": "object",
                "properties": {
                    "name": { "type": "string" },
                    "count": { "type": "integer" },
                    "inner": inner,
                    "rows": { "type": "array", "items": inner },
                },
            })
        );
    }

    #[test]
    fn what_is_not_known_is_left_out() {
        let example = Example {
            name: "x".to_owned(),
            count: None,
            inner: Some(Inner { share: None }),
            rows: vec![Inner { share: Some(0.5) }],
        };
        let sent = structured(&example);
        assert_eq!(
            sent,
            json!({ "name": "x", "inner": {}, "rows": [{ "share": 0.5 }] })
        );
    }
}
