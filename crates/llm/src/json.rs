//! Finds the JSON value in a model's answer and checks it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use jsonschema::Validator;
use serde_json::Value;

use crate::{LlmError, Schema};

/// How many schema errors are told to the model in a repair.
const MAX_ERRORS: usize = 8;
const MAX_ERROR_CHARS: usize = 240;

/// Compiled schemas by their text; each is compiled once.
#[derive(Debug, Default)]
pub(crate) struct Schemas {
    compiled: Mutex<BTreeMap<String, Arc<Validator>>>,
}

impl Schemas {
    pub(crate) fn get(&self, schema: &Schema) -> Result<Arc<Validator>, LlmError> {
        let text = schema.json.to_string();
        let mut compiled = self.compiled.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(validator) = compiled.get(&text) {
            return Ok(Arc::clone(validator));
        }
        let validator =
            jsonschema::validator_for(&schema.json).map_err(|error| LlmError::Schema {
                name: schema.name.clone(),
                message: clip(&error.to_string(), MAX_ERROR_CHARS),
            })?;
        let validator = Arc::new(validator);
        compiled.insert(text, Arc::clone(&validator));
        Ok(validator)
    }
}

/// Reads `text` as JSON satisfying `validator`, or says what is wrong, for the model to read.
pub(crate) fn read(text: &str, validator: &Validator) -> Result<Value, String> {
    let value = extract(text)?;
    let errors: Vec<String> = validator
        .iter_errors(&value)
        .take(MAX_ERRORS)
        .map(|error| {
            let path = error.instance_path().to_string();
            clip(&format!("at {path:?}: {error}"), MAX_ERROR_CHARS)
        })
        .collect();
    if errors.is_empty() {
        return Ok(value);
    }
    Err(format!(
        "the JSON doesn't match the schema:\n{}",
        errors.join("\n")
    ))
}

/// The JSON value in `text`: all of it, or else the first object or array that parses, so
/// that code fences and prose around it do no harm.
pub(crate) fn extract(text: &str) -> Result<Value, String> {
    let whole = match serde_json::from_str(text.trim()) {
        Ok(value) => return Ok(value),
        Err(error) => error,
    };
    let starts = text.match_indices(['{', '[']).map(|(at, _)| at);
    // Each failed start costs a scan to its error; hostile brackets must not make that quadratic.
    for at in starts.take(64) {
        let mut values = serde_json::Deserializer::from_str(&text[at..]).into_iter::<Value>();
        match values.next() {
            Some(Ok(value)) => return Ok(value),
            // Cut off: what parses further in is a part of the answer, not the answer.
            Some(Err(error)) if error.is_eof() => break,
            _ => {}
        }
    }
    Err(format!("the answer isn't JSON: {whole}"))
}

/// At most `max` characters of `text`, with an ellipsis where it was cut.
pub(crate) fn clip(text: &str, max: usize) -> String {
    match text.char_indices().nth(max) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use serde_json::json;

    use super::*;

    #[rstest]
    #[case::plain("{\"a\":1}")]
    #[case::padded("  {\"a\":1}\n")]
    #[case::fenced("```json\n{\"a\":1}\n```")]
    #[case::prose("Here you are: {\"a\":1} — anything else?")]
    #[case::braces_before("Using {curly} text, then {\"a\":1}")]
    fn json_is_found_whatever_stands_around_it(#[case] text: &str) {
        assert_eq!(extract(text), Ok(json!({"a": 1})));
    }

    #[rstest]
    #[case::empty("")]
    #[case::prose("I can't do that.")]
    #[case::cut("{\"a\": [1, 2")]
    #[case::last_brace_missing("{\"a\": {\"b\": 1}")]
    fn what_holds_no_json_is_an_error(#[case] text: &str) {
        assert!(extract(text).unwrap_err().contains("isn't JSON"));
    }

    #[test]
    fn deep_nesting_is_an_error_and_no_stack_overflow() {
        assert!(extract(&"[".repeat(200_000)).is_err());
    }

    #[test]
    fn schema_errors_name_the_place_and_are_bounded() {
        let schema = Schema {
            name: "s".into(),
            json: json!({"type": "array", "items": {"type": "integer"}}),
        };
        let validator = Schemas::default().get(&schema).unwrap();
        let bad = json!(vec!["x".repeat(5_000); 100]).to_string();
        let message = read(&bad, &validator).unwrap_err();
        assert!(message.contains("/0"), "{message}");
        assert!(message.len() < 4_096);
    }
}
