//! Who answers: the scripted judge, or a responder that knows nothing but the schema.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::{ChatRequest, Responder};
use crate::judge_script::JudgeScript;

/// The responder that the command line names: `schema`, `judge` with its settings, or `planner`,
/// which writes plans and judges with the same settings (`planner:noise=0`).
pub fn responder_by_name(name: &str) -> Result<Arc<dyn Responder>, String> {
    #[cfg(feature = "planner")]
    if let Some(settings) = name.strip_prefix("planner") {
        let judge = format!("judge{settings}").parse::<JudgeScript>()?;
        return Ok(Arc::new(crate::planner::Planner::new(judge)?));
    }
    if name == "schema" {
        return Ok(Arc::new(SchemaResponder));
    }
    Ok(Arc::new(name.parse::<JudgeScript>()?))
}

/// Answers with the smallest JSON that the request's schema allows, or with "OK." when the
/// request has none.
#[derive(Debug, Clone, Copy, Default)]
pub struct SchemaResponder;

impl Responder for SchemaResponder {
    fn answer(&self, request: &ChatRequest) -> String {
        match &request.schema {
            Some(schema) => smallest(schema, schema, 0).to_string(),
            None => "OK.".to_owned(),
        }
    }
}

/// Deeper than any schema of ours; a schema that contains itself ends here.
const MAX_DEPTH: usize = 32;

fn smallest(schema: &Value, root: &Value, depth: usize) -> Value {
    if depth > MAX_DEPTH {
        return Value::Null;
    }
    let inner = |schema: &Value| smallest(schema, root, depth + 1);
    if let Some(target) = schema.get("$ref").and_then(Value::as_str) {
        let pointer = target.trim_start_matches('#');
        return root.pointer(pointer).map_or(Value::Null, inner);
    }
    if let Some(value) = schema.get("const").or_else(|| schema.pointer("/enum/0")) {
        return value.clone();
    }
    for choice in ["/anyOf/0", "/oneOf/0", "/allOf/0"] {
        if let Some(first) = schema.pointer(choice) {
            return inner(first);
        }
    }
    match type_of(schema) {
        "object" => object(schema, &inner),
        "array" => array(schema, &inner),
        "integer" | "number" => number(schema),
        "boolean" => json!(false),
        "null" => Value::Null,
        _ => json!("x".repeat(bound(schema, "minLength"))),
    }
}

fn type_of(schema: &Value) -> &str {
    let named = schema.get("type").or_else(|| schema.get("type")?.get(0));
    let first = named.and_then(|kind| kind.as_str().or_else(|| kind.get(0)?.as_str()));
    match first {
        Some(kind) => kind,
        None if schema.get("properties").is_some() => "object",
        None if schema.get("items").is_some() => "array",
        None => "string",
    }
}

fn object(schema: &Value, inner: &dyn Fn(&Value) -> Value) -> Value {
    let required = schema.get("required").and_then(Value::as_array);
    let names = required.into_iter().flatten().filter_map(Value::as_str);
    let any = json!({});
    let fields: Map<String, Value> = names
        .map(|name| {
            let properties = schema.get("properties");
            let property = properties.and_then(|all| all.get(name)).unwrap_or(&any);
            (name.to_owned(), inner(property))
        })
        .collect();
    Value::Object(fields)
}

fn array(schema: &Value, inner: &dyn Fn(&Value) -> Value) -> Value {
    let any = json!({});
    let item = inner(schema.get("items").unwrap_or(&any));
    Value::Array(vec![item; bound(schema, "minItems")])
}

/// Zero, or the whole number in bounds that is nearest to it.
fn number(schema: &Value) -> Value {
    let limit = |name: &str| schema.get(name).and_then(Value::as_f64);
    let at_least = limit("minimum").or(limit("exclusiveMinimum").map(|x| x + 1.0));
    let at_most = limit("maximum").or(limit("exclusiveMaximum").map(|x| x - 1.0));
    let value = 0.0_f64
        .max(at_least.unwrap_or(f64::NEG_INFINITY))
        .min(at_most.unwrap_or(f64::INFINITY));
    #[expect(
        clippy::cast_possible_truncation,
        reason = "bounds of test schemas are small"
    )]
    match value.fract() {
        0.0 => json!(value as i64),
        _ => json!(value),
    }
}

fn bound(schema: &Value, name: &str) -> usize {
    let bound = schema.get(name).and_then(Value::as_u64).unwrap_or(0);
    // More than any schema of ours asks for, and no reason to fill memory.
    usize::try_from(bound.min(10_000)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_smallest_json_obeys_the_schema() {
        let schema = json!({
            "$defs": {"level": {"type": "integer", "minimum": 1, "maximum": 9}},
            "type": "object",
            "required": ["level", "kind", "list", "note", "maybe"],
            "properties": {
                "level": {"$ref": "#/$defs/level"},
                "kind": {"enum": ["a", "b"]},
                "list": {"type": "array", "minItems": 2, "items": {"type": "number", "maximum": -2.5}},
                "note": {"type": "string", "minLength": 3},
                "maybe": {"type": ["null", "string"]},
                "unused": {"type": "string"},
            },
        });
        let expected =
            json!({"level": 1, "kind": "a", "list": [-2.5, -2.5], "note": "xxx", "maybe": null});
        assert_eq!(smallest(&schema, &schema, 0), expected);
    }

    #[test]
    fn a_schema_that_contains_itself_ends() {
        let schema =
            json!({"type": "object", "required": ["a"], "properties": {"a": {"$ref": "#"}}});
        assert!(smallest(&schema, &schema, 0).is_object());
    }
}
