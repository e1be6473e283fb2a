//! The form of a model judge's answer, and reading it.
//!
//! Strict modes of providers want every property required and no others, and know few
//! keywords; so counts and bounds are not in the schema but checked in [`parse`], whose
//! message goes back to the model for one repair.
//!
//! Property names are chosen so that their alphabetical order is the order in which we want
//! them written (evidence, explanation, preference; dimensions, remaining, verdict): some
//! JSON libraries sort keys, and a model that states its preference first only rationalises
//! it afterwards.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::MAX_LEVEL;

const DIMENSIONS: std::ops::RangeInclusive<usize> = 5..=7;

/// An answer of the right form; nothing in it is verified, bounded or canonical yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    pub dimensions: Vec<AnswerDimension>,
    pub remaining: AnswerDimension,
    pub verdict: AnswerVerdict,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AnswerDimension {
    #[serde(rename = "dimension")]
    pub name: String,
    pub evidence_first: AnswerQuote,
    pub evidence_second: AnswerQuote,
    pub explanation: String,
    pub preference: i8,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AnswerQuote {
    pub item: String,
    pub text: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AnswerVerdict {
    pub because: String,
    pub overall: i8,
}

/// An answer as the model would have written it, for the second question.
pub fn to_json(answer: &Answer) -> String {
    // Strings and integers always serialise.
    serde_json::to_string(answer).unwrap_or_default()
}

/// JSON schema of an answer, within what strict modes accept.
pub fn answer_schema() -> Value {
    let dimension = dimension_schema();
    object(&json!({
        "dimensions": {
            "type": "array",
            "description": "5 to 7 dimensions chosen for this pair",
            "items": dimension,
        },
        "remaining": dimension_schema(),
        "verdict": object(&json!({
            "because": text("what decided, at most 40 words"),
            "overall": level("overall preference"),
        })),
    }))
}

fn dimension_schema() -> Value {
    object(&json!({
        "dimension": text("name of the dimension, a few words"),
        "evidence_first": quote("first"),
        "evidence_second": quote("second"),
        "explanation": text("at most 30 words"),
        "preference": level("preference on this dimension"),
    }))
}

fn quote(side: &str) -> Value {
    object(&json!({
        "item": text("id of the item, without brackets; empty if there is nothing"),
        "text": text(&format!("passage copied letter by letter from the {side} plan; empty if there is nothing")),
    }))
}

fn text(description: &str) -> Value {
    json!({ "type": "string", "description": description })
}

fn level(what: &str) -> Value {
    json!({ "type": "integer", "description": format!("{what}: -4 (second overwhelmingly better) to 4 (first overwhelmingly better)") })
}

/// Every property required, none added: what strict modes demand.
fn object(properties: &Value) -> Value {
    let required: Vec<&String> = properties
        .as_object()
        .map(|p| p.keys().collect())
        .unwrap_or_default();
    json!({ "type": "object", "required": required, "additionalProperties": false, "properties": properties })
}

/// Reads an answer. The error says what to correct, in words for the model.
pub fn parse(value: &Value) -> Result<Answer, String> {
    let answer = Answer::deserialize(value)
        .map_err(|e| format!("the answer does not fit the schema: {e}"))?;
    if !DIMENSIONS.contains(&answer.dimensions.len()) {
        return Err(format!(
            "give 5 to 7 dimensions, not {}",
            answer.dimensions.len()
        ));
    }
    check_level("verdict.overall", answer.verdict.overall)?;
    for dimension in answer.dimensions.iter().chain([&answer.remaining]) {
        check_level("preference", dimension.preference)?;
        if dimension.name.trim().is_empty() {
            return Err("every dimension needs a name".to_owned());
        }
    }
    Ok(answer)
}

fn check_level(name: &str, level: i8) -> Result<(), String> {
    if (-MAX_LEVEL..=MAX_LEVEL).contains(&level) {
        return Ok(());
    }
    Err(format!(
        "{name} must be a whole number from -4 to 4, not {level}"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(dimensions: usize) -> Value {
        let dimension = json!({
            "dimension": "goal", "evidence_first": { "item": "a", "text": "b" },
            "evidence_second": { "item": "", "text": "" }, "explanation": "because", "preference": 1,
        });
        json!({
            "dimensions": vec![dimension.clone(); dimensions],
            "remaining": dimension,
            "verdict": { "because": "so", "overall": 2 },
        })
    }

    /// What strict modes of providers demand of every object, and the keywords they know.
    fn check_strict(schema: &Value) {
        let known = [
            "type",
            "description",
            "properties",
            "required",
            "additionalProperties",
            "items",
        ];
        let object = schema.as_object().unwrap();
        assert!(
            object.keys().all(|k| known.contains(&k.as_str())),
            "{object:?}"
        );
        if schema["type"] == "array" {
            check_strict(&schema["items"]);
        }
        let Some(properties) = schema["properties"].as_object() else {
            return;
        };
        let names: Vec<&str> = properties.keys().map(String::as_str).collect();
        let required: Vec<&str> = schema["required"]
            .as_array()
            .unwrap()
            .iter()
            .filter_map(Value::as_str)
            .collect();
        assert_eq!(names, required);
        assert!(
            names.is_sorted(),
            "{names:?} must be written in this order, sorted or not"
        );
        assert_eq!(schema["additionalProperties"], json!(false));
        properties.values().for_each(check_strict);
    }

    #[test]
    fn strict_modes_accept_the_schema() {
        check_strict(&answer_schema());
    }

    #[test]
    fn evidence_is_written_before_preferences_and_the_verdict_last() {
        let text = to_json(&parse(&answer(5)).unwrap());
        let at = |word: &str| text.find(word).unwrap();
        assert!(at("evidence_second") < at("explanation") && at("explanation") < at("preference"));
        assert!(at("remaining") < at("verdict") && at("because") < at("overall"));
    }

    #[test]
    fn answers_of_the_right_form_are_read() {
        for dimensions in 5..=7 {
            let parsed = parse(&answer(dimensions)).unwrap();
            assert_eq!(
                (parsed.dimensions.len(), parsed.verdict.overall),
                (dimensions, 2)
            );
        }
    }

    #[test]
    fn other_answers_are_refused_with_a_hint() {
        let with = |pointer: &str, value: Value| {
            let mut answer = answer(5);
            *answer.pointer_mut(pointer).unwrap() = value;
            answer
        };
        for (bad, hint) in [
            (answer(4), "5 to 7 dimensions, not 4"),
            (answer(8), "5 to 7 dimensions, not 8"),
            (with("/verdict/overall", json!(5)), "from -4 to 4, not 5"),
            (with("/verdict/overall", json!(1.5)), "does not fit"),
            (with("/verdict/overall", json!("4")), "does not fit"),
            (with("/verdict/overall", json!(1e300)), "does not fit"),
            (
                with("/remaining/preference", json!(-5)),
                "from -4 to 4, not -5",
            ),
            (with("/dimensions/2/dimension", json!(" ")), "needs a name"),
            (
                with("/dimensions/0/evidence_first", json!("text")),
                "does not fit",
            ),
            (with("/dimensions/0", json!({})), "does not fit"),
            (with("/remaining", Value::Null), "does not fit"),
            (json!([]), "does not fit"),
        ] {
            let error = parse(&bad).unwrap_err();
            assert!(error.contains(hint), "{error}");
        }
    }
}
