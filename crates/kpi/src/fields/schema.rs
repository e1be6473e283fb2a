//! JSON schemas to ask a model with. Bounds that some providers reject (`minimum`, `maximum`)
//! are left out: [`super::check`] and the extractors check values.

use serde_json::{Value, json};

use crate::prompt_quality::Item;
use crate::reference_class::Class;

/// Schema of [`super::PromptRating`].
pub fn prompt_rating_schema() -> Value {
    let item = json!({
        "type": "object",
        "additionalProperties": false,
        "required": ["score", "quote"],
        "properties": {
            "score": { "type": "number", "enum": [0, 0.5, 1] },
            "quote": { "type": "string", "description": "Verbatim passage of the prompt, empty when the score is 0" },
        },
    });
    let names: Vec<&str> = Item::ALL.iter().map(|item| item.name()).collect();
    let properties: serde_json::Map<_, _> = names
        .iter()
        .map(|name| ((*name).to_owned(), item.clone()))
        .collect();
    json!({
        "type": "object",
        "additionalProperties": false,
        "required": names,
        "properties": properties,
    })
}

/// Schema of [`super::ModelFields`].
pub fn model_fields_schema() -> Value {
    let classes: Vec<Value> = Class::ALL.iter().map(|class| json!(class)).collect();
    let total = object(&[
        ("amount", "number"),
        ("currency", "string"),
        ("quote", "string"),
    ]);
    let costs = object(&[
        ("description", "string"),
        ("amount", "number"),
        ("currency", "string"),
        ("share_of_budget", "boolean"),
        ("quote", "string"),
    ]);
    let benefits = object(&[
        ("description", "string"),
        ("quantity", "number"),
        ("unit", "string"),
        ("unit_value", "number"),
        ("amount", "number"),
        ("currency", "string"),
        ("start_year", "number"),
        ("years", "number"),
        ("source_quote", "string"),
        ("quote", "string"),
    ]);
    json!({
        "type": "object",
        "additionalProperties": false,
        "required": ["costs", "stated_total", "benefits", "likely_classes"],
        "properties": {
            "costs": { "type": "array", "items": costs },
            "stated_total": { "anyOf": [total, { "type": "null" }] },
            "benefits": { "type": "array", "items": benefits },
            "likely_classes": { "type": "array", "items": { "type": "string", "enum": classes } },
        },
    })
}

/// An object of which every property is required.
fn object(properties: &[(&str, &str)]) -> Value {
    let names: Vec<&str> = properties.iter().map(|(name, _)| *name).collect();
    let types: serde_json::Map<_, _> = properties
        .iter()
        .map(|(name, kind)| ((*name).to_owned(), json!({ "type": kind })))
        .collect();
    json!({
        "type": "object",
        "additionalProperties": false,
        "required": names,
        "properties": types,
    })
}

#[cfg(test)]
mod tests {
    use super::{model_fields_schema, prompt_rating_schema};
    use crate::fields::{ModelFields, PromptRating, QuotedBenefit, QuotedCost, QuotedTotal};
    use serde_json::Value;

    /// Every key that serde writes is in the schema, and the other way round.
    fn same_keys(schema: &Value, value: &Value) {
        let keys = |value: &Value| -> Vec<String> {
            let mut keys: Vec<String> = value.as_object().unwrap().keys().cloned().collect();
            keys.sort();
            keys
        };
        assert_eq!(keys(&schema["properties"]), keys(value));
    }

    #[test]
    fn schemas_agree_with_the_types() {
        same_keys(
            &prompt_rating_schema(),
            &serde_json::to_value(PromptRating::default()).unwrap(),
        );
        let schema = model_fields_schema();
        same_keys(
            &schema,
            &serde_json::to_value(ModelFields::default()).unwrap(),
        );
        let properties = &schema["properties"];
        same_keys(
            &properties["costs"]["items"],
            &serde_json::to_value(QuotedCost::default()).unwrap(),
        );
        same_keys(
            &properties["benefits"]["items"],
            &serde_json::to_value(QuotedBenefit::default()).unwrap(),
        );
        same_keys(
            &properties["stated_total"]["anyOf"][0],
            &serde_json::to_value(QuotedTotal::default()).unwrap(),
        );
    }
}
